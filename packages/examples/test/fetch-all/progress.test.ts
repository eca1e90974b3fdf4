import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { type Download, downloadOf } from "../../src/fetch-all/fetch-all.js";
import { showProgress } from "../../src/fetch-all/progress.js";

/** Returns what is written while the first of two downloads is fetched. */
function written(terminal: Partial<NodeJS.WriteStream>): string {
  const stream = Object.assign(new PassThrough(), terminal);
  const downloads = [downloadOf("http://127.0.0.1/slow/1"), downloadOf("http://127.0.0.1/slow/2")];
  const progress = showProgress(downloads, stream as unknown as NodeJS.WriteStream);
  const [first] = downloads as [Download];
  first.attempts = 1;
  first.state = "fetching";
  progress.changed(first);
  first.state = "ok";
  progress.changed(first);
  progress.done();
  return String(stream.read());
}

describe("showProgress", () => {
  it("prints a line for each URL that has ended where there is no terminal", () => {
    expect(written({})).toBe("1/2 /slow/1 ok, attempt 1\n");
  });

  it("writes one line over and over in a terminal", () => {
    const text = written({ isTTY: true, columns: 80, rows: 24 });
    expect(text).toContain("░░ 0/2  0 ok, 0 failed, 0 timed out");
    expect(text).toContain("█░ 1/2  1 ok, 0 failed, 0 timed out");
  });
});

import { describe, expect, it } from "vitest";
import { type Download, downloadOf } from "../../src/fetch-all/fetch-all.js";
import { count, countByEndpoint, summary } from "../../src/fetch-all/summary.js";

const downloads: Download[] = [
  { ...downloadOf("http://127.0.0.1/slow/1"), state: "ok", attempts: 1 },
  { ...downloadOf("http://127.0.0.1/slow/2"), state: "timed out", attempts: 2 },
  { ...downloadOf("http://127.0.0.1/broken/1"), state: "failed", attempts: 3 },
  { ...downloadOf("http://127.0.0.1/broken/2"), state: "cancelled", attempts: 0 },
];

describe("the summary", () => {
  it("counts", () => {
    expect(count(downloads)).toEqual({ urls: 4, attempts: 6, ok: 1, failed: 1, timedOut: 1, cancelled: 1 });
  });

  it("counts by endpoint", () => {
    expect(Object.fromEntries(countByEndpoint(downloads))).toEqual({
      "/slow": { urls: 2, attempts: 3, ok: 1, failed: 0, timedOut: 1, cancelled: 0 },
      "/broken": { urls: 2, attempts: 3, ok: 0, failed: 1, timedOut: 0, cancelled: 1 },
    });
  });

  it("is a table, and a line that adds up", () => {
    const lines = summary(downloads).split("\n");
    expect(lines.at(-1)).toBe("1 ok + 1 failed + 1 timed out + 1 cancelled = 4 URLs, in 6 attempts");
    const rows = lines.filter((line) => line.includes("/")).map((line) => line.match(/[\w/]+/g));
    expect(rows).toEqual([
      ["/slow", "2", "1", "0", "1", "0", "3"],
      ["/broken", "2", "0", "1", "0", "1", "3"],
    ]);
  });
});

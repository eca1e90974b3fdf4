import { afterEach, describe, expect, it, vi } from "vitest";
import { KeyboardInterrupt, run } from "asyncio-ts";
import { main } from "../../src/fetch-all/main.js";
import { capture } from "../printed.js";

/** The numbers of the line "… ok + … failed + … timed out + … cancelled = … URLs, in … attempts". */
function numbers(lines: readonly string[]): number[] {
  return (
    lines
      .find((line) => line.includes("URLs, in"))
      ?.match(/\d+/g)
      ?.map(Number) ?? []
  );
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the program fetch-all", () => {
  it("stops when the error budget is spent, with a summary that adds up", async () => {
    const printed = capture();
    await run(main({ errorBudget: 1 }));
    const [ok = 0, failed = 0, timedOut = 0, cancelled = 0, urls] = numbers(printed.out);
    expect(ok + failed + timedOut + cancelled).toBe(30);
    expect(urls).toBe(30);
    expect(failed + timedOut).toBeGreaterThan(0);
    expect(cancelled).toBeGreaterThan(0);
    expect(printed.out.at(-1)).toMatch(/^Stopped: /);
  });

  it("prints the summary, and closes the server, on Ctrl-C", async () => {
    const printed = capture();
    const { fetch: original } = globalThis;
    const fetched = vi.spyOn(globalThis, "fetch").mockImplementationOnce((...request) => {
      setImmediate(() => process.emit("SIGINT"));
      return original(...request);
    });
    await expect(run(main())).rejects.toBeInstanceOf(KeyboardInterrupt);
    const [ok = 0, failed = 0, timedOut = 0, cancelled = 0, urls] = numbers(printed.out);
    expect(ok + failed + timedOut + cancelled).toBe(30);
    expect(urls).toBe(30);
    expect(cancelled).toBeGreaterThan(0);
    const [[url = ""] = []] = fetched.mock.calls;
    await expect(fetch(url)).rejects.toThrow(TypeError); // nobody listens there any more
  });
});

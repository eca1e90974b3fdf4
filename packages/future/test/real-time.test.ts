import { afterEach, describe, expect, test, vi } from "vitest";
import { needing } from "@asyncio-ts/testkit/needing";
import type { RealTime } from "../src/real-time.js";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** Takes the clock and timers of a runtime in which some globals are others. */
async function takenWith(globals: Readonly<Record<string, unknown>>): Promise<RealTime> {
  vi.resetModules();
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
  const { realTime } = await import("../src/real-time.js");
  vi.unstubAllGlobals();
  return realTime;
}

describe("the clock and timers of the runtime", () => {
  test("a runtime may have neither nextTick nor setImmediate", async () => {
    const { nextTick, setImmediate, setTimeout } = await takenWith({
      process: Object.create(process, { nextTick: { value: undefined, writable: true } }),
      setImmediate: undefined,
    });
    expect([nextTick, setImmediate, typeof setTimeout]).toEqual([undefined, undefined, "function"]);
  });

  test("a clock without a class keeps its own now()", async () => {
    const { now } = await takenWith({ performance: Object.assign(Object.create(null), { now: () => 7 }) });
    expect(now()).toBe(7);
  });

  test(
    "a spy on the clock is passed by",
    needing("class of `performance` that has its methods"),
    async () => {
      vi.spyOn(performance, "now").mockReturnValue(-1);
      const { now } = await takenWith({});
      expect(now()).toBeGreaterThan(0);
      vi.restoreAllMocks();
    },
  );
});

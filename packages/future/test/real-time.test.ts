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

  test.each(["setTimeout", "clearTimeout", "setImmediate"] as const)(
    "%s() is the real one behind a fake",
    async (name) => {
      const events: string[] = [];
      const real = (): void => void events.push(name);
      const faked = Object.assign(() => events.push("fake"), { clock: { [`_${name}`]: real } });
      const twice = Object.assign(() => events.push("fake of a fake"), { clock: { [`_${name}`]: faked } });
      const taken = (await takenWith({ [name]: twice }))[name] as () => void;
      taken();
      expect(events).toEqual([name]);
    },
  );

  test("a fake that stands for itself is taken as it is", async () => {
    const events: string[] = [];
    const itself: { (): void; clock?: object } = () => void events.push("itself");
    itself.clock = { _setImmediate: itself };
    (await takenWith({ setImmediate: itself })).setImmediate?.(() => {});
    expect(events).toEqual(["itself"]);
  });

  test("nextTick() is the one of the process", async () => {
    const events: string[] = [];
    const nextTick = (): void => void events.push("nextTick");
    const taken = await takenWith({ process: Object.create(process, { nextTick: { value: nextTick } }) });
    taken.nextTick?.(() => {});
    expect(events).toEqual(["nextTick"]);
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

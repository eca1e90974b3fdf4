import { EventEmitter } from "node:events";
import { realTime } from "@asyncio-ts/future/internal";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { onProcessEvent } from "../src/process-events.js";
import { type LookedAt, topLevelWatch } from "../src/top-level.js";

interface FakeTimer {
  readonly callback: () => void;
  readonly delay: number;
  held: boolean;
}

let now = 0;
/** For how many milliseconds the thread has been busy. */
let busy = 0;
let timers: FakeTimer[] = [];
/** Each timer that has come: its delay, and whether it held the runtime. */
let past: string[] = [];

beforeEach(() => {
  now = busy = 0;
  timers = [];
  past = [];
  vi.spyOn(realTime, "now").mockImplementation(() => now);
  vi.spyOn(realTime, "setTimeout").mockImplementation((callback, delay) => {
    const timer = { callback, delay, held: true };
    timers.push(timer);
    return { unref: () => (timer.held = false) };
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Lets the next timer come; `share` says how busy the thread is until then. */
function pass(share: (held: boolean) => number): void {
  const timer = timers.shift() as FakeTimer;
  now += timer.delay;
  busy += timer.delay * share(timer.held);
  past.push(`${timer.delay}${timer.held ? " held" : ""}`);
  timer.callback();
}

const threadCpuUsage = (): { user: number; system: number } => ({ user: busy * 900, system: busy * 100 });

class Bun extends EventEmitter implements LookedAt {
  readonly versions = { bun: "1.4.5" };
  readonly threadCpuUsage = threadCpuUsage;
}

/** Bun on a busy machine: its loop gets a tenth of the time when it spins. */
const spins = (held: boolean): number => (held ? 0.004 : 0.1);

test("where beforeExit tells all, nothing is watched", () => {
  const node = Object.assign(new EventEmitter(), { versions: { node: "24.0.0" } });
  expect(topLevelWatch(node as LookedAt, () => {})).toBeUndefined();
});

describe("on Bun", () => {
  test("a loop that spins unless something holds the runtime is found", () => {
    const found = vi.fn();
    const end = topLevelWatch(new Bun(), () => {
      found();
      end?.();
    })?.begin();
    while (timers.length > 0) pass(spins);
    expect(found).toHaveBeenCalledTimes(1);
    expect(past.slice(0, 2)).toEqual(["100", "50"]);
    expect(past).toContain("50 held");
    expect(now).toBe(1350);
  });

  test("it is found without the thread's own usage, too", () => {
    const found = vi.fn();
    const bun = new EventEmitter() as LookedAt;
    Object.assign(bun, { versions: { bun: "1.0.0" }, cpuUsage: threadCpuUsage });
    topLevelWatch(bun, found)?.begin();
    for (let i = 0; i < 100; i++) pass(spins);
    expect(found).toHaveBeenCalled();
  });

  test.each([
    ["waits", 0],
    ["is busy with something else", 0.9],
  ])("a thread that %s is looked at less and less often", (_, share) => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    topLevelWatch(new Bun(), () => expect.unreachable())?.begin();
    for (let i = 0; i < 50; i++) pass(() => share);
    const looks = past.filter((delay) => !delay.startsWith("50"));
    expect(looks.slice(0, 9).map(Number)).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
    // A thread that waits is never held.
    expect(past.includes("50 held")).toBe(share > 0);
  });

  test.each([
    ["hardly busy proves nothing", 0.04, 0.001, false],
    ["busy enough, and much more than one that waits, is found", 0.06, 0.004, true],
  ])("a thread that is %s", (_, free, heldShare, isFound) => {
    const found = vi.fn();
    topLevelWatch(new Bun(), found)?.begin();
    for (let i = 0; i < 60; i++) pass((held) => (held ? heldShare : free));
    expect(found.mock.calls.length > 0).toBe(isFound);
  });

  test("a loop that is woken while it is looked at is looked at again when it waits again", () => {
    vi.spyOn(Math, "random").mockReturnValue(0.9);
    const watch = topLevelWatch(new Bun(), () => expect.unreachable());
    const end = watch?.begin();
    pass(spins);
    end?.();
    pass(spins);
    expect(timers).toEqual([]);
    watch?.begin();
    expect(timers.map(({ delay }) => delay)).toEqual([200]);
  });

  test("a busy time that does not follow the coins proves nothing", () => {
    topLevelWatch(new Bun(), () => expect.unreachable())?.begin();
    let i = 0;
    while (now < 3_600_000) pass(() => (i++ % 2 === 0 ? 1 : 0));
  });

  test("a loop that is woken meanwhile is not at its end, and is looked at again", () => {
    const found = vi.fn();
    const watch = topLevelWatch(new Bun(), found);
    let end = watch?.begin();
    for (let i = 0; i < 20; i++) pass(spins);
    end?.();
    end = watch?.begin();
    pass(spins);
    expect(found).not.toHaveBeenCalled();
    expect(timers.map(({ delay }) => delay)).toEqual([200]);
    // Woken before the look: the time begins anew.
    end?.();
    end = watch?.begin();
    pass(spins);
    expect(timers.map(({ delay }) => delay)).toEqual([200]);
    end?.();
    pass(spins);
    expect(timers).toEqual([]);
  });

  test("a loop that waits anew as soon as it is found is looked at by one timer", () => {
    let end: (() => void) | undefined;
    const found = vi.fn(() => {
      end?.();
      end = watch?.begin();
    });
    const watch = topLevelWatch(new Bun(), found);
    end = watch?.begin();
    while (found.mock.calls.length === 0) pass(spins);
    expect(timers.map(({ delay }) => delay)).toEqual([200]);
  });

  test("a loop that goes on waiting although it was found is looked at again", () => {
    const found = vi.fn();
    topLevelWatch(new Bun(), found)?.begin();
    while (found.mock.calls.length < 2) pass(spins);
    expect(now).toBe(100 + 1250 + 200 + 1250);
  });
});

describe("on Deno", () => {
  class Deno extends EventEmitter implements LookedAt {
    readonly versions = { deno: "2.9.6" };
  }

  test("the listeners for signals are off for a moment, and no others", async () => {
    const deno = new Deno();
    const events: string[] = [];
    const ends = ["SIGINT", "SIGTERM", "beforeExit"].map((event) =>
      onProcessEvent(deno, event, () => events.push(event)),
    );
    const counts = (): number[] =>
      ["SIGINT", "SIGTERM", "beforeExit"].map((event) => deno.listenerCount(event));
    topLevelWatch(deno, () => expect.unreachable())?.begin();
    pass(() => 0);
    // Nothing of the watch holds Deno now.
    expect(timers).toEqual([]);
    expect(counts()).toEqual([0, 0, 1]);
    // One that nobody needs any more does not come back.
    ends[1]?.();
    await vi.waitUntil(() => timers.length > 0);
    expect(counts()).toEqual([1, 0, 1]);
    expect(timers.map(({ delay, held }) => [delay, held])).toEqual([[200, false]]);
    for (const event of ["SIGINT", "SIGTERM", "beforeExit"]) deno.emit(event);
    expect(events).toEqual(["SIGINT", "beforeExit"]);
  });
});

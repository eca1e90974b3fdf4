/** Tells what is active outside, on each runtime. `virtual-loop.alone.test.ts` asks the one that runs it. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { contract } from "@asyncio-ts/future/internal";
import type { EventSource } from "../src/process-events.js";

let now: number;
let timers: { readonly time: number; readonly callback: () => void; readonly held: { is: boolean } }[];
/** What is active outside. */
let active: string[];

beforeEach(async () => {
  [now, timers, active] = [0, [], []];
  vi.resetModules();
  // That of the module that is loaded below.
  const { realTime } = await import("@asyncio-ts/future/internal");
  vi.spyOn(realTime, "now").mockImplementation(() => now);
  vi.spyOn(realTime, "setTimeout").mockImplementation((callback, delay) => {
    const timer = { time: now + delay, callback, held: { is: true }, unref: () => (timer.held.is = false) };
    timers.push(timer);
    return timer as unknown as contract.Timer;
  });
  vi.spyOn(realTime, "clearTimeout").mockImplementation((timer) => {
    timers = timers.filter((one) => one !== (timer as unknown));
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.resetModules();
});

/** The process of a runtime that names the timers and what is active, or nothing. */
const processThat = (names: boolean, versions: object = {}, awaitsExit = false): unknown =>
  Object.create(process, {
    versions: { value: versions },
    getActiveResourcesInfo: {
      value: () => (names ? [...active, ...timers.filter(({ held }) => held.is).map(() => "Timeout")] : []),
    },
    listenerCount: { value: (event: string) => (awaitsExit && event === "beforeExit" ? 1 : 0) },
  });

/** Waits for quiet with a patience of 100 ms in such a runtime; `meanwhile` is called every 10 ms. */
async function quietAfter(process: unknown, meanwhile = (): void => {}): Promise<number | undefined> {
  vi.stubGlobal("process", process);
  const { whenQuiet } = await import("../src/outside.js");
  vi.unstubAllGlobals();
  const called: number[] = [];
  const end = whenQuiet(100, () => called.push(now));
  for (; called.length === 0 && now < 2000; now += 10) {
    meanwhile();
    const due = timers.filter(({ time }) => time <= now);
    timers = timers.filter((one) => !due.includes(one));
    for (const { callback } of due) callback();
  }
  end();
  expect(timers).toEqual([]);
  return called[0];
}

describe("whenQuiet() calls back", () => {
  const server = (until: number) => () => void (active = now < until ? ["TCPServerWrap"] : ["Pipe"]);

  test("once nothing was active for the patience, which Node tells", async () => {
    active = ["Pipe"];
    // It looks every 50 ms, and has seen the server for the last time at 450.
    expect(await quietAfter(processThat(true), server(500))).toBe(550);
  });

  test("never while a job of the thread pool holds the process, of which Node names nothing", async () => {
    expect(await quietAfter(processThat(true))).toBeUndefined();
  });

  test("after the patience if it is this wait that holds the process", async () => {
    expect(await quietAfter(processThat(true, {}, true))).toBe(100);
  });

  test("once no timer of the program was active for the patience, while this wait holds the process", async () => {
    const timer = (): void => void (active = now < 500 ? ["Timeout"] : []);
    expect(await quietAfter(processThat(true, {}, true), timer)).toBe(550);
  });

  test("for each of two waits that hold the process, and don't wait for each other", async () => {
    const node = processThat(true, {}, true);
    const called: number[] = [];
    const beginOther = async (): Promise<void> => {
      const { whenQuiet } = await import("../src/outside.js");
      whenQuiet(100, () => called.push(now));
    };
    vi.stubGlobal("process", node);
    await beginOther();
    expect([await quietAfter(node), called]).toEqual([100, [100]]);
  });

  test("without holding the process if only loops of this library wait for its end", async () => {
    const node = Object.create(processThat(true, {}, true) as object, {
      on: { value() {} },
      off: { value() {} },
    }) as EventSource;
    vi.stubGlobal("process", node);
    const { whenQuiet } = await import("../src/outside.js");
    const { onProcessEvent } = await import("../src/process-events.js");
    vi.unstubAllGlobals();
    const heldWhile = (): boolean[] => {
      const end = whenQuiet(100, () => {});
      const held = timers.map((timer) => timer.held.is);
      end();
      return held;
    };
    expect(heldWhile()).toEqual([true]);
    const end = onProcessEvent(node, "beforeExit", () => {});
    expect(heldWhile()).toEqual([false]);
    end();
  });

  test("again, although the callback of the wait before has ended that once more", async () => {
    vi.stubGlobal("process", processThat(true, {}, true));
    const { whenQuiet } = await import("../src/outside.js");
    vi.unstubAllGlobals();
    const called: number[] = [];
    const wait = (): (() => void) =>
      whenQuiet(100, () => {
        called.push(now);
        end();
      });
    let end = wait();
    for (; now < 400; now += 10) {
      for (const timer of timers.filter(({ time }) => time <= now)) {
        timers = timers.filter((one) => one !== timer);
        timer.callback();
      }
      if (now === 200) end = wait();
    }
    expect(called).toEqual([100, 300]);
  });

  test.each([
    ["Bun, which names nothing", false, { bun: "1.4.0" }],
    ["Deno, which does not name all", true, { deno: "2.9.0" }],
  ])("after twice the patience in %s", async (_name, names, versions) => {
    expect(await quietAfter(processThat(names, versions))).toBe(200);
  });

  test("after twice the patience where there is no such list", async () => {
    const none = { value: undefined };
    const other = Object.create(process, { getActiveResourcesInfo: none, listenerCount: none }) as unknown;
    expect(await quietAfter(other)).toBe(200);
  });
});

describe("what was active at a certain moment", () => {
  /** Loads the module in such a runtime. */
  async function load(process: unknown): Promise<typeof import("../src/outside.js")> {
    vi.stubGlobal("process", process);
    const loaded = await import("../src/outside.js");
    vi.unstubAllGlobals();
    return loaded;
  }

  test("is all that there is, until more of a kind is active", async () => {
    const { ActiveResources } = await load(processThat(true));
    active = ["Pipe", "TCPServerWrap"];
    const then = new ActiveResources();
    expect(then.areAll()).toBe(true);
    active = ["Pipe"];
    expect(then.areAll()).toBe(true);
    active = ["Pipe", "TCPServerWrap", "TCPServerWrap"];
    expect(then.areAll()).toBe(false);
    active = ["Pipe", "ChildProcess"];
    expect(then.areAll()).toBe(false);
  });

  test.each(["Timeout", "Immediate", "FSReqCallback", "TCPConnectWrap", "WriteWrap", "ShutdownWrap"])(
    "says nothing for certain while there is a %s, which may be another one",
    async (kind) => {
      const { ActiveResources } = await load(processThat(true));
      active = [kind];
      expect(new ActiveResources().areAll()).toBe(false);
    },
  );

  test("does not have the timers by which this library waits", async () => {
    const { ActiveResources, whenQuiet } = await load(processThat(true, {}, true));
    active = ["Pipe"];
    const then = new ActiveResources();
    const end = whenQuiet(100, () => {});
    expect(timers.map(({ held }) => held.is)).toEqual([true]);
    expect(then.areAll()).toBe(true);
    end();
  });

  test("is not known where the runtime does not tell", async () => {
    const { ActiveResources } = await load(processThat(false));
    expect(new ActiveResources().areAll()).toBe(false);
  });

  test("counts for nothing in a wait that begins with it", async () => {
    const { ActiveResources, whenQuiet } = await load(processThat(true));
    active = ["Timeout", "TCPServerWrap"];
    const called: number[] = [];
    const end = whenQuiet(100, () => called.push(now), new ActiveResources());
    const pass = (until: number): void => {
      for (; now <= until; now += 10) {
        for (const timer of timers.filter(({ time }) => time <= now)) {
          timers = timers.filter((one) => one !== timer);
          timer.callback();
        }
      }
    };
    active.push("TCPServerWrap");
    pass(300);
    expect(called).toEqual([]);
    active.pop();
    pass(500);
    expect(called).toEqual([400]);
    end();
  });
});

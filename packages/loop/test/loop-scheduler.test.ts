import { AsyncLocalStorage } from "node:async_hooks";
import { realTime, slot } from "@asyncio-ts/future/internal";
import type { Runnable } from "@asyncio-ts/future/lowlevel";
import { EventLoop } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { FakeTask } from "@asyncio-ts/testkit/fake-task";
import { fakeLoop } from "@asyncio-ts/testkit/hosts";
import { needing } from "@asyncio-ts/testkit/needing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { detectHost, type Host } from "../src/host.js";
import { reportsOf } from "./reports-of.js";

/** Returns the events of three callbacks that suspend, on a host. */
async function eventsOn(host: Host): Promise<string[]> {
  const loop = new EventLoop({ host });
  const events: string[] = [];
  for (const name of ["a", "b", "c"]) {
    loop.callSoon(async () => {
      events.push(name);
      await undefined;
      await undefined;
      events.push(`${name} resumed`);
    });
  }
  loop.callSoon(() => loop.stop());
  await loop.runForever();
  return events;
}

describe("turns", () => {
  test("where only the turn tells the current task, there is none once the turn is over", () => {
    const { loop, host } = fakeLoop();
    const task = new FakeTask();
    loop.callSoon(() => {
      slot.microtasksQueued = true;
      slot.turn = task;
    });
    host.flush();
    // An event of the page may come now, while the loop has nothing to do.
    expect(slot.turn).toBeUndefined();
  });

  test("an async callback's microtasks end before the next callback begins", async () => {
    const loop = virtualLoop();
    const events: string[] = [];
    const nested = async (depth: number): Promise<void> => {
      await undefined;
      if (depth > 0) await nested(depth - 1);
      events.push(`depth ${depth}`);
    };
    loop.callSoon(() => nested(5));
    loop.callSoon(() => {
      events.push("next");
      loop.stop();
    });
    await loop.runForever();
    expect(events).toEqual(["depth 0", "depth 1", "depth 2", "depth 3", "depth 4", "depth 5", "next"]);
  });

  test("runnables that touch no promise run back to back, without the host", () => {
    const { scheduler, host } = fakeLoop();
    const events: number[] = [];
    for (let i = 0; i < 10; i++) scheduler.schedule({ run: () => events.push(i) });
    let jobs = 0;
    const { afterMicrotasks } = host;
    host.afterMicrotasks = (callback) => {
      jobs++;
      afterMicrotasks.call(host, callback);
    };
    host.flush();
    expect(events).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(jobs).toBe(0);
  });

  test("every fourth time that it is woken it lets the host handle events first", () => {
    const { loop, host } = fakeLoop(); // the first time
    const pauses: number[] = [];
    for (let i = 0; i < 8; i++) {
      loop.callSoon(() => pauses.push(host.pauses));
      host.flush();
    }
    expect(pauses).toEqual([0, 0, 1, 1, 1, 1, 2, 2]);
  });

  test("when it is woken it ends its wait, and wakes only once", () => {
    const { loop, host } = fakeLoop();
    const ended: string[] = [];
    const { wait } = host;
    host.wait = (deadline, callback) => {
      const end = wait.call(host, deadline, callback);
      return () => {
        ended.push(`the wait until ${deadline}`);
        end();
      };
    };
    loop.callLater(100, () => {});
    host.flush();
    loop.callSoon(() => {});
    expect(ended).toEqual(["the wait until 100"]);
  });

  test("it is woken outside the context of who wakes it", () => {
    const { loop, host } = fakeLoop();
    const store = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    host.afterMicrotasks = () => seen.push(store.getStore());
    store.run("the waker's", () => loop.callSoon(() => {}));
    expect(seen).toEqual([undefined]);
  });

  test("a closed loop keeps no timer, and no callback", () => {
    const { loop, host, scheduler } = fakeLoop();
    const timers = (): unknown => Reflect.get(Reflect.get(scheduler, "timers") as object, "size");
    const ready = (): unknown => Reflect.get(Reflect.get(scheduler, "ready") as object, "length");
    loop.callLater(100, () => {});
    loop.callSoon(() => loop.stop());
    host.flush();
    for (let i = 0; i < 3; i++) loop.callSoon(() => {});
    expect([timers(), ready()]).toEqual([1, 3]);
    loop.close();
    expect([timers(), ready()]).toEqual([0, 0]);
  });

  const draining = needing("way to drain the microtasks at once");

  test(
    "where the host can drain the microtasks, it is asked for nothing else between two turns",
    draining,
    async () => {
      const host = detectHost();
      const asked: string[] = [];
      const { afterMicrotasks } = host;
      host.afterMicrotasks = (callback) => {
        asked.push("afterMicrotasks");
        afterMicrotasks.call(host, callback);
      };
      expect(await eventsOn(host)).toEqual(["a", "a resumed", "b", "b resumed", "c", "c resumed"]);
      expect(asked).toEqual(["afterMicrotasks"]); // to begin with
    },
  );

  test("where draining does nothing, as in a microtask, the turn ends all the same before the next begins", async () => {
    const host = detectHost();
    let drains = 0;
    Object.assign(host, { drainMicrotasks: () => drains++ });
    expect(await eventsOn(host)).toEqual(["a", "a resumed", "b", "b resumed", "c", "c resumed"]);
    // Once in a slice of time.
    expect(drains).toBe(1);
  });

  describe("of several loops on hosts that can't drain the microtasks", () => {
    /** Runs a callback that suspends on a loop for each name; returns their events. */
    async function eventsOf(names: readonly string[]): Promise<string[]> {
      const events: string[] = [];
      const runs = names.map((name) => {
        const host = Object.assign(detectHost(), { drainMicrotasks: undefined });
        const loop = new EventLoop({ host });
        loop.callSoon(async () => {
          events.push(name);
          await undefined;
          await undefined;
          events.push(`${name} resumed`);
          loop.stop();
        });
        return loop.runForever();
      });
      await Promise.all(runs);
      return events;
    }

    test("each ends before the next begins", async () => {
      expect(await eventsOf(["a", "b", "c"])).toEqual(["a", "a resumed", "b", "b resumed", "c", "c resumed"]);
    });

    test("one whose timer comes in the turn of another waits, and is woken by nothing else meanwhile", async () => {
      const [first, second] = [fakeLoop(), fakeLoop()];
      const events: string[] = [];
      const asked: string[] = [];
      let timeIsUp = (): void => {};
      second.host.wait = (_deadline, callback) => {
        timeIsUp = callback;
        return () => {};
      };
      second.loop.callLater(10, () => events.push("timer"));
      second.host.flush();
      first.loop.callSoon(async () => events.push("first"));
      first.host.runNext();
      const { afterMicrotasks } = second.host;
      second.host.afterMicrotasks = (callback) => {
        asked.push("afterMicrotasks");
        afterMicrotasks.call(second.host, callback);
      };
      second.host.time = 10;
      timeIsUp();
      second.loop.callSoon(() => events.push("soon"));
      expect([events, asked]).toEqual([["first"], []]);
      first.host.flush();
      second.host.flush();
      expect(events).toEqual(["first", "soon", "timer"]);
    });

    test("one does not wait for a loop that its host has forgotten", async () => {
      const { loop, host } = fakeLoop();
      loop.callSoon(async () => {});
      host.runNext();
      expect(await eventsOf(["a", "b"])).toEqual(["a", "a resumed", "b", "b resumed"]);
    });
  });

  describe("what has asked for the end of its turn is told", () => {
    /** Asks for the end of the turn; it may have microtasks. */
    const askFor = (events: string[], name = "the turn"): void => {
      slot.microtasksQueued = true;
      slot.afterTurn = { turnEnded: () => events.push(`${name} has ended`) };
    };

    test("once its microtasks have drained, also if the loop has nothing to do after it", async () => {
      const { loop, host } = fakeLoop();
      const events: string[] = [];
      loop.callSoon(async () => {
        askFor(events);
        await undefined;
        events.push("resumed");
      });
      host.runNext();
      await Promise.resolve();
      events.push("drained");
      host.flush();
      expect([host.isIdle, events]).toEqual([true, ["resumed", "drained", "the turn has ended"]]);
      host.flush();
      loop.callSoon(() => events.push("next"));
      host.flush();
      expect(events.slice(3)).toEqual(["next"]);
    });

    test("before the next turn begins, where the host drains the microtasks", draining, async () => {
      const loop = virtualLoop();
      const events: string[] = [];
      partsOf(loop).scheduler.addWatch({
        turnBegins: () => events.push("begins"),
        turnEnded: () => events.push("ends"),
      });
      for (const name of ["a", "b"]) {
        loop.callSoon(async () => {
          askFor(events, name);
          await undefined;
          events.push(name);
        });
      }
      loop.callSoon(() => loop.stop());
      await loop.runForever();
      const turn = (name: string): string[] => ["begins", name, "ends", `${name} has ended`];
      expect(events).toEqual([...turn("a"), ...turn("b"), "begins", "ends"]);
    });

    test("not before that, if another loop is called meanwhile", async () => {
      const [first, second] = [fakeLoop(), fakeLoop()];
      const task = new FakeTask();
      const events: string[] = [];
      const turns: unknown[] = [];
      first.loop.callSoon(async () => {
        askFor(events);
        slot.turn = task;
        await undefined;
        turns.push(slot.turn);
        events.push("resumed");
      });
      second.loop.callSoon(() => events.push("second"));
      first.host.runNext();
      // Its host calls it although the microtasks of the first one have not drained.
      second.host.runNext();
      await Promise.resolve();
      first.host.flush();
      second.host.flush();
      expect(events).toEqual(["resumed", "the turn has ended", "second"]);
      expect(turns).toEqual([task]);
    });
  });

  test("an error that somebody else's tick throws goes its own way, and the loop goes on", async () => {
    const { loop, host } = fakeLoop();
    const error = new Error("somebody else's");
    host.drainMicrotasks = () => {
      host.drainMicrotasks = undefined;
      throw error;
    };
    const events: string[] = [];
    loop.callSoon(async () => events.push("first"));
    loop.callSoon(() => events.push("second"));
    expect(() => host.flush()).toThrow(error);
    expect(events).toEqual(["first"]);
    await Promise.resolve();
    host.flush();
    expect(events).toEqual(["first", "second"]);
  });

  test("an idle loop whose last timer is taken back waits for nothing any more", () => {
    const { loop, host } = fakeLoop();
    const timer = loop.callLater(60_000, () => {});
    host.flush();
    expect(host.waits.at(-1)).toBe(60_000);
    timer.cancel();
    expect(host.waits.at(-1)).toBe(undefined);
    expect(host.isIdle).toBe(true);
  });

  test("an idle loop that has another timer still waits for that", () => {
    const { loop, host } = fakeLoop();
    const events: string[] = [];
    loop.callLater(10, () => events.push("10"));
    const timer = loop.callLater(20, () => {});
    host.flush();
    timer.cancel();
    expect(host.waits).toEqual([undefined, 10]);
    host.advance(10);
    expect(events).toEqual(["10"]);
  });

  test("a watch sees the beginning and the end of each turn, whether it touches promises or not", () => {
    const { loop, host, scheduler } = fakeLoop();
    const events: string[] = [];
    scheduler.addWatch({ turnBegins: () => events.push("begins"), turnEnded: () => events.push("ends") });
    for (const name of ["a", "b"]) scheduler.schedule({ run: () => events.push(name) });
    loop.callSoon(() => events.push("c"));
    host.flush();
    expect(events).toEqual(["begins", "a", "ends", "begins", "b", "ends", "begins", "c", "ends"]);
  });

  test("turns are counted", () => {
    const { loop, scheduler, host } = fakeLoop();
    const before = scheduler.turns;
    loop.callSoon(() => {});
    loop.callSoon(() => {});
    host.flush();
    expect(scheduler.turns - before).toBe(2);
  });

  test("a runnable that throws, against its contract, is reported, and the loop goes on", () => {
    const { loop, scheduler, host } = fakeLoop();
    const reports = reportsOf(loop);
    const events: string[] = [];
    const error = new Error("oops");
    const bad: Runnable = {
      run() {
        throw error;
      },
    };
    scheduler.schedule(bad);
    loop.callSoon(() => events.push("after"));
    host.flush();
    expect(events).toEqual(["after"]);
    expect(reports).toEqual([{ message: "a step of the event loop threw an error", exception: error }]);
  });
});

describe("slices", () => {
  let now = 0;

  beforeEach(() => {
    now = 0;
    vi.spyOn(realTime, "now").mockImplementation(() => now);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test("the loop lets the host handle events after a slice of time, though there is always something ready", () => {
    const { scheduler, host } = fakeLoop();
    let rounds = 0;
    const again: Runnable = {
      run() {
        now += 0.1;
        if (++rounds < 1000) scheduler.schedule(again);
      },
    };
    scheduler.schedule(again);
    host.flush();
    expect(rounds).toBe(1000);
    // 1000 turns of 0.1 ms, a look at the clock every 16 turns: a pause every 16 turns.
    expect(host.pauses).toBe(62);
  });

  test("a loop that has not much to do is never held up by a pause", () => {
    const { scheduler, host } = fakeLoop();
    for (let i = 0; i < 100; i++) scheduler.schedule({ run() {} });
    host.flush();
    expect(host.pauses).toBe(0);
  });

  test("callbacks that touch promises let the host handle events too", () => {
    const { loop, host } = fakeLoop();
    for (let i = 0; i < 64; i++) loop.callSoon(() => void (now += 0.25));
    host.flush();
    expect(host.pauses).toBe(4);
  });

  test("so do many that are ready in one iteration and touch no promise", () => {
    const { scheduler, host } = fakeLoop();
    for (let i = 0; i < 64; i++) scheduler.schedule({ run: () => void (now += 0.25) });
    host.flush();
    expect(host.pauses).toBe(4);
  });

  test("a turn that ends its slice is over before the host handles events", () => {
    const { loop, host, scheduler } = fakeLoop();
    const events: string[] = [];
    scheduler.addWatch({ turnBegins() {}, turnEnded: () => events.push("turn ended") });
    for (let i = scheduler.turns % 16; i < 15; i++) loop.callSoon(() => {});
    loop.callSoon(() => {
      now += 1;
      slot.microtasksQueued = true;
      slot.turn = new FakeTask();
      events.splice(0);
    });
    host.afterEvents = (callback) => {
      events.push("the host handles events");
      expect(slot.turn).toBeUndefined();
      host.afterMicrotasks(callback);
    };
    host.flush();
    expect(events).toEqual(["turn ended", "the host handles events"]);
  });
});

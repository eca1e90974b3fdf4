import { type ExceptionContext, Future, InvalidStateError } from "@asyncio-ts/future";
import { realTime, slot } from "@asyncio-ts/future/internal";
import type { Runnable } from "@asyncio-ts/future/lowlevel";
import { EventLoop, type Executor, getRunningLoop } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { detectHost } from "../src/host.js";
import { FakeHost, fakeLoop } from "./fake-host.js";

/** Collects what a loop reports. */
function reportsOf(loop: EventLoop): ExceptionContext[] {
  const reports: ExceptionContext[] = [];
  loop.setExceptionHandler((_, context) => reports.push(context));
  return reports;
}

describe("callSoon", () => {
  test("callbacks are called in the order in which they were given, with their arguments, and never at once.", () => {
    const { loop, host } = fakeLoop();
    const events: string[] = [];
    loop.callSoon((a: string, b: number) => events.push(a + b), "x", 1);
    loop.callSoon(() => events.push("second"));
    events.push("synchronous");
    host.flush();
    expect(events).toEqual(["synchronous", "x1", "second"]);
  });

  test("what a callback adds waits for the next iteration, behind what was ready in this one.", () => {
    const { loop, host } = fakeLoop();
    const events: string[] = [];
    loop.callSoon(() => {
      events.push("a");
      loop.callSoon(() => {
        events.push("a's");
        loop.callSoon(() => events.push("a's own"));
      });
    });
    loop.callSoon(() => {
      events.push("b");
      loop.callSoon(() => events.push("b's"));
    });
    host.flush();
    expect(events).toEqual(["a", "b", "a's", "b's", "a's own"]);
  });

  test("a callback that calls itself for ever does not keep timers from running.", () => {
    const { loop, host } = fakeLoop();
    const events: string[] = [];
    let rounds = 0;
    const again = (): void => {
      rounds++;
      host.time++;
      if (events.length === 0) loop.callSoon(again);
    };
    loop.callLater(10, () => events.push(`timer in round ${rounds}`));
    loop.callSoon(again);
    host.flush();
    // Due after round 10, and behind what was ready by then: round 11.
    expect(events).toEqual(["timer in round 11"]);
  });

  test.each([
    ["nothing", undefined, "undefined"],
    ["a number", 5, "5"],
    ["a string", "f", '"f"'],
    ["an object", {}, "an object of class Object"],
  ])("it refuses %s, and says what it got.", (_, callback, name) => {
    const { loop } = fakeLoop();
    expect(() => loop.callSoon(callback as unknown as () => void)).toThrow(
      new TypeError(`callSoon() needs a function, got ${name}`),
    );
  });
});

describe("callLater and callAt", () => {
  test("timers run by deadline, those of one deadline in the order in which they were made.", () => {
    const { loop, host } = fakeLoop();
    const events: string[] = [];
    loop.callLater(20, () => events.push("20"));
    loop.callLater(10, () => events.push("10, first"));
    loop.callAt(10, () => events.push("10, second"));
    loop.callLater(0, () => events.push("0"));
    host.flush();
    host.advance(10);
    expect(events).toEqual(["0", "10, first", "10, second"]);
    host.advance(10);
    expect(events).toEqual(["0", "10, first", "10, second", "20"]);
  });

  test("timers that are due join behind what is ready, between two iterations.", () => {
    const { loop, host } = fakeLoop();
    const events: string[] = [];
    loop.callSoon(() => {
      events.push("first iteration");
      loop.callLater(5, () => events.push("timer"));
      loop.callSoon(() => events.push("second iteration"));
      host.time = 5;
    });
    host.flush();
    expect(events).toEqual(["first iteration", "second iteration", "timer"]);
  });

  test("a timer of a time that has passed runs in the next iteration.", () => {
    const { loop, host } = fakeLoop();
    const events: string[] = [];
    loop.callLater(-5, () => events.push("late"));
    loop.callAt(-Infinity, () => events.push("later"));
    host.flush();
    expect(events).toEqual(["later", "late"]);
  });

  test("the loop asks its host to be woken for the next timer, and for an earlier one that comes.", () => {
    const { loop, host } = fakeLoop();
    loop.callLater(100, () => {});
    host.flush();
    loop.callLater(50, () => {});
    host.flush();
    expect(host.waits).toEqual([undefined, 100, 50]);
  });

  test("a timer that wakes the loop early only has it look again.", () => {
    const { loop, host } = fakeLoop();
    const events: string[] = [];
    loop.callLater(10, () => events.push("due"));
    host.flush();
    host.advance(9);
    loop.callSoon(() => events.push("between"));
    host.flush();
    expect(events).toEqual(["between"]);
    host.advance(1);
    expect(events).toEqual(["between", "due"]);
  });

  test("a timer for ever never runs.", () => {
    const { loop, host } = fakeLoop();
    loop.callLater(Infinity, () => expect.unreachable());
    host.flush();
    host.advance(1e9);
    expect(host.waits.at(-1)).toBe(Infinity);
  });

  test.each([
    ["NaN", NaN, "NaN"],
    ["nothing", undefined, "undefined"],
    ["a string", "1", '"1"'],
    ["null", null, "null"],
  ])("they refuse %s as a time, and name the unit.", (_, time, name) => {
    const { loop } = fakeLoop();
    const wrong = time as unknown as number;
    expect(() => loop.callLater(wrong, () => {})).toThrow(
      new TypeError(`callLater() needs a number of milliseconds, got ${name}`),
    );
    expect(() => loop.callAt(wrong, () => {})).toThrow(
      new TypeError(`callAt() needs a number of milliseconds, got ${name}`),
    );
  });

  test("they refuse what is no function.", () => {
    const { loop } = fakeLoop();
    expect(() => loop.callLater(1, 5 as unknown as () => void)).toThrow(
      /^callLater\(\) needs a function, got 5/,
    );
    expect(() => loop.callAt(1, undefined as unknown as () => void)).toThrow(
      /^callAt\(\) needs a function, got undefined/,
    );
  });
});

describe("turns", () => {
  test("an async callback's microtasks end before the next callback begins.", async () => {
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

  test("runnables that touch no promise run back to back, without the host.", () => {
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

  test("every fourth time that it is woken it lets the host poll first.", () => {
    const { loop, host } = fakeLoop(); // the first time
    const polls: number[] = [];
    for (let i = 0; i < 8; i++) {
      loop.callSoon(() => polls.push(host.polls));
      host.flush();
    }
    expect(polls).toEqual([0, 0, 1, 1, 1, 1, 2, 2]);
  });

  test("where the host can drain the microtasks, it is asked for nothing else between two turns.", async () => {
    const host = detectHost();
    const asked: string[] = [];
    const { afterMicrotasks } = host;
    host.afterMicrotasks = (callback) => {
      asked.push("afterMicrotasks");
      afterMicrotasks.call(host, callback);
    };
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
    expect(events).toEqual(["a", "a resumed", "b", "b resumed", "c", "c resumed"]);
    expect(asked).toEqual(["afterMicrotasks"]); // to begin with
  });

  test("where draining does nothing, as in a microtask, the turn ends all the same before the next begins.", async () => {
    const host = detectHost();
    let drains = 0;
    Object.assign(host, { drainMicrotasks: () => drains++ });
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
    expect(events).toEqual(["a", "a resumed", "b", "b resumed", "c", "c resumed"]);
    expect(drains).toBeGreaterThan(0);
  });

  test("an error that somebody else's tick throws goes its own way, and the loop goes on.", async () => {
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

  test("an idle loop whose last timer is taken back waits for nothing any more.", () => {
    const { loop, host } = fakeLoop();
    const timer = loop.callLater(60_000, () => {});
    host.flush();
    expect(host.waits.at(-1)).toBe(60_000);
    timer.cancel();
    expect(host.waits.at(-1)).toBe(undefined);
    expect(host.isIdle).toBe(true);
  });

  test("turns are counted.", () => {
    const { loop, scheduler, host } = fakeLoop();
    const before = scheduler.turns;
    loop.callSoon(() => {});
    loop.callSoon(() => {});
    host.flush();
    expect(scheduler.turns - before).toBe(2);
  });

  test("a runnable that throws, against its contract, is reported, and the loop goes on.", () => {
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

  test("the loop lets the host poll after a slice of time, though there is always something ready.", () => {
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
    // 1000 turns of 0.1 ms, a look at the clock every 16 turns: a poll every 16 turns.
    expect(host.polls).toBe(62);
  });

  test("a loop that has not much to do is never held up by a poll.", () => {
    const { scheduler, host } = fakeLoop();
    for (let i = 0; i < 100; i++) scheduler.schedule({ run() {} });
    host.flush();
    expect(host.polls).toBe(0);
  });

  test("callbacks that touch promises let the host poll too.", () => {
    const { loop, host } = fakeLoop();
    for (let i = 0; i < 64; i++) loop.callSoon(() => void (now += 1));
    host.flush();
    expect(host.polls).toBe(4);
  });
});

describe("runForever, runUntilComplete and stop", () => {
  test("stop() ends the loop after the present iteration, and what it added waits for the next run.", async () => {
    const loop = virtualLoop();
    const events: string[] = [];
    loop.callSoon(() => {
      events.push("a");
      loop.stop();
      loop.callSoon(() => events.push("next"));
    });
    loop.callSoon(() => events.push("b"));
    await loop.runForever();
    expect(events).toEqual(["a", "b"]);
    expect(loop.isRunning()).toBe(false);
    loop.stop();
    await loop.runForever();
    expect(events).toEqual(["a", "b", "next"]);
  });

  test("stop() before a run has it do one iteration.", async () => {
    const loop = virtualLoop();
    const events: string[] = [];
    loop.callSoon(() => {
      events.push("first");
      loop.callSoon(() => events.push("second"));
    });
    loop.stop();
    await loop.runForever();
    expect(events).toEqual(["first"]);
  });

  test("stop() from outside ends a loop that waits.", async () => {
    const { loop, host } = fakeLoop();
    loop.stop();
    host.flush();
    expect(loop.isRunning()).toBe(false);
  });

  test("isRunning() tells whether it runs, also inside a callback.", async () => {
    const loop = virtualLoop();
    const seen = [loop.isRunning()];
    loop.callSoon(() => {
      seen.push(loop.isRunning());
      loop.stop();
    });
    await loop.runForever();
    seen.push(loop.isRunning());
    expect(seen).toEqual([false, true, false]);
  });

  test("nothing runs while the loop is stopped.", () => {
    const host = new FakeHost();
    const loop = new EventLoop({ host });
    loop.callSoon(() => expect.unreachable());
    loop.callLater(0, () => expect.unreachable());
    host.flush();
    expect(host.waits).toEqual([]);
  });

  test("a second run is refused while one is under way.", async () => {
    const { loop } = fakeLoop();
    expect(() => loop.runForever()).toThrow("this event loop is running already");
    await expect(loop.runUntilComplete(new Future<void>())).rejects.toThrow(
      "this event loop is running already",
    );
  });

  test("runUntilComplete() gives the result of a future, and leaves the loop open.", async () => {
    const loop = virtualLoop();
    const future = loop.createFuture<string>();
    loop.callLater(50, () => future.setResult("result"));
    expect(await loop.runUntilComplete(future)).toBe("result");
    expect([loop.time(), loop.isRunning(), loop.isClosed()]).toEqual([50, false, false]);
  });

  test("runUntilComplete() throws the error of the future, which then counts as retrieved.", async () => {
    const loop = virtualLoop();
    const reports = reportsOf(loop);
    const future = loop.createFuture<string>();
    loop.callSoon(() => future.setException(new RangeError("failed")));
    await expect(loop.runUntilComplete(future)).rejects.toThrow(new RangeError("failed"));
    loop.close();
    expect(reports).toEqual([]);
  });

  test("runUntilComplete() of a future that is done runs at least one iteration.", async () => {
    const loop = virtualLoop();
    const events: string[] = [];
    const future = loop.createFuture<number>();
    future.setResult(1);
    loop.callSoon(() => events.push("ran"));
    expect(await loop.runUntilComplete(future)).toBe(1);
    expect(events).toEqual(["ran"]);
  });

  test("runUntilComplete() is an error if the loop is stopped before the future is done.", async () => {
    const loop = virtualLoop();
    const future = loop.createFuture<void>();
    loop.callSoon(() => loop.stop());
    await expect(loop.runUntilComplete(future)).rejects.toThrow(
      "the event loop was stopped before <Future pending> was done",
    );
    // The future does not stop a later run.
    loop.callSoon(() => future.setResult());
    const events: string[] = [];
    loop.callLater(10, () => {
      events.push("goes on");
      loop.stop();
    });
    await loop.runForever();
    expect(events).toEqual(["goes on"]);
  });

  test("runUntilComplete() of a function names the package that makes tasks, where that is missing.", async () => {
    const { makeTask } = slot;
    slot.makeTask = undefined;
    try {
      await expect(virtualLoop().runUntilComplete(async () => 1)).rejects.toThrow(
        /needs a future, got a function; import @asyncio-ts\/task/,
      );
      await expect(virtualLoop().runUntilComplete(Promise.resolve(1))).rejects.toThrow(/got a promise/);
    } finally {
      slot.makeTask = makeTask;
    }
  });

  test("two loops run side by side without touching each other.", async () => {
    const events: string[] = [];
    const run = async (name: string): Promise<void> => {
      const loop = virtualLoop();
      let rounds = 0;
      const again = (): void => {
        events.push(`${name}${++rounds}`);
        expect(getRunningLoop()).toBe(loop);
        if (rounds < 3) loop.callSoon(again);
        else loop.stop();
      };
      loop.callSoon(again);
      await loop.runForever();
    };
    await Promise.all([run("a"), run("b")]);
    expect(events.filter((event) => event.startsWith("a"))).toEqual(["a1", "a2", "a3"]);
    expect(events.filter((event) => event.startsWith("b"))).toEqual(["b1", "b2", "b3"]);
  });
});

describe("close", () => {
  test("a closed loop drops what it had scheduled, and takes no more.", async () => {
    const loop = virtualLoop();
    loop.callSoon(() => expect.unreachable());
    loop.callLater(1, () => expect.unreachable());
    loop.close();
    expect(loop.isClosed()).toBe(true);
    const closed = "this event loop is closed; make a new one with newEventLoop()";
    expect(() => loop.callSoon(() => {})).toThrow(closed);
    expect(() => loop.callLater(1, () => {})).toThrow(closed);
    expect(() => loop.callAt(1, () => {})).toThrow(closed);
    expect(() => loop.addSignalHandler("SIGUSR2", () => {})).toThrow(closed);
    expect(() => loop.runForever()).toThrow(closed);
    await expect(loop.runUntilComplete(new Future<void>())).rejects.toThrow(closed);
  });

  test("a callback of a future that comes after that is dropped in silence.", () => {
    const loop = virtualLoop();
    const future = loop.createFuture<void>();
    future.addDoneCallback(() => expect.unreachable());
    loop.close();
    future.setResult();
    expect(future.done()).toBe(true);
  });

  test("it can be closed twice, but not while it runs.", () => {
    const { loop, host } = fakeLoop();
    expect(() => loop.close()).toThrow("cannot close a running event loop; stop() it first");
    loop.stop();
    host.flush();
    loop.close();
    loop.close();
    expect(loop.isClosed()).toBe(true);
  });

  test("it reports each error that nobody retrieved, once.", () => {
    const loop = virtualLoop();
    const reports = reportsOf(loop);
    const lost = loop.createFuture<void>();
    const seen = loop.createFuture<void>();
    lost.setException(new Error("lost"));
    seen.setException(new Error("seen"));
    seen.exception();
    loop.close();
    loop.close();
    expect(reports).toEqual([
      {
        message: "Future failed and nobody retrieved its error (await it, or call exception())",
        exception: new Error("lost"),
      },
    ]);
  });

  test("its signal handlers are gone.", () => {
    const host = new FakeHost();
    const loop = new EventLoop({ host });
    loop.addSignalHandler("SIGUSR1", () => {});
    loop.addSignalHandler("SIGUSR2", () => {});
    expect([...host.signals.keys()]).toEqual(["SIGUSR1", "SIGUSR2"]);
    loop.close();
    expect(host.signals.size).toBe(0);
  });
});

describe("the exception handler", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test("an error that a callback throws is reported with its handle, and the loop goes on.", () => {
    const { loop, host } = fakeLoop();
    const reports = reportsOf(loop);
    const events: string[] = [];
    const error = new Error("thrown");
    const handle = loop.callSoon(() => {
      throw error;
    });
    loop.callSoon(() => events.push("next"));
    host.flush();
    expect(events).toEqual(["next"]);
    expect(reports).toHaveLength(1);
    expect(reports[0]?.exception).toBe(error);
    expect(reports[0]?.message).toMatch(/a callback of the .*loop,? threw an error/);
    expect(reports[0]?.future ?? reports[0]?.handle).toBe(handle);
  });

  test("an error of an async callback is reported too.", async () => {
    const loop = virtualLoop();
    const reports = reportsOf(loop);
    loop.callSoon(async () => {
      await undefined;
      throw new Error("rejected");
    });
    loop.callLater(1, () => loop.stop());
    await loop.runForever();
    expect(reports.map((report) => report.exception)).toEqual([new Error("rejected")]);
  });

  test("by default it writes to console.error.", () => {
    const written: unknown[][] = [];
    vi.spyOn(console, "error").mockImplementation((...parts: unknown[]) => written.push(parts));
    const { loop } = fakeLoop();
    const exception = new Error("reason");
    loop.callExceptionHandler({ message: "with an error", exception });
    loop.callExceptionHandler({ message: "without" });
    expect(written).toEqual([["with an error", exception], ["without"]]);
  });

  test("it can be replaced, asked for, and taken back.", () => {
    const { loop } = fakeLoop();
    const written: unknown[] = [];
    vi.spyOn(console, "error").mockImplementation((message: unknown) => written.push(message));
    const handled: string[] = [];
    const handler = (from: EventLoop, context: ExceptionContext): void => {
      expect(from).toBe(loop);
      handled.push(context.message);
    };
    expect(loop.getExceptionHandler()).toBeUndefined();
    loop.setExceptionHandler(handler);
    expect(loop.getExceptionHandler()).toBe(handler);
    loop.callExceptionHandler({ message: "handled" });
    loop.setExceptionHandler(undefined);
    loop.callExceptionHandler({ message: "default" });
    expect([handled, written]).toEqual([["handled"], ["default"]]);
  });

  test("a handler may pass on to the default one.", () => {
    const { loop } = fakeLoop();
    const written: unknown[] = [];
    vi.spyOn(console, "error").mockImplementation((message: unknown) => written.push(message));
    loop.setExceptionHandler((from, context) => from.defaultExceptionHandler(context));
    loop.callExceptionHandler({ message: "passed on" });
    expect(written).toEqual(["passed on"]);
  });

  test("an error in the handler is reported by the default one, and so is what it was told.", () => {
    const { loop } = fakeLoop();
    const written: unknown[][] = [];
    vi.spyOn(console, "error").mockImplementation((...parts: unknown[]) => written.push(parts));
    const bad = new Error("in the handler");
    loop.setExceptionHandler(() => {
      throw bad;
    });
    loop.callExceptionHandler({ message: "told" });
    expect(written).toEqual([["the exception handler of the loop threw an error", bad], ["told"]]);
  });

  test("an async handler that rejects is reported as one that throws is.", async () => {
    const { loop } = fakeLoop();
    const written: unknown[][] = [];
    vi.spyOn(console, "error").mockImplementation((...parts: unknown[]) => written.push(parts));
    const bad = new Error("in the handler");
    loop.setExceptionHandler(async () => {
      await undefined;
      throw bad;
    });
    loop.callExceptionHandler({ message: "told" });
    expect(written).toEqual([]);
    await new Promise(setImmediate);
    expect(written).toEqual([["the exception handler of the loop threw an error", bad], ["told"]]);
  });

  test("if even console.error throws, the loop goes on.", () => {
    const { loop, host } = fakeLoop();
    vi.spyOn(console, "error").mockImplementation(() => {
      throw new Error("the console is broken");
    });
    const events: string[] = [];
    loop.callSoon(() => {
      throw new Error("in a callback");
    });
    loop.callSoon(() => events.push("next"));
    host.flush();
    expect(events).toEqual(["next"]);
  });

  test("it must be a function.", () => {
    const { loop } = fakeLoop();
    expect(() => loop.setExceptionHandler("log" as unknown as () => void)).toThrow(
      new TypeError('setExceptionHandler() needs a function, or undefined for the default, got "log"'),
    );
  });
});

describe("signal handlers", () => {
  test("they are called in the loop, with their arguments, for each signal.", () => {
    const { loop, host } = fakeLoop();
    const events: string[] = [];
    loop.addSignalHandler("SIGHUP", (word: string) => events.push(word), "hangup");
    host.signals.get("SIGHUP")?.();
    events.push("not at once");
    host.flush();
    host.signals.get("SIGHUP")?.();
    host.flush();
    expect(events).toEqual(["not at once", "hangup", "hangup"]);
  });

  test("a second one takes the place of the first, and it can be taken off.", () => {
    const { loop, host } = fakeLoop();
    const events: string[] = [];
    loop.addSignalHandler("SIGHUP", () => events.push("first"));
    loop.addSignalHandler("SIGHUP", () => events.push("second"));
    host.signals.get("SIGHUP")?.();
    host.flush();
    expect(events).toEqual(["second"]);
    expect(loop.removeSignalHandler("SIGHUP")).toBe(true);
    expect(loop.removeSignalHandler("SIGHUP")).toBe(false);
    expect(host.signals.size).toBe(0);
  });

  test("they listen to the signals of the process.", async () => {
    const loop = virtualLoop();
    const before = process.listenerCount("SIGUSR2");
    const events: string[] = [];
    loop.addSignalHandler("SIGUSR2", () => {
      events.push("signal");
      loop.stop();
    });
    loop.callSoon(() => process.emit("SIGUSR2"));
    await loop.runForever();
    loop.close();
    expect(events).toEqual(["signal"]);
    expect(process.listenerCount("SIGUSR2")).toBe(before);
  });
});

describe("executors and their jobs", () => {
  /** Takes no jobs, and remembers what it was told. */
  const recorder = (log: unknown[], name: string): Executor<never> => ({
    submit: () => expect.unreachable(),
    shutdown: async (options) => {
      log.push(name, options);
    },
  });

  test("shutdownDefaultExecutor() shuts down each executor once, with the options given.", async () => {
    const log: unknown[] = [];
    const { loop, shutdown } = fakeLoop();
    loop.setDefaultExecutor(recorder(log, "default"));
    shutdown.toShutDown.add(recorder(log, "adopted"));
    await loop.shutdownDefaultExecutor({ timeout: 5 });
    await loop.shutdownDefaultExecutor();
    expect(log).toEqual(["default", { timeout: 5 }, "adopted", { timeout: 5 }]);
    expect(() => loop.runInExecutor<{ f(): void }, "f">(null, "f")).toThrow("no default executor");
  });

  test("the end of a run cancels the jobs, then shuts the executors down without waiting for theirs.", async () => {
    const log: unknown[] = [];
    const { loop, shutdown, host } = fakeLoop();
    const job = loop.createFuture<void>();
    job.addDoneCallback(() => log.push(String(job.reason())));
    shutdown.toCancel.add(job);
    shutdown.toShutDown.add(recorder(log, "adopted"));
    await shutdown.end("over");
    expect(job.cancelled()).toBe(true);
    host.flush();
    expect(log).toEqual(["adopted", { timeout: 0 }, "CancelledError: over"]);
  });

  test("the end of a run waits for workers that are being ended.", async () => {
    const log: string[] = [];
    const { shutdown } = fakeLoop();
    const ending = Promise.resolve().then(() => void log.push("the worker has ended"));
    shutdown.toAwait.add(ending);
    await shutdown.end("over");
    log.push("all has ended");
    expect(log).toEqual(["the worker has ended", "all has ended"]);
  });

  test("the end of a run is told when there is nothing to end.", () => {
    expect(fakeLoop().shutdown.end("over")).toBe(false);
  });

  test("close() cancels the jobs.", () => {
    const loop = virtualLoop();
    const job = loop.createFuture<void>();
    partsOf(loop).shutdown.toCancel.add(job);
    loop.close();
    expect(String(job.reason())).toBe("CancelledError: the event loop was closed");
  });
});

describe("futures of a loop", () => {
  test("createFuture() gives a future that is called back by this loop.", () => {
    const { loop, host } = fakeLoop();
    const future = loop.createFuture<number>();
    const events: unknown[] = [];
    future.addDoneCallback((done) => events.push(done.result(), getRunningLoop() === loop));
    future.setResult(7);
    expect(future.getLoop()).toBe(loop);
    expect(events).toEqual([]);
    host.flush();
    expect(events).toEqual([7, true]);
  });

  test("its callbacks run one iteration after the result was set.", () => {
    const { loop, host } = fakeLoop();
    const events: string[] = [];
    const future = loop.createFuture<void>();
    future.addDoneCallback(() => events.push("done"));
    loop.callSoon(() => {
      future.setResult();
      events.push("set");
    });
    loop.callSoon(() => events.push("same iteration"));
    host.flush();
    expect(events).toEqual(["set", "same iteration", "done"]);
  });

  test("an error in a done callback is reported, and the others are called.", () => {
    const { loop, host } = fakeLoop();
    const reports = reportsOf(loop);
    const events: string[] = [];
    const future = loop.createFuture<void>();
    future.addDoneCallback(() => future.setResult());
    future.addDoneCallback(() => events.push("second"));
    future.setResult();
    host.flush();
    expect(events).toEqual(["second"]);
    expect(reports.map((report) => [report.message, report.exception instanceof InvalidStateError])).toEqual([
      [expect.stringMatching(/a done callback of <Future finished.*>,? threw an error/), true],
    ]);
    expect(reports[0]?.future).toBe(future);
  });
});

describe("debug mode", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  test.each([
    ["1", true],
    ["yes", true],
    ["0", false],
    ["", false],
  ])("ASYNCIO_DEBUG=%j turns it %s, and the option wins over it.", (value, on) => {
    vi.stubEnv("ASYNCIO_DEBUG", value);
    expect(new EventLoop().debug).toBe(on);
    expect(new EventLoop({ debug: !on }).debug).toBe(!on);
  });

  test("a callback that holds the loop for too long is reported, and one that does not is not.", () => {
    let now = 0;
    vi.spyOn(realTime, "now").mockImplementation(() => now);
    const { loop, host } = fakeLoop({ debug: true });
    const reports = reportsOf(loop);
    loop.callSoon(() => void (now += 99));
    loop.callSoon(() => void (now += 100));
    host.flush();
    expect(reports.map((report) => report.message)).toEqual([
      expect.stringMatching(/held the event loop for 100 ms \(slowCallbackDuration is 100\)/),
    ]);
    loop.slowCallbackDuration = 10;
    loop.callSoon(() => void (now += 20));
    host.flush();
    expect(reports).toHaveLength(2);
  });

  test("the time in which the loop had nothing to do does not count.", () => {
    let now = 0;
    vi.spyOn(realTime, "now").mockImplementation(() => now);
    const { loop, host } = fakeLoop({ debug: true });
    const reports = reportsOf(loop);
    loop.callSoon(() => {});
    host.flush();
    now += 5000;
    loop.callSoon(() => {});
    host.flush();
    expect(reports).toEqual([]);
  });

  test("callSoon() on a loop inside the turn of another one is reported.", () => {
    const mine = fakeLoop({ debug: true });
    const other = fakeLoop({ debug: true });
    const reports = reportsOf(other.loop);
    for (const { loop } of [mine, other]) loop.slowCallbackDuration = Infinity;
    mine.loop.callSoon(() => other.loop.callSoon(() => {}));
    mine.loop.callSoon(() => other.loop.callLater(1, () => {}));
    mine.host.flush();
    expect(reports.map((report) => report.message)).toEqual([
      "callSoon() was called on an event loop inside a turn of another one; use getRunningLoop() there",
      "callLater() was called on an event loop inside a turn of another one; use getRunningLoop() there",
    ]);
  });
});

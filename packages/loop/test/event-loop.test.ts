import { Future, InvalidStateError } from "@asyncio-ts/future";
import { debug, slot } from "@asyncio-ts/future/internal";
import type { Runnable } from "@asyncio-ts/future/lowlevel";
import { EventLoop, type Executor, getRunningLoop, type Host } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { FakeHost, fakeLoop } from "@asyncio-ts/testkit/hosts";
import { afterEach, describe, expect, test, vi } from "vitest";
import { reportsOf } from "./reports-of.js";

describe("callSoon", () => {
  test("callbacks are called in the order in which they were given, with their arguments, and never at once", () => {
    const { loop, host } = fakeLoop();
    const events: string[] = [];
    loop.callSoon((a: string, b: number) => events.push(a + b), "x", 1);
    loop.callSoon(() => events.push("second"));
    events.push("synchronous");
    host.flush();
    expect(events).toEqual(["synchronous", "x1", "second"]);
  });

  test("what a callback adds waits for the next iteration, behind what was ready in this one", () => {
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

  test("a callback that calls itself for ever does not keep timers from running", () => {
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
  ])("it refuses %s, and says what it got", (_, callback, name) => {
    const { loop } = fakeLoop();
    expect(() => loop.callSoon(callback as unknown as () => void)).toThrow(
      new TypeError(`callSoon() needs a function, got ${name}`),
    );
  });
});

describe("callLater and callAt", () => {
  test("timers run by deadline, those of one deadline in the order in which they were made", () => {
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

  test("timers that are due join behind what is ready, between two iterations", () => {
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

  test("a timer of a time that has passed runs in the next iteration", () => {
    const { loop, host } = fakeLoop();
    const events: string[] = [];
    loop.callLater(-5, () => events.push("late"));
    loop.callAt(-Infinity, () => events.push("later"));
    host.flush();
    expect(events).toEqual(["later", "late"]);
  });

  test("the loop asks its host to be woken for the next timer, and for an earlier one that comes", () => {
    const { loop, host } = fakeLoop();
    loop.callLater(100, () => {});
    host.flush();
    loop.callLater(50, () => {});
    host.flush();
    expect(host.waits).toEqual([undefined, 100, 50]);
  });

  test("a timer that wakes the loop early only has it look again", () => {
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

  test("a timer for ever never runs", () => {
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
  ])("they refuse %s as a time, and name the unit", (_, time, name) => {
    const { loop } = fakeLoop();
    const wrong = time as unknown as number;
    expect(() => loop.callLater(wrong, () => {})).toThrow(
      new TypeError(`callLater() needs a number of milliseconds, got ${name}`),
    );
    expect(() => loop.callAt(wrong, () => {})).toThrow(
      new TypeError(`callAt() needs a number of milliseconds, got ${name}`),
    );
  });

  test("they refuse what is no function", () => {
    const { loop } = fakeLoop();
    expect(() => loop.callLater(1, 5 as unknown as () => void)).toThrow(
      /^callLater\(\) needs a function, got 5/,
    );
    expect(() => loop.callAt(1, undefined as unknown as () => void)).toThrow(
      /^callAt\(\) needs a function, got undefined/,
    );
  });
});

describe("runForever, runUntilComplete and stop", () => {
  test("stop() ends the loop after the present iteration, and what it added waits for the next run", async () => {
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

  test("stop() before a run has it do one iteration", async () => {
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

  test("stop() before a run ends it at once if there is nothing to do", async () => {
    const loop = virtualLoop();
    loop.callLater(1000, () => expect.unreachable());
    loop.stop();
    await loop.runForever();
    expect([loop.isRunning(), loop.time()]).toEqual([false, 0]);
  });

  test("stop() from outside ends a loop that waits", async () => {
    const { loop, host } = fakeLoop();
    loop.stop();
    host.flush();
    expect(loop.isRunning()).toBe(false);
  });

  test("isRunning() tells whether it runs, also inside a callback", async () => {
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

  test("nothing runs while the loop is stopped", () => {
    const host = new FakeHost();
    const loop = new EventLoop({ host });
    loop.callSoon(() => expect.unreachable());
    loop.callLater(0, () => expect.unreachable());
    host.flush();
    expect(host.waits).toEqual([]);
  });

  test("nothing runs once the loop was stopped, until it runs again", () => {
    const { loop, host } = fakeLoop();
    const events: string[] = [];
    loop.stop();
    host.flush();
    loop.callSoon(() => events.push("soon"));
    host.flush();
    expect(events).toEqual([]);
    void loop.runForever();
    host.flush();
    expect(events).toEqual(["soon"]);
  });

  test("a second run is refused while one is under way", async () => {
    const { loop } = fakeLoop();
    expect(() => loop.runForever()).toThrow("this event loop is running already");
    await expect(loop.runUntilComplete(new Future<void>())).rejects.toThrow(
      "this event loop is running already",
    );
  });

  test("runUntilComplete() gives the result of a future, and leaves the loop open", async () => {
    const loop = virtualLoop();
    const future = loop.createFuture<string>();
    loop.callLater(50, () => future.setResult("result"));
    expect(await loop.runUntilComplete(future)).toBe("result");
    expect([loop.time(), loop.isRunning(), loop.isClosed()]).toEqual([50, false, false]);
  });

  test("runUntilComplete() throws the error of the future, which then counts as retrieved", async () => {
    const loop = virtualLoop();
    const reports = reportsOf(loop);
    const future = loop.createFuture<string>();
    loop.callSoon(() => future.setException(new RangeError("failed")));
    await expect(loop.runUntilComplete(future)).rejects.toThrow(new RangeError("failed"));
    loop.close();
    expect(reports).toEqual([]);
  });

  test("runUntilComplete() of a future that is done runs at least one iteration", async () => {
    const loop = virtualLoop();
    const events: string[] = [];
    const future = loop.createFuture<number>();
    future.setResult(1);
    loop.callSoon(() => events.push("ran"));
    expect(await loop.runUntilComplete(future)).toBe(1);
    expect(events).toEqual(["ran"]);
  });

  test("runUntilComplete() is an error if the loop is stopped before the future is done", async () => {
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

  test("runUntilComplete() of a function names the package that makes tasks, where that is missing", async () => {
    const { makeTask } = slot;
    slot.makeTask = undefined;
    try {
      await expect(virtualLoop().runUntilComplete(async () => 1)).rejects.toThrow(
        /needs a future, got a function; import @asyncio-ts\/task/,
      );
      await expect(virtualLoop().runUntilComplete(Promise.resolve(1))).rejects.toThrow(/class Promise;/);
    } finally {
      slot.makeTask = makeTask;
    }
  });

  test("runUntilComplete() of a function makes a task of it, where there are tasks", async () => {
    const { makeTask } = slot;
    const loop = virtualLoop();
    const body = async (): Promise<number> => 1;
    const seen: unknown[] = [];
    slot.makeTask = ((...args: unknown[]) => {
      seen.push(...args);
      const future = loop.createFuture<number>();
      future.setResult(7);
      return future;
    }) as unknown as NonNullable<typeof makeTask>;
    try {
      expect(await loop.runUntilComplete(body)).toBe(7);
      expect(seen).toEqual([body, partsOf(loop).scheduler, "runUntilComplete()"]);
    } finally {
      slot.makeTask = makeTask;
    }
  });

  test("two loops run side by side without touching each other", async () => {
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
  test("a closed loop drops what it had scheduled, and takes no more", async () => {
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

  test("a callback of a future that comes after that is dropped in silence", () => {
    const loop = virtualLoop();
    const future = loop.createFuture<void>();
    future.addDoneCallback(() => expect.unreachable());
    loop.close();
    future.setResult();
    expect(future.done()).toBe(true);
  });

  test("what outlives it, or resumes a task that is not done, runs in a microtask, and nothing else does", async () => {
    const loop = virtualLoop();
    const { scheduler } = partsOf(loop);
    const events: string[] = [];
    const resuming = (name: string, awaiter: Runnable["awaiter"], outlivesLoop?: boolean): Runnable => ({
      run: () => events.push(name),
      awaiter,
      ...(outlivesLoop !== undefined && { outlivesLoop }),
    });
    loop.close();
    scheduler.schedule(resuming("one that is left", { done: () => false }));
    scheduler.schedule(resuming("one that is done", { done: () => true }));
    scheduler.schedule(resuming("none", undefined));
    scheduler.schedule(resuming("none, and outlives the loop", undefined, true));
    scheduler.schedule(resuming("none, and does not", undefined, false));
    events.push("scheduled");
    await Promise.resolve();
    expect(events).toEqual(["scheduled", "one that is left", "none, and outlives the loop"]);
  });

  test("it can be closed twice, but not while it runs", () => {
    const { loop, host } = fakeLoop();
    expect(() => loop.close()).toThrow("cannot close a running event loop; stop() it first");
    loop.stop();
    host.flush();
    loop.close();
    loop.close();
    expect(loop.isClosed()).toBe(true);
  });

  test("it reports each error that nobody retrieved, once", () => {
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

  test("its signal handlers are gone", () => {
    const host = new FakeHost();
    const loop = new EventLoop({ host });
    loop.addSignalHandler("SIGUSR1", () => {});
    loop.addSignalHandler("SIGUSR2", () => {});
    expect([...host.signals.keys()]).toEqual(["SIGUSR1", "SIGUSR2"]);
    loop.close();
    expect(host.signals.size).toBe(0);
  });
});

describe("a loop", () => {
  test("prints its state", () => {
    const { loop, host } = fakeLoop({ debug: true });
    expect(String(loop)).toBe("<EventLoop running, in debug mode>");
    loop.debug = false;
    loop.stop();
    host.flush();
    expect(String(loop)).toBe("<EventLoop stopped>");
    loop.close();
    expect(String(loop)).toBe("<EventLoop closed>");
  });

  test("refuses a host and an order that are none", () => {
    const host = { now: () => 0 } as unknown as Host;
    expect(() => new EventLoop({ host })).toThrow(
      new TypeError("new EventLoop() needs a Host, or none for this runtime, got an object of class Object"),
    );
    expect(() => new EventLoop({ order: 1 as never })).toThrow(
      /^order of new EventLoop\(\) needs a function/,
    );
  });

  test("takes what is ready in the order that it is told", () => {
    const { loop, host } = fakeLoop({ order: (ready) => ready.map((_, i) => ready.at(-1 - i) as Runnable) });
    const events: string[] = [];
    for (const name of ["a", "b", "c"]) loop.callSoon(() => events.push(name));
    host.flush();
    expect(events).toEqual(["c", "b", "a"]);
  });
});

describe("runInExecutor", () => {
  type Work = { add(a: number, b: number): number };

  /** Notes its jobs. */
  function executor(jobs: unknown[], name: string): Executor<Work> {
    return {
      submit: (...job: unknown[]) => {
        jobs.push(name, ...job);
        return new Future<never>();
      },
      shutdown: async () => {},
    };
  }

  test("gives the job to the executor, or to the default one, and returns its future", () => {
    const { loop } = fakeLoop();
    const jobs: unknown[] = [];
    loop.setDefaultExecutor(executor(jobs, "default") as unknown as Executor<never>);
    expect(loop.runInExecutor(executor(jobs, "another"), "add", 1, 2)).toBeInstanceOf(Future);
    loop.runInExecutor<Work, "add">(null, "add", 3, 4);
    expect(jobs).toEqual(["another", "add", 1, 2, "default", "add", 3, 4]);
  });

  test("takes an executor that is not shut down with the loop", async () => {
    const { loop } = fakeLoop();
    const jobs: unknown[] = [];
    loop.setDefaultExecutor(executor([], "default") as unknown as Executor<never>);
    await loop.shutdownDefaultExecutor();
    loop.runInExecutor(executor(jobs, "another"), "add", 1, 2);
    expect(jobs).toEqual(["another", "add", 1, 2]);
  });

  test("refuses what is no executor, or no name, and says so if there is no default one", () => {
    const { loop } = fakeLoop();
    const submit = (executor: unknown, name: unknown) => () =>
      loop.runInExecutor(executor as Executor<Work>, name as "add", 1, 2);
    expect(submit({ submit() {} }, "add")).toThrow(
      new TypeError(
        "runInExecutor() needs an executor, or null for the default one, got an object of class Object",
      ),
    );
    expect(submit(executor([], "one"), () => 1)).toThrow(
      new TypeError(
        "runInExecutor() needs the name of a function of the executor's module, got a function; " +
          "a function itself can't be sent to another thread",
      ),
    );
    expect(submit(null, "add")).toThrow(
      "this event loop has no default executor; call setDefaultExecutor(new ThreadPoolExecutor(…)) first",
    );
    expect(() => loop.setDefaultExecutor(1 as never)).toThrow(
      new TypeError("setDefaultExecutor() needs an executor, got 1"),
    );
  });

  test("refuses a closed loop", () => {
    const loop = virtualLoop();
    loop.close();
    const closed = "this event loop is closed";
    expect(() => loop.runInExecutor(executor([], "one"), "add", 1, 2)).toThrow(closed);
    expect(() => loop.setDefaultExecutor(executor([], "one") as unknown as Executor<never>)).toThrow(closed);
  });
});

describe("futures of a loop", () => {
  test("createFuture() gives a future that is called back by this loop", () => {
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

  test("its callbacks run one iteration after the result was set", () => {
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

  test("an error in a done callback is reported, and the others are called", () => {
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
  ])("ASYNCIO_DEBUG=%j turns it %s, and the option wins over it", (value, on) => {
    vi.stubEnv("ASYNCIO_DEBUG", value);
    expect(new EventLoop().debug).toBe(on);
    expect(new EventLoop({ debug: !on }).debug).toBe(!on);
  });

  test("an environment that may not be read turns it off", () => {
    vi.spyOn(process, "env", "get").mockReturnValue(
      new Proxy(
        {},
        {
          get() {
            throw new Error("Requires env access");
          },
        },
      ),
    );
    expect(new EventLoop().debug).toBe(false);
  });

  test("it must be true or false", () => {
    const loop = new EventLoop();
    expect(() => (loop.debug = 1 as unknown as boolean)).toThrow(
      new TypeError("debug of an EventLoop must be true or false, got 1"),
    );
    expect(() => new EventLoop({ debug: 1 as unknown as boolean })).toThrow(/new EventLoop.*debug.*got 1/);
  });

  test("the checks of the library begin with the first loop that is in it, and those that are there stay", () => {
    const { checks } = slot;
    const others = {} as NonNullable<typeof checks>;
    try {
      slot.checks = undefined;
      const loop = new EventLoop({ debug: false });
      expect(slot.checks).toBeUndefined();
      loop.debug = true;
      expect(slot.checks).toBe(debug.checks);
      slot.checks = others;
      expect([new EventLoop({ debug: true }).debug, slot.checks]).toEqual([true, others]);
    } finally {
      slot.checks = checks;
    }
  });

  test("callSoon() on a loop in its own turn is not reported", () => {
    const { loop, host } = fakeLoop({ debug: true });
    loop.slowCallbackDuration = Infinity;
    const reports = reportsOf(loop);
    const events: string[] = [];
    loop.callSoon(() => loop.callSoon(() => events.push("called")));
    host.flush();
    expect([events, reports]).toEqual([["called"], []]);
  });

  test("callSoon() on a loop inside the turn of another one is reported", () => {
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

import { EventEmitter, once } from "node:events";
import { setImmediate as polled } from "node:timers/promises";
import { Worker } from "node:worker_threads";

import { coroutine } from "@asyncio-ts/coroutine";
import { type ExceptionContext, Future } from "@asyncio-ts/future";
import {
  type ArgumentsOf,
  EventLoop,
  type Executor,
  type FunctionName,
  getRunningLoop,
  Handle,
  newEventLoop,
  type ReturnOf,
  TimerHandle,
} from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import {
  abortable,
  createTask,
  currentTask,
  ensureFuture,
  sleep,
  type Task,
  TimeoutError,
  waitFor,
} from "@asyncio-ts/task";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { SimulatedHost } from "@asyncio-ts/testkit/hosts";
import { awaited, bothKinds } from "@asyncio-ts/testkit";

let loop: EventLoop;
let reports: ExceptionContext[];

beforeEach(() => {
  loop = virtualLoop();
  reports = [];
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  if (!loop.isRunning()) loop.close();
});

/** Has what is reported written down instead of printed, but for slow turns, which depend on the machine. */
function collectReports(): void {
  loop.setExceptionHandler((_loop, context) => void reports.push(context));
  loop.slowCallbackDuration = Infinity;
}

/** Runs one iteration. */
async function iterate(): Promise<void> {
  loop.callSoon(() => loop.stop());
  await loop.runForever();
}

describe("callSoon, callLater, callAt", () => {
  it("callSoon calls with the arguments, in order, in the next iteration", async () => {
    const record: unknown[][] = [];
    const handle = loop.callSoon((...args: unknown[]) => void record.push(args), "hello", "world");
    loop.callSoon((...args: unknown[]) => void record.push(args), 2);
    expect(handle).toBeInstanceOf(Handle);
    expect(handle).not.toBeInstanceOf(TimerHandle);
    expect(record).toEqual([]);
    await iterate();
    expect(record).toEqual([["hello", "world"], [2]]);
    expect(loop.time()).toBe(0);
  });

  it("callLater calls with the arguments once the delay has passed, and not before", async () => {
    const record: unknown[] = [];
    const handle = loop.callLater(
      100,
      (text: string) => {
        record.push(text, loop.time());
        loop.stop();
      },
      "hello",
    );
    expect(handle).toBeInstanceOf(TimerHandle);
    expect(handle.when()).toBe(100);
    await iterate();
    expect(record).toEqual([]);
    await loop.runForever();
    expect(record).toEqual(["hello", 100]);
    expect(() => loop.callLater(null as unknown as number, () => {})).toThrow(TypeError);
  });

  it("callAt calls when the clock of the loop has come to a time", async () => {
    loop.callLater(50, () => loop.stop());
    await loop.runForever();
    const handle = loop.callAt(loop.time() + 100, () => loop.stop());
    expect(handle.when()).toBe(150);
    await loop.runForever();
    expect(loop.time()).toBe(150);
    expect(() => loop.callAt(null as unknown as number, () => {})).toThrow(TypeError);
  });

  it("timers are called by deadline, those of one moment in the order in which they were made", async () => {
    const record: string[] = [];
    loop.callLater(20, (name) => void record.push(name), "20");
    loop.callLater(10, (name) => void record.push(name), "10, first");
    loop.callLater(10, (name) => void record.push(name), "10, second");
    loop.callLater(-1, (name) => void record.push(name), "-1");
    loop.callLater(-2, (name) => void record.push(name), "-2");
    await iterate();
    expect(record).toEqual(["-2", "-1"]);
    loop.callLater(30, () => loop.stop());
    await loop.runForever();
    expect(record.slice(2)).toEqual(["10, first", "10, second", "20"]);
  });

  it("take only functions, and only numbers for times", () => {
    const notAFunction = 1 as unknown as () => void;
    const noTime = null as unknown as number;
    expect(() => loop.callSoon(notAFunction)).toThrow(TypeError);
    expect(() => loop.callLater(60, notAFunction)).toThrow(TypeError);
    expect(() => loop.callAt(60, notAFunction)).toThrow(TypeError);
    expect(() => loop.callLater(noTime, () => {})).toThrow(TypeError);
    expect(() => loop.callAt(noTime, () => {})).toThrow(TypeError);
  });

  it("take no coroutine object; in debug mode a coroutine function whose coroutine is lost is reported", async () => {
    const ran: string[] = [];
    const job = coroutine(async function job() {
      ran.push("ran");
    });
    const object = job() as unknown as () => void;
    expect(() => loop.callSoon(object)).toThrow(TypeError);
    expect(() => loop.callLater(60, object)).toThrow(TypeError);
    expect(() => loop.callAt(60, object)).toThrow(TypeError);

    collectReports();
    loop.debug = true;
    loop.callSoon(job);
    await iterate();
    loop.close();
    expect(ran).toEqual([]);
    expect(reports.map(({ exception }) => String(exception))).toEqual([
      expect.stringMatching(/^TypeError: a callback returned a coroutine, which nobody awaits/),
    ]);
  });

  it("what a callback adds runs in the iteration after it, also if the callback is a timer", async () => {
    const record: string[] = [];
    loop.callLater(-1, () => {
      record.push("timer");
      loop.callSoon(() => void record.push("added"));
      loop.stop();
    });
    await loop.runForever();
    expect(record).toEqual(["timer"]);
    await iterate();
    expect(record).toEqual(["timer", "added"]);
  });

  it("callSoon wakes a loop that waits for a timer", async () => {
    const record: string[] = [];
    const host = new SimulatedHost();
    host.wait = () => () => {}; // The timer is far away.
    loop = host.newLoop();
    loop.callLater(60_000, () => void record.push("timer"));
    const running = loop.runForever();
    await polled();
    loop.callSoon(() => void record.push("from outside"));
    loop.callSoon(() => loop.stop());
    await running;
    expect(record).toEqual(["from outside"]);
  });

  it("what a thread posts reaches the loop as an event, where callSoon wakes it", async () => {
    loop = newEventLoop();
    const record: string[] = [];
    const worker = new Worker('require("node:worker_threads").parentPort.postMessage("hello")', {
      eval: true,
    });
    worker.on("message", (text: string) => {
      loop.callSoon(() => {
        record.push(text);
        loop.stop();
      });
    });
    loop.callSoon(() => void record.push("world"));
    await loop.runForever();
    expect(record).toEqual(["world", "hello"]);
    await worker.terminate();
  });
});

describe("handles", () => {
  it("a cancelled handle is not called", async () => {
    const record: string[] = [];
    const soon = loop.callSoon(() => void record.push("soon"));
    const later = loop.callLater(10, () => void record.push("later"));
    expect([soon.cancelled(), later.cancelled()]).toEqual([false, false]);
    soon.cancel();
    later.cancel();
    expect([soon.cancelled(), later.cancelled()]).toEqual([true, true]);
    loop.callLater(20, () => loop.stop());
    await loop.runForever();
    expect(record).toEqual([]);
  });

  it("a timer tells when it is due, also once it is cancelled", () => {
    const timer = loop.callAt(123.5, () => {});
    expect(timer.when()).toBe(123.5);
    timer.cancel();
    expect(timer.when()).toBe(123.5);
  });

  it("the loop does not wait for a cancelled timer, but for the one after it", async () => {
    const host = new SimulatedHost();
    loop = host.newLoop();
    loop.callLater(5000, () => {}).cancel();
    loop.callLater(10_000, () => loop.stop());
    await loop.runForever();
    expect(host.deadlines).toEqual([10_000]);
    expect(loop.time()).toBe(10_000);
  });

  it("a cancelled timer leaves the loop at once, however many there are", () => {
    const kept: TimerHandle[] = [];
    const cancelled: TimerHandle[] = [];
    for (let i = 0; i < 1000; i++) {
      (i % 100 === 0 ? kept : cancelled).push(loop.callLater(3600_000 - i, () => {}));
    }
    for (const timer of cancelled) timer.cancel();
    expect(new Set(cancelled.map(({ position }) => position))).toEqual(new Set([-1]));
    expect(kept.map(({ position }) => position).sort()).toEqual(kept.map((_timer, index) => index));
  });
});

describe("runForever, stop, close", () => {
  it("stop before the run lets one iteration run, which does not wait", async () => {
    const record: string[] = [];
    const host = new SimulatedHost();
    loop = host.newLoop();
    loop.callSoon(() => {
      record.push("ready");
      loop.callSoon(() => void record.push("next"));
    });
    loop.callLater(1000, () => void record.push("timer"));
    loop.stop();
    await loop.runForever();
    expect(record).toEqual(["ready"]);
    expect(host.deadlines).toEqual([]);
  });

  it("stop in a callback lets the iteration end, and the next run goes on from there", async () => {
    const record: string[] = [];
    loop.callSoon(() => {
      loop.stop();
      loop.callSoon(() => void record.push("next iteration"));
    });
    loop.callSoon(() => void record.push("same iteration"));
    await loop.runForever();
    expect(record).toEqual(["same iteration"]);
    await iterate();
    expect(record).toEqual(["same iteration", "next iteration"]);
    await iterate();
    expect(record).toEqual(["same iteration", "next iteration"]);
  });

  it("close is final, and may be called again", async () => {
    expect(loop.isClosed()).toBe(false);
    loop.close();
    expect(loop.isClosed()).toBe(true);
    loop.close();
    const future = loop.createFuture();
    expect(() => loop.runForever()).toThrow(/closed/);
    await expect(loop.runUntilComplete(future)).rejects.toThrow(/closed/);
    expect(() => loop.callSoon(() => {})).toThrow(/closed/);
    expect(() => loop.callLater(1, () => {})).toThrow(/closed/);
    expect(() => loop.callAt(1, () => {})).toThrow(/closed/);
    expect(() => loop.addSignalHandler("SIGTERM", () => {})).toThrow(/closed/);
    expect(() => loop.runInExecutor<Work, "double">(new CountingExecutor(), "double", 1)).toThrow(/closed/);
  });

  it("a running loop cannot be closed", async () => {
    const main = coroutine(async () => loop.close());
    await expect(loop.runUntilComplete(main())).rejects.toThrow(/cannot close a running event loop/);
    expect(loop.isClosed()).toBe(false);
  });

  it("can be driven by hand, by a host that keeps what it is to call", async () => {
    const due: (() => void)[] = [];
    const keep = (callback: () => void) => void due.push(callback);
    const host = new SimulatedHost();
    Object.assign(host, { afterMicrotasks: keep, afterPoll: keep, wait: () => () => {} });
    loop = host.newLoop();
    const seen: EventLoop[] = [];
    loop.callSoon(() => void seen.push(getRunningLoop()));
    const running = loop.runForever();
    expect(seen).toEqual([]);
    for (let i = 0; i < 10; i++) due.shift()?.();
    expect(seen.map((one) => one === loop)).toEqual([true]);
    expect(loop.isRunning()).toBe(true);
    loop.stop();
    for (let i = 0; i < 10; i++) due.shift()?.();
    expect(loop.isRunning()).toBe(false);
    await running;
    expect(getRunningLoop()).not.toBe(loop);
  });
});

describe.each(bothKinds)("runUntilComplete with %s", ({ define }) => {
  it("runs for as long as the coroutine does, and gives its result", async () => {
    const main = define(function* () {
      yield* awaited(sleep(100));
      return "done";
    });
    expect(await loop.runUntilComplete(main())).toBe("done");
    expect(loop.time()).toBe(100);
    expect(loop.isRunning()).toBe(false);
  });

  it("throws if the loop is stopped before", async () => {
    const main = define(function* () {
      loop.stop();
      yield* awaited(sleep(100));
    });
    await expect(loop.runUntilComplete(main())).rejects.toThrow(/stopped before <Task .* was done/);
    expect(loop.time()).toBe(0);
  });

  it("is refused while the loop runs, and in debug mode the coroutine that was not run is reported", async () => {
    collectReports();
    loop.debug = true;
    const inner = coroutine(async function inner() {
      await sleep(0);
    });
    const main = define(function* () {
      expect(loop.isRunning()).toBe(true);
      yield* awaited(ensureFuture(expect(loop.runUntilComplete(inner())).rejects.toThrow(/running already/)));
    });
    await loop.runUntilComplete(main());
    loop.close();
    expect(reports.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^coroutine inner\(\) was never awaited/),
    ]);
  });

  it("a run that was stopped leaves nothing behind that would stop the next one", async () => {
    const main = define(function* (delay: number) {
      yield* awaited(sleep(delay));
      return loop.time();
    });
    loop.callLater(50, () => loop.stop());
    await expect(loop.runUntilComplete(main(100))).rejects.toThrow(/stopped before/);
    expect(await loop.runUntilComplete(main(200))).toBe(250);
  });

  it("throws the error of the coroutine, which counts as retrieved, and leaves no stop behind", async () => {
    collectReports();
    const main = define(function* () {
      throw new RangeError("broken");
    });
    await expect(loop.runUntilComplete(main())).rejects.toEqual(new RangeError("broken"));
    let called = false;
    loop.callSoon(() => {
      loop.callSoon(() => {
        called = true;
        loop.stop();
      });
    });
    await loop.runForever();
    expect(called).toBe(true);
    loop.close();
    expect(reports).toEqual([]);
  });

  it("short sleeps take one timer of the runtime each, rounded up so that none comes too early", async () => {
    // The rounding itself is the host's: `packages/loop/test/host.test.ts`.
    const host = new SimulatedHost();
    loop = host.newLoop();
    const delays = [10.4, 1e-2, 1e-4, 1e-6, 1e-8, 1e-10];
    const ends: number[] = [];
    const main = define(function* () {
      for (const delay of delays) {
        ends.push(loop.time() + delay);
        yield* awaited(sleep(delay));
        expect(loop.time()).toBeGreaterThanOrEqual(ends.at(-1) as number);
      }
    });
    await loop.runUntilComplete(main());
    expect(host.deadlines.filter((deadline) => deadline !== undefined)).toEqual(ends);
  });

  it("getRunningLoop gives the loop inside; outside it gives the default loop, which always runs", async () => {
    const outside = getRunningLoop();
    expect(outside).not.toBe(loop);
    expect(outside.isRunning()).toBe(true);
    const main = define(function* () {
      const first = getRunningLoop();
      yield* awaited(sleep(1));
      return [first, getRunningLoop()];
    });
    const inside = await loop.runUntilComplete(main());
    expect(inside.map((one) => one === loop)).toEqual([true, true]);
    expect(getRunningLoop()).toBe(outside);
  });
});

describe("loops side by side", () => {
  it("runUntilComplete takes no string", async () => {
    const main = "main" as unknown as () => Promise<void>;
    await expect(loop.runUntilComplete(main)).rejects.toThrow(TypeError);
  });

  it("a loop may run inside another one, since neither blocks", async () => {
    const outer = virtualLoop();
    const record: string[] = [];
    loop.callLater(10, () => {
      record.push(getRunningLoop() === loop ? "inner" : "other");
      loop.stop();
    });
    await outer.runUntilComplete(async () => {
      await loop.runForever();
      record.push(getRunningLoop() === outer ? "outer" : "other");
    });
    expect(record).toEqual(["inner", "outer"]);
    outer.close();
  });

  it("runUntilComplete takes a future of another loop, if that runs as well", async () => {
    const other = virtualLoop();
    const future = other.createFuture<string>();
    other.callLater(10, () => future.setResult("from the other loop"));
    const running = other.runForever();
    expect(await loop.runUntilComplete(future)).toBe("from the other loop");
    other.stop();
    await running;
    other.close();
  });

  it("in debug mode a call from the turn of another loop is reported", async () => {
    collectReports();
    const other = virtualLoop();
    const callFromOther = async (): Promise<string[]> => {
      reports.length = 0;
      await other.runUntilComplete(async () => {
        loop.callSoon(() => {});
        loop.callLater(60, () => {});
        loop.callAt(60, () => {});
      });
      return reports.map(({ message }) => message.split(" was called")[0] ?? "");
    };
    loop.debug = true;
    expect(await callFromOther()).toEqual(["callSoon()", "callLater()", "callAt()"]);
    loop.debug = false;
    expect(await callFromOther()).toEqual([]);
    other.close();
  });
});

describe("tasks of a loop", () => {
  it("have the name that they are told", async () => {
    const name = await loop.runUntilComplete(async () => {
      const task = createTask(sleep(0), { name: "fetch" });
      await task;
      return task.name;
    });
    expect(name).toBe("fetch");
  });

  it("a task that waits for I/O is cancelled promptly, and the I/O with it", async () => {
    const socket = new EventEmitter();
    const record: string[] = [];
    let reading: Task<unknown> | undefined;
    const result = await loop.runUntilComplete(async () => {
      reading = createTask(abortable((signal) => once(socket, "data", { signal })));
      await sleep(0);
      expect(socket.listenerCount("data")).toBe(1);
      loop.callSoon(() => void reading?.cancel());
      try {
        await reading;
      } catch {
        record.push("cancelled");
      }
      return currentTask()?.cancelling();
    });
    expect(record).toEqual(["cancelled"]);
    expect(result).toBe(0);
    expect(reading?.cancelled()).toBe(true);
    expect(socket.listenerCount("data")).toBe(0);
    expect(loop.time()).toBe(0);
  });
});

describe("errors that nobody can catch", () => {
  const failing = () => {
    throw new RangeError("broken");
  };

  it("are printed with console.error, whichever way the callback was added, and the loop goes on", async () => {
    const print = vi.spyOn(console, "error").mockImplementation(() => {});
    loop.callSoon(failing);
    loop.callLater(10, failing);
    loop.callLater(20, () => loop.stop());
    await loop.runForever();
    expect(print.mock.calls).toEqual([
      [expect.stringMatching(/callback/), new RangeError("broken")],
      [expect.stringMatching(/callback/), new RangeError("broken")],
    ]);
    expect(loop.time()).toBe(20);
  });

  it.each(bothKinds)(
    "the error of a task that nobody retrieved is printed when the loop closes: %s",
    async ({ define }) => {
      const print = vi.spyOn(console, "error").mockImplementation(() => {});
      const failingLater = define(function* () {
        yield* awaited(sleep(10));
        throw new RangeError("broken");
      });
      await loop.runUntilComplete(async () => {
        createTask(failingLater(), { name: "lost" });
        await sleep(100);
      });
      expect(print.mock.calls).toEqual([]);
      loop.close();
      expect(print.mock.calls).toEqual([
        [
          expect.stringMatching(/^Task 'lost' failed and nobody retrieved its error/),
          new RangeError("broken"),
        ],
      ]);
    },
  );

  it("go to the exception handler while one is set", async () => {
    const print = vi.spyOn(console, "error").mockImplementation(() => {});
    const handler = vi.fn();
    expect(loop.getExceptionHandler()).toBeUndefined();
    loop.setExceptionHandler(handler);
    expect(loop.getExceptionHandler()).toBe(handler);
    loop.callSoon(failing);
    await iterate();
    expect(handler.mock.calls).toEqual([
      [
        loop,
        expect.objectContaining({
          message: expect.stringMatching(/callback/),
          exception: new RangeError("broken"),
        }),
      ],
    ]);
    expect(print).not.toHaveBeenCalled();

    loop.setExceptionHandler(undefined);
    expect(loop.getExceptionHandler()).toBeUndefined();
    loop.callSoon(failing);
    await iterate();
    expect(handler).toHaveBeenCalledTimes(1);
    expect(print).toHaveBeenCalledTimes(1);
  });

  it("an exception handler must be a function", () => {
    expect(() => loop.setExceptionHandler("spam" as unknown as () => void)).toThrow(TypeError);
  });

  it("an error of the exception handler is printed, together with what it was to handle", async () => {
    const print = vi.spyOn(console, "error").mockImplementation(() => {});
    loop.setExceptionHandler(() => {
      throw new TypeError("the handler is broken");
    });
    loop.callSoon(failing);
    await iterate();
    expect(print.mock.calls).toEqual([
      [expect.stringMatching(/exception handler.*threw/), new TypeError("the handler is broken")],
      [expect.stringMatching(/callback/), new RangeError("broken")],
    ]);
  });
});

describe("signals", () => {
  it("a handler is called in the loop for each signal, with its arguments, until it is removed", async () => {
    const host = new SimulatedHost();
    loop = host.newLoop();
    const record: unknown[][] = [];
    loop.addSignalHandler("SIGUSR2", (...args: unknown[]) => void record.push(args), 42, "x");
    host.raise("SIGUSR2");
    expect(record).toEqual([]);
    await iterate();
    host.raise("SIGUSR2");
    await iterate();
    expect(record).toEqual([
      [42, "x"],
      [42, "x"],
    ]);
    expect(loop.removeSignalHandler("SIGUSR2")).toBe(true);
    expect(host.listening("SIGUSR2")).toBe(0);
    expect(loop.removeSignalHandler("SIGUSR2")).toBe(false);
    host.raise("SIGUSR2");
    await iterate();
    expect(record.length).toBe(2);
  });

  it("a signal of the process wakes a loop that waits for a timer a minute away", async ({ skip }) => {
    skip(process.platform === "win32", "Windows has no SIGUSR2");
    loop = newEventLoop();
    const before = process.listenerCount("SIGUSR2");
    const record: string[] = [];
    loop.addSignalHandler("SIGUSR2", () => {
      record.push("caught");
      loop.stop();
    });
    loop.callLater(60_000, () => loop.stop());
    expect(process.listenerCount("SIGUSR2")).toBe(before + 1);
    const running = loop.runForever();
    await polled();
    process.emit("SIGUSR2");
    await running;
    expect(record).toEqual(["caught"]);
    loop.close();
    expect(process.listenerCount("SIGUSR2")).toBe(before);
  });
});

interface Work {
  double(n: number): number;
}

/**
 * Stands for threads: gives its results in the next iteration of the loop, and takes a second to shut down.
 */
class CountingExecutor implements Executor<Work> {
  readonly jobs: string[] = [];
  stopped = false;

  submit<K extends FunctionName<Work>>(name: K, ...args: ArgumentsOf<Work, K>): Future<ReturnOf<Work, K>> {
    this.jobs.push(`${name}(${args.join()})`);
    const future = new Future<ReturnOf<Work, K>>();
    getRunningLoop().callSoon(() => future.setResult((2 * (args[0] as number)) as ReturnOf<Work, K>));
    return future;
  }

  async shutdown(): Promise<void> {
    const loop = getRunningLoop();
    await new Promise((resolve) => loop.callLater(1000, resolve, undefined));
    this.stopped = true;
  }
}

describe("executors", () => {
  it("runInExecutor(null) uses the default executor, another one if that is given, and fails without any", async () => {
    const usual = new CountingExecutor();
    const special = new CountingExecutor();
    await loop.runUntilComplete(async () => {
      expect(() => loop.runInExecutor<Work, "double">(null, "double", 1)).toThrow(/no default executor/);
      loop.setDefaultExecutor(usual);
      expect(await loop.runInExecutor<Work, "double">(null, "double", 21)).toBe(42);
      expect(await loop.runInExecutor<Work, "double">(special, "double", 4)).toBe(8);
    });
    expect([usual.jobs, special.jobs]).toEqual([["double(21)"], ["double(4)"]]);
  });

  it("shutdownDefaultExecutor waits for the executor; waitFor around it stops waiting, and the shutdown goes on", async () => {
    const executor = new CountingExecutor();
    await loop.runUntilComplete(async () => {
      loop.setDefaultExecutor(executor);
      const waiting = waitFor(loop.shutdownDefaultExecutor(), 10);
      await expect(waiting).rejects.toBeInstanceOf(TimeoutError);
      expect([executor.stopped, loop.time()]).toEqual([false, 10]);
      await sleep(1000);
      expect(executor.stopped).toBe(true);
    });
  });
});

describe("debug mode", () => {
  it("can be switched on and off", () => {
    loop.debug = true;
    expect(loop.debug).toBe(true);
    loop.debug = false;
    expect(loop.debug).toBe(false);
  });

  it("is on in a new loop if ASYNCIO_DEBUG is set, and neither empty nor 0; the option counts more", () => {
    const modes: boolean[][] = [];
    for (const variable of [undefined, "", "0", "1"]) {
      vi.stubEnv("ASYNCIO_DEBUG", variable);
      modes.push([
        newEventLoop().debug,
        newEventLoop({ debug: true }).debug,
        newEventLoop({ debug: false }).debug,
      ]);
    }
    expect(modes).toEqual([
      [false, true, false],
      [false, true, false],
      [false, true, false],
      [true, true, false],
    ]);
  });

  it.each(bothKinds)(
    "callbacks and steps of tasks that take too long are reported: %s",
    async ({ define }) => {
      collectReports();
      loop.debug = true;
      loop.slowCallbackDuration = 0;
      loop.callSoon(() => loop.stop());
      await loop.runForever();
      expect(reports.map(({ message }) => message)).toEqual([
        expect.stringMatching(/Handle.* held the event loop for \d+ ms/),
      ]);
      reports.length = 0;
      const slow = define(function* () {
        loop.stop();
      });
      await loop.runUntilComplete(slow());
      expect(reports[0]?.message).toMatch(/step of <Task .* held the event loop for \d+ ms/);
      reports.length = 0;
      loop.slowCallbackDuration = Infinity;
      await iterate();
      expect(reports).toEqual([]);
    },
  );
});

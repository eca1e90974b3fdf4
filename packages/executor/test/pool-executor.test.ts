import { isFuture } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import {
  asCompleted,
  ExceptionGroup,
  gather,
  run,
  sleep,
  TaskGroup,
  timeout,
  TimeoutError,
  wait,
} from "@asyncio-ts/task";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { until } from "@asyncio-ts/testkit/until";
import { Gate, pools, refusalOf, work } from "./support/pools.js";
import type * as Work from "./workers/work.js";

describe.each(pools)("a pool of $kind workers", ({ kind, Pool }) => {
  const open = (options?: ConstructorParameters<typeof Pool>[1]) =>
    new Pool<typeof Work>(work, { maxWorkers: 2, ...options });
  let unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown): void => void unhandled.push(reason);

  beforeEach(() => {
    unhandled = [];
    process.on("unhandledRejection", onUnhandled);
  });
  afterEach(() => {
    process.off("unhandledRejection", onUnhandled);
    expect(unhandled).toEqual([]);
  });

  it("gives a future of what a function returns, or what its promise is fulfilled with", async () => {
    await run(async () => {
      await using pool = open();
      const job = pool.submit("add", 1, 2);
      expect([isFuture(job), job.done(), job.getLoop() === getRunningLoop()]).toEqual([true, false, true]);
      expect(await job).toBe(3);
      expect(await pool.submit("addLater", 3, 4)).toBe(7);
      expect(await pool.submit("nap", 0)).toBe(undefined);
      expect(await pool.submit("same", null)).toBe(null);
    });
  });

  it("is used without run() too", async () => {
    await using pool = open();
    expect(await pool.submit("add", 1, 2)).toBe(3);
  });

  it("gives jobs that generators, gather, wait, asCompleted, timeouts and task groups wait for", async () => {
    await run(function* () {
      const pool = open();
      expect(yield* pool.submit("add", 1, 2)).toBe(3);
      yield* pool.shutdown();
    });
    await run(async () => {
      await using pool = open();
      expect(await gather([pool.submit("add", 1, 2), pool.submit("same", "text")])).toEqual([3, "text"]);
      const { done, pending } = await wait([pool.submit("add", 1, 2), pool.submit("add", 3, 4)]);
      expect([done.size, pending.size]).toEqual([2, 0]);
      const results: (number | undefined)[] = [];
      await pool.warmUp();
      const gate = new Gate();
      const jobs = [pool.submit("pass", gate.file, 1), pool.submit("same", 2)];
      for await (const { task } of asCompleted(jobs)) {
        results.push(task.result() as number);
        gate.open();
      }
      expect(results).toEqual([2, 1]);
      expect(await timeout(600_000).with(() => pool.submit("add", 1, 2))).toBe(3);
      let sum = 0;
      await new TaskGroup().with(async (tg) => {
        const tasks = [1, 2, 3].map((n) => tg.createTask(() => pool.submit("increment", n)));
        for (const task of tasks) sum += await task;
      });
      expect(sum).toBe(9);
    });
  });

  it("is an executor of the loop", async () => {
    await run(async () => {
      const loop = getRunningLoop();
      const pool = open();
      loop.setDefaultExecutor(pool);
      expect(await loop.runInExecutor(pool, "add", 1, 2)).toBe(3);
      expect(await loop.runInExecutor<typeof Work, "add">(null, "add", 3, 4)).toBe(7);
      await loop.shutdownDefaultExecutor();
      expect([pool.closed, pool.statistics().workers]).toEqual([true, 0]);
    });
  });

  it("is cancelled with the loop's shutdownDefaultExecutor({ timeout }), when that time is over", async () => {
    await run(async () => {
      const loop = getRunningLoop();
      const pool = open({ maxWorkers: 1 });
      loop.setDefaultExecutor(pool);
      const early = loop.runInExecutor(pool, "add", 1, 2);
      const spinning = loop.runInExecutor(pool, "spin");
      await early;
      await loop.shutdownDefaultExecutor({ timeout: 100 });
      expect([early.result(), spinning.cancelled(), pool.statistics().workers]).toEqual([3, true, 0]);
    });
  });

  it("tells the callbacks of a job in a turn of the loop", async () => {
    await run(async () => {
      await using pool = open();
      const job = pool.submit("add", 1, 2);
      let inLoop: unknown;
      job.addDoneCallback(() => (inLoop = getRunningLoop()));
      await job;
      await sleep(0);
      expect(inLoop).toBe(getRunningLoop());
    });
  });

  it("maps over one iterable, or one for each parameter, in order", async () => {
    await using pool = open();
    expect(await gather(pool.map("increment", [28, 29, 30]))).toEqual([29, 30, 31]);
    expect(await gather(pool.map("add", new Set([1, 2, 3]), [10, 20]))).toEqual([11, 22]);
    expect(pool.map("increment", [])).toEqual([]);
    expect(() => pool.map("increment", ...([] as unknown as [number[]]))).toThrow(
      "map() needs an iterable of arguments for increment()",
    );
  });

  it("maps over what has no end, beside what has one, and closes it", async () => {
    await using pool = open();
    const log: string[] = [];
    function* countFrom(first: number) {
      try {
        for (let n = first; ; n++) {
          // Or a test that fails would not end.
          if (n === first + 10) throw new RangeError("read on and on");
          yield n;
        }
      } finally {
        log.push(`closed ${first}`);
      }
    }
    expect(await gather(pool.map("add", countFrom(100), [1, 2]))).toEqual([101, 103]);
    expect(await gather(pool.map("add", [1, 2], countFrom(200)))).toEqual([201, 203]);
    expect(pool.map("add", countFrom(300), [])).toEqual([]);
    expect(log).toEqual(["closed 100", "closed 200", "closed 300"]);
  });

  it("closes what it maps over if one of the iterables throws an error, and submits no job", async () => {
    await using pool = open();
    const log: string[] = [];
    const iterable = (name: string, next: () => IteratorResult<number>): Iterable<number> => ({
      [Symbol.iterator]: () => ({
        next,
        return(value) {
          log.push(`closed ${name}`);
          return { done: true, value };
        },
      }),
    });
    let reads = 0;
    const endless = iterable("endless", () => ({ done: ++reads > 10, value: 1 }));
    const failing = iterable("failing", () => {
      throw new RangeError("no more");
    });
    const ended = iterable("ended", () => ({ done: true, value: undefined }));
    const unstarted: Iterable<number> = {
      [Symbol.iterator]() {
        throw new RangeError("not even one");
      },
    };
    expect(() => pool.map("add", endless, failing)).toThrow("no more");
    expect(() => pool.map("add", endless, unstarted)).toThrow("not even one");
    expect(pool.map("add", endless, ended)).toEqual([]);
    expect(log).toEqual(["closed endless", "closed endless", "closed endless"]);
    expect(pool.statistics()).toMatchObject({ queued: 0, workers: 0 });
  });

  it("runs jobs at the same time, each worker one at a time", async () => {
    await using pool = open();
    await pool.warmUp();
    const both = await gather([pool.submit("whoami"), pool.submit("whoami")]);
    expect(new Set(both.map(({ pid, threadId }) => `${pid}-${threadId}`)).size).toBe(2);
    expect(both.every(({ pid }) => (pid === process.pid) === (kind === "thread"))).toBe(true);
  });

  it("leaves the loop free while a job computes, and a timeout ends that", async () => {
    await run(async () => {
      const pool = open({ maxWorkers: 1 });
      await pool.warmUp();
      const job = pool.submit("spin");
      for (let ticks = 0; ticks < 10; ticks++) await sleep(1);
      expect([job.running(), job.done()]).toEqual([true, false]);
      await expect(timeout(20).with(() => job)).rejects.toThrow(TimeoutError);
      expect(job.cancelled()).toBe(true);
      await pool.shutdown();
      expect(pool.statistics().workers).toBe(0);
    });
  });

  it("ends the jobs of the siblings when one in a task group fails", async () => {
    await run(async () => {
      await using pool = open();
      const group = new TaskGroup().with(async (tg) => {
        tg.createTask(() => pool.submit("spin"));
        tg.createTask(() => pool.submit("failLater"));
        tg.createTask(() => pool.submit("spin"));
      });
      const error = await group.catch((error: unknown) => error);
      expect(error).toBeInstanceOf(ExceptionGroup);
      expect((error as ExceptionGroup).errors.map(String)).toEqual(["Error: later"]);
      expect(pool.statistics()).toMatchObject({ failed: 1, cancelled: 2, queued: 0, running: 0 });
    });
  });

  it("reports a failure that nobody retrieves, once, through the loop", async () => {
    const reports: string[] = [];
    await run(async () => {
      getRunningLoop().setExceptionHandler((_loop, { message }) => reports.push(message));
      await using pool = open();
      const job = pool.submit("fail", "TypeError");
      await until(() => job.done(), "the job is done");
    });
    expect(reports).toEqual([
      "Job 'fail' failed and nobody retrieved its error (await it, or call exception())",
    ]);
  });

  it("gives a clear error for a function that is not there", async () => {
    await using pool = open();
    const untyped = pool as unknown as InstanceType<typeof Pool<{ ad(): void }>>;
    const error = await untyped.submit("ad").catch((error: unknown) => error);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toMatch(
      /^there is no function ad\(\) in file:.*work\.js; its functions: add, addLater, /,
    );
  });

  it("names the argument that can't be sent, and what in it", async () => {
    await using pool = open();
    const send = (...args: unknown[]) =>
      (pool as unknown as InstanceType<typeof Pool<{ add(...args: unknown[]): void }>>)
        .submit("add", ...args)
        .catch((error: unknown) => `${error}`);
    expect(await send(1, { done: [() => 1] })).toBe(
      `TypeError: argument 2 of add() can't be sent to a ${kind}: done[0] is a function`,
    );
    expect(await send(Symbol("s"))).toBe(
      `TypeError: argument 1 of add() can't be sent to a ${kind}: it is a symbol`,
    );
    expect(await send(1, 2, { later: Promise.resolve() })).toBe(
      `TypeError: argument 3 of add() can't be sent to a ${kind}: later can't be cloned: ${refusalOf(Promise.resolve())}`,
    );
    expect(pool.statistics()).toMatchObject({ failed: 3, running: 0, queued: 0 });
    expect(await pool.submit("add", 1, 2)).toBe(3);
  });

  it("goes on when an argument, a result or an error can't even be read", async () => {
    await using pool = open({ maxWorkers: 1 });
    const argument = {
      get part(): never {
        throw new Error("no access");
      },
    };
    await expect(pool.submit("same", argument)).rejects.toThrow(
      new TypeError(`argument 1 of same() can't be sent to a ${kind}: part can't be read: Error: no access`),
    );
    await expect(pool.submit("giveUnreadable", "part")).rejects.toThrow(
      new TypeError(
        `the result of giveUnreadable() can't be sent from its ${kind}: part can't be read: Error: no access`,
      ),
    );
    await expect(pool.submit("giveUnreadable", "then")).rejects.toThrow(new Error("no access"));
    await expect(pool.submit("fail", "unreadable")).rejects.toThrow(new Error(""));
    expect(await pool.submit("count")).toBe(1);
  });

  it("names what in a result or a report can't be sent", async () => {
    await using pool = open();
    await expect(pool.submit("giveFunction")).rejects.toThrow(
      new TypeError(
        `the result of giveFunction() can't be sent from its ${kind}: rows[0].format is a function`,
      ),
    );
    await expect(pool.submit("reportFunction")).rejects.toThrow(
      new TypeError(
        `the value that reportFunction() reported can't be sent from its ${kind}: format is a function`,
      ),
    );
    expect(await pool.submit("add", 1, 2)).toBe(3);
  });

  it("sends everything that structuredClone knows", async () => {
    await using pool = open();
    const value = {
      map: new Map([[1, new Set(["a"])]]),
      date: new Date(0),
      bytes: new Uint8Array([1, 2, 3]),
      big: 10n,
      pattern: /x/g,
      error: new RangeError("an error as a value"),
      holes: undefined,
    };
    expect(await pool.submit("same", value)).toEqual(value);
  });

  it("sends an error that is its own cause, as a value or a property, or says that it did not arrive", async () => {
    await using pool = open({ maxWorkers: 1 });
    // Some versions of Node write such an error, but can't read it.
    const error = new Error("in a circle");
    error.cause = error;
    const attempt = (job: PromiseLike<unknown>): PromiseLike<string> =>
      job.then(
        (value) => (value as Error).message,
        (error: Error) => error.message,
      );
    expect(await attempt(pool.submit("same", error))).toMatch(
      /^in a circle$|^the job's arguments can't be received$/,
    );
    expect(await attempt(pool.submit("giveCircle"))).toMatch(
      /^in a circle$|^giveCircle\(\) was not finished: its \w+ sent a message that can't be received: /,
    );
    expect(await attempt(pool.submit("fail", "circle"))).toBe("with a circle");
    expect(await pool.submit("add", 1, 2)).toBe(3);
  });

  it("gives the workers their environment", async () => {
    await using pool = open({ env: { ...process.env, FLAVOUR: "vanilla", HOME: undefined } });
    expect(await pool.submit("environment", "FLAVOUR")).toBe("vanilla");
    expect(await pool.submit("environment", "HOME")).toBe(undefined);
  });

  it("refuses jobs after it was shut down", async () => {
    const pool = open();
    expect(await pool.submit("add", 1, 2)).toBe(3);
    await pool.shutdown();
    const after = `after ${Pool.name} of work.js had been shut down; make a new one`;
    expect(() => pool.submit("add", 1, 2)).toThrow(`add() was submitted ${after}`);
    expect(() => pool.map("increment", [1])).toThrow(`increment() was submitted ${after}`);
    expect(() => pool.warmUp()).toThrow(`warmUp() was called ${after}`);
    await expect(pool.ready()).rejects.toThrow(`ready() was called ${after}`);
    await pool.shutdown();
  });

  it("says what map() needs, for each parameter", () => {
    const pool = open();
    for (const column of [5, null, {}]) {
      expect(() => pool.map("increment", column as never)).toThrow(
        /^map\(\) needs an iterable of values for each parameter, got .*; write map\("f", \[1, 2\]\)$/,
      );
    }
    expect(pool.statistics().queued).toBe(0);
  });

  it("is named by the last part of its module's URL", () => {
    expect(String(new Pool("file:///a/b/work.js"))).toMatch(/of work\.js, 0 workers/);
    expect(String(new Pool("data:text,1"))).toMatch(/of data:text,1, 0 workers/);
  });

  it("checks its options", () => {
    expect(() => open({ maxWorkers: 0 })).toThrow(
      new RangeError("maxWorkers must be a whole number from 1, got 0"),
    );
    expect(() => open({ maxQueue: -1 })).toThrow(
      new RangeError("maxQueue must be a whole number from 0, or Infinity, got -1"),
    );
    for (const idleTimeout of [Number.NaN, -1, "5" as unknown as number]) {
      expect(() => open({ idleTimeout })).toThrow(/^idleTimeout must be a number of milliseconds, got /);
    }
    expect(() => open({ maxWorkers: 1.5 })).toThrow("maxWorkers must be a whole number from 1, got 1.5");
    expect(() => open({ maxQueue: 1.5 })).toThrow(
      "maxQueue must be a whole number from 0, or Infinity, got 1.5",
    );
    for (const options of [{ maxWorkers: 1 }, { maxQueue: 0 }, { maxQueue: Infinity }, { idleTimeout: 0 }]) {
      expect(open(options).closed).toBe(false);
    }
    const where = `new ${Pool.name}()`;
    expect(() => open({ execArgv: "--no-warnings" as never })).toThrow(
      new TypeError(`${where} needs an execArgv that is an array of strings, got "--no-warnings"`),
    );
    expect(() => open({ env: "A=1" as never })).toThrow(
      new TypeError(`${where} needs env to be an object, got "A=1"`),
    );
    expect(() => open({ resourceLimits: null as never })).toThrow(
      new TypeError(`${where} needs resourceLimits to be an object, got null`),
    );
    expect(() => new Pool(work, null as never)).toThrow(where);
    expect(() => new Pool("./work.js")).toThrow(
      new TypeError(
        'an executor needs the URL of a module, got "./work.js"; write new URL("./work.js", import.meta.url)',
      ),
    );
  });
});

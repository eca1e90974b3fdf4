import { CancelledError, isCancelled } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, gather, run, sleep, timeout, TimeoutError } from "@asyncio-ts/task";
import { BrokenExecutorError, ExecutorFullError } from "@asyncio-ts/executor";
import { collectGarbage, needing } from "@asyncio-ts/testkit";
import { rounds } from "@asyncio-ts/testkit/rounds";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { until } from "@asyncio-ts/testkit/until";
import { Gate, isAlive, Marks, pools, work } from "./support/pools.js";
import type * as Work from "./workers/work.js";

describe.each(pools)("the queue of a $kind pool", ({ Pool }) => {
  const open = (options: ConstructorParameters<typeof Pool>[1]) => new Pool<typeof Work>(work, options);

  it("refuses what is too much, all of a map or nothing", async () => {
    await using pool = open({ maxWorkers: 1, maxQueue: 2 });
    const jobs = pool.map("nap", [20, 1, 1]);
    expect(() => pool.submit("add", 1, 2)).toThrow(ExecutorFullError);
    expect(() => pool.submit("add", 1, 2)).toThrow(
      /^add\(\) was submitted to <\w+ of work\.js, 1 workers, .*>, which accepts at most 3 jobs at a time .*ready/,
    );
    await gather(jobs);
    expect(() => pool.map("increment", [1, 2, 3, 4])).toThrow(ExecutorFullError);
    expect(pool.statistics()).toMatchObject({ completed: 3, queued: 0, running: 0 });
    expect(await gather(pool.map("increment", [1, 2, 3]))).toEqual([2, 3, 4]);
  });

  it("lets a producer wait for room", async () => {
    await run(async () => {
      await using pool = open({ maxWorkers: 2, maxQueue: 1 });
      const jobs = [];
      for (let i = 0; i < 50; i++) {
        await pool.ready();
        jobs.push(pool.submit("increment", i));
        expect(pool.statistics().queued).toBeLessThanOrEqual(3);
      }
      expect(await gather(jobs)).toEqual(jobs.map((_, i) => i + 1));
    });
  });

  it("gives room to several producers in turn, and to the next if one does not take it", async () => {
    await run(async () => {
      await using pool = open({ maxWorkers: 1, maxQueue: 0 });
      const log: string[] = [];
      const produce = (name: string, submits: boolean) =>
        createTask(async () => {
          await pool.ready();
          log.push(name);
          if (submits) await pool.submit("nap", 5);
        });
      const gate = new Gate();
      const first = pool.submit("pass", gate.file);
      const tasks = [produce("a", true), produce("b", false), produce("c", true), produce("d", true)];
      const impatient = produce("impatient", true);
      const last = produce("e", false);
      await sleep(0);
      impatient.cancel();
      gate.open();
      await gather([first, ...tasks, last]);
      expect(log).toEqual(["a", "b", "c", "d", "e"]);
      expect(impatient.cancelled()).toBe(true);
    });
  });

  it("wakes those who wait for room when the pool is shut down", async () => {
    await run(async () => {
      const pool = open({ maxWorkers: 1, maxQueue: 0 });
      const gate = new Gate();
      const job = pool.submit("pass", gate.file);
      const waiting = createTask(() => pool.ready());
      await sleep(0);
      const end = pool.shutdown();
      gate.open();
      await gather([end, job]);
      await expect(waiting).rejects.toThrow("ready() was called after");
    });
  });
});

describe.each(pools)("the end of a $kind pool", ({ Pool }) => {
  it("can be cancelled once", async () => {
    const pool = new Pool<typeof Work>(work, { maxWorkers: 1 });
    const job = pool.submit("spin");
    const end = pool.shutdown();
    expect([end.cancel(), end.cancel(), job.cancelled()]).toEqual([true, false, true]);
    await pool.shutdown();
  });
});

describe.each(pools)("the workers of a $kind pool", ({ Pool, kind }) => {
  const open = (options?: ConstructorParameters<typeof Pool>[1], module = work) =>
    new Pool<typeof Work>(module, { maxWorkers: 1, ...options });

  it("are started when there are jobs for them, or by warmUp()", async () => {
    await using pool = open({ maxWorkers: 3 });
    expect(pool.statistics().workers).toBe(0);
    await pool.submit("add", 1, 2);
    expect(pool.statistics().workers).toBe(1);
    await pool.warmUp();
    await pool.warmUp();
    expect(pool.statistics()).toMatchObject({ workers: 3, completed: 1 });
  });

  it("are counted, with what they do", async () => {
    await using pool = open({ maxWorkers: 2 });
    expect(pool.statistics()).toEqual({
      queued: 0,
      running: 0,
      completed: 0,
      failed: 0,
      cancelled: 0,
      workers: 0,
      utilization: 0,
    });
    await pool.warmUp();
    const jobs = [...pool.map("nap", [1, 1, 1]), pool.submit("fail", "TypeError"), pool.submit("spin")];
    expect(pool.statistics()).toMatchObject({ queued: 3, running: 2, workers: 2 });
    expect(String(pool)).toBe(`<${Pool.name} of work.js, 2 workers, 2 jobs running, 3 queued>`);
    jobs.pop()?.cancel();
    await gather(jobs, { returnExceptions: true });
    const { utilization, ...counts } = pool.statistics();
    expect(counts).toEqual({ queued: 0, running: 0, completed: 3, failed: 1, cancelled: 1, workers: 2 });
    expect(utilization).toBeGreaterThan(0);
    expect(utilization).toBeLessThanOrEqual(1);
  });

  it("tell what part of their time they had a job", async () => {
    let now = 1000;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => now);
    onTestFinished(() => clock.mockRestore());
    await using pool = open({ maxWorkers: 2 });
    await pool.warmUp();
    const gate = new Gate();
    const job = pool.submit("pass", gate.file);
    now += 30;
    gate.open();
    await job;
    now += 30;
    // One of two, for 30 ms of 60.
    expect(pool.statistics().utilization).toBe(0.25);
  });

  it("stay when the time without a job is longer than any timer", async () => {
    await using pool = open({ idleTimeout: 2 ** 40 });
    expect(await pool.submit("count")).toBe(1);
    // A timer that is too long for setTimeout would come after 1 ms, and so before this one.
    await sleep(20);
    expect(await pool.submit("count")).toBe(2);
  });

  it("end after some time without a job", async () => {
    await using pool = open({ maxWorkers: 2, idleTimeout: 50 });
    expect(await pool.submit("nap", 100, "not idle")).toBe("not idle");
    await pool.warmUp();
    await until(() => pool.statistics().workers === 0, "the workers have ended");
    expect(await pool.submit("count")).toBe(1);
  });

  it("fail their job when they end before it, and are replaced", async () => {
    await using pool = open();
    const jobs = [pool.submit("exit", 3), pool.submit("exit", 0), pool.submit("crash"), pool.submit("count")];
    const errors = await gather(jobs, { returnExceptions: true });
    expect(errors.map(String)).toEqual([
      `BrokenExecutorError: exit() was not finished: its ${kind} ended with exit code 3`,
      `BrokenExecutorError: exit() was not finished: its ${kind} ended with exit code 0`,
      `BrokenExecutorError: crash() was not finished: its ${kind} died of an uncaught error: outside of the job`,
      "1",
    ]);
    const { cause } = errors[2] as unknown as BrokenExecutorError;
    expect([cause instanceof RangeError, String(cause)]).toEqual([true, "RangeError: outside of the job"]);
    expect(pool.statistics()).toMatchObject({ completed: 1, failed: 3, workers: 1 });
  });

  it.runIf(kind === "process")("may be killed from outside", async () => {
    await using pool = open();
    const { pid } = await pool.submit("whoami");
    const marks = new Marks();
    const job = pool.submit("begin", marks.file);
    await until(() => marks.count === 1, "the job has begun");
    process.kill(pid, "SIGKILL");
    await expect(job).rejects.toThrow(
      new BrokenExecutorError("begin() was not finished: its process was killed by SIGKILL"),
    );
    expect(await pool.submit("count")).toBe(1);
  });

  it.runIf(kind === "thread")(
    "end when they need more memory than they may have",
    needing("memory limits of workers"),
    async () => {
      await using pool = open({
        resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
      });
      await expect(pool.submit("fill")).rejects.toThrow(
        "fill() was not finished: its thread ran out of memory",
      );
      expect(await pool.submit("add", 1, 2)).toBe(3);
    },
  );

  it.runIf(kind === "process")(
    "may have less memory than this process",
    needing("memory limits of workers"),
    async () => {
      const resourceLimits = { maxOldGenerationSizeMb: 100, maxYoungGenerationSizeMb: 12 };
      await using pool = open({ resourceLimits, execArgv: ["--no-warnings"] });
      expect(await pool.submit("options")).toEqual([
        "--no-warnings",
        "--max-old-space-size=100",
        "--max-semi-space-size=4",
      ]);
    },
  );

  it("may end when they have no job: it is reported, and the next job gets another", async () => {
    const reports: string[] = [];
    await run(async () => {
      getRunningLoop().setExceptionHandler((_loop, { message }) => reports.push(message));
      await using pool = open();
      const gate = new Gate();
      await pool.submit("exitLater", gate.file);
      gate.open();
      await until(() => pool.statistics().workers === 0, "the worker has ended");
      expect(await pool.submit("count")).toBe(1);
    });
    expect(reports).toEqual([
      `an idle ${kind} of the pool ended with exit code 7; a new one is started when there is work`,
    ]);
  });

  it.runIf(kind === "process")(
    "may be ended by a signal when they have no job, which is no error",
    async () => {
      const reports: string[] = [];
      await run(async () => {
        getRunningLoop().setExceptionHandler((_loop, { message }) => reports.push(message));
        await using pool = open();
        const { pid } = await pool.submit("whoami");
        process.kill(pid, "SIGINT");
        await until(() => pool.statistics().workers === 0, "the worker has ended");
        expect(await pool.submit("count")).toBe(1);
      });
      expect(reports).toEqual([]);
    },
  );

  it("fail all jobs that wait when they can't load the module, and try again for the next", async () => {
    await using pool = open({ maxWorkers: 2 }, new URL("./missing.js", import.meta.url));
    for (let round = 0; round < 2; round++) {
      const errors = await gather(pool.map("increment", [1, 2, 3, 4]), { returnExceptions: true });
      for (const error of errors as unknown[] as Error[]) {
        expect(error).toBeInstanceOf(BrokenExecutorError);
        expect(error.message).toMatch(
          new RegExp(`^the module can't be loaded in a ${kind}: (?:Cannot find module|Module not found) `),
        );
        expect(error.cause).toMatchObject({ code: "ERR_MODULE_NOT_FOUND" });
      }
    }
    await expect(pool.warmUp()).rejects.toThrow(BrokenExecutorError);
    expect(pool.statistics()).toMatchObject({ failed: 8, queued: 0, running: 0 });
  });

  it("fail all jobs that wait when they can't be started", async () => {
    // Without a dot: Bun takes what follows one for the extension of a file.
    await using pool = open({}, new URL("data:text/javascript,process['exit'](9)"));
    const errors = await gather(pool.map("increment", [1, 2]), { returnExceptions: true });
    expect(errors.map(String)).toEqual(
      Array(2).fill(`BrokenExecutorError: a ${kind} could not be started: it ended with exit code 9`),
    );
  });

  it("fail all jobs that wait when they die of an error while they are started", async () => {
    const module =
      "data:text/javascript,setTimeout(() => { throw new Error('early') }); await new Promise(() => {})";
    await using pool = open({}, new URL(module));
    await expect(pool.submit("add", 1, 2)).rejects.toThrow(
      new BrokenExecutorError(`a ${kind} could not be started: it died of an uncaught error: early`),
    );
  });

  it.runIf(kind === "thread")(
    "fail all jobs that wait when the runtime refuses to start them",
    needing("refusal of options that no worker knows"),
    async () => {
      await using pool = open({ execArgv: ["--no-such-option"] });
      const [error] = await gather([pool.submit("add", 1, 2)], { returnExceptions: true });
      expect(error).toBeInstanceOf(BrokenExecutorError);
      expect(pool.statistics()).toMatchObject({ failed: 1, queued: 0, running: 0 });
    },
  );

  /** Starts to shut a pool down while its only thread is loading its module, which a gate holds up. */
  async function shutDownLoading() {
    // The time after which the thread is terminated passes only by hand.
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const [gate, loading, loaded] = [new Gate(), new Marks(), new Marks()];
    const env = { GATE: gate.file, LOADING: loading.file, LOADED: loaded.file };
    const pool = open({ env }, new URL("modules/gated.mjs", import.meta.url));
    const job = pool.submit("add", 1, 2);
    await until(() => loading.exists, "the thread is loading");
    const end = pool.shutdown({ cancelFutures: true });
    expect(job.cancelled()).toBe(true);
    return { gate, end, loaded };
  }

  // Node leaves the file open that a thread was reading when it was terminated.
  it.runIf(kind === "thread")(
    "load their module to the end if a shutdown finds them loading",
    needing("queue of messages for a thread that is still loading"),
    async () => {
      const { gate, end, loaded } = await shutDownLoading();
      gate.open();
      await end;
      expect(loaded.count).toBe(1);
    },
  );

  it.runIf(kind === "thread")("are terminated if they go on loading after a shutdown", async () => {
    const { end, loaded } = await shutDownLoading();
    vi.advanceTimersByTime(500);
    await end;
    expect(loaded.exists).toBe(false);
  });

  it("do 10,000 small jobs", async () => {
    await using pool = open({ maxWorkers: 2 });
    const numbers = Array.from({ length: 10_000 }, (_, i) => i);
    const results = await gather(pool.map("increment", numbers));
    expect(results.every((n, i) => n === i + 1)).toBe(true);
    expect(pool.statistics()).toMatchObject({ completed: 10_000, workers: 2 });
  });

  it("survive chaos: every future ends in the right state, no worker is left, nor memory", async () => {
    const pids = new Set<number>();
    const chaos = async (count: number) =>
      run(async () => {
        await using pool = open({ maxWorkers: 2, maxQueue: 2 });
        const kinds = ["fine", "fails", "crashes", "is cancelled", "times out"] as const;
        const outcomes = Object.fromEntries(kinds.map((kind) => [kind, new Set<string>()]));
        await gather(
          Array.from({ length: count }, (_, i) => async () => {
            const planned = kinds[i % kinds.length] as (typeof kinds)[number];
            await pool.ready();
            const outcome = await attempt(planned).then(
              () => "value",
              (error: unknown) => (error as Error).name,
            );
            outcomes[planned]?.add(outcome);
          }),
        );
        async function attempt(planned: (typeof kinds)[number]): Promise<unknown> {
          if (planned === "fine") return pids.add((await pool.submit("whoami")).pid);
          if (planned === "fails") return await pool.submit("failLater");
          if (planned === "crashes") return await pool.submit("exit", 1);
          if (planned === "times out") return await timeout(20).with(() => pool.submit("spin"));
          const job = pool.submit("nap", 2 ** 31 - 1);
          getRunningLoop().callLater(Math.random() * 40, () => job.cancel());
          return await job;
        }
        const { workers: _, utilization: __, ...counts } = pool.statistics();
        const fifth = count / 5;
        expect(counts).toEqual({
          queued: 0,
          running: 0,
          completed: fifth,
          failed: 2 * fifth,
          cancelled: 2 * fifth,
        });
        expect(outcomes).toEqual({
          fine: new Set(["value"]),
          fails: new Set(["Error"]),
          crashes: new Set(["BrokenExecutorError"]),
          "is cancelled": new Set(["CancelledError"]),
          "times out": new Set(["TimeoutError"]),
        });
        await pool.shutdown();
        expect(pool.statistics().workers).toBe(0);
      });
    await chaos(20);
    await collectGarbage();
    const before = process.memoryUsage().heapUsed;
    await chaos(rounds(200));
    await collectGarbage();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(4 * 2 ** 20);
    if (kind === "process") expect([...pids].filter(isAlive)).toEqual([]);
    const workers = () => process.getActiveResourcesInfo().filter((name) => /Worker|ProcessWrap/.test(name));
    await until(() => workers().length === 0, "no handle of a worker is left");
  });
});

describe.each(pools)("the end of a $kind pool", ({ Pool, kind }) => {
  const open = (maxWorkers = 1) => new Pool<typeof Work>(work, { maxWorkers });

  it("waits for all jobs", async () => {
    const pool = open();
    const jobs = pool.map("nap", [30, 1, 1], [1, 2, 3]);
    await pool.shutdown();
    expect(jobs.map((job) => job.result())).toEqual([1, 2, 3]);
    expect(pool.statistics()).toMatchObject({ completed: 3, workers: 0 });
  });

  it("does not wait with wait: false, and does the jobs all the same", async () => {
    const pool = open();
    const jobs = pool.map("nap", [30, 1], [1, 2]);
    expect(pool.shutdown({ wait: false }).done()).toBe(true);
    expect(await gather(jobs)).toEqual([1, 2]);
    await pool.shutdown();
  });

  it("cancels what is queued with cancelFutures: true", async () => {
    const pool = open();
    const marks = new Marks();
    const gate = new Gate();
    const running = pool.submit("pass", gate.file, "ran");
    await until(() => running.running(), "the job runs");
    const queued = pool.submit("begin", marks.file);
    const end = pool.shutdown({ cancelFutures: true });
    gate.open();
    await end;
    expect([running.result(), queued.cancelled(), marks.count]).toEqual(["ran", true, 0]);
    expect(pool.statistics()).toMatchObject({ completed: 1, cancelled: 1, workers: 0 });
  });

  it("cancels what is left when its time is over, be it queued or running", async () => {
    const pool = open();
    const early = pool.submit("nap", 1, "early");
    const spinning = pool.submit("spin");
    const queued = pool.submit("add", 1, 2);
    await until(() => spinning.running(), "the second job runs");
    const end = pool.shutdown({ timeout: 50 });
    expect([spinning.cancelled(), queued.cancelled()]).toEqual([false, false]);
    await end;
    expect([early.result(), spinning.cancelled(), queued.cancelled()]).toEqual(["early", true, true]);
    expect(pool.statistics()).toMatchObject({ completed: 1, cancelled: 2, workers: 0 });
  });

  it("cancels everything with a timeout of 0, and nothing if it comes before the timeout", async () => {
    const hurried = open();
    const spinning = hurried.submit("spin");
    const end = hurried.shutdown({ timeout: 0 });
    expect(spinning.cancelled()).toBe(true);
    await end;

    const patient = open();
    const job = patient.submit("nap", 30, "slept");
    await patient.shutdown({ timeout: 600_000 });
    expect(job.result()).toBe("slept");
  });

  it("may be awaited by nobody, and still cancels what is left in the end", async () => {
    const pool = open();
    const job = pool.submit("spin");
    expect(pool.shutdown({ wait: false, timeout: 50 }).done()).toBe(true);
    expect(isCancelled(await job.catch((error: unknown) => error))).toBe(true);
    await pool.shutdown();
  });

  it("can wait longer than any timer", async () => {
    const pool = open();
    const job = pool.submit("nap", 30, "slept");
    await pool.shutdown({ timeout: 2 ** 40 });
    expect(job.result()).toBe("slept");
  });

  it("needs a number as its timeout, and else does not begin", async () => {
    await using pool = open();
    for (const timeout of ["1", Number.NaN]) {
      expect(() => pool.shutdown({ timeout: timeout as number })).toThrow(
        /^shutdown\(\) needs a number of milliseconds, got /,
      );
    }
    expect(await pool.submit("add", 1, 2)).toBe(3);
  });

  it("of the loop's life cancels its jobs, and leaves the pool and the jobs of other loops", async () => {
    await using pool = open(2);
    const gate = new Gate();
    const other = pool.submit("pass", gate.file, "of the default loop");
    const events: string[] = [];
    let victim = 0;
    const jobs = await run(async () => {
      victim = (await pool.submit("whoami")).pid;
      const running = pool.submit("spin");
      const queued = pool.submit("spin");
      for (const job of [running, queued]) job.addDoneCallback((job) => events.push(`told: ${job}`));
      await until(() => running.running(), "the job runs");
      return [running, queued];
    });
    events.push("run() has ended");
    expect(events).toEqual([
      "told: <Job 'spin' cancelled>",
      "told: <Job 'spin' cancelled>",
      "run() has ended",
    ]);
    expect(jobs.map((job) => job.cancelled())).toEqual([true, true]);
    expect([pool.statistics().workers, isAlive(victim)]).toEqual([1, kind === "thread"]);
    gate.open();
    expect(await other).toBe("of the default loop");
    expect(await pool.submit("add", 1, 2)).toBe(3);
  });

  it("comes at once when nothing was ever done, or only warmed up", async () => {
    await open().shutdown();
    const pool = open(2);
    const warm = pool.warmUp();
    await pool.shutdown();
    expect(isCancelled(await warm.catch((error: unknown) => error))).toBe(true);
  });

  it("waits for workers that are being ended", async () => {
    const pool = open();
    const { pid } = await pool.submit("whoami");
    const job = pool.submit("spin");
    job.cancel();
    await pool.shutdown();
    if (kind === "process") expect(isAlive(pid)).toBe(false);
    expect(pool.statistics().workers).toBe(0);
  });

  it("cancels the jobs when the wait for it is cancelled", async () => {
    await run(async () => {
      const pool = open();
      const job = pool.submit("spin");
      const queued = pool.submit("add", 1, 2);
      await expect(timeout(50).with(() => pool.shutdown())).rejects.toThrow(TimeoutError);
      expect([job.cancelled(), queued.cancelled()]).toEqual([true, true]);
      await pool.shutdown();
    });
  });

  it("of a block waits until the workers have ended, also when it is cancelled", async () => {
    await run(async () => {
      let pool: ReturnType<typeof open> | undefined;
      const marks = new Marks();
      const task = createTask(async () => {
        await using own = (pool = open());
        own.submit("begin", marks.file);
        await until(() => marks.count === 1, "the job has begun");
      });
      await until(() => pool?.closed === true, "the block has been left");
      task.cancel();
      await expect(task).rejects.toThrow(CancelledError);
      expect(pool?.statistics()).toMatchObject({ cancelled: 1, running: 0, workers: 0 });
    });
  });
});

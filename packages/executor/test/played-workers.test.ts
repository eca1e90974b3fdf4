/** The queue and the states of a pool, in an order of events that the test decides: it plays the workers. */
import { BrokenExecutorError, ExecutorFullError, move } from "@asyncio-ts/executor";
import { CancelledError, Future, isCancelled } from "@asyncio-ts/future";
import { type EventLoop, getRunningLoop } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import { createTask, gather, run, sleep } from "@asyncio-ts/task";
import { rejectionOf } from "@asyncio-ts/testkit";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { AnyJob } from "../src/pool-worker.js";
import { Services } from "../src/services.js";
import { PlayedPool } from "./support/played-workers.js";

/** Resolves once all that is queued has run, and what that has queued. */
async function settled(): Promise<void> {
  for (let i = 0; i < 6; i++) await new Promise(setImmediate);
}

/** Submits one job to `f()` for each number. */
function submit(pool: PlayedPool, ...numbers: number[]): AnyJob[] {
  return pool.add(
    "f",
    numbers.map((n) => [n]),
  );
}

/** Submits a job, and returns it. */
function submitOne(pool: PlayedPool, n = 1): AnyJob {
  return submit(pool, n)[0] as AnyJob;
}

function stopTimers(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
}

const states = (jobs: readonly AnyJob[]): string[] => jobs.map(String);

describe("the queue of a pool", () => {
  it("gives jobs to workers in the order in which they were submitted", () => {
    const pool = new PlayedPool({ maxWorkers: 2 });
    const jobs = submit(pool, 1, 2, 3, 4);
    expect(pool.played.length).toBe(2);
    pool.worker(1).isReady();
    pool.worker(0).isReady();
    expect([pool.worker(0).news(), pool.worker(1).news()]).toEqual([["run f(2)"], ["run f(1)"]]);
    expect(jobs.map((job) => job.running())).toEqual([true, true, false, false]);
    expect(pool.statistics()).toMatchObject({ queued: 2, running: 2, workers: 2 });
    pool.worker(0).returns("second");
    pool.worker(0).throws(new RangeError("third"));
    pool.worker(1).returns("first");
    expect(pool.worker(0).news()).toEqual(["run f(3)", "run f(4)"]);
    expect(pool.worker(1).news()).toEqual(["release"]);
    expect(jobs.slice(0, 2).map((job) => job.result())).toEqual(["first", "second"]);
    expect(jobs[2]?.exception()).toEqual(new RangeError("third"));
    expect(pool.statistics()).toMatchObject({ queued: 0, running: 1, completed: 2, failed: 1, cancelled: 0 });
  });

  it("gives a job to the worker that became idle last, and keeps this process alive for it", () => {
    const pool = new PlayedPool({ maxWorkers: 2 });
    const [first, second] = pool.warm() as [
      ReturnType<PlayedPool["worker"]>,
      ReturnType<PlayedPool["worker"]>,
    ];
    submit(pool, 1);
    expect([first.news(), second.news()]).toEqual([[], ["hold", "run f(1)"]]);
    submit(pool, 2);
    expect([first.news(), second.news()]).toEqual([["hold", "run f(2)"], []]);
    expect(pool.played.length).toBe(2);
  });

  it("starts no more workers than there are jobs without one", () => {
    const pool = new PlayedPool({ maxWorkers: 5 });
    submit(pool, 1);
    submit(pool, 2);
    expect(pool.played.length).toBe(2);
    pool.worker(0).isReady();
    pool.worker(1).isReady();
    submit(pool, 3);
    expect(pool.played.length).toBe(3);
    submit(pool, 4, 5, 6, 7);
    expect(pool.played.length).toBe(5);
  });

  it("accepts as many jobs as it has room for, and of more than that none", () => {
    const pool = new PlayedPool({ maxWorkers: 2, maxQueue: 1 });
    const message =
      "f() was submitted to <a pool, 0 workers, 0 jobs running, 0 queued>, which accepts at most 3 jobs at a time " +
      "(maxWorkers 2, maxQueue 1); wait for room with `await pool.ready()`";
    expect(() => submit(pool, 1, 2, 3, 4)).toThrow(new ExecutorFullError(message));
    expect(pool.played).toEqual([]);
    submit(pool, 1, 2);
    pool.worker(0).isReady();
    submit(pool, 3);
    expect(() => submit(pool, 4)).toThrow(ExecutorFullError);
    expect(pool.statistics()).toMatchObject({ queued: 2, running: 1 });
    pool.worker(0).returns();
    submit(pool, 4);
    expect(() => submit(pool, 5)).toThrow(ExecutorFullError);
  });

  it("leaves out a job whose arguments can't be sent, and goes on with the next", async () => {
    const pool = new PlayedPool();
    const [bad, good] = pool.add("f", [[() => 1], [2]]) as [AnyJob, AnyJob];
    pool.worker().isReady();
    expect(pool.worker().news()).toEqual(["run f(2)"]);
    expect(await rejectionOf(bad)).toBeInstanceOf(TypeError);
    expect(good.running()).toBe(true);
    expect(pool.statistics()).toMatchObject({ failed: 1, running: 1, queued: 0 });
    pool.worker().returns();
    const [alone] = pool.add("f", [[() => 1]]) as [AnyJob];
    expect(await rejectionOf(alone)).toBeInstanceOf(TypeError);
    expect(pool.worker().news()).toEqual(["release", "hold", "release"]);
    expect(pool.statistics()).toMatchObject({ failed: 2, completed: 1, running: 0, queued: 0 });
  });
});

describe("a job that is cancelled", () => {
  it("leaves the queue, with its arguments and what they would move", () => {
    const pool = new PlayedPool();
    const first = submitOne(pool);
    pool.worker().isReady();
    const bytes = new Uint8Array(8);
    const job = pool.add("f", [[move(bytes)]])[0] as AnyJob;
    job.sent = [["user", "Ann"]];
    expect([job.args, job.moved]).toEqual([[bytes], [bytes.buffer]]);
    job.cancel("enough");
    // What a caller keeps of a cancelled job must not hold their memory.
    expect([job.args, job.moved, job.sent]).toEqual([[], [], undefined]);
    expect(pool.statistics()).toMatchObject({ queued: 0, running: 1, cancelled: 1 });
    pool.worker().returns();
    expect(first.done()).toBe(true);
    expect(pool.worker().news()).toEqual(["run f(1)", "release"]);
  });

  it("ends its worker at once, and has the loop wait for the end", async () => {
    const pool = new PlayedPool();
    const { toAwait } = partsOf(getRunningLoop()).shutdown;
    const before = toAwait.size;
    const job = submitOne(pool);
    pool.worker().isReady();
    expect(job.cancel("enough")).toBe(true);
    expect(pool.worker().news()).toEqual(["run f(1)", "hold", "kill"]);
    expect([job.cancelled(), job.running(), toAwait.size - before]).toEqual([true, false, 1]);
    expect(pool.statistics()).toMatchObject({ running: 0, cancelled: 1, workers: 0 });
    pool.worker().exits();
    await settled();
    expect(toAwait.size).toBe(before);
    expect(pool.played.length).toBe(1);
  });

  it("gets its place a new worker, once for all that are cancelled with it", async () => {
    const pool = new PlayedPool({ maxWorkers: 2 });
    const jobs = submit(pool, 1, 2, 3, 4, 5);
    for (const worker of pool.played) worker.isReady();
    for (const job of jobs.slice(0, 4)) job.cancel();
    // Not in the call: those behind it may be cancelled, too.
    expect(pool.played.length).toBe(2);
    await settled();
    expect(pool.played.length).toBe(3);
    pool.worker(2).isReady();
    expect(pool.worker(2).news()).toEqual(["run f(5)"]);
    expect(pool.statistics()).toMatchObject({ cancelled: 4, running: 1, workers: 1 });
    jobs[4]?.cancel();
    await settled();
    expect(pool.played.length).toBe(3);
  });

  it("gets its place a new worker each time", async () => {
    const pool = new PlayedPool();
    const jobs = submit(pool, 1, 2, 3);
    for (const [i, job] of jobs.entries()) {
      expect(pool.played.length).toBe(i + 1);
      pool.worker(i).isReady();
      job.cancel();
      pool.worker(i).exits();
      await settled();
    }
    expect(pool.played.length).toBe(3);
  });

  it("leaves the workers that rest, which take the next jobs", async () => {
    const pool = new PlayedPool({ maxWorkers: 2 });
    pool.warm();
    submitOne(pool).cancel();
    await settled();
    const next = submitOne(pool, 2);
    expect(pool.worker(0).news()).toEqual(["hold", "run f(2)"]);
    expect([next.running(), pool.played.length]).toEqual([true, 2]);
  });

  it("does not report what it was about to", async () => {
    const pool = new PlayedPool();
    const job = submitOne(pool);
    pool.worker().isReady();
    job.cancel();
    pool.worker().reports(1);
    pool.worker().returns(2);
    pool.worker().exits();
    expect(await rejectionOf(job)).toBeInstanceOf(CancelledError);
    expect(pool.statistics()).toMatchObject({ completed: 0, cancelled: 1 });
  });
});

describe("the progress of a job", () => {
  it("has what is reported while the value before is looked at", async () => {
    const pool = new PlayedPool();
    const job = submitOne(pool);
    pool.worker().isReady();
    const values = job.progress[Symbol.asyncIterator]();
    const first = values.next();
    await settled();
    pool.worker().reports("one");
    expect(await first).toEqual({ done: false, value: "one" });
    pool.worker().reports("two");
    pool.worker().reports("three");
    expect(await values.next()).toEqual({ done: false, value: "two" });
    expect(await values.next()).toEqual({ done: false, value: "three" });
    pool.worker().reports("last");
    pool.worker().returns();
    expect(await values.next()).toEqual({ done: false, value: "last" });
    expect(await values.next()).toEqual({ done: true, value: undefined });
  });

  it("is for each who follows, also for one that has not asked again or has left", async () => {
    const pool = new PlayedPool();
    const job = submitOne(pool);
    pool.worker().isReady();
    const [waiting, slow, left] = [0, 1, 2].map(() => job.progress[Symbol.asyncIterator]()) as [
      AsyncIterator<unknown>,
      AsyncIterator<unknown>,
      AsyncIterator<unknown>,
    ];
    const firsts = [waiting.next(), slow.next(), left.next()];
    await settled();
    pool.worker().reports(1);
    for (const first of firsts) expect((await first).value).toBe(1);
    const second = waiting.next();
    await left.return?.();
    await settled();
    pool.worker().reports(2);
    pool.worker().reports(3);
    expect((await second).value).toBe(2);
    expect((await waiting.next()).value).toBe(3);
    expect((await slow.next()).value).toBe(2);
    expect((await slow.next()).value).toBe(3);
    const end = waiting.next();
    await settled();
    job.cancel();
    expect([(await end).done, (await slow.next()).done]).toEqual([true, true]);
    pool.worker().exits();
  });

  it("can be reported before the one who follows has begun to wait", async () => {
    const pool = new PlayedPool();
    const job = submitOne(pool);
    pool.worker().isReady();
    pool.worker().reports("nobody follows");
    const values = job.progress[Symbol.asyncIterator]();
    const first = values.next();
    // The loop over the values has begun by now, and does not wait yet.
    pool.worker().reports("early");
    expect(await first).toEqual({ done: false, value: "early" });
    pool.worker().returns();
    expect((await values.next()).done).toBe(true);
  });

  it("is not kept for those who have left", async () => {
    const pool = new PlayedPool();
    const job = submitOne(pool);
    pool.worker().isReady();
    const values = job.progress[Symbol.asyncIterator]();
    const first = values.next();
    await settled();
    pool.worker().reports(1);
    await first;
    const { followers } = (job as unknown as { followed: { followers: Set<unknown> } }).followed;
    expect(followers.size).toBe(1);
    await values.return?.();
    expect(followers.size).toBe(0);
  });
});

describe("room in a pool", () => {
  it("is waited for in order, and who finds it taken stays first in line", async () => {
    await run(async () => {
      const pool = new PlayedPool({ maxQueue: 0 });
      const log: string[] = [];
      submit(pool, 1);
      const worker = pool.worker();
      worker.isReady();
      const wait = (name: string, n: number) =>
        createTask(async () => {
          await pool.ready();
          log.push(name);
          submit(pool, n);
        });
      const tasks = [wait("first", 3), wait("second", 4)];
      await sleep(0);
      worker.returns();
      // The first waiter is woken, and has not had its turn.
      submit(pool, 2);
      await sleep(0);
      await sleep(0);
      expect(log).toEqual([]);
      worker.returns();
      await sleep(0);
      await sleep(0);
      expect(log).toEqual(["first"]);
      worker.returns();
      await gather(tasks);
      expect(log).toEqual(["first", "second"]);
      worker.returns();
      expect(worker.news().filter((entry) => entry.startsWith("run"))).toEqual([
        "run f(1)",
        "run f(2)",
        "run f(3)",
        "run f(4)",
      ]);
    });
  });

  it("wakes one after the other, as long as there is room", async () => {
    await run(async () => {
      const pool = new PlayedPool({ maxWorkers: 2, maxQueue: 0 });
      const log: string[] = [];
      const jobs = submit(pool, 1, 2);
      const wait = (name: string, ...numbers: number[]) =>
        createTask(async () => {
          await pool.ready();
          log.push(`${name} of ${pool.statistics().queued}`);
          submit(pool, ...numbers);
        });
      const tasks = ["a", "b", "c", "d"].map((name, i) => wait(name, ...(name === "b" ? [] : [i])));
      await sleep(0);
      tasks[0]?.cancel();
      for (const job of jobs) job.cancel();
      for (let i = 0; i < 6; i++) await sleep(0);
      // b takes no room, c and d all that there is.
      expect(log).toEqual(["b of 0", "c of 0", "d of 1"]);
      expect(tasks[0]?.cancelled()).toBe(true);
      pool.cancelAll("enough");
    });
  });

  it("goes past one that was cancelled to the next, in the same turn", async () => {
    await run(async () => {
      const pool = new PlayedPool({ maxQueue: 0 });
      const log: string[] = [];
      submit(pool, 1);
      pool.worker().isReady();
      const waiting = ["cancelled", "next"].map((name) =>
        createTask(async () => {
          await pool.ready();
          log.push(name);
        }),
      );
      await sleep(0);
      waiting[0]?.cancel();
      pool.worker().returns();
      getRunningLoop().callSoon(() => log.push("what is scheduled after it"));
      await waiting[1];
      await sleep(0);
      expect(log).toEqual(["next", "what is scheduled after it"]);
    });
  });

  it("is not kept for those who were cancelled, while there is none", async () => {
    await run(async () => {
      const pool = new PlayedPool({ maxQueue: 0 });
      const log: string[] = [];
      submit(pool, 1);
      pool.worker().isReady();
      const wait = (name: string) =>
        createTask(async () => {
          await pool.ready();
          log.push(name);
        });
      const waiting = ["first", "second", "third"].map(wait);
      await sleep(0);
      expect(pool["waitingForRoom"].length).toBe(3);
      waiting[1]?.cancel();
      expect(pool["waitingForRoom"].length).toBe(2);
      pool.worker().returns();
      // The first one is woken, finds its room taken, and waits again.
      submit(pool, 2);
      await sleep(0);
      expect([pool["waitingAgain"].length, pool["waitingForRoom"].length]).toEqual([1, 1]);
      waiting[0]?.cancel();
      expect([pool["waitingAgain"].length, pool["waitingForRoom"].length]).toEqual([0, 1]);
      pool.worker().returns();
      await waiting[2];
      expect([log, pool["waitingForRoom"].length]).toEqual([["third"], 0]);
    });
  });

  it("is no more when the pool is shut down, and who waits is told at once", async () => {
    await run(async () => {
      const pool = new PlayedPool({ maxQueue: 0 });
      const job = submitOne(pool);
      pool.worker().isReady();
      const waiting = [createTask(() => pool.ready()), createTask(() => pool.ready())];
      await sleep(0);
      waiting[0]?.cancel();
      const end = pool.shutdown();
      // The job runs on: no room will come.
      await rejectionOf(waiting[1] as PromiseLike<unknown>).then((error) =>
        expect(error).toEqual(
          new Error("ready() was called after a pool had been shut down; make a new one"),
        ),
      );
      expect([job.done(), end.done()]).toEqual([false, false]);
      pool.worker().returns();
      pool.worker().exits();
      await end;
    });
  });

  it("is found without a wait if there is some", async () => {
    await run(async () => {
      const pool = new PlayedPool({ maxQueue: 0 });
      const events: string[] = [];
      getRunningLoop().callSoon(() => events.push("next turn"));
      await pool.ready();
      events.push("ready");
      await sleep(0);
      expect(events).toEqual(["ready", "next turn"]);
      expect(String(pool.ready())).toMatch(/ready/);
    });
  });
});

describe("warmUp()", () => {
  it("starts all workers, and resolves when the last is ready", async () => {
    const pool = new PlayedPool({ maxWorkers: 3 });
    submit(pool, 1);
    const [warm, again] = [pool.warmUp(), pool.warmUp()];
    expect(pool.played.length).toBe(3);
    pool.worker(2).isReady();
    pool.worker(0).isReady();
    expect(warm.done()).toBe(false);
    pool.worker(1).isReady();
    expect([warm.done(), again.done()]).toEqual([true, true]);
    expect(pool.warmUp().done()).toBe(true);
    expect(pool.played.length).toBe(3);
  });

  it("replaces a worker that dies while it starts", async () => {
    const pool = new PlayedPool({ maxWorkers: 2 });
    const warm = pool.warmUp();
    pool.worker(0).exits();
    expect([pool.played.length, warm.done()]).toEqual([3, false]);
    pool.worker(1).isReady();
    pool.worker(2).isReady();
    expect(warm.done()).toBe(true);
    expect(pool.statistics()).toMatchObject({ failed: 0, workers: 2 });
  });

  it("may be cancelled, and the workers stay", () => {
    const pool = new PlayedPool({ maxWorkers: 2 });
    const [dropped, warm] = [pool.warmUp(), pool.warmUp()];
    expect(pool["waitingForWarmth"].length).toBe(2);
    dropped.cancel();
    expect(pool["waitingForWarmth"].length).toBe(1);
    pool.worker(0).isReady();
    pool.worker(1).isReady();
    expect([dropped.cancelled(), warm.done(), pool.statistics().workers]).toEqual([true, true, 2]);
    expect(() => pool.warmUp()).not.toThrow();
  });

  it("is refused by a pool that was shut down, and cancelled by its shutdown", async () => {
    const pool = new PlayedPool();
    const warm = pool.warmUp();
    const end = pool.shutdown();
    expect(((await rejectionOf(warm)) as Error).message).toBe("the executor was shut down");
    expect(warm.cancelled()).toBe(true);
    expect(() => pool.warmUp()).toThrow(
      new Error("warmUp() was called after a pool had been shut down; make a new one"),
    );
    expect(pool.worker().news()).toEqual(["hold", "kill"]);
    // It has become ready meanwhile, and is not used.
    pool.worker().isReady();
    expect([pool.statistics().workers, end.done()]).toEqual([0, false]);
    pool.worker().exits();
    await end;
  });

  it("fails if a worker can't be started, or can't load the module", async () => {
    const refused = new PlayedPool({ maxWorkers: 2 });
    const cause = new RangeError("no threads left");
    refused.before.start = () => {
      throw cause;
    };
    const error = (await rejectionOf(refused.warmUp())) as Error;
    expect(error).toEqual(new BrokenExecutorError("a worker could not be started: no threads left"));
    expect(error.cause).toBe(cause);
    expect(refused.statistics().workers).toBe(0);

    const unfit = new PlayedPool({ maxWorkers: 2 });
    const [dropped, warm] = [unfit.warmUp(), unfit.warmUp()];
    dropped.cancel();
    unfit.worker(0).says({ type: "broken", error: { value: "no such file" } });
    expect(((await rejectionOf(warm)) as Error).message).toBe(
      "the module can't be loaded in a thread: no such file",
    );
  });
});

describe("a pool whose workers can't be started", () => {
  it("fails what is queued, with the cause, and tries again for the next job", async () => {
    const pool = new PlayedPool({ maxWorkers: 2 });
    pool.before.start = () => {
      throw new RangeError("no threads left");
    };
    const jobs = submit(pool, 1, 2, 3);
    for (const job of jobs) {
      const error = (await rejectionOf(job)) as Error;
      expect(error).toBeInstanceOf(BrokenExecutorError);
      expect(error.cause).toEqual(new RangeError("no threads left"));
    }
    expect(pool.statistics()).toMatchObject({ failed: 3, queued: 0, running: 0, workers: 0 });
    pool.before.start = () => {};
    submit(pool, 4);
    expect(pool.played.length).toBe(1);
  });

  it("gives up after three that died in a row, and not before", async () => {
    const pool = new PlayedPool();
    const [first, second] = submit(pool, 1, 2) as [AnyJob, AnyJob];
    pool.worker(0).exits();
    pool.worker(1).exits();
    pool.worker(2).isReady();
    pool.worker(2).returns();
    pool.worker(2).exits();
    expect([first.done(), second.done()]).toEqual([true, true]);
    expect(String(await rejectionOf(second))).toMatch("f() was not finished");

    const jobs = submit(pool, 3, 4);
    pool.worker(3).exits();
    pool.worker(4).exits();
    expect(jobs.map((job) => job.done())).toEqual([false, false]);
    pool.worker(5).exits("ended with exit code 9");
    for (const job of jobs) {
      expect(await rejectionOf(job)).toEqual(
        new BrokenExecutorError("a thread could not be started: it ended with exit code 9"),
      );
    }
    expect(pool.played.length).toBe(6);
    expect(pool.statistics()).toMatchObject({ completed: 1, failed: 3, workers: 0 });
    // The count begins anew.
    const next = submitOne(pool, 5);
    pool.worker(6).exits();
    pool.worker(7).exits();
    expect([next.done(), pool.played.length]).toEqual([false, 9]);
  });

  it("fails what is queued if one can't load the module, and leaves the jobs that run", async () => {
    const pool = new PlayedPool({ maxWorkers: 2 });
    const [running, queued] = submit(pool, 1, 2) as [AnyJob, AnyJob];
    pool.worker(0).isReady();
    pool.worker(1).says({ type: "broken", error: { value: "changed" } });
    expect(pool.worker(1).news()).toEqual(["hold", "kill"]);
    expect(((await rejectionOf(queued)) as Error).message).toBe(
      "the module can't be loaded in a thread: changed",
    );
    expect(running.running()).toBe(true);
    expect(pool.statistics()).toMatchObject({ workers: 1, running: 1, failed: 1 });
    const later = submitOne(pool, 3);
    expect(pool.played.length).toBe(3);
    pool.worker(2).isReady();
    expect(later.running()).toBe(true);
  });
});

describe("a worker that dies", () => {
  /** Runs `body` in a loop of its own, and returns what is reported to that loop. */
  async function reportsOf(body: () => Promise<void>): Promise<string[]> {
    const reports: string[] = [];
    await run(async () => {
      getRunningLoop().setExceptionHandler((_loop, { message, exception }) =>
        reports.push(`${message}: ${(exception as Error)?.name}`),
      );
      await body();
    });
    return reports;
  }

  it("with a job fails it, and the next job gets another worker", async () => {
    const reports = await reportsOf(async () => {
      const pool = new PlayedPool();
      const [first, second] = submit(pool, 1, 2) as [AnyJob, AnyJob];
      pool.worker(0).isReady();
      pool.worker(0).exits();
      expect(pool.played.length).toBe(2);
      pool.worker(1).isReady();
      expect(second.running()).toBe(true);
      expect(await rejectionOf(first)).toEqual(
        new BrokenExecutorError("f() was not finished: its thread ended with exit code 1"),
      );
      expect(pool.statistics()).toMatchObject({ failed: 1, running: 1, workers: 1 });
      pool.worker(1).returns();
    });
    expect(reports).toEqual([]);
  });

  it("without a job is reported, unless a signal has ended it, and gets none", async () => {
    const reports = await reportsOf(async () => {
      const pool = new PlayedPool({ maxWorkers: 2 });
      pool.warm();
      pool.worker(1).exits("ended with exit code 7");
      expect(pool.statistics().workers).toBe(1);
      submit(pool, 1);
      expect(pool.worker(1).news()).toEqual([]);
      pool.worker(0).returns();
      pool.worker(0).exits("was killed by SIGINT", true);
      expect(pool.statistics()).toMatchObject({ workers: 0, failed: 0 });
      expect(pool.played.length).toBe(2);
      await sleep(0);
    });
    const message =
      "an idle thread of the pool ended with exit code 7; a new one is started when there is work";
    expect(reports).toEqual([`${message}: BrokenExecutorError`]);
  });

  it("while it starts is not reported if it is the first, and leaves room for another", async () => {
    const reports = await reportsOf(async () => {
      const pool = new PlayedPool();
      const job = submitOne(pool);
      pool.worker(0).exits();
      expect(pool.played.length).toBe(2);
      pool.worker(1).isReady();
      pool.worker(1).returns("done");
      expect(await job).toBe("done");
    });
    expect(reports).toEqual([]);
  });
});

describe("idle workers", () => {
  it("end after their time, and count no longer", async () => {
    stopTimers();
    const pool = new PlayedPool({ maxWorkers: 2, idleTimeout: 50 });
    pool.warm();
    vi.advanceTimersByTime(30);
    submit(pool, 1);
    pool.worker(1).news();
    vi.advanceTimersByTime(20);
    expect([pool.worker(0).news(), pool.worker(1).news()]).toEqual([["hold", "close"], []]);
    expect(pool.statistics().workers).toBe(1);
    pool.worker(0).exits();
    submit(pool, 2);
    // The one that has ended is not given the job.
    expect([pool.worker(0).news(), pool.played.length]).toEqual([[], 3]);
  });

  it("are what the pool's utilization tells of", () => {
    const clock = { now: 1000 };
    const spy = vi.spyOn(performance, "now").mockImplementation(() => clock.now);
    onTestFinished(() => spy.mockRestore());
    const pool = new PlayedPool({ maxWorkers: 2 });
    expect(pool.statistics().utilization).toBe(0);
    pool.warm();
    const job = submitOne(pool);
    clock.now += 30;
    expect(pool.statistics().utilization).toBe(0.5);
    job.cancel();
    clock.now += 30;
    // One worker of 90 ms in all, and 30 of them busy.
    expect(pool.statistics().utilization).toBeCloseTo(1 / 3);
  });
});

describe("a process that could end", () => {
  const listeners = () => process.listeners("beforeExit").filter(({ name }) => name === "closeIdleThreads");

  it("closes the idle threads of all pools, and these start others for the next jobs", () => {
    const [first, second] = [new PlayedPool({ maxWorkers: 2 }), new PlayedPool()];
    first.warm();
    second.warm();
    const [listener, ...others] = listeners();
    expect(others).toEqual([]);
    const job = submitOne(first);
    first.worker(1).news();
    listener?.(0);
    expect([first.worker(0).news(), first.worker(1).news()]).toEqual([["hold", "close"], []]);
    expect(second.worker(0).news()).toEqual(["hold", "close"]);
    first.worker(1).returns(1);
    expect(job.result()).toBe(1);
    listener?.(0);
    expect(first.worker(1).news()).toEqual(["release", "hold", "close"]);
    expect([first, second].map((pool) => pool.statistics().workers)).toEqual([0, 0]);
    submit(second, 1);
    expect([second.played.length, listeners().length]).toEqual([2, 1]);
    second.worker(1).isReady();
    expect(second.worker(1).news()).toEqual(["run f(1)"]);
  });
});

describe("the end of a pool", () => {
  it("comes when all jobs and workers have ended", async () => {
    const pool = new PlayedPool({ maxWorkers: 2 });
    const jobs = submit(pool, 1, 2, 3);
    pool.worker(0).isReady();
    pool.worker(1).isReady();
    expect(pool.closed).toBe(false);
    const [end, again] = [pool.shutdown(), pool.shutdown({ wait: true })];
    expect(pool.closed).toBe(true);
    expect(() => submit(pool, 4)).toThrow(
      new Error("f() was submitted after a pool had been shut down; make a new one"),
    );
    pool.worker(0).returns();
    pool.worker(1).returns();
    expect([pool.worker(0).news(), pool.worker(1).news()]).toEqual([
      ["run f(1)", "run f(3)"],
      ["run f(2)", "hold", "close"],
    ]);
    pool.worker(0).returns();
    expect(pool.worker(0).news()).toEqual(["hold", "close"]);
    expect(jobs.every((job) => job.done())).toBe(true);
    pool.worker(0).exits();
    await settled();
    expect(end.done()).toBe(false);
    pool.worker(1).exits();
    await gather([end, again]);
    expect(String(end)).toBe("<the shutdown of an executor finished>");
    expect(pool.shutdown().done()).toBe(true);
  });

  it("starts workers for the jobs that are left, and ends those without one", async () => {
    const pool = new PlayedPool({ maxWorkers: 2 });
    pool.warm();
    const job = submitOne(pool);
    pool.worker(1).exits();
    expect(job.done()).toBe(true);
    submit(pool, 2, 3);
    expect(pool.played.length).toBe(3);
    const end = pool.shutdown();
    pool.worker(2).isReady();
    pool.worker(2).returns();
    pool.worker(0).exits();
    await rejectionOf(job);
    pool.worker(2).exits();
    await end;
    expect(pool.statistics()).toMatchObject({ completed: 1, failed: 2, workers: 0 });
  });

  it("ends workers that rest or load at once", async () => {
    const pool = new PlayedPool({ maxWorkers: 3 });
    void pool.warmUp();
    pool.worker(0).isReady();
    pool.worker(1).isReady();
    for (const worker of pool.played) worker.news();
    const end = pool.shutdown();
    expect(pool.played.map((worker) => worker.news())).toEqual([
      ["hold", "close"],
      ["hold", "close"],
      ["hold", "kill"],
    ]);
    for (const worker of pool.played) worker.exits();
    await end;
  });

  it("lets workers load as long as there are jobs for them", async () => {
    const pool = new PlayedPool();
    const job = submitOne(pool);
    const end = pool.shutdown();
    expect(pool.worker().news()).toEqual([]);
    pool.worker().isReady();
    pool.worker().returns(5);
    expect(job.result()).toBe(5);
    pool.worker().exits();
    await end;
  });

  it("comes at once if there is no worker, or nobody waits", () => {
    expect(new PlayedPool().shutdown().done()).toBe(true);
    const pool = new PlayedPool();
    const job = submitOne(pool);
    pool.worker().isReady();
    expect(pool.shutdown({ wait: false }).done()).toBe(true);
    expect([job.running(), pool.worker().news()]).toEqual([true, ["run f(1)"]]);
  });

  it("cancels what is queued, with cancelFutures alone", async () => {
    const pool = new PlayedPool();
    const jobs = submit(pool, 1, 2, 3);
    pool.worker().isReady();
    const end = pool.shutdown({ cancelFutures: true });
    expect(states(jobs)).toEqual(["<Job 'f' pending>", "<Job 'f' cancelled>", "<Job 'f' cancelled>"]);
    expect(String(await rejectionOf(jobs[1] as AnyJob))).toBe("CancelledError: the executor was shut down");
    pool.worker().returns();
    pool.worker().exits();
    await end;
    expect(pool.statistics()).toMatchObject({ completed: 1, cancelled: 2, queued: 0 });
  });

  it("cancels what is left when its time is over, and not before, nor after the end", async () => {
    stopTimers();
    const pool = new PlayedPool();
    const jobs = submit(pool, 1, 2);
    pool.worker().isReady();
    const end = pool.shutdown({ timeout: 50 });
    vi.advanceTimersByTime(49);
    expect(jobs.map((job) => job.cancelled())).toEqual([false, false]);
    vi.advanceTimersByTime(1);
    expect(jobs.map((job) => job.cancelled())).toEqual([true, true]);
    expect(String(await rejectionOf(jobs[0] as AnyJob))).toBe("CancelledError: the executor was shut down");
    expect(pool.worker().news()).toEqual(["run f(1)", "hold", "kill"]);
    pool.worker().exits();
    await end;

    const early = new PlayedPool();
    const ended = early.shutdown({ timeout: 50 });
    expect([ended.done(), vi.getTimerCount()]).toEqual([true, 0]);
  });

  it("cancels all at once with a timeout of 0 or less", () => {
    for (const timeout of [0, -1]) {
      const pool = new PlayedPool();
      const job = submitOne(pool);
      pool.worker().isReady();
      void pool.shutdown({ timeout });
      expect([job.cancelled(), pool.worker().news()]).toEqual([true, ["run f(1)", "hold", "kill"]]);
      pool.worker().exits();
    }
  });

  it("cancels all when it is cancelled itself, once", async () => {
    const pool = new PlayedPool();
    const jobs = submit(pool, 1, 2);
    pool.worker().isReady();
    const end = pool.shutdown();
    expect(end.cancel("given up")).toBe(true);
    expect(jobs.map((job) => job.cancelled())).toEqual([true, true]);
    expect(String(await rejectionOf(jobs[0] as AnyJob))).toBe("CancelledError: given up");
    expect(isCancelled(await rejectionOf(end))).toBe(true);
    const cancelAll = vi.spyOn(pool, "cancelAll");
    expect(end.cancel()).toBe(false);
    expect(cancelAll).not.toHaveBeenCalled();
    pool.worker().exits();
    await pool.shutdown();
  });

  /** Shuts a pool down whose worker has ended, and left a service that cleans up. */
  async function shutDownWithService() {
    const cleaned = new Future<void>();
    const hang = async (): Promise<void> => {
      try {
        await new Future<void>();
      } finally {
        await cleaned;
      }
    };
    const pool = new PlayedPool({}, new Services({ hang }, "a test"));
    submit(pool, 1);
    pool.worker().isReady();
    pool.worker().calls(1, "hang");
    await sleep(0);
    pool.worker().returns();
    const end = pool.shutdown();
    pool.worker().exits();
    await settled();
    expect(end.done()).toBe(false);
    return { pool, end, cleaned };
  }

  it("waits for services that clean up", async () => {
    await run(async () => {
      const { end, cleaned } = await shutDownWithService();
      cleaned.setResult();
      await end;
    });
  });

  it("does not wait for services once its time is over", async () => {
    await run(async () => {
      const { pool, end } = await shutDownWithService();
      expect(pool.shutdown({ timeout: 0 }).done()).toBe(true);
      expect(end.done()).toBe(true);
    });
  });
});

describe("a job of a loop that is not the pool's", () => {
  it("belongs to the loop that submitted it, which cancels it when it closes", async () => {
    const pool = new PlayedPool();
    const [job, loop] = await run(async (): Promise<[AnyJob, EventLoop]> => {
      const submitted = submitOne(pool);
      expect(partsOf(getRunningLoop()).shutdown.toCancel.has(submitted)).toBe(true);
      return [submitted, getRunningLoop()];
    });
    expect([job.cancelled(), job.getLoop() === loop]).toEqual([true, true]);
    expect(partsOf(loop).shutdown.toCancel.has(job)).toBe(false);
    await settled();
    expect(pool.statistics()).toMatchObject({ queued: 0, cancelled: 1 });
  });

  it("is forgotten by its loop as soon as it is done", () => {
    const pool = new PlayedPool();
    const jobs = submit(pool, 1, 2, 3);
    const { toCancel } = partsOf(getRunningLoop()).shutdown;
    const known = () => jobs.map((job) => toCancel.has(job));
    pool.worker().isReady();
    expect(known()).toEqual([true, true, true]);
    pool.worker().returns();
    expect(known()).toEqual([false, true, true]);
    pool.worker().throws("text");
    expect(known()).toEqual([false, false, true]);
    jobs[2]?.cancel();
    expect(known()).toEqual([false, false, false]);
    expect(jobs[1]?.exception()).toBe("text");
    pool.worker().exits();
  });
});

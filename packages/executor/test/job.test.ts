import { ChildProcess } from "node:child_process";
import { CancelledError, isCancelled } from "@asyncio-ts/future";
import { waitFacts } from "@asyncio-ts/future/lowlevel";
import { createTask, gather, run, sleep } from "@asyncio-ts/task";
import { describe, expect, it, vi } from "vitest";
import { until } from "@asyncio-ts/testkit/until";
import { isAlive, Marks, pools, work } from "./support/pools.js";
import type * as Work from "./workers/work.js";

describe.each(pools)("a job of a $kind pool", ({ Pool, kind }) => {
  const open = (maxWorkers = 1) => new Pool<typeof Work, { step: number }>(work, { maxWorkers });

  it("never starts if it is cancelled while it is queued", async () => {
    await using pool = open();
    const marks = new Marks();
    const first = pool.submit("nap", 50);
    const queued = pool.submit("begin", marks.file);
    const last = pool.submit("add", 1, 2);
    expect(() => queued.cancel(Symbol("why") as never)).toThrow(/^cancel\(\) needs a string as its message/);
    expect(queued.done()).toBe(false);
    expect(queued.cancel("changed my mind")).toBe(true);
    expect([queued.cancelled(), queued.running(), String(queued)]).toEqual([
      true,
      false,
      "<Job 'begin' cancelled>",
    ]);
    await expect(queued).rejects.toThrow(new CancelledError("changed my mind"));
    await gather([first, last]);
    expect(marks.count).toBe(0);
    expect(pool.statistics()).toMatchObject({ completed: 2, cancelled: 1, workers: 1 });
  });

  it("is done at once when it is cancelled while it runs; its worker ends, and another takes its place", async () => {
    await using pool = open();
    expect(await gather([pool.submit("count"), pool.submit("count")])).toEqual([1, 2]);
    const marks = new Marks();
    const job = pool.submit("begin", marks.file);
    const next = pool.submit("count");
    await until(() => marks.count === 1, "the job has begun");
    expect(job.running()).toBe(true);
    const facts = [job, next].map((one) => one[waitFacts]());
    expect(job.cancel()).toBe(true);
    const name = `${Pool.name} of work.js`;
    expect(facts).toEqual([
      { kind: "job", function: "begin", pool: name, status: "running" },
      { kind: "job", function: "count", pool: name, status: "queued" },
    ]);
    expect([job.cancelled(), job.running()]).toEqual([true, false]);
    expect([job.cancel(), isCancelled(await job.catch((error: unknown) => error))]).toEqual([false, true]);
    // A worker that counts from the beginning.
    expect(await next).toBe(1);
    expect(pool.statistics()).toMatchObject({ cancelled: 1, workers: 1 });
  });

  it("leaves the jobs of other workers alone when it is cancelled", async () => {
    await using pool = open(2);
    await pool.warmUp();
    const marks = new Marks();
    const spinning = pool.submit("spin");
    const other = pool.submit("begin", marks.file);
    await until(() => marks.count === 1, "the other has begun");
    spinning.cancel();
    expect(await pool.submit("add", 1, 2)).toBe(3);
    expect([other.running(), other.done()]).toEqual([true, false]);
    other.cancel();
  });

  it("is cancelled with the task that awaits it", async () => {
    await run(async () => {
      await using pool = open();
      const marks = new Marks();
      const task = createTask(async () => {
        await pool.submit("begin", marks.file);
      });
      await until(() => marks.count === 1, "the job has begun");
      task.cancel();
      await expect(task).rejects.toThrow(CancelledError);
      expect(pool.statistics()).toMatchObject({ running: 0, cancelled: 1 });
    });
  });

  it("keeps its outcome when it is cancelled too late", async () => {
    await using pool = open();
    const job = pool.submit("add", 1, 2);
    await until(() => job.done(), "the job is done");
    expect([job.cancel(), await job]).toEqual([false, 3]);
    expect(await pool.submit("count")).toBe(1);
    expect(pool.statistics()).toMatchObject({ completed: 2, cancelled: 0, workers: 1 });
  });

  it("takes its result from its function alone", async () => {
    await using pool = open();
    const job = pool.submit("add", 1, 2);
    expect(() => job.setResult(4)).toThrow("setResult() on <Job 'add' pending>");
    expect(() => job.setException(new Error("no"))).toThrow("setException() on <Job 'add' pending>");
    expect([await job, job.functionName]).toEqual([3, "add"]);
  });

  it("drops progress that nobody follows", async () => {
    await using pool = open();
    expect(await pool.submit("steps", 5, 1)).toBe("all steps");
  });

  it("gives its progress, in order and to its end", async () => {
    await run(async () => {
      await using pool = open();
      const job = pool.submit("steps", 5, 1);
      const steps: number[] = [];
      for await (const { step } of job.progress) steps.push(step);
      expect([steps, await job]).toEqual([[1, 2, 3, 4, 5], "all steps"]);
      // Nothing more comes.
      for await (const progress of job.progress) expect.unreachable(String(progress));
    });
  });

  it("gives its progress to several, however slow, in generous numbers", async () => {
    await run(async () => {
      await using pool = open();
      const job = pool.submit("steps", 2000);
      const follow = async (pause: number) => {
        let count = 0;
        for await (const { step } of job.progress) {
          expect(step).toBe(++count);
          if (pause > 0 && step % 500 === 0) await sleep(pause);
        }
        return count;
      };
      expect(await gather([() => follow(0), () => follow(5), job])).toEqual([2000, 2000, "all steps"]);
    });
  });

  it("ends its progress when it fails or is cancelled; leaving the loop early leaves the job alone", async () => {
    await run(async () => {
      await using pool = open();
      const job = pool.submit("steps", 1_000_000, 1);
      for await (const { step } of job.progress) if (step === 3) break;
      expect(job.done()).toBe(false);
      let last = 0;
      for await (const { step } of job.progress) {
        last = step;
        if (step > 5) job.cancel();
      }
      expect([last > 5, job.cancelled()]).toEqual([true, true]);

      const crashing = pool.submit("exit", 1);
      for await (const progress of crashing.progress) expect.unreachable(String(progress));
      await expect(crashing).rejects.toThrow("exit() was not finished");
    });
  });

  it("can be waited for no more when the task that follows its progress is cancelled", async () => {
    await run(async () => {
      await using pool = open();
      const marks = new Marks();
      const job = pool.submit("begin", marks.file);
      const following = createTask(async () => {
        for await (const progress of job.progress) expect.unreachable(String(progress));
      });
      await until(() => marks.count === 1, "the job has begun");
      following.cancel();
      await expect(following).rejects.toThrow(CancelledError);
      expect(job.done()).toBe(false);
      job.cancel();
    });
  });

  it.runIf(kind === "process").each([
    ["", false],
    [", where a child takes only one signal", true],
  ])("ends a process that ignores SIGTERM%s", async (_where, onlyOne) => {
    await using pool = open();
    const { pid } = await pool.submit("whoami");
    const marks = new Marks();
    const job = pool.submit("ignoreSignals", marks.file);
    await until(() => marks.exists, "the job has begun");
    // As in Deno.
    const kill = vi.spyOn(ChildProcess.prototype, "kill");
    if (onlyOne) kill.mockImplementationOnce((signal) => process.kill(pid, signal)).mockReturnValue(false);
    job.cancel();
    await until(() => !isAlive(pid), "the process has ended");
    kill.mockRestore();
  });
});

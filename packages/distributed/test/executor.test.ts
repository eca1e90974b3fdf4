import { DistributedExecutor } from "@asyncio-ts/distributed";
import { BrokenExecutorError } from "@asyncio-ts/executor";
import { getRunningLoop } from "@asyncio-ts/loop";
import { isFuture } from "@asyncio-ts/future";
import { gather, run, TaskGroup } from "@asyncio-ts/task";
import { expect, it } from "vitest";
import { Fixture, suite, unless } from "./support/redis.js";
import type * as Work from "./workers/work.js";

const fixture = new Fixture();

suite(`an executor of a queue${unless}`, () => {
  it("gives a future of what a function returns on a worker", () =>
    run(async () => {
      await fixture.worker();
      const pool = fixture.pool();
      const job = pool.submit("add", 1, 2);
      expect([isFuture(job), job.done(), job.functionName]).toEqual([true, false, "add"]);
      expect(await job).toBe(3);
      expect(await pool.submit("addLater", 3, 4)).toBe(7);
      expect(await gather(pool.map("add", [1, 2, 3], [10, 20, 30]))).toEqual([11, 22, 33]);
      expect(await getRunningLoop().runInExecutor(pool, "add", 5, 6)).toBe(11);
      expect(String(job)).toBe("<RemoteJob 'add' finished>");
    }));

  it("passes on all that a job reports before the end of the job", () =>
    run(async () => {
      for (const isolation of ["task", "thread"] as const) {
        const worker = await fixture.worker({ isolation, concurrency: 1 });
        const pool = fixture.pool();
        // The end of a job may overtake a report only now and then.
        for (let i = 0; i < 50; i++) {
          const job = pool.submit("steps", 2);
          const seen: unknown[] = [];
          for await (const value of job.progress) seen.push(value);
          expect([isolation, i, seen.length, await job]).toEqual([isolation, i, 2, "all steps"]);
        }
        await worker.shutdown();
      }
    }));

  it("is a default executor, which the end of run() shuts down", async () => {
    let pool: ReturnType<typeof fixture.pool> | undefined;
    await run(async () => {
      await fixture.worker();
      pool = fixture.pool();
      const loop = getRunningLoop();
      loop.setDefaultExecutor(pool);
      expect(await loop.runInExecutor<typeof Work, "add">(null, "add", 1, 2)).toBe(3);
    });
    expect(pool?.closed).toBe(true);
    expect(() => pool?.submit("add", 1, 2)).toThrow(/had been shut down/);
  });

  it("runs jobs of any isolation", () =>
    run(async () => {
      const pool = fixture.pool();
      for (const isolation of ["task", "thread", "process"] as const) {
        const worker = await fixture.worker({ isolation, concurrency: 1 });
        expect(await pool.submit("fib", 15)).toBe(610);
        await worker.shutdown();
      }
    }));

  it("passes on what jobs report", () =>
    run(async () => {
      for (const isolation of ["task", "thread"] as const) {
        const worker = await fixture.worker({ isolation, concurrency: 1 });
        const pool = fixture.pool();
        const job = pool.submit("steps", 3);
        const seen: unknown[] = [];
        for await (const value of job.progress) seen.push(value);
        expect([seen, await job]).toEqual([[{ step: 1 }, { step: 2 }, { step: 3 }], "all steps"]);
        await worker.shutdown();
      }
    }));

  it("finds the job that another one has submitted, before and after its end", () =>
    run(async () => {
      const [first, second] = [fixture.pool(), fixture.pool()];
      const job = first.submit("add", 1, 2);
      // A job is in the queue when the next one is.
      while ((await first.statistics()).queued < 1);
      const same = second.job<"add">(job.id);
      await fixture.worker();
      expect(await same).toBe(3);
      expect(await job).toBe(3);
      expect(await second.job(job.id)).toBe(3);
      await expect(second.job("nobody-knows")).rejects.toThrow(/there is no result of job nobody-knows/);
    }));

  it("makes one job of an id", () =>
    run(async () => {
      const [first, second] = [fixture.pool(), fixture.pool()];
      const a = first.submitWith({ id: "sum" }, "add", 1, 2);
      expect(first.submitWith({ id: "sum" }, "add", 5, 5)).toBe(a);
      while ((await first.statistics()).queued < 1);
      const b = second.submitWith({ id: "sum" }, "add", 3, 4);
      await fixture.worker();
      expect(await gather([a, b])).toEqual([3, 3]);
      expect(await second.submitWith({ id: "sum" }, "add", 6, 7)).toBe(3);
    }));

  it("runs jobs in the order of their priority", () =>
    run(async () => {
      const pool = fixture.pool();
      const { url } = fixture;
      const jobs = [3, 1, 2].map((priority) =>
        pool.submitWith({ priority }, "note", url, "order", `${priority}`),
      );
      while ((await pool.statistics()).queued < 3);
      await fixture.worker({ concurrency: 1 });
      await gather(jobs);
      expect(await fixture.redis.lrange("order", 0, -1)).toEqual(["1", "2", "3"]);
    }));

  it("repeats a job that fails, within its attempts", () =>
    run(async () => {
      await fixture.worker();
      const pool = fixture.pool();
      const { url } = fixture;
      const backoff = { type: "exponential", delay: 1 } as const;
      expect(await pool.submitWith({ attempts: 3, backoff }, "failAtFirst", url, "twice", 2)).toBe(3);
      await expect(pool.submitWith({ attempts: 2 }, "failAtFirst", url, "thrice", 3)).rejects.toThrow(
        "failure 2",
      );
      await expect(pool.submit("failAtFirst", url, "once", 1)).rejects.toThrow("failure 1");
    }));

  it("has no limit of time if the timeout is infinite", () =>
    run(async () => {
      await fixture.worker();
      const pool = fixture.pool({ timeout: 1 });
      expect(await pool.submitWith({ timeout: Infinity }, "addLater", 1, 2)).toBe(3);
    }));

  it("has no statistics once its connection is closed", () =>
    run(async () => {
      const pool = fixture.pool();
      await pool.shutdown();
      await expect(pool.statistics()).rejects.toBeInstanceOf(BrokenExecutorError);
    }));

  it("waits for the delay of a job", () =>
    run(async () => {
      await fixture.worker({ concurrency: 1 });
      const pool = fixture.pool();
      const { url } = fixture;
      const late = pool.submitWith({ delay: 500 }, "note", url, "delays", "late");
      await gather([late, pool.submit("note", url, "delays", "soon")]);
      expect(await fixture.redis.lrange("delays", 0, -1)).toEqual(["soon", "late"]);
    }));

  it("counts jobs, and the room in its workers", () =>
    run(async () => {
      const pool = fixture.pool();
      const jobs = pool.map("add", [1, 2], [3, 4]);
      while ((await pool.statistics()).queued < 2);
      await fixture.worker({ concurrency: 3 });
      await gather(jobs);
      await expect(pool.submit("fail", "no")).rejects.toThrow("no");
      expect(await pool.statistics()).toEqual({
        queued: 0,
        running: 0,
        completed: 2,
        failed: 1,
        cancelled: 0,
        workers: 3,
        utilization: 0,
      });
    }));

  it("waits for its jobs when it is shut down, and closes its connections", () =>
    run(async () => {
      await fixture.worker();
      const pool = fixture.pool();
      const jobs = pool.map("addLater", [1, 2, 3], [1, 1, 1]);
      await pool.shutdown();
      expect(jobs.map((job) => job.result())).toEqual([2, 3, 4]);
      expect(await fixture.redis.keys("*:caller:*")).toEqual([]);
      expect(String(await fixture.redis.client("LIST"))).not.toContain("xread");
    }));

  it("cancels the rest of a group whose job fails", () =>
    run(async () => {
      await fixture.worker();
      const pool = fixture.pool();
      const { url } = fixture;
      const group = new TaskGroup().with(async (tg) => {
        tg.createTask(() => pool.submit("hang", url, "sibling"));
        await fixture.noted("sibling");
        tg.createTask(() => pool.submit("fail", "the reason"));
      });
      await expect(group).rejects.toThrow();
      expect(await fixture.noted("sibling", 2)).toEqual(["begun", expect.stringContaining("CancelledError")]);
    }));

  it("refuses options that make no sense", () => {
    const make = (options: object) => () =>
      new DistributedExecutor({ queue: "q", connection: "redis://localhost", ...options });
    expect(make({ queue: "a:b" })).toThrow(/name of a queue without colons, got 'a:b'|got "a:b"/);
    expect(make({ connection: "localhost" })).toThrow(/needs a connection/);
    expect(make({ connection: 6379 })).toThrow(/needs a connection/);
    expect(make({ connection: "redis://me:secret@localhost:99999" })).toThrow(
      'got "redis://…@localhost:99999"; write',
    );
    expect(make({ retries: -1 })).toThrow(/retries must be a whole number from 0/);
    expect(make({ lease: 1 })).toThrow(/lease must be a number from 100/);
    expect(make({ lease: Infinity })).toThrow(/lease must be a number from 100 to 2147483647, got Infinity/);
    expect(make({ connectTimeout: Infinity })).toThrow(
      /connectTimeout must be a number from 1 to 2147483647/,
    );
    expect(make({ resultTtl: Infinity })).toThrow(/resultTtl must be a finite number from 0/);
    expect(make({ prefix: "" })).toThrow(/prefix that is not empty/);
    const pool = fixture.pool();
    for (const id of ["12", "-1", "a:b", ""]) {
      expect(() => pool.submitWith({ id }, "add", 1, 2)).toThrow(/needs an id/);
    }
    for (const id of ["wait", "events", "meta"]) {
      expect(() => pool.submitWith({ id }, "add", 1, 2)).toThrow(
        `write another one, such as { id: "job-${id}" }`,
      );
    }
    const refused = (options: object, message: RegExp): void =>
      expect(() => pool.submitWith(options, "add", 1, 2)).toThrow(message);
    refused({ attempts: 0 }, /attempts must be/);
    refused({ priority: 2_097_152 }, /priority must be a whole number from 1 to 2097151/);
    refused({ delay: Infinity }, /delay must be a finite number from 0/);
    refused({ backoff: -1 }, /backoff must be a finite number from 0/);
    refused({ backoff: { type: "linear", delay: 1 } }, /a type of "fixed" or "exponential", got "linear"/);
    refused({ backoff: { type: "fixed" } }, /backoff.delay must be/);
    refused(
      { backoff: { type: "fixed", delay: 1, jitter: 2 } },
      /backoff.jitter must be a number from 0 to 1/,
    );
    expect(() => pool.job("")).toThrow(/needs the id/);
  });
});

import { BrokenExecutorError } from "@asyncio-ts/executor";
import { gather, run, timeout, TimeoutError } from "@asyncio-ts/task";
import { until } from "@asyncio-ts/testkit/until";
import { expect, it, onTestFinished } from "vitest";
import { Command } from "./support/command.js";
import { Fixture, isAlive, suite, unless } from "./support/redis.js";
import { timeUsedBy } from "./support/processes.js";

const fixture = new Fixture();
/** Microseconds. */
const TICK = 10_000;
const cancelled = { name: "CancelledError" };

suite(`a job that is cancelled${unless}`, () => {
  it("never starts if it is queued", () =>
    run(async () => {
      const pool = fixture.pool();
      const { url } = fixture;
      const [first, second] = [
        pool.submit("note", url, "queued", "1"),
        pool.submit("note", url, "queued", "2"),
      ];
      while ((await pool.statistics()).queued < 2);
      expect(first.cancel("not needed")).toBe(true);
      await expect(first).rejects.toMatchObject({ ...cancelled, message: "not needed" });
      await fixture.worker();
      await second;
      expect(await fixture.redis.lrange("queued", 0, -1)).toEqual(["2"]);
      expect((await pool.statistics()).cancelled).toBe(1);
    }));

  it("is not sent at all, if it has just been submitted", () =>
    run(async () => {
      const pool = fixture.pool();
      const job = pool.submit("add", 1, 2);
      job.cancel();
      expect(job.cancelled()).toBe(true);
      expect((await pool.statistics()).queued).toBe(0);
    }));

  it("is removed once Redis has it, if it is on its way", () =>
    run(async () => {
      const pool = fixture.pool();
      await pool.statistics();
      const job = pool.submit("add", 1, 2);
      await Promise.resolve();
      job.cancel();
      await expect(job).rejects.toMatchObject(cancelled);
      expect((await pool.statistics()).queued).toBe(0);
    }));

  it("gets the CancelledError where it runs, and ends when that has happened", () =>
    run(async () => {
      await fixture.worker();
      const pool = fixture.pool();
      const job = pool.submit("hang", fixture.url, "runs");
      await fixture.noted("runs");
      job.cancel("enough");
      expect(job.done()).toBe(false);
      await expect(job).rejects.toMatchObject({ ...cancelled, message: "enough" });
      expect(await fixture.redis.lrange("runs", 0, -1)).toEqual(["begun", "CancelledError: enough"]);
      expect(await fixture.redis.keys("*:cancelled:*")).toEqual([]);
    }));

  it("gives its result if it returns nevertheless", () =>
    run(async () => {
      await fixture.worker();
      const pool = fixture.pool();
      const job = pool.submit("insist", fixture.url, "insists");
      await fixture.noted("insists");
      job.cancel();
      expect(await job).toBe("nevertheless");
    }));

  it("ends the process that computes it", () =>
    run(async () => {
      const worker = await fixture.worker({ isolation: "process", concurrency: 1 });
      const pool = fixture.pool();
      const job = pool.submit("spin", fixture.url, "spins");
      const [pid] = await fixture.noted("spins");
      job.cancel();
      await expect(job).rejects.toMatchObject(cancelled);
      await until(() => !isAlive(Number(pid)), "the process has ended");
      expect(await pool.submit("add", 1, 2)).toBe(3);
      expect(worker.status()).toMatchObject({ cancelled: 1, completed: 1, failed: 0 });
    }));

  it.skipIf(process.platform !== "linux").each(["thread", "process"])(
    "leaves nothing that computes: %s (skipped but on Linux)",
    (isolation) =>
      run(async () => {
        const { url, queue } = fixture;
        const worker = await Command.start(
          url,
          queue,
          "--concurrency",
          "2",
          "--isolation",
          isolation,
          "--grace",
          "0",
        );
        onTestFinished(() => void worker.end("SIGTERM"));
        const pool = fixture.pool();
        const job = pool.submit("spin", url, `computes in a ${isolation}`);
        await fixture.noted(`computes in a ${isolation}`);
        job.cancel();
        await expect(job).rejects.toMatchObject(cancelled);
        expect(await pool.submit("add", 1, 2)).toBe(3);
        // What computes uses about as much time as this process does meanwhile, however little both get.
        for (let isIdle = false; !isIdle;) {
          const [before, own] = [timeUsedBy(Number(worker.pid)), process.cpuUsage()];
          for (let i = 0; i < 1000; i++) await fixture.redis.ping();
          const { user, system } = process.cpuUsage(own);
          isIdle = (timeUsedBy(Number(worker.pid)) - before) * TICK < (user + system) / 2;
        }
      }),
  );

  it("is cancelled by a timeout around it", () =>
    run(async () => {
      await fixture.worker();
      const pool = fixture.pool();
      const waiting = timeout(200).with(() => pool.submit("hang", fixture.url, "timeout"));
      await expect(waiting).rejects.toBeInstanceOf(TimeoutError);
      const entries = await fixture.redis.lrange("timeout", 0, -1);
      // It may not have begun.
      expect(entries.length === 0 || entries.length === 2).toBe(true);
    }));

  it("is cancelled by the timeout of its executor, where it runs", () =>
    run(async () => {
      await fixture.worker();
      const pool = fixture.pool({ timeout: 50 });
      await expect(pool.submit("hang", fixture.url, "limit")).rejects.toBeInstanceOf(TimeoutError);
      expect(await fixture.redis.lrange("limit", 0, -1)).toEqual(["begun", "CancelledError: timeout"]);
    }));

  it("is cancelled at the end of run(), which waits for that", async () => {
    const running = run(async () => {
      await fixture.worker();
      void fixture.pool().submit("hang", fixture.url, "end");
      await fixture.noted("end");
    });
    await running;
    expect(await fixture.redis.lrange("end", 0, -1)).toHaveLength(2);
  });

  it("is given back by a worker whose run() ends, and is cancelled then", async () => {
    const pool = fixture.pool();
    const job = pool.submit("hang", fixture.url, "worker ends");
    await run(async () => {
      await fixture.worker();
      await fixture.noted("worker ends");
    });
    expect(job.done()).toBe(false);
    expect((await pool.statistics()).queued).toBe(1);
    job.cancel();
    await expect(job).rejects.toMatchObject(cancelled);
  });

  it("is cancelled when its caller is lost, unless it is detached", () =>
    run(async () => {
      await fixture.worker({ lease: 3000 });
      const { url, redis } = fixture;
      const pool = fixture.pool();
      const jobs = [
        pool.submit("hang", url, "left"),
        pool.submitWith({ detached: true }, "hang", url, "detached"),
      ] as const;
      await fixture.noted("left");
      await fixture.noted("detached");
      // As if the caller had given no sign of life.
      await redis.del(await redis.keys("*:caller:*"));
      expect(await fixture.noted("left", 2)).toEqual(["begun", expect.stringContaining("its caller")]);
      // The caller knows that it lives.
      await expect(jobs[0]).rejects.toThrow(
        "hang() was cancelled where it ran: its caller has given no sign",
      );
      await expect(jobs[0]).rejects.toBeInstanceOf(BrokenExecutorError);
      expect(jobs[1].done()).toBe(false);
      jobs[1].cancel();
      await expect(jobs[1]).rejects.toMatchObject(cancelled);
    }));

  it("is told to a worker that has missed the message", () =>
    run(async () => {
      await fixture.worker({ lease: 3000 });
      const { redis } = fixture;
      const job = fixture.pool().submit("hang", fixture.url, "missed");
      await fixture.noted("missed");
      await redis.set(`bull:${fixture.queue}:asyncio:cancelled:${job.id}`, "by hand");
      await expect(job).rejects.toMatchObject({ ...cancelled, message: "by hand" });
    }));

  it("leaves others alone, among many", () =>
    run(async () => {
      await fixture.worker({ concurrency: 8 });
      const pool = fixture.pool();
      const numbers = Array.from({ length: 400 }, (_, i) => i);
      const jobs = pool.map("addLater", numbers, numbers);
      for (const job of jobs.filter((_, i) => i % 4 === 0)) job.cancel();
      const ends = await gather(jobs, { returnExceptions: true });
      for (const [i, end] of ends.entries()) {
        if (i % 4 === 0) expect(String(end)).toBe("CancelledError");
        else expect(end).toBe(2 * i);
      }
    }));

  it("is cancelled in the queue only, by a shutdown that cancels futures", () =>
    run(async () => {
      await fixture.worker({ concurrency: 1 });
      const pool = fixture.pool();
      const first = pool.submit("hangAtFirst", fixture.url, "kept", 0);
      await fixture.noted("kept");
      const jobs = pool.map("add", [1, 2, 3], [1, 2, 3]);
      const ends = gather(jobs, { returnExceptions: true });
      await pool.shutdown({ cancelFutures: true });
      expect(await first).toBe(1);
      expect(
        (await ends).every((end) => typeof end === "number" || String(end).startsWith("CancelledError")),
      ).toBe(true);
      expect(String((await ends)[2])).toContain("CancelledError");
    }));
});

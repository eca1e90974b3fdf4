/** The caller's side: what it asks Redis for, and what becomes of its jobs when Redis is slow, away or empty. */
import { BrokenExecutorError } from "@asyncio-ts/executor";
import { gather, run } from "@asyncio-ts/task";
import { expect, it, onTestFinished } from "vitest";
import { Proxy } from "./support/proxy.js";
import { Fixture, suite, unless } from "./support/redis.js";

const fixture = new Fixture();
/** A lease whose heartbeats no test lives to see. */
const LONG = 2 ** 30;

async function proxy(): Promise<Proxy> {
  const started = await Proxy.start(Number(new URL(fixture.url).port));
  onTestFinished(() => started.end());
  return started;
}

/** Returns how often Redis has had a command. */
async function calls(command: string): Promise<number> {
  const text = await fixture.redis.info("commandstats");
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(text)?.[1] ?? 0);
}

suite(`a caller${unless}`, () => {
  it("fails its jobs if Redis does not answer, and goes on when it does", () =>
    run(async () => {
      await fixture.worker();
      const between = await proxy();
      const pool = fixture.pool({ connection: between.url, connectTimeout: 500, lease: 500 });
      const running = pool.submit("hangAtFirst", fixture.url, "stalled", 1);
      await fixture.noted("stalled");
      between.stall();
      const late = pool.submit("add", 1, 2);
      for (const job of [running, late]) {
        await expect(job).rejects.toThrow("could not reach Redis at 127.0.0.1");
        await expect(job).rejects.toBeInstanceOf(BrokenExecutorError);
      }
      between.goOn();
      expect(await pool.submit("add", 3, 4)).toBe(7);
    }));

  it("has a job of another one cancelled, even if it is shut down at once", () =>
    run(async () => {
      await fixture.worker();
      const job = fixture.pool().submit("hang", fixture.url, "of another");
      await fixture.noted("of another");
      const other = fixture.pool();
      expect(other.job(job.id).cancel("by another")).toBe(true);
      await other.shutdown();
      await expect(job).rejects.toMatchObject({ name: "CancelledError", message: "by another" });
    }));

  it("does not wait for a worker that is cut off, which stops the job when it is back", () =>
    run(async () => {
      const between = await proxy();
      await fixture.worker({ connection: between.url });
      const job = fixture.pool().submit("hang", fixture.url, "cut off");
      await fixture.noted("cut off");
      between.cut();
      job.cancel("not needed");
      await expect(job).rejects.toMatchObject({ name: "CancelledError", message: "not needed" });
      expect(await fixture.redis.lrange("cut off", 0, -1)).toEqual(["begun"]);
      await between.mend();
      expect(await fixture.noted("cut off", 2)).toEqual(["begun", "CancelledError: not needed"]);
    }));

  it("waits for a worker that takes its time to stop a job", () =>
    run(async () => {
      await fixture.worker();
      const job = fixture.pool().submit("linger", fixture.url, "lingers");
      await fixture.noted("lingers");
      job.cancel();
      const { redis, queue } = fixture;
      // The caller asks once after a second, and not again before its next heartbeat.
      const confirmed = `bull:${queue}:asyncio:confirmed:${job.id}`;
      while ((await redis.exists(confirmed)) === 0);
      const asked = await calls("exists");
      while ((await calls("exists")) === asked);
      await redis.ping();
      expect(job.done()).toBe(false);
      await redis.rpush("lingers", "stop now");
      await expect(job).rejects.toMatchObject({ name: "CancelledError" });
      expect(await redis.keys(`bull:${queue}:asyncio:c*`)).toEqual([expect.stringContaining(":caller:")]);
    }));

  it("looks at each job once in a heartbeat", () =>
    run(async () => {
      const pool = fixture.pool({ lease: 300 });
      void pool.submit("add", 1, 2);
      while ((await pool.statistics()).queued < 1);
      const beats = await calls("set");
      const looks = await calls("zscore");
      while ((await calls("set")) < beats + 5);
      // Two commands a look. A heartbeat may be under way.
      expect((await calls("zscore")) - looks).toBeLessThanOrEqual(2 * ((await calls("set")) - beats + 2));
    }));

  it("looks at all jobs if it may have missed events", () =>
    run(async () => {
      await fixture.worker();
      const between = await proxy();
      const pool = fixture.pool({ connection: between.url, lease: LONG, connectTimeout: LONG });
      expect(await pool.submit("add", 1, 2)).toBe(3);
      between.hold("xread");
      const job = pool.submit("add", 3, 4);
      const { redis, queue } = fixture;
      while ((await redis.zscore(`bull:${queue}:completed`, job.id)) === null);
      // As if so many events had come since that those of the job were cut off.
      const events = `bull:${queue}:events`;
      await redis.xtrim(events, "MAXLEN", 0);
      const adding = redis.pipeline();
      for (let i = 0; i < 6000; i++) adding.xadd(events, "*", "event", "active", "jobId", `other-${i}`);
      await adding.exec();
      between.goOn();
      expect(await job).toBe(7);
    }));

  it("gets a result that expires while the connection is lost", () =>
    run(async () => {
      const worker = await fixture.worker();
      const between = await proxy();
      const pool = fixture.pool({ connection: between.url, resultTtl: 0, lease: LONG, connectTimeout: LONG });
      const job = pool.submit("pass", fixture.url, "expires");
      await fixture.noted("expires");
      between.cut();
      const { redis, queue } = fixture;
      await redis.rpush("expires", "go on");
      while (worker.status().completed < 1) await redis.ping();
      // The end of a job removes those before it whose time is over.
      const other = fixture.pool({ resultTtl: 0 });
      while ((await redis.exists(`bull:${queue}:${job.id}`)) === 1) await other.submit("add", 1, 2);
      await between.mend();
      expect(await job).toBe("passed");
    }));

  it("sends detached jobs, even if it is shut down at once, or its run() ends", async () => {
    await run(async () => {
      const [first, second] = [fixture.pool(), fixture.pool()];
      first.submitWith({ detached: true, id: "a" }, "add", 1, 2);
      await first.shutdown({ timeout: 0 });
      second.submitWith({ detached: true, id: "b" }, "add", 3, 4);
      await second.shutdown({ cancelFutures: true });
    });
    const third = fixture.pool();
    await run(async () => void third.submitWith({ detached: true, id: "c" }, "add", 5, 6));
    await third.shutdown();
    await run(async () => {
      const { redis, queue } = fixture;
      expect(new Set(await redis.lrange(`bull:${queue}:wait`, 0, -1))).toEqual(new Set(["a", "b", "c"]));
      await fixture.worker();
      const pool = fixture.pool();
      expect(await gather(["a", "b", "c"].map((id) => pool.job<"add">(id)))).toEqual([3, 7, 11]);
    });
  });

  it("leaves nothing in Redis of the many jobs that a shutdown cancels", () =>
    run(async () => {
      const pool = fixture.pool();
      const numbers = Array.from({ length: 3000 }, (_, i) => i);
      const jobs = pool.map("add", numbers, numbers);
      while ((await pool.statistics()).queued < 3000);
      await pool.shutdown({ timeout: 0 });
      expect(jobs.every((job) => job.cancelled())).toBe(true);
      const { redis, queue } = fixture;
      expect(await redis.llen(`bull:${queue}:wait`)).toBe(0);
      expect(await redis.keys("*:cancelled:*")).toEqual([]);
    }));

  it("can run a job of an id again whose long result has expired", () =>
    run(async () => {
      await fixture.worker();
      const pool = fixture.pool();
      const submit = (): Promise<number> =>
        pool.submitWith({ id: "long" }, "bytes", 100_000).then(({ length }) => length);
      expect(await submit()).toBe(100_000);
      await fixture.redis.del(await fixture.redis.keys("*:result:*"));
      await expect(submit()).rejects.toThrow(/expired \(resultTtl\)/);
      expect(await submit()).toBe(100_000);
    }));

  it("cancels no job of another database", () =>
    run(async () => {
      const jobs = [];
      for (const db of [0, 1]) {
        const connection = `${fixture.url}/${db}`;
        await fixture.worker({ connection });
        jobs.push(fixture.pool({ connection }).submitWith({ id: "same" }, "hang", fixture.url, `db ${db}`));
        await fixture.noted(`db ${db}`);
      }
      const [first, second] = jobs;
      first?.cancel();
      await expect(first).rejects.toMatchObject({ name: "CancelledError" });
      expect(await fixture.pool({ connection: `${fixture.url}/1` }).submit("add", 1, 2)).toBe(3);
      expect(second?.done()).toBe(false);
      expect(await fixture.redis.lrange("db 1", 0, -1)).toEqual(["begun"]);
    }));

  it("tells no secret in the cause of an error", () =>
    run(async () => {
      const { redis, url } = fixture;
      await redis.acl("SETUSER", "shy", "on", ">right-password", "~*", "&*", "+@all");
      const pool = fixture.pool({ connection: url.replace("//", "//shy:wrong-password@") });
      const error = await pool.submit("add", 1, 2).catch((error: unknown) => error as Error);
      expect(error).toBeInstanceOf(BrokenExecutorError);
      const { cause } = error as Error;
      expect(cause).toBeInstanceOf(Error);
      expect(JSON.stringify(cause) + String(cause)).not.toContain("wrong-password");
    }));
});

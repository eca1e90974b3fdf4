/** Answers of Redis, and messages in it, that no one should count on and no one should fall over. */
import { BrokenExecutorError } from "@asyncio-ts/executor";
import { run } from "@asyncio-ts/task";
import { until } from "@asyncio-ts/testkit/until";
import { expect, it, onTestFinished, vi } from "vitest";
import { Proxy } from "./support/proxy.js";
import { Fixture, suite, unless } from "./support/redis.js";

const fixture = new Fixture();

/** Collects the rejections that nobody handles, which would end a program. */
function unhandled(): unknown[] {
  const errors: unknown[] = [];
  const note = (error: unknown): void => void errors.push(error);
  process.on("unhandledRejection", note);
  onTestFinished(() => void process.off("unhandledRejection", note));
  return errors;
}

/** Returns how many commands Redis has answered with that error. */
async function answered(error: string): Promise<number> {
  const text = await fixture.redis.info("errorstats");
  return Number(new RegExp(`errorstat_${error}:count=(\\d+)`).exec(text)?.[1] ?? 0);
}

async function answeredAgain(error: string, before: number): Promise<void> {
  while ((await answered(error)) === before);
}

suite(`an error of Redis${unless}`, () => {
  it("in a look at a job leaves it pending until a later look", () =>
    run(async () => {
      const errors = unhandled();
      const { redis, queue } = fixture;
      const pool = fixture.pool();
      const { id } = pool.submit("add", 1, 2);
      while ((await pool.statistics()).queued < 1);
      const before = await answered("WRONGTYPE");
      await redis.set(`bull:${queue}:completed`, "no set");
      const job = fixture.pool({ lease: 300 }).job<"add">(id);
      await answeredAgain("WRONGTYPE", before);
      await redis.del(`bull:${queue}:completed`);
      await fixture.worker();
      expect(await job).toBe(3);
      expect(errors).toEqual([]);
    }));

  it("when a long result is read leaves its job pending until a later look", () =>
    run(async () => {
      const { redis, queue } = fixture;
      await fixture.worker();
      const { id } = await submitted();
      const key = `bull:${queue}:asyncio:result:${id}`;
      await redis.rename(key, "kept");
      await redis.rpush(key, "no text");
      const before = await answered("WRONGTYPE");
      const job = fixture.pool({ lease: 300 }).job<"bytes">(id);
      await answeredAgain("WRONGTYPE", before);
      expect(job.done()).toBe(false);
      await redis.rename("kept", key);
      expect(await job).toHaveLength(100_000);
    }));

  it("that refuses a long result fails its job, and says why", () =>
    run(async () => {
      const { redis, queue, url } = fixture;
      await fixture.worker();
      const { id } = await submitted();
      await redis.acl("SETUSER", "reader", "on", "nopass", "+@all", "&*", "~*:asyncio:caller:*");
      await redis.acl("SETUSER", "reader", `~bull:${queue}:[^a]*`, `~bull:${queue}:a[^s]*`);
      const job = fixture.pool({ connection: url.replace("//", "//reader:any@") }).job<"bytes">(id);
      await expect(job).rejects.toBeInstanceOf(BrokenExecutorError);
      await expect(job).rejects.toThrow(/the result of job .* can't be read: .*does not permit this user/);
    }));

  it("when a worker asks for the lease of a caller does not fail the job", () =>
    run(async () => {
      const { redis, queue, url } = fixture;
      await redis.acl("SETUSER", "worker", "on", "nopass", "+@all", "&*", "~*:asyncio:cancelled:*");
      await redis.acl(
        "SETUSER",
        "worker",
        `~bull:${queue}:[^a]*`,
        `~bull:${queue}:a[^s]*`,
        `~bull:${queue}:`,
      );
      const lines: string[] = [];
      const log = (line: string): void => void lines.push(line);
      await fixture.worker({ connection: url.replace("//", "//worker:any@"), log });
      expect(await fixture.pool().submit("add", 1, 2)).toBe(3);
      expect(lines.join("\n")).toContain("error: NOPERM");
    }));

  it("that refuses to keep a long result fails its job, and says why", () =>
    run(async () => {
      const { redis, queue, url } = fixture;
      await redis.acl(
        "SETUSER",
        "keeper",
        "on",
        "nopass",
        "+@all",
        "&*",
        "~*:asyncio:caller:*",
        "~*:asyncio:cancelled:*",
      );
      await redis.acl(
        "SETUSER",
        "keeper",
        `~bull:${queue}:[^a]*`,
        `~bull:${queue}:a[^s]*`,
        `~bull:${queue}:`,
      );
      await fixture.worker({ connection: url.replace("//", "//keeper:any@") });
      const job = fixture.pool().submit("bytes", 100_000);
      await expect(job).rejects.toBeInstanceOf(BrokenExecutorError);
      await expect(job).rejects.toThrow(/the result of bytes\(\) can't be kept: .*does not permit this user/);
    }));

  it("when a job is given back leaves it to the next worker", () =>
    run(async () => {
      const { redis, url } = fixture;
      await redis.acl("SETUSER", "leaver", "on", "nopass", "+@all", "&*", "~*");
      const lines: string[] = [];
      const log = (line: string): void => void lines.push(line);
      const worker = await fixture.worker({ connection: url.replace("//", "//leaver:any@"), log });
      const job = fixture.pool().submit("hangAtFirst", url, "left there", 1);
      await fixture.noted("left there");
      await redis.acl("SETUSER", "leaver", "resetkeys");
      await worker.shutdown({ grace: 0 });
      expect(lines.join("\n")).toMatch(/error: .*NOPERM[^]*was given back/);
      await fixture.workerIsDead(job);
      await fixture.worker();
      expect(await job).toBe(2);
    }));

  it("when workers are told of a cancellation does not lose it", () =>
    run(async () => {
      const { redis, queue, url } = fixture;
      await fixture.worker({ lease: 300 });
      await redis.acl("SETUSER", "caller", "on", "nopass", "+@all", "&*", "~*");
      const pool = fixture.pool({ connection: url.replace("//", "//caller:any@"), lease: 300 });
      const job = pool.submit("hang", url, "told late");
      await fixture.noted("told late");
      await redis.acl("SETUSER", "caller", "resetchannels", "resetkeys", `~bull:${queue}:[^a]*`);
      await redis.acl("SETUSER", "caller", `~bull:${queue}:a[^s]*`, `~bull:${queue}:asyncio:caller:*`);
      const before = await answered("NOPERM");
      job.cancel("late");
      await expect(job).rejects.toMatchObject({ name: "CancelledError" });
      // At first, and at a heartbeat.
      await answeredAgain("NOPERM", before);
      await answeredAgain("NOPERM", await answered("NOPERM"));
      await redis.acl("SETUSER", "caller", "allkeys", "allchannels");
      expect(await fixture.noted("told late", 2)).toEqual(["begun", "CancelledError: late"]);
    }));
});

suite(`the news of an end${unless}`, () => {
  it.each(["same", "bytes"] as const)(
    "keeps its result from a cancellation that comes before it: %s()",
    (name) =>
      run(async () => {
        const { redis, queue, url } = fixture;
        await fixture.worker();
        const proxy = await Proxy.start(Number(new URL(url).port));
        onTestFinished(() => proxy.end());
        const pool = fixture.pool({ connection: proxy.url });
        expect(await pool.submit("add", 1, 2)).toBe(3);
        // The caller goes on as if a second had not passed, however slow this machine is.
        const { setTimeout } = globalThis;
        const spy = vi.spyOn(globalThis, "setTimeout");
        onTestFinished(() => spy.mockRestore());
        spy.mockImplementation(((callback: () => void, milliseconds: number, ...args: []) =>
          setTimeout(callback, milliseconds === 1000 ? 2 ** 30 : milliseconds, ...args).unref()) as never);
        proxy.hold("xread");
        const job = pool.submit(name, 100_000);
        while ((await redis.zscore(`bull:${queue}:completed`, job.id)) === null);
        job.cancel();
        while ((await redis.exists(`bull:${queue}:${job.id}`)) === 1);
        // The answer to that removal is here now.
        await pool.statistics();
        expect(job.done()).toBe(false);
        proxy.goOn();
        expect(await job).toEqual(name === "same" ? 100_000 : expect.objectContaining({ length: 100_000 }));
      }),
  );
});

suite(`a message that is not ours${unless}`, () => {
  it.each(["no JSON", "null", "5", '{"id":5}', '{"id":"ID","message":5}'])(
    "does not disturb a worker: %s",
    (text) =>
      run(async () => {
        const { redis, queue } = fixture;
        const lines: string[] = [];
        const worker = await fixture.worker({ log: (line) => void lines.push(line) });
        const job = fixture.pool().submit("hang", fixture.url, text);
        await fixture.noted(text);
        const channel = `bull:${queue}:asyncio:cancel:0`;
        expect(await redis.publish(channel, text.replace("ID", job.id))).toBe(1);
        await until(() => lines.some((line) => line.includes("can't be read")), "the worker says so");
        expect(worker.status()).toMatchObject({ state: "working", running: 1 });
        job.cancel("after that");
        await expect(job).rejects.toMatchObject({ name: "CancelledError", message: "after that" });
      }),
  );

  it("in the place of a failure fails its job, and no other", () =>
    run(async () => {
      const errors = unhandled();
      const { redis, queue } = fixture;
      const pool = fixture.pool();
      const jobs = pool.map("add", [1, 2], [3, 4]);
      while ((await pool.statistics()).queued < 2);
      const events = `bull:${queue}:events`;
      const [first, second] = jobs.map(({ id }) => id) as [string, string];
      const odd = "odd\nasyncio-ts:nonsense";
      await redis.xadd(events, "*", "event", "failed", "jobId", first, "failedReason", odd);
      await expect(jobs[0]).rejects.toThrow("can't be read");
      await redis.xadd(events, "*", "event", "failed", "jobId", second, "failedReason", "plain");
      await expect(jobs[1]).rejects.toThrow("add() was not finished: plain");
      expect(errors).toEqual([]);
    }));
});

/** Returns a job of an executor that has ended, with a long result. */
async function submitted(): Promise<{ readonly id: string }> {
  const job = fixture.pool().submit("bytes", 100_000);
  await job;
  return { id: job.id };
}

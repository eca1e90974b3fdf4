import { once } from "node:events";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { BrokenExecutorError } from "@asyncio-ts/executor";
import { DistributedExecutor, DistributedWorker } from "@asyncio-ts/distributed";
import { gather, run, timeout, TimeoutError } from "@asyncio-ts/task";
import { until } from "@asyncio-ts/testkit/until";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { expect, it } from "vitest";
import { Command } from "./support/command.js";
import { Proxy } from "./support/proxy.js";
import { freePort } from "@asyncio-ts/testkit/installed";
import { Fixture, RedisServer, suite, unless, work } from "./support/redis.js";
import type * as Work from "./workers/work.js";

const fixture = new Fixture();
suite(`a fault${unless}`, () => {
  it("of a worker makes its job run again, on another one", () =>
    run(async () => {
      const { url, queue } = fixture;
      const job = fixture.pool().submit("hangAtFirst", url, "lost", 1);
      const first = await Command.start(url, queue);
      await fixture.noted("lost");
      await first.end("SIGKILL");
      await fixture.workerIsDead(job);
      const second = await Command.start(url, queue);
      expect(await job).toBe(2);
      expect(await fixture.redis.lrange("lost", 0, -1)).toEqual([first.pid, second.pid]);
      await second.end("SIGKILL");
    }));

  it("of workers, again and again, fails the job", () =>
    run(async () => {
      const { url, queue } = fixture;
      const job = fixture.pool().submitWith({ attempts: 2 }, "hangAtFirst", url, "broken", 9);
      for (const begun of [1, 2]) {
        const worker = await Command.start(url, queue);
        await fixture.noted("broken", begun);
        await worker.end("SIGKILL");
        await fixture.workerIsDead(job);
      }
      await fixture.worker();
      await expect(job).rejects.toThrow("hangAtFirst() was not finished: it has lost its worker 2 times");
      await expect(job).rejects.toBeInstanceOf(BrokenExecutorError);
      expect(await fixture.redis.llen("broken")).toBe(2);
    }));

  it("of its worker lets a job be cancelled that nobody runs any more", () =>
    run(async () => {
      const { url, queue } = fixture;
      const worker = await Command.start(url, queue);
      const job = fixture.pool({ lease: 1000 }).submitWith({ detached: true }, "hang", url, "nobody");
      await fixture.noted("nobody");
      await worker.end("SIGKILL");
      job.cancel();
      await fixture.redis.ping();
      expect(job.done()).toBe(false);
      await fixture.workerIsDead(job);
      await expect(job).rejects.toMatchObject({ name: "CancelledError" });
    }));

  it("of the connection of a worker, whose job runs elsewhere, stops the job here", () =>
    run(async () => {
      const lines: string[] = [];
      const worker = await fixture.worker({ lease: 1000, log: (line) => void lines.push(line) });
      const job = fixture.pool({ retries: 100 }).submit("hangAtFirst", fixture.url, "twice", 1);
      await fixture.noted("twice");
      // As if another worker had it now.
      await fixture.redis.set(`bull:${fixture.queue}:${job.id}:lock`, "another");
      await until(() => worker.status().running === 0, "the run has stopped");
      expect(lines.join("\n")).toContain("its lock is lost");
      await fixture.workerIsDead(job);
      await fixture.worker();
      expect(await job).toBeGreaterThan(1);
    }));

  it("of the renewal of a lock that the worker still has does not fail the job", () =>
    run(async () => {
      await fixture.worker({ lease: 1000 });
      const job = fixture.pool().submit("stopAtFirst", fixture.url, "back");
      await fixture.noted("back");
      const lock = `bull:${fixture.queue}:${job.id}:lock`;
      const token = (await fixture.redis.get(lock)) as string;
      await fixture.redis.set(lock, "another");
      await fixture.noted("back", 2);
      await fixture.redis.set(lock, token, "PX", 5000);
      await fixture.redis.rpush("back", "now");
      expect(await job).toBe("again");
    }));

  it("that gives a worker a job which it still runs ends the earlier run first", () =>
    run(async () => {
      const { url, queue } = fixture;
      await fixture.worker();
      const job = fixture.pool().submit("stopAtFirst", url, "given");
      await fixture.noted("given");
      const jobs = new Queue(queue, { connection: { url } });
      const token = (await fixture.redis.get(`bull:${queue}:${job.id}:lock`)) as string;
      await (await jobs.getJob(job.id))?.moveToWait(token);
      await jobs.close();
      await fixture.noted("given", 2);
      await fixture.redis.rpush("given", "now");
      expect(await job).toBe("again");
      expect((await fixture.noted("given")).slice(0, 2)).toEqual(["begun", "told to stop"]);
    }));

  it("of Redis, which is restarted, loses no job", () =>
    run(async () => {
      const server = await RedisServer.start("--appendonly", "yes", "--appendfsync", "always");
      const worker = new DistributedWorker(work, {
        queue: "restart",
        connection: server.url,
        isolation: "task",
        concurrency: 2,
        // A job that Redis gave it, and whose way was cut, is found by its lock.
        lease: 1000,
      });
      const pool = new DistributedExecutor<typeof Work>({
        queue: "restart",
        connection: server.url,
        retries: 100,
        connectTimeout: 100_000,
      });
      try {
        await worker.ready();
        const numbers = Array.from({ length: 100 }, (_, i) => i);
        const jobs = pool.map("addLater", numbers, numbers);
        await (jobs[20] as (typeof jobs)[0]);
        await server.stop();
        const late = pool.submit("add", 1, 2);
        await server.start();
        expect(await gather(jobs)).toEqual(numbers.map((n) => 2 * n));
        expect(await late).toBe(3);
      } finally {
        await pool.shutdown({ timeout: 0 });
        await worker.shutdown({ grace: 0 });
        await server.end();
      }
    }));

  it("of Redis, which is gone, does not keep a program from ending", async () => {
    const server = await RedisServer.start();
    const program = fileURLToPath(new URL("dist/leaves.js", import.meta.url));
    const child = spawn(process.execPath, [program, server.url, work.href], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    const connected = new Promise<void>((resolve) => {
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        if (output.includes("connected")) resolve();
      });
    });
    await connected;
    await server.end();
    expect(await once(child, "close")).toEqual([0, null]);
    expect(output).toBe("connected\nclosed\n");
  });

  it("of Redis, which has lost its data, fails the jobs that it had", () =>
    run(async () => {
      const pool = fixture.pool({ lease: 300 });
      const job = pool.submit("add", 1, 2);
      while ((await pool.statistics()).queued < 1);
      await fixture.redis.flushall();
      await expect(job).rejects.toThrow(/there is no result of add\(\).*Redis has lost its data/);
    }));

  it("of Redis, which is not there, fails jobs after the deadline, and names the address", () =>
    run(async () => {
      const port = await freePort();
      const connection = `redis://127.0.0.1:${port}`;
      const pool = new DistributedExecutor<typeof Work>({ queue: "none", connection, connectTimeout: 50 });
      const error = await pool.submit("add", 1, 2).catch((error: unknown) => error as Error);
      expect(error).toBeInstanceOf(BrokenExecutorError);
      expect(String(error)).toContain(`could not reach Redis at 127.0.0.1:${port} within 50 ms`);
      await expect(pool.statistics()).rejects.toThrow("could not reach Redis");
      await expect(pool.submit("add", 1, 2)).rejects.toThrow("could not reach Redis");
      await pool.shutdown();
      const worker = new DistributedWorker(work, { queue: "none", connection, connectTimeout: 50 });
      await expect(worker.ready()).rejects.toThrow(`Redis at 127.0.0.1:${port}`);
      await worker.shutdown();
      expect(worker.status().state).toBe("closed");
    }));

  it("of the network lets a timeout expire on time, and loses nothing", () =>
    run(async () => {
      await fixture.worker();
      const proxy = await Proxy.start(Number(new URL(fixture.url).port));
      const pool = fixture.pool({ connection: proxy.url });
      expect(await pool.submit("add", 1, 2)).toBe(3);
      const running = pool.submit("hangAtFirst", fixture.url, "cut", 0);
      const hanging = pool.submit("hang", fixture.url, "cut hang");
      await running;
      await fixture.noted("cut hang");
      proxy.cut();
      // It is cancelled at once, and the worker is told once the connection is back.
      await expect(timeout(1).with(() => hanging)).rejects.toBeInstanceOf(TimeoutError);
      const jobs = pool.map("add", [1, 2, 3], [1, 2, 3]);
      await proxy.mend();
      expect(await gather(jobs)).toEqual([2, 4, 6]);
      expect(await fixture.noted("cut hang", 2)).toHaveLength(2);
      await proxy.end();
    }));

  it("of a connection that stalls does not hold a timeout up for long", () =>
    run(async () => {
      const proxy = await Proxy.start(Number(new URL(fixture.url).port));
      const pool = fixture.pool({ connection: proxy.url });
      const job = pool.submit("add", 1, 2);
      while ((await pool.statistics()).queued < 1);
      proxy.stall();
      await expect(timeout(1).with(() => job)).rejects.toBeInstanceOf(TimeoutError);
      proxy.goOn();
      while ((await pool.statistics()).queued > 0);
      await pool.shutdown({ timeout: 0 });
      await proxy.end();
    }));

  it("of a database that is not there is an error, and not another database", () =>
    run(async () => {
      const pool = fixture.pool({ connection: `${fixture.url}/99`, connectTimeout: 1000 });
      await fixture.worker();
      for (let i = 0; i < 2; i++) {
        const error = await pool.submit("add", 1, 2).catch((error: unknown) => error);
        expect(error).toBeInstanceOf(BrokenExecutorError);
      }
    }));

  it.each([
    ["a wrong password", ["--requirepass", "right"], "wrong", /refuses the user name or password/],
    ["no password", ["--requirepass", "right"], undefined, /needs a password/],
    ["a replica", ["--replicaof", "127.0.0.1", "1"], undefined, /is a replica that can only be read/],
    ["full memory", ["--maxmemory", "1mb"], undefined, /has no memory left \(maxmemory\)/],
  ])("of %s is an error that says so", (_, args, password, expected) =>
    run(async () => {
      const server = await RedisServer.start(...args);
      const connection = {
        host: "127.0.0.1",
        port: server.port,
        ...(password !== undefined && { password }),
      };
      const pool = new DistributedExecutor<typeof Work>({ queue: "refused", connection });
      const error = await pool.submit("add", 1, 2).catch((error: unknown) => error);
      expect(error).toBeInstanceOf(BrokenExecutorError);
      expect(String(error)).toMatch(expected);
      await pool.shutdown();
      await server.end();
    }),
  );

  it("of the module's code is an error of the worker", () =>
    run(async () => {
      for (const isolation of ["task", "thread"] as const) {
        const worker = new DistributedWorker(new URL("file:///no/such/module.js"), {
          queue: fixture.queue,
          connection: fixture.url,
          isolation,
        });
        await expect(worker.ready()).rejects.toThrow(/module\.js/);
        await worker.shutdown();
      }
    }));

  it("leaves no connection behind", () =>
    run(async () => {
      const worker = await fixture.worker();
      const pool = fixture.pool();
      await pool.submit("add", 1, 2);
      await pool.shutdown();
      await worker.shutdown();
      const looking = new Redis(fixture.url);
      const names = String(await looking.client("LIST"))
        .split("\n")
        .filter((line) => line.includes("name=bull:"));
      expect(names).toEqual([]);
      looking.disconnect();
    }));
});

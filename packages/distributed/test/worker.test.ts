/** The jobs of a worker, whatever befalls it. */
import { once } from "node:events";
import { createServer } from "node:net";
import { BrokenExecutorError } from "@asyncio-ts/executor";
import { run } from "@asyncio-ts/task";
import { until } from "@asyncio-ts/testkit/until";
import { expect, it, onTestFinished } from "vitest";
import { Proxy } from "./support/proxy.js";
import { Fixture, suite, unless } from "./support/redis.js";

const fixture = new Fixture();

async function proxied(): Promise<Proxy> {
  const proxy = await Proxy.start(Number(new URL(fixture.url).port));
  onTestFinished(() => proxy.end());
  return proxy;
}

suite(`an id that was cancelled in the queue${unless}`, () => {
  it("is that of a new job later", () =>
    run(async () => {
      const { redis, queue, url } = fixture;
      await fixture.worker({ concurrency: 1 });
      const pool = fixture.pool();
      const first = pool.submit("pass", url, "gate of ids");
      await fixture.noted("gate of ids");
      const queued = pool.submitWith({ id: "again" }, "add", 1, 2);
      while ((await redis.exists(`bull:${queue}:again`)) === 0);
      queued.cancel();
      await expect(queued).rejects.toMatchObject({ name: "CancelledError" });
      const later = pool.submitWith({ id: "again" }, "add", 1, 2);
      await redis.rpush("gate of ids", "open");
      await first;
      expect(await later).toBe(3);
    }));

  it("is not stopped by a message about the earlier job", () =>
    run(async () => {
      const { redis, queue, url } = fixture;
      const lines: string[] = [];
      await fixture.worker({ log: (line) => void lines.push(line) });
      const pool = fixture.pool();
      const job = pool.submit("pass", url, "gate of messages");
      await fixture.noted("gate of messages");
      const channel = `bull:${queue}:asyncio:cancel:0`;
      await redis.publish(channel, JSON.stringify({ id: job.id }));
      await redis.publish(channel, "the worker has read the one before");
      await until(() => lines.some((line) => line.includes("can't be read")), "the worker says so");
      // Redis has answered what the worker asked it before.
      await pool.submit("add", 1, 2);
      await redis.rpush("gate of messages", "open");
      expect(await job).toBe("passed");
    }));
});

suite(`a worker that drains${unless}`, () => {
  it("goes on with its jobs while Redis is away, and completes them when it is back", () =>
    run(async () => {
      const proxy = await proxied();
      const worker = await fixture.worker({ connection: proxy.url });
      const job = fixture.pool().submit("pass", fixture.url, "gate of a drain");
      await fixture.noted("gate of a drain");
      proxy.cut();
      const end = worker.shutdown();
      let attempts = 0;
      const refusing = createServer((socket) => {
        attempts++;
        socket.destroy();
      }).listen(new URL(proxy.url).port);
      // The pauses between the attempts of its two connections grow to seconds.
      await until(() => attempts >= 10 || worker.status().state === "closed", "it tries to connect");
      expect(worker.status()).toMatchObject({ state: "draining", running: 1 });
      refusing.close();
      await once(refusing, "close");
      await proxy.mend();
      await fixture.redis.rpush("gate of a drain", "open");
      expect(await job).toBe("passed");
      await end;
      expect(worker.status()).toMatchObject({ state: "closed", running: 0, completed: 1 });
    }));

  it.each(["cut", "stall"] as const)("ends after its grace though Redis does not answer: %s", (what) =>
    run(async () => {
      const proxy = await proxied();
      const worker = await fixture.worker({ connection: proxy.url });
      const key = `hangs at ${what}`;
      const job = fixture.pool().submit("hangAtFirst", fixture.url, key, 1);
      await fixture.noted(key);
      proxy[what]();
      await worker.shutdown({ grace: 0 });
      expect(worker.status().state).toBe("closed");
      await fixture.workerIsDead(job);
      await fixture.worker();
      expect(await job).toBe(2);
    }),
  );

  it("stops a job whose caller is gone", () =>
    run(async () => {
      const worker = await fixture.worker({ lease: 300 });
      fixture.pool().submit("hang", fixture.url, "left by its caller").cancelled();
      await fixture.noted("left by its caller");
      const end = worker.shutdown();
      await fixture.redis.del(await fixture.redis.keys("*:caller:*"));
      const [, stopped] = await fixture.noted("left by its caller", 2);
      expect(stopped).toContain("its caller has given no sign of life");
      await end;
    }));

  it("gives back a job that does not stop", () =>
    run(async () => {
      const worker = await fixture.worker();
      const job = fixture.pool({ retries: 0 }).submit("stay", fixture.url, "stays");
      await fixture.noted("stays");
      await worker.shutdown({ grace: 0 });
      expect(worker.status()).toMatchObject({ givenBack: 1, failed: 0 });
      await fixture.worker();
      expect(await job).toBe("left");
    }));
});

suite(`a job that reports without end${unless}`, () => {
  it("is cancelled before all that it has reported is passed on", () =>
    run(async () => {
      await fixture.worker({ isolation: "thread", concurrency: 1 });
      const pool = fixture.pool();
      const job = pool.submit("flood");
      for await (const value of job.progress) if (value === 1) break;
      job.cancel();
      await expect(job).rejects.toMatchObject({ name: "CancelledError" });
      expect(await pool.submit("add", 1, 2)).toBe(3);
    }));
});

suite(`an odd thrown value${unless}`, () => {
  it.each(["number", "object", "getter", "bare", "proxy"] as const)(
    "arrives from a task as from a thread: %s",
    (kind) =>
      run(async () => {
        const pool = fixture.pool();
        const ends: unknown[] = [];
        for (const isolation of ["task", "thread"] as const) {
          const worker = await fixture.worker({ isolation, concurrency: 1 });
          const error: unknown = await pool.submit("throwOdd", kind).catch((error: unknown) => error);
          ends.push(error instanceof Error ? `${error.name}: ${error.message}` : error);
          await worker.shutdown();
        }
        expect(ends[0]).toEqual(ends[1]);
      }),
  );
});

suite(`a job whose process is killed${unless}`, () => {
  it("begins again within its retries, and fails then", () =>
    run(async () => {
      const { url, redis } = fixture;
      await fixture.worker({ isolation: "process", concurrency: 1 });
      const pool = fixture.pool({ retries: 1 });
      expect(await pool.submit("dieAtFirst", url, "dies once", 1)).toBe(2);
      const job = pool.submit("dieAtFirst", url, "dies", 9);
      await expect(job).rejects.toThrow("dieAtFirst() was not finished: its process was killed by SIGKILL");
      await expect(job).rejects.toBeInstanceOf(BrokenExecutorError);
      expect(await redis.llen("dies")).toBe(2);
    }));
});

it.skipIf(unless !== "")("a line of a worker's log has no control characters", () =>
  run(async () => {
    const lines: string[] = [];
    await fixture.worker({ log: (line) => void lines.push(line) });
    const job = fixture.pool().submitWith({ id: "two\nlines" }, "fail", "a\r\u001b[2J text");
    await expect(job).rejects.toThrow("text");
    expect(lines).toEqual([
      expect.stringMatching(/^fail\(\) two\\u000alines failed \(a\\u000d\\u001b\[2J text\) after \d+ ms$/),
    ]);
  }),
);

suite(`a user of Redis without channels${unless}`, () => {
  it("can be that of a worker, which finds cancellations at its heartbeats", () =>
    run(async () => {
      const { redis, url } = fixture;
      await redis.acl("SETUSER", "silent", "on", "nopass", "+@all", "~*", "resetchannels");
      const lines: string[] = [];
      const log = (line: string): void => void lines.push(line);
      const connection = url.replace("//", "//silent:any@");
      await fixture.worker({ connection, lease: 300, log });
      expect(lines).toEqual([
        expect.stringMatching(/^error: only heartbeats will find jobs that are cancelled: .*channel/),
      ]);
      const job = fixture.pool().submit("hang", url, "found late");
      await fixture.noted("found late");
      job.cancel();
      await expect(job).rejects.toMatchObject({ name: "CancelledError" });
    }));
});

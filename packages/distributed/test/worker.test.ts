/** What a worker does with its jobs, whatever befalls it. */
import { run } from "@asyncio-ts/task";
import { until } from "@asyncio-ts/testkit/until";
import { expect, it } from "vitest";
import { Fixture, suite, unless } from "./support/redis.js";

const fixture = new Fixture();

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
      const channel = `bull:${queue}:asyncio:cancel`;
      await redis.publish(channel, JSON.stringify({ id: job.id }));
      await redis.publish(channel, "the worker has read the one before");
      await until(() => lines.some((line) => line.includes("can't be read")), "the worker says so");
      // Redis has answered what the worker asked it before.
      await pool.submit("add", 1, 2);
      await redis.rpush("gate of messages", "open");
      expect(await job).toBe("passed");
    }));
});

/** Redis that is killed, and comes back with what is in its file: each future ends as its job says. */
import { randomUUID } from "node:crypto";
import { DistributedExecutor, DistributedWorker, type RemoteJob } from "@asyncio-ts/distributed";
import { createTask, gather, run, sleep } from "@asyncio-ts/task";
import { until } from "@asyncio-ts/testkit/until";
import { Redis } from "ioredis";
import { expect, it, onTestFinished } from "vitest";
import { longText } from "./support/long-text.js";
import { RedisServer, suite, unless } from "./support/redis.js";
import type * as Counted from "./workers/counted.js";

const counted = new URL("./dist/counted.js", import.meta.url);
const JOBS = 300;
const RETRIES = 100;

type Kind = keyof typeof Counted;

/** Returns the kind of a job, by its number. */
function kindOf(n: number): Kind {
  if (n % 10 === 0) return "fail";
  if (n % 10 === 1) return "failOnce";
  if (n % 50 === 2) return "hang";
  return n % 50 === 3 ? "long" : "later";
}

/** Returns the end that a job must have, as text. */
function endOf(n: number): string {
  const kind = kindOf(n);
  if (kind === "fail") return `RangeError: failure of ${n}`;
  if (kind === "hang") return "CancelledError: not needed";
  return String(kind === "long" ? longText(n) : 2 * n);
}

suite(`Redis, which is killed${unless}`, () => {
  it("in the middle of jobs, and comes back from its file, ends each of them as it must", () =>
    run(async () => {
      const server = await RedisServer.start("--appendonly", "yes", "--appendfsync", "always");
      onTestFinished(() => server.end());
      const { url: connection } = server;
      const redis = new Redis(connection, { maxRetriesPerRequest: null });
      redis.on("error", () => {});
      onTestFinished(() => redis.disconnect());
      const queue = "crash";
      await using worker = new DistributedWorker(counted, {
        queue,
        connection,
        isolation: "task",
        concurrency: 8,
        lease: 1000,
      });
      await worker.ready();
      await using pool = new DistributedExecutor<typeof Counted>({
        queue,
        connection,
        retries: RETRIES,
        connectTimeout: 100_000,
      });
      const ids = Array.from({ length: JOBS }, () => randomUUID());
      let ended = 0;
      const submit = pool.submitWith.bind(pool) as (...call: unknown[]) => RemoteJob<unknown>;
      const jobs = ids.map((id, n) => {
        const kind = kindOf(n);
        const job = submit(
          { id, ...(kind === "failOnce" && { attempts: RETRIES }) },
          kind,
          connection,
          id,
          n,
        );
        job.addDoneCallback(() => ended++);
        return job;
      });
      const cancelling = createTask(async () => {
        for (;;) {
          for (const [n, job] of jobs.entries()) {
            if (kindOf(n) === "hang" && job.running()) job.cancel("not needed");
          }
          await sleep(1);
        }
      });
      for (const count of [40, 150]) {
        await until(() => ended >= count, `${count} jobs have ended`);
        await server.stop("SIGKILL");
        await server.start();
      }
      const ends = await gather(jobs, { returnExceptions: true });
      cancelling.cancel();
      expect(ends.map(String)).toEqual(jobs.map((_, n) => endOf(n)));
      for (const [n, id] of ids.entries()) {
        const runs = await redis.scard(`effect:${id}`);
        const started = Number(await redis.hget(`bull:${queue}:${id}`, "ats"));
        if (kindOf(n) === "hang") continue;
        expect(runs).toBeGreaterThanOrEqual(kindOf(n) === "failOnce" ? 2 : 1);
        expect(runs).toBeLessThanOrEqual(started);
      }
    }));
});

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { async, generator, type Manner, type Own, right } from "../increments.js";
import { type Case, type Load, times, type Topic } from "../topic.js";
import type * as Work from "../work.js";

const isInstalled = spawnSync("redis-server", ["--version"]).status === 0;

/** A process needs the built file, also when this one is read as TypeScript by a test. */
const queue = fileURLToPath(new URL("../../dist/queue.js", import.meta.url));

/** Starts Redis and a worker, which end with this process; returns the port. */
async function start(kind: "asyncio-ts" | "bullmq"): Promise<number> {
  const child = spawn(process.execPath, [queue, kind], { stdio: ["pipe", "pipe", "inherit"] });
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  return Number(port);
}

const own =
  (body: Own): Load =>
  async () => {
    const { DistributedExecutor } = await import("@asyncio-ts/distributed");
    const connection = `redis://127.0.0.1:${await start("asyncio-ts")}`;
    const pool = new DistributedExecutor<typeof Work>({ queue: "bench", connection });
    return (operations) => body(pool, operations);
  };

const bullmq =
  (manner: Manner): Load =>
  async () => {
    const { Queue, QueueEvents } = await import("bullmq");
    const connection = { host: "127.0.0.1", port: await start("bullmq") };
    const queue = new Queue<number, number>("bench", { connection });
    // From the first event on: by default it begins with those after its first request, and may miss one.
    const events = new QueueEvents("bench", { connection, lastEventId: "0-0" });
    // Each job that is waited for listens on its own.
    events.setMaxListeners(0);
    await events.waitUntilReady();
    const kept = { removeOnComplete: { age: 600 } };
    if (manner === "one at a time") {
      return async (operations) => {
        let done = 0;
        while (done < operations)
          done = await (await queue.add("increment", done, kept)).waitUntilFinished(events);
        return done;
      };
    }
    return async (operations) => {
      const jobs = await queue.addBulk(
        times(operations, (data) => ({ name: "increment", data, opts: kept })),
      );
      return right(await Promise.all(jobs.map((job) => job.waitUntilFinished(events))));
    };
  };

const jobs = (manner: Manner, size: number): Case => ({
  name: manner,
  operation: manner === "one at a time" ? "one job, awaited before the next" : "one of so many jobs",
  size,
  contenders: { generator: own(generator[manner]), async: own(async[manner]), bullmq: bullmq(manner) },
});

export const topic: Topic = {
  name: "distributed",
  title: `jobs over a queue in Redis, on one worker${isInstalled ? "" : " (skipped: redis-server is not installed)"}`,
  note: "A job adds 1 to a number: what is measured is the way there and back. The caller, Redis and the worker, which runs ten jobs at once as tasks, are processes of one machine. BullMQ is used directly, with `addBulk` and `waitUntilFinished`, and keeps results as long as asyncio-ts does.",
  cases: isInstalled ? [jobs("one at a time", 200), jobs("all at once", 2000)] : [],
};

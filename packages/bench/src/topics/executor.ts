import { fileURLToPath } from "node:url";
import { async, generator, type Manner, type Own, right } from "../increments.js";
import { type Case, type Load, times, type Topic } from "../topic.js";
import type * as Work from "../work.js";

const WORKERS = 2;

type Kind = "threads" | "processes";
type Run = (n: number) => Promise<number>;

/**
 * Workers can't load TypeScript everywhere: they get the built file, also when this one is read as TypeScript
 * by a test.
 */
const work = new URL("../../dist/work.js", import.meta.url);

const peer: Readonly<Record<Manner, (run: Run, operations: number) => Promise<number>>> = {
  async "one at a time"(run, operations) {
    let done = 0;
    while (done < operations) done = await run(done);
    return done;
  },
  "all at once": async (run, operations) => right(await Promise.all(times(operations, run))),
};

/** A program on a pool whose workers have started before, and stay. */
const own =
  (kind: Kind, body: Own): Load =>
  async () => {
    const { ProcessPoolExecutor, ThreadPoolExecutor } = await import("@asyncio-ts/executor");
    const Pool = kind === "threads" ? ThreadPoolExecutor : ProcessPoolExecutor;
    const pool = new Pool<typeof Work>(work, { maxWorkers: WORKERS });
    await pool.warmUp();
    return (operations) => body(pool, operations);
  };

const tinypool =
  (kind: Kind, manner: Manner): Load =>
  async () => {
    const { default: Tinypool } = await import("tinypool");
    const pool = new Tinypool({
      filename: kind === "threads" ? work.href : fileURLToPath(work),
      name: "increment",
      runtime: kind === "threads" ? "worker_threads" : "child_process",
      minThreads: WORKERS,
      maxThreads: WORKERS,
    });
    const run: Run = (n) => pool.run(n) as Promise<number>;
    await Promise.all(times(WORKERS, run));
    return (operations) => peer[manner](run, operations);
  };

const jobs = (kind: Kind, manner: Manner, size: number): Case => ({
  name: `${kind}, ${manner}`,
  operation: manner === "one at a time" ? "one job, awaited before the next" : "one of so many jobs",
  size,
  contenders: {
    generator: own(kind, generator[manner]),
    async: own(kind, async[manner]),
    tinypool: tinypool(kind, manner),
  },
  python: ["asyncio", "uvloop"],
});

export const topic: Topic = {
  name: "executor",
  title: "jobs in two threads or processes that run already",
  note: "A job adds 1 to a number: what is measured is the way there and back. All at once: all jobs of a sample, 10,000, are submitted together. Python's threads take turns in one interpreter.",
  cases: [
    jobs("threads", "one at a time", 3000),
    jobs("threads", "all at once", 10_000),
    jobs("processes", "one at a time", 3000),
    jobs("processes", "all at once", 10_000),
  ],
};

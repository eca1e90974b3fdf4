import { Semaphore } from "@asyncio-ts/sync";
import { type Case, times, type Topic } from "../topic.js";

const LIMIT = 10;
/** So many jobs are handed over at once. */
const BATCH = 1000;

/** Batches of jobs, each started with `start`, until all operations are done. */
async function inBatches(operations: number, start: () => PromiseLike<void>): Promise<void> {
  for (let i = 0; i < operations; i += BATCH)
    await Promise.all(times(Math.min(BATCH, operations - i), start));
}

const limited: Case = {
  name: "limited work",
  operation: "one job, which suspends once",
  size: 50_000,
  contenders: {
    generator: async () => {
      const { gather, run, sleep } = await import("@asyncio-ts/task");
      return async (operations) => {
        const semaphore = new Semaphore(LIMIT);
        let done = 0;
        function* job() {
          yield* semaphore.acquire();
          yield* sleep(0);
          done++;
          semaphore.release();
        }
        await run(function* () {
          for (let i = 0; i < operations; i += BATCH) {
            yield* gather(times(Math.min(BATCH, operations - i), job));
          }
        });
        return done;
      };
    },
    async: async () => {
      const { gather, run } = await import("@asyncio-ts/task");
      return async (operations) => {
        const semaphore = new Semaphore(LIMIT);
        let done = 0;
        const job = async () => {
          await semaphore.acquire();
          await null;
          done++;
          semaphore.release();
        };
        await run(async () => {
          for (let i = 0; i < operations; i += BATCH) {
            await gather(times(Math.min(BATCH, operations - i), () => () => job()));
          }
        });
        return done;
      };
    },
    alone: () => async (operations) => {
      const semaphore = new Semaphore(LIMIT);
      let done = 0;
      const job = async () => {
        await null;
        done++;
      };
      await inBatches(operations, () => semaphore.with(job));
      return done;
    },
    "async-sema": async () => {
      const { Sema } = await import("async-sema");
      return async (operations) => {
        const semaphore = new Sema(LIMIT);
        let done = 0;
        await inBatches(operations, async () => {
          await semaphore.acquire();
          await null;
          done++;
          semaphore.release();
        });
        return done;
      };
    },
    "async-mutex": async () => {
      const { Semaphore } = await import("async-mutex");
      return async (operations) => {
        const semaphore = new Semaphore(LIMIT);
        let done = 0;
        const job = async () => {
          await null;
          done++;
        };
        await inBatches(operations, () => semaphore.runExclusive(job));
        return done;
      };
    },
    "p-limit": async () => {
      const { default: limited } = await import("p-limit");
      return async (operations) => {
        const limit = limited(LIMIT);
        let done = 0;
        const job = async () => {
          await null;
          done++;
        };
        await inBatches(operations, () => limit(job));
        return done;
      };
    },
    "p-queue": async () => {
      const { default: PQueue } = await import("p-queue");
      return async (operations) => {
        const queue = new PQueue({ concurrency: LIMIT });
        let done = 0;
        const job = async () => {
          await null;
          done++;
        };
        await inBatches(operations, () => queue.add(job));
        return done;
      };
    },
    effect: async () => {
      const { Effect, Semaphore } = await import("effect");
      return async (operations) => {
        const semaphore = Semaphore.makeUnsafe(LIMIT);
        let done = 0;
        const job = semaphore.withPermit(
          Effect.andThen(
            Effect.yieldNow,
            Effect.sync(() => void done++),
          ),
        );
        await Effect.runPromise(
          Effect.gen(function* () {
            for (let i = 0; i < operations; i += BATCH) {
              const jobs = times(Math.min(BATCH, operations - i), () => job);
              yield* Effect.all(jobs, { concurrency: "unbounded", discard: true });
            }
          }),
        );
        return done;
      };
    },
  },
  python: ["asyncio", "uvloop", "trio"],
};

const uncontended: Case = {
  name: "uncontended",
  operation: "acquire and release",
  size: 100_000,
  contenders: {
    generator: async () => {
      const { run } = await import("@asyncio-ts/task");
      return async (operations) => {
        const semaphore = new Semaphore(LIMIT);
        return run(function* () {
          let held = 0;
          for (; held < operations; held++) {
            yield* semaphore.acquire();
            semaphore.release();
          }
          return held;
        });
      };
    },
    async: async () => {
      const { run } = await import("@asyncio-ts/task");
      return async (operations) => {
        const semaphore = new Semaphore(LIMIT);
        return run(async () => {
          let held = 0;
          for (; held < operations; held++) {
            await semaphore.acquire();
            semaphore.release();
          }
          return held;
        });
      };
    },
    alone: () => async (operations) => {
      const semaphore = new Semaphore(LIMIT);
      let held = 0;
      for (; held < operations; held++) {
        await semaphore.acquire();
        semaphore.release();
      }
      return held;
    },
    "async-sema": async () => {
      const { Sema } = await import("async-sema");
      return async (operations) => {
        const semaphore = new Sema(LIMIT);
        let held = 0;
        for (; held < operations; held++) {
          await semaphore.acquire();
          semaphore.release();
        }
        return held;
      };
    },
    "async-mutex": async () => {
      const { Semaphore } = await import("async-mutex");
      return async (operations) => {
        const semaphore = new Semaphore(LIMIT);
        let held = 0;
        for (; held < operations; held++) {
          const [, release] = await semaphore.acquire();
          release();
        }
        return held;
      };
    },
    effect: async () => {
      const { Effect, Semaphore } = await import("effect");
      return async (operations) => {
        const semaphore = Semaphore.makeUnsafe(LIMIT);
        let held = 0;
        const hold = semaphore.withPermit(Effect.sync(() => void held++));
        await Effect.runPromise(
          Effect.gen(function* () {
            for (let i = 0; i < operations; i++) yield* hold;
          }),
        );
        return held;
      };
    },
  },
  python: ["asyncio", "uvloop", "trio"],
};

export const topic: Topic = {
  name: "semaphore",
  title: "a semaphore of 10",
  note: "Limited work: 1,000 jobs at a time pass through it. In async code a job awaits null, otherwise it does sleep(0).",
  cases: [limited, uncontended],
};

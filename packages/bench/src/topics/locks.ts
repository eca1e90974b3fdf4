import { Lock } from "@asyncio-ts/sync";
import type { Fiber } from "effect";
import { type Case, pollOnce, type Program, times, type Topic } from "../topic.js";

interface Acquirable {
  acquire(): PromiseLike<unknown>;
  release(): void;
}

/** Acquires and releases so many times, and says how often it did. */
async function hold(lock: Acquirable, count: number): Promise<number> {
  let held = 0;
  for (let i = 0; i < count; i++) {
    await lock.acquire();
    held++;
    lock.release();
  }
  return held;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** The program for async functions without tasks. */
const inPlainCode =
  (workers: number, makeLock: () => Acquirable): Program =>
  async (operations) => {
    const lock = makeLock();
    await lock.acquire();
    const counts = Promise.all(times(workers, () => hold(lock, operations / workers)));
    await pollOnce();
    lock.release();
    return sum(await counts);
  };

/**
 * All are in line when the first gets the lock. Who has it does not suspend, so it passes on at each release,
 * and whoever asks again goes to the end of the line.
 */
const among = (tasks: number, name: string): Case => ({
  name,
  operation: "acquire and release",
  size: 100_000,
  contenders: {
    generator: async () => {
      const { gather, run, sleep } = await import("@asyncio-ts/task");
      return async (operations) => {
        const lock = new Lock();
        let held = 0;
        function* worker() {
          for (let i = 0; i < operations / tasks; i++) {
            yield* lock.acquire();
            held++;
            lock.release();
          }
        }
        await run(function* () {
          yield* lock.acquire();
          const workers = gather(times(tasks, worker));
          yield* sleep(0);
          lock.release();
          yield* workers;
        });
        return held;
      };
    },
    async: async () => {
      const { gather, run, sleep } = await import("@asyncio-ts/task");
      return async (operations) => {
        const lock = new Lock();
        return run(async () => {
          await lock.acquire();
          const workers = gather(times(tasks, () => () => hold(lock, operations / tasks)));
          await sleep(0);
          lock.release();
          return sum(await workers);
        });
      };
    },
    alone: () => inPlainCode(tasks, () => new Lock()),
    "async-sema": async () => {
      const { Sema } = await import("async-sema");
      return inPlainCode(tasks, () => new Sema(1));
    },
    "async-mutex": async () => {
      const { Mutex } = await import("async-mutex");
      return async (operations) => {
        const lock = new Mutex();
        let held = 0;
        const worker = async () => {
          for (let i = 0; i < operations / tasks; i++) {
            const release = await lock.acquire();
            held++;
            release();
          }
        };
        const release = await lock.acquire();
        const workers = Promise.all(times(tasks, worker));
        await pollOnce();
        release();
        await workers;
        return held;
      };
    },
    effect: async () => {
      const { Effect, Fiber, Semaphore } = await import("effect");
      return async (operations) => {
        const lock = Semaphore.makeUnsafe(1);
        let held = 0;
        const hold = lock.withPermit(Effect.sync(() => void held++));
        const worker = Effect.gen(function* () {
          for (let i = 0; i < operations / tasks; i++) yield* hold;
        });
        await Effect.runPromise(
          Effect.gen(function* () {
            yield* lock.take(1);
            const workers: Fiber.Fiber<void>[] = [];
            for (let i = 0; i < tasks; i++) workers.push(yield* Effect.forkChild(worker));
            yield* Effect.yieldNow;
            yield* lock.release(1);
            yield* Fiber.joinAll(workers);
          }),
        );
        return held;
      };
    },
  },
  python: ["asyncio", "uvloop", "trio"],
});

export const topic: Topic = {
  name: "locks",
  title: "a lock",
  note: "Contended: 100 tasks ask for one lock in a loop.",
  cases: [among(1, "uncontended"), among(100, "contended")],
};

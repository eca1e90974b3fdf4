import { setImmediate as poll } from "node:timers/promises";
import { Lock } from "@asyncio-ts/sync";
import { type Outcome, type Topic } from "../topic.js";

const LONG = 3_600_000;
const nodeFlags = ["--expose-gc", "--max-old-space-size=12288"];

/** Keeps what is weighed reachable. */
const reachable: unknown[] = [];

async function heapUsed(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await poll();
  }
  return process.memoryUsage().heapUsed;
}

/** Returns how much the heap has grown for each of them since it was `before`, once all have begun. */
async function weigh(count: number, before: number, begun: () => number): Promise<Outcome> {
  while (begun() < count) await poll();
  return { done: begun(), value: ((await heapUsed()) - before) / count };
}

export const topic: Topic = {
  name: "memory",
  title: "memory of tasks that wait",
  note: "Growth of the heap after a full collection; in Python, of the process's resident memory.",
  cases: [
    {
      name: "sleeping",
      operation: "one of 1,000,000 sleeping tasks",
      size: 1_000_000,
      unit: "bytes",
      nodeFlags,
      contenders: {
        generator: async () => {
          const { createTask, ensureFuture, run, sleep } = await import("@asyncio-ts/task");
          return async (operations) => {
            const before = await heapUsed();
            let begun = 0;
            function* sleeper() {
              begun++;
              yield* sleep(LONG);
            }
            return run(function* () {
              for (let i = 0; i < operations; i++) createTask(sleeper());
              return yield* ensureFuture(weigh(operations, before, () => begun));
            });
          };
        },
        async: async () => {
          const { createTask, run, sleep } = await import("@asyncio-ts/task");
          return async (operations) => {
            const before = await heapUsed();
            let begun = 0;
            const sleeper = async () => {
              begun++;
              await sleep(LONG);
            };
            return run(async () => {
              for (let i = 0; i < operations; i++) createTask(sleeper);
              return await weigh(operations, before, () => begun);
            });
          };
        },
        native: () => async (operations) => {
          const before = await heapUsed();
          let begun = 0;
          const sleeper = async () => {
            begun++;
            await new Promise((resolve) => {
              setTimeout(resolve, LONG).unref();
            });
          };
          for (let i = 0; i < operations; i++) void sleeper();
          return weigh(operations, before, () => begun);
        },
        effect: async () => {
          const { Effect } = await import("effect");
          return async (operations) => {
            const before = await heapUsed();
            let begun = 0;
            const sleeper = Effect.gen(function* () {
              begun++;
              yield* Effect.sleep(LONG);
            });
            for (let i = 0; i < operations; i++) Effect.runFork(sleeper);
            return weigh(operations, before, () => begun);
          };
        },
      },
      python: ["asyncio", "uvloop", "trio"],
    },
    {
      name: "waiting for a lock",
      operation: "one of 100,000 that wait for a lock",
      size: 100_000,
      unit: "bytes",
      nodeFlags,
      contenders: {
        generator: async () => {
          const { createTask, ensureFuture, run } = await import("@asyncio-ts/task");
          return async (operations) => {
            const before = await heapUsed();
            const lock = new Lock();
            let begun = 0;
            function* waiter() {
              begun++;
              yield* lock.acquire();
              lock.release();
            }
            return run(function* () {
              yield* lock.acquire();
              for (let i = 0; i < operations; i++) createTask(waiter());
              return yield* ensureFuture(weigh(operations, before, () => begun));
            });
          };
        },
        async: async () => {
          const { createTask, run } = await import("@asyncio-ts/task");
          return async (operations) => {
            const before = await heapUsed();
            const lock = new Lock();
            let begun = 0;
            const waiter = async () => {
              begun++;
              await lock.acquire();
              lock.release();
            };
            return run(async () => {
              await lock.acquire();
              for (let i = 0; i < operations; i++) createTask(waiter);
              return await weigh(operations, before, () => begun);
            });
          };
        },
        alone: () => async (operations) => {
          const before = await heapUsed();
          const lock = new Lock();
          reachable.push(lock);
          let begun = 0;
          const waiter = async () => {
            begun++;
            await lock.acquire();
            lock.release();
          };
          await lock.acquire();
          for (let i = 0; i < operations; i++) void waiter();
          return weigh(operations, before, () => begun);
        },
        "async-sema": async () => {
          const { Sema } = await import("async-sema");
          return async (operations) => {
            const before = await heapUsed();
            const lock = new Sema(1);
            reachable.push(lock);
            let begun = 0;
            const waiter = async () => {
              begun++;
              await lock.acquire();
              lock.release();
            };
            await lock.acquire();
            for (let i = 0; i < operations; i++) void waiter();
            return weigh(operations, before, () => begun);
          };
        },
        "async-mutex": async () => {
          const { Mutex } = await import("async-mutex");
          return async (operations) => {
            const before = await heapUsed();
            const lock = new Mutex();
            reachable.push(lock);
            let begun = 0;
            const waiter = async () => {
              begun++;
              await lock.acquire();
              lock.release();
            };
            await lock.acquire();
            for (let i = 0; i < operations; i++) void waiter();
            return weigh(operations, before, () => begun);
          };
        },
        effect: async () => {
          const { Effect, Semaphore } = await import("effect");
          return async (operations) => {
            const before = await heapUsed();
            const lock = Semaphore.makeUnsafe(1);
            reachable.push(lock);
            let begun = 0;
            const waiter = Effect.gen(function* () {
              begun++;
              yield* lock.take(1);
              yield* lock.release(1);
            });
            await Effect.runPromise(lock.take(1));
            for (let i = 0; i < operations; i++) Effect.runFork(waiter);
            return weigh(operations, before, () => begun);
          };
        },
      },
      python: ["asyncio", "uvloop", "trio"],
    },
  ],
};

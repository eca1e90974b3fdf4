import { createTask, run, sleep } from "@asyncio-ts/task";
import type { Fiber } from "effect";
import { type Case, times, type Topic, withoutPauses } from "../topic.js";

const TOTAL = 1_000_000;

const alive = (tasks: number): Case => ({
  name: `${tasks.toLocaleString("en")} tasks`,
  operation: "one task: made, one sleep(0), its result",
  size: Math.max(tasks, TOTAL / 10),
  nodeFlags: ["--max-old-space-size=12288"],
  contenders: {
    generator: () => async (operations) => {
      function* child() {
        yield* sleep(0);
        return 1;
      }
      const batch = Math.min(tasks, operations);
      return run(function* () {
        let done = 0;
        for (let i = 0; i < operations; i += batch) {
          for (const task of times(batch, () => createTask(child()))) done += yield* task;
        }
        return done;
      });
    },
    async: () => async (operations) => {
      const child = async () => {
        await sleep(0);
        return 1;
      };
      const batch = Math.min(tasks, operations);
      return run(async () => {
        let done = 0;
        for (let i = 0; i < operations; i += batch) {
          for (const task of times(batch, () => createTask(child))) done += await task;
        }
        return done;
      });
    },
    native: () => async (operations) => {
      const child = async () => {
        await null;
        return 1;
      };
      const batch = Math.min(tasks, operations);
      let done = 0;
      for (let i = 0; i < operations; i += batch) {
        for (const one of await Promise.all(times(batch, child))) done += one;
      }
      return done;
    },
    effect: async () => {
      const { Effect, Fiber } = await import("effect");
      return async (operations) => {
        const child = Effect.gen(function* () {
          yield* Effect.yieldNow;
          return 1;
        });
        const batch = Math.min(tasks, operations);
        return Effect.runPromise(
          Effect.gen(function* () {
            let done = 0;
            for (let i = 0; i < operations; i += batch) {
              const fibers: Fiber.Fiber<number>[] = [];
              for (let j = 0; j < batch; j++) fibers.push(yield* Effect.forkChild(child));
              for (const fiber of fibers) done += yield* Fiber.join(fiber);
            }
            return done;
          }),
        );
      };
    },
  },
  python: ["asyncio", "uvloop"],
});

const growing = [100, 10_000, 1_000_000].map(alive);

export const topic: Topic = {
  name: "growth",
  title: "the same work with more and more tasks alive at once",
  note: "The cost of an operation should stay the same, but for what the processor's caches and the garbage collector take.",
  cases: [...growing, ...growing.map(withoutPauses)],
};

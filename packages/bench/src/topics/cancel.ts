import { setTimeout as nativeSleep } from "node:timers/promises";
import { createTask, run, sleep } from "@asyncio-ts/task";
import type { Fiber } from "effect";
import { times, type Topic } from "../topic.js";

const LONG = 3_600_000;

export const topic: Topic = {
  name: "cancel",
  title: "cancel 100,000 sleeping tasks",
  note: "Only the cancelling and the ending of the tasks is measured. Native: timers/promises with one AbortSignal each.",
  cases: [
    {
      name: "cancel",
      operation: "one task, from cancel() to its end",
      size: 100_000,
      nodeFlags: ["--max-old-space-size=8192"],
      contenders: {
        generator: () => async (operations) => {
          let done = 0;
          function* sleeper() {
            try {
              yield* sleep(LONG);
            } finally {
              done++;
            }
          }
          return run(function* () {
            const tasks = times(operations, () => createTask(sleeper()));
            yield* sleep(0);
            const start = performance.now();
            for (const task of tasks) task.cancel();
            while (done < operations) yield* sleep(0);
            return { done, milliseconds: performance.now() - start };
          });
        },
        async: () => async (operations) => {
          let done = 0;
          const sleeper = async () => {
            try {
              await sleep(LONG);
            } finally {
              done++;
            }
          };
          return run(async () => {
            const tasks = times(operations, () => createTask(sleeper));
            await sleep(0);
            const start = performance.now();
            for (const task of tasks) task.cancel();
            while (done < operations) await sleep(0);
            return { done, milliseconds: performance.now() - start };
          });
        },
        native: () => async (operations) => {
          let done = 0;
          const sleeper = async (signal: AbortSignal) => {
            try {
              await nativeSleep(LONG, undefined, { signal });
            } finally {
              done++;
            }
          };
          const controllers = times(operations, () => new AbortController());
          const all = Promise.allSettled(controllers.map(({ signal }) => sleeper(signal)));
          const start = performance.now();
          for (const controller of controllers) controller.abort();
          await all;
          return { done, milliseconds: performance.now() - start };
        },
        effect: async () => {
          const { Effect, Fiber } = await import("effect");
          return async (operations) => {
            let done = 0;
            const sleeper = Effect.ensuring(
              Effect.sleep(LONG),
              Effect.sync(() => void done++),
            );
            return Effect.runPromise(
              Effect.gen(function* () {
                const fibers: Fiber.Fiber<void>[] = [];
                for (let i = 0; i < operations; i++) fibers.push(yield* Effect.forkChild(sleeper));
                yield* Effect.yieldNow;
                const start = performance.now();
                yield* Fiber.interruptAll(fibers);
                return { done, milliseconds: performance.now() - start };
              }),
            );
          };
        },
        effection: async () => {
          const { run, sleep, spawn } = await import("effection");
          return async (operations) => {
            let done = 0;
            function* sleeper() {
              try {
                yield* sleep(LONG);
              } finally {
                done++;
              }
            }
            return run(function* () {
              const group = yield* spawn(function* () {
                for (let i = 0; i < operations; i++) yield* spawn(sleeper);
                yield* sleep(LONG);
              });
              yield* sleep(0);
              const start = performance.now();
              yield* group.halt();
              return { done, milliseconds: performance.now() - start };
            });
          };
        },
      },
      python: ["asyncio", "uvloop", "trio"],
    },
  ],
};

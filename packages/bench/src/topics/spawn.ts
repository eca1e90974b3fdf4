import { createTask, run } from "@asyncio-ts/task";
import { times, type Topic } from "../topic.js";

/** So many tasks are alive at once. */
const BATCH = 100;

export const topic: Topic = {
  name: "spawn",
  title: "spawn a task and wait for its result",
  note: "In batches of 100. Native: call an async function, and Promise.all.",
  cases: [
    {
      name: "spawn and join",
      operation: "one task, from its making to its result",
      size: 20_000,
      contenders: {
        generator: () => async (operations) => {
          function* child() {
            return 1;
          }
          return run(function* () {
            let done = 0;
            for (let i = 0; i < operations; i += BATCH) {
              for (const task of times(BATCH, () => createTask(child()))) done += yield* task;
            }
            return done;
          });
        },
        async: () => async (operations) => {
          const child = async () => 1;
          return run(async () => {
            let done = 0;
            for (let i = 0; i < operations; i += BATCH) {
              for (const task of times(BATCH, () => createTask(child))) done += await task;
            }
            return done;
          });
        },
        native: () => async (operations) => {
          const child = async () => 1;
          let done = 0;
          for (let i = 0; i < operations; i += BATCH) {
            for (const one of await Promise.all(times(BATCH, child))) done += one;
          }
          return done;
        },
        effect: async () => {
          const { Effect, Fiber } = await import("effect");
          return async (operations) => {
            const child = Effect.gen(function* () {
              return 1;
            });
            return Effect.runPromise(
              Effect.gen(function* () {
                let done = 0;
                for (let i = 0; i < operations; i += BATCH) {
                  const fibers = [];
                  for (let j = 0; j < BATCH; j++) fibers.push(yield* Effect.forkChild(child));
                  for (const fiber of fibers) done += yield* Fiber.join(fiber);
                }
                return done;
              }),
            );
          };
        },
        effection: async () => {
          const { run, scoped, spawn } = await import("effection");
          return async (operations) => {
            function* child() {
              return 1;
            }
            return run(function* () {
              let done = 0;
              for (let i = 0; i < operations; i += BATCH) {
                done += yield* scoped(function* () {
                  const tasks = [];
                  for (let j = 0; j < BATCH; j++) tasks.push(yield* spawn(child));
                  let sum = 0;
                  for (const task of tasks) sum += yield* task;
                  return sum;
                });
              }
              return done;
            });
          };
        },
      },
      python: ["asyncio", "uvloop", "trio"],
    },
  ],
};

import { run, TaskGroup } from "@asyncio-ts/task";
import { times, type Topic } from "../topic.js";

const CHILDREN = 100;

export const topic: Topic = {
  name: "group",
  title: "a task group of 100",
  note: "Native Promise.all stops nobody when one fails.",
  cases: [
    {
      name: "task group",
      operation: "one of the 100 tasks",
      size: 20_000,
      contenders: {
        generator: () => async (operations) => {
          let done = 0;
          function* child() {
            done++;
          }
          await run(function* () {
            for (let i = 0; i < operations; i += CHILDREN) {
              yield* new TaskGroup().with(function* (group) {
                for (let j = 0; j < CHILDREN; j++) group.createTask(child());
              });
            }
          });
          return done;
        },
        async: () => async (operations) => {
          let done = 0;
          const child = async () => {
            done++;
          };
          await run(async () => {
            for (let i = 0; i < operations; i += CHILDREN) {
              await new TaskGroup().with(async (group) => {
                for (let j = 0; j < CHILDREN; j++) group.createTask(child);
              });
            }
          });
          return done;
        },
        native: () => async (operations) => {
          let done = 0;
          const child = async () => {
            done++;
          };
          for (let i = 0; i < operations; i += CHILDREN) await Promise.all(times(CHILDREN, child));
          return done;
        },
        effect: async () => {
          const { Effect } = await import("effect");
          return async (operations) => {
            let done = 0;
            const child = Effect.gen(function* () {
              done++;
            });
            const group = Effect.all(
              times(CHILDREN, () => child),
              { concurrency: "unbounded", discard: true },
            );
            await Effect.runPromise(
              Effect.gen(function* () {
                for (let i = 0; i < operations; i += CHILDREN) yield* group;
              }),
            );
            return done;
          };
        },
        effection: async () => {
          const { all, run } = await import("effection");
          return async (operations) => {
            let done = 0;
            function* child() {
              done++;
            }
            await run(function* () {
              for (let i = 0; i < operations; i += CHILDREN) yield* all(times(CHILDREN, child));
            });
            return done;
          };
        },
      },
      python: ["asyncio", "uvloop", "trio"],
    },
  ],
};

import { gather, run } from "@asyncio-ts/task";
import { times, type Topic } from "../topic.js";

const add = (sum: number, one: number): number => sum + one;

export const topic: Topic = {
  name: "gather",
  title: "gather 10,000 results",
  cases: [
    {
      name: "gather",
      operation: "one of the 10,000",
      size: 10_000,
      contenders: {
        generator: () => async (operations) => {
          function* child() {
            return 1;
          }
          return run(function* () {
            return (yield* gather(times(operations, child))).reduce(add, 0);
          });
        },
        async: () => async (operations) => {
          const child = async () => 1;
          return run(async () => (await gather(times(operations, () => () => child()))).reduce(add, 0));
        },
        native: () => async (operations) => {
          const child = async () => 1;
          return (await Promise.all(times(operations, child))).reduce(add, 0);
        },
        effect: async () => {
          const { Effect } = await import("effect");
          return async (operations) => {
            const child = Effect.gen(function* () {
              return 1;
            });
            const all = Effect.all(
              times(operations, () => child),
              { concurrency: "unbounded" },
            );
            return (await Effect.runPromise(all)).reduce(add, 0);
          };
        },
        effection: async () => {
          const { all, run } = await import("effection");
          return async (operations) => {
            function* child() {
              return 1;
            }
            return (await run(() => all(times(operations, child)))).reduce(add, 0);
          };
        },
      },
      python: ["asyncio", "uvloop", "trio"],
    },
  ],
};

import { run, timeout } from "@asyncio-ts/task";
import type { Topic } from "../topic.js";

const LIMIT = 10_000;

export const topic: Topic = {
  name: "timeout",
  title: "a timeout around a call that returns at once",
  note: "Native: Promise.race with a setTimeout that is cleared. Effection: race with a sleep.",
  cases: [
    {
      name: "not expired",
      operation: "one call with its timeout",
      size: 5_000,
      contenders: {
        generator: () => async (operations) => {
          function* fast() {
            return 1;
          }
          return run(function* () {
            let done = 0;
            for (let i = 0; i < operations; i++) done += yield* timeout(LIMIT).with(fast());
            return done;
          });
        },
        async: () => async (operations) => {
          const fast = async () => 1;
          return run(async () => {
            let done = 0;
            for (let i = 0; i < operations; i++) done += await timeout(LIMIT).with(fast);
            return done;
          });
        },
        native: () => async (operations) => {
          const fast = async () => 1;
          let done = 0;
          for (let i = 0; i < operations; i++) {
            let timer: NodeJS.Timeout | undefined;
            const late = new Promise<never>((_, reject) => {
              timer = setTimeout(() => reject(new Error("late")), LIMIT);
            });
            done += await Promise.race([fast(), late]).finally(() => clearTimeout(timer));
          }
          return done;
        },
        effect: async () => {
          const { Effect } = await import("effect");
          return async (operations) => {
            const fast = Effect.gen(function* () {
              return 1;
            });
            const limited = Effect.timeout(fast, LIMIT);
            return Effect.runPromise(
              Effect.gen(function* () {
                let done = 0;
                for (let i = 0; i < operations; i++) done += yield* limited;
                return done;
              }),
            );
          };
        },
        effection: async () => {
          const { race, run, sleep } = await import("effection");
          return async (operations) => {
            function* fast() {
              return 1;
            }
            return run(function* () {
              let done = 0;
              for (let i = 0; i < operations; i++) done += (yield* race([fast(), sleep(LIMIT)])) ?? 0;
              return done;
            });
          };
        },
      },
      python: ["asyncio", "uvloop", "trio"],
    },
  ],
};

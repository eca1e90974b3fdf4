import { map } from "@asyncio-ts/flow";
import { times, type Topic } from "../topic.js";

const LIMIT = 10;

export const topic: Topic = {
  name: "map",
  title: "map with a limit of 10",
  note: "A function is called with each of 10,000 items, and suspends once: in async code it awaits null, otherwise it does sleep(0). Flow and p-map's iterable give the results one by one, with back-pressure; the others all at the end.",
  cases: [
    {
      name: "map",
      operation: "one item",
      size: 10_000,
      contenders: {
        generator: async () => {
          const { run, sleep } = await import("@asyncio-ts/task");
          return async (operations) => {
            let done = 0;
            function* job() {
              yield* sleep(0);
              return 1;
            }
            const items = times(operations, (index) => index);
            await run(() => map(items, job, { limit: LIMIT }).each((one) => void (done += one)));
            return done;
          };
        },
        async: async () => {
          const { run } = await import("@asyncio-ts/task");
          return async (operations) => {
            let done = 0;
            const job = async () => {
              await null;
              return 1;
            };
            const items = times(operations, (index) => index);
            await run(async () => {
              for await (const one of map(items, job, { limit: LIMIT })) done += one;
            });
            return done;
          };
        },
        "p-map": async () => {
          const { default: pMap } = await import("p-map");
          return async (operations) => {
            const job = async () => {
              await null;
              return 1;
            };
            const items = times(operations, (index) => index);
            return (await pMap(items, job, { concurrency: LIMIT })).length;
          };
        },
        "p-map, iterable": async () => {
          const { pMapIterable } = await import("p-map");
          return async (operations) => {
            let done = 0;
            const job = async () => {
              await null;
              return 1;
            };
            const items = times(operations, (index) => index);
            for await (const one of pMapIterable(items, job, { concurrency: LIMIT })) done += one;
            return done;
          };
        },
        "p-limit": async () => {
          const { default: limited } = await import("p-limit");
          return async (operations) => {
            const limit = limited(LIMIT);
            const job = async () => {
              await null;
              return 1;
            };
            return (await Promise.all(times(operations, () => limit(job)))).length;
          };
        },
        effect: async () => {
          const { Effect } = await import("effect");
          return async (operations) => {
            const items = times(operations, (index) => index);
            const job = () => Effect.as(Effect.yieldNow, 1);
            return (await Effect.runPromise(Effect.forEach(items, job, { concurrency: LIMIT }))).length;
          };
        },
      },
    },
  ],
};

import { RateLimiter } from "@asyncio-ts/flow";
import { times, type Topic } from "../topic.js";

/** So many starts are allowed at a time, so that nobody waits for the clock. */
const MANY = 1_000_000;
const BATCH = 1000;

export const topic: Topic = {
  name: "rate-limit",
  title: "a rate limiter within its limit",
  note: "1,000 calls at a time. p-throttle sets a timer for each call, even if it need not wait.",
  cases: [
    {
      name: "rate limit",
      operation: "one call",
      size: 10_000,
      contenders: {
        generator: async () => {
          const { run } = await import("@asyncio-ts/task");
          return async (operations) => {
            let done = 0;
            const limiter = new RateLimiter(MANY, 1000);
            function* job() {
              done++;
            }
            await run(function* () {
              for (let i = 0; i < operations; i++) yield* limiter.with(job);
            });
            return done;
          };
        },
        async: async () => {
          const { run } = await import("@asyncio-ts/task");
          return async (operations) => {
            let done = 0;
            const limiter = new RateLimiter(MANY, 1000);
            const job = async () => {
              done++;
            };
            await run(async () => {
              for (let i = 0; i < operations; i += BATCH)
                await Promise.all(times(Math.min(BATCH, operations - i), () => limiter.with(job)));
            });
            return done;
          };
        },
        "p-throttle": async () => {
          const { default: pThrottle } = await import("p-throttle");
          return async (operations) => {
            let done = 0;
            const throttle = pThrottle({ limit: MANY, interval: 1000 });
            const job = throttle(async () => {
              done++;
            });
            for (let i = 0; i < operations; i += BATCH)
              await Promise.all(times(Math.min(BATCH, operations - i), () => job()));
            return done;
          };
        },
      },
    },
  ],
};

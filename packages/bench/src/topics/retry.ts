import { retry } from "@asyncio-ts/flow";
import type { Topic } from "../topic.js";

/** Each call fails this often before it succeeds. */
const FAILURES = 1;

export const topic: Topic = {
  name: "retry",
  title: "retry without a pause",
  note: "One call after another; each fails once, and is called again at once. p-retry sets a timer all the same.",
  cases: [
    {
      name: "retry",
      operation: "one call",
      size: 2000,
      contenders: {
        generator: async () => {
          const { run } = await import("@asyncio-ts/task");
          return async (operations) => {
            let done = 0;
            function* job(attempt: number) {
              if (attempt <= FAILURES) throw failure;
              done++;
            }
            await run(function* () {
              for (let i = 0; i < operations; i++) yield* retry(job, { delay: 0 });
            });
            return done;
          };
        },
        async: async () => {
          const { run } = await import("@asyncio-ts/task");
          return async (operations) => {
            let done = 0;
            const job = async (attempt: number) => {
              if (attempt <= FAILURES) throw failure;
              done++;
            };
            await run(async () => {
              for (let i = 0; i < operations; i++) await retry(job, { delay: 0 });
            });
            return done;
          };
        },
        "p-retry": async () => {
          const { default: pRetry } = await import("p-retry");
          return async (operations) => {
            let done = 0;
            const job = async (attempt: number) => {
              if (attempt <= FAILURES) throw failure;
              done++;
            };
            for (let i = 0; i < operations; i++) await pRetry(job, { minTimeout: 0 });
            return done;
          };
        },
      },
    },
  ],
};

/** One error for all: making the stack of one costs more than retrying. */
const failure = new Error("the server is busy");

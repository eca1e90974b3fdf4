import { Event } from "@asyncio-ts/sync";
import { gather, run, sleep } from "@asyncio-ts/task";
import { times, type Topic } from "../topic.js";

export const topic: Topic = {
  name: "event",
  title: "an event that 10,000 tasks wait for",
  note: "With the making of the tasks. Native: one promise that all await.",
  cases: [
    {
      name: "broadcast",
      operation: "one task, from its making to its end after the event",
      size: 10_000,
      contenders: {
        generator: () => async (operations) => {
          const event = new Event();
          let woken = 0;
          function* wait() {
            yield* event.wait();
            woken++;
          }
          await run(function* () {
            const all = gather(times(operations, wait));
            yield* sleep(0);
            event.set();
            yield* all;
          });
          return woken;
        },
        async: () => async (operations) => {
          const event = new Event();
          let woken = 0;
          const wait = async () => {
            await event.wait();
            woken++;
          };
          await run(async () => {
            const all = gather(times(operations, () => () => wait()));
            await sleep(0);
            event.set();
            await all;
          });
          return woken;
        },
        native: () => async (operations) => {
          let woken = 0;
          let set = (): void => {};
          const event = new Promise<void>((resolve) => {
            set = resolve;
          });
          const wait = async () => {
            await event;
            woken++;
          };
          const all = Promise.all(times(operations, wait));
          set();
          await all;
          return woken;
        },
        effect: async () => {
          const { Effect, Fiber, Latch } = await import("effect");
          return async (operations) => {
            const latch = Latch.makeUnsafe(false);
            let woken = 0;
            const wait = Effect.andThen(
              latch.await,
              Effect.sync(() => void woken++),
            );
            await Effect.runPromise(
              Effect.gen(function* () {
                const fiber = yield* Effect.forkChild(
                  Effect.all(
                    times(operations, () => wait),
                    { concurrency: "unbounded", discard: true },
                  ),
                );
                yield* Effect.yieldNow;
                yield* latch.open;
                yield* Fiber.join(fiber);
              }),
            );
            return woken;
          };
        },
        effection: async () => {
          const { all, run, spawn, withResolvers } = await import("effection");
          return async (operations) => {
            let woken = 0;
            await run(function* () {
              const event = withResolvers<void>();
              function* wait() {
                yield* event.operation;
                woken++;
              }
              const task = yield* spawn(() => all(times(operations, wait)));
              event.resolve();
              yield* task;
            });
            return woken;
          };
        },
      },
      python: ["asyncio", "uvloop", "trio"],
    },
  ],
};

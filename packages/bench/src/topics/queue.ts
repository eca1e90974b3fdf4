import { Queue } from "@asyncio-ts/sync";
import { type Case, times, type Topic } from "../topic.js";

const CAPACITY = 100;

/** Consumers and producers to be started in this order, and how many items have come through. */
function inAsyncCode(pairs: number, operations: number) {
  const queue = new Queue<number>(CAPACITY);
  let received = 0;
  const produce = async () => {
    for (let i = 0; i < operations / pairs; i++) await queue.put(1);
  };
  const consume = async () => {
    for (let i = 0; i < operations / pairs; i++) {
      const item = await queue.get();
      received += item;
    }
  };
  return {
    everybody: [...times(pairs, () => () => consume()), ...times(pairs, () => () => produce())],
    received: () => received,
  };
}

const between = (pairs: number): Case => ({
  name: `${pairs}:${pairs}`,
  operation: "one item, put and got",
  size: 64_000,
  contenders: {
    generator: async () => {
      const { gather, run } = await import("@asyncio-ts/task");
      return async (operations) => {
        const queue = new Queue<number>(CAPACITY);
        let received = 0;
        function* produce() {
          for (let i = 0; i < operations / pairs; i++) yield* queue.put(1);
        }
        function* consume() {
          for (let i = 0; i < operations / pairs; i++) {
            const item = yield* queue.get();
            received += item;
          }
        }
        await run(function* () {
          yield* gather([...times(pairs, consume), ...times(pairs, produce)]);
        });
        return received;
      };
    },
    async: async () => {
      const { gather, run } = await import("@asyncio-ts/task");
      return async (operations) => {
        const { everybody, received } = inAsyncCode(pairs, operations);
        await run(() => gather(everybody));
        return received();
      };
    },
    alone: () => async (operations) => {
      const { everybody, received } = inAsyncCode(pairs, operations);
      await Promise.all(everybody.map((start) => start()));
      return received();
    },
    effect: async () => {
      const { Effect, Queue } = await import("effect");
      return async (operations) => {
        let received = 0;
        await Effect.runPromise(
          Effect.gen(function* () {
            const queue = yield* Queue.bounded<number>(CAPACITY);
            const produce = Effect.gen(function* () {
              for (let i = 0; i < operations / pairs; i++) yield* Queue.offer(queue, 1);
            });
            const consume = Effect.gen(function* () {
              for (let i = 0; i < operations / pairs; i++) {
                const item = yield* Queue.take(queue);
                received += item;
              }
            });
            const all = [...times(pairs, () => consume), ...times(pairs, () => produce)];
            yield* Effect.all(all, { concurrency: "unbounded", discard: true });
          }),
        );
        return received;
      };
    },
  },
  python: ["asyncio", "uvloop", "trio"],
});

export const topic: Topic = {
  name: "queue",
  title: "a queue of 100 places between producers and consumers",
  cases: [between(1), between(16)],
};

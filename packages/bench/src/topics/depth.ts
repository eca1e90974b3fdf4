import { coroutine, type Coroutine } from "@asyncio-ts/coroutine";
import type { Steps } from "@asyncio-ts/future";
import { run, sleep } from "@asyncio-ts/task";
import type { Effect } from "effect";
import type { Operation } from "effection";
import type { Case, Topic } from "../topic.js";

const DEPTH = 10;

/** Returns how often the outermost function is called, and how often the innermost suspends each time. */
const shape = (operations: number, suspends: boolean) =>
  suspends ? { calls: 1, steps: operations } : { calls: operations, steps: 0 };

const deep = (name: string, operation: string, suspends: boolean): Case => ({
  name,
  operation,
  size: suspends ? 100_000 : 20_000,
  contenders: {
    generator: () => async (operations) => {
      const { calls, steps } = shape(operations, suspends);
      const nested: (depth: number) => Coroutine<number> = coroutine(function* (
        depth: number,
      ): Steps<number> {
        if (depth > 1) return yield* nested(depth - 1);
        for (let i = 0; i < steps; i++) yield* sleep(0);
        return Math.max(steps, 1);
      });
      return run(function* () {
        let done = 0;
        for (let i = 0; i < calls; i++) done += yield* nested(DEPTH);
        return done;
      });
    },
    bare: () => async (operations) => {
      const { calls, steps } = shape(operations, suspends);
      function* nested(depth: number): Steps<number> {
        if (depth > 1) return yield* nested(depth - 1);
        for (let i = 0; i < steps; i++) yield* sleep(0);
        return Math.max(steps, 1);
      }
      return run(function* () {
        let done = 0;
        for (let i = 0; i < calls; i++) done += yield* nested(DEPTH);
        return done;
      });
    },
    async: () => async (operations) => {
      const { calls, steps } = shape(operations, suspends);
      const nested = async (depth: number): Promise<number> => {
        if (depth > 1) return await nested(depth - 1);
        for (let i = 0; i < steps; i++) await sleep(0);
        return Math.max(steps, 1);
      };
      return run(async () => {
        let done = 0;
        for (let i = 0; i < calls; i++) done += await nested(DEPTH);
        return done;
      });
    },
    native: () => async (operations) => {
      const { calls, steps } = shape(operations, suspends);
      const nested = async (depth: number): Promise<number> => {
        if (depth > 1) return await nested(depth - 1);
        for (let i = 0; i < steps; i++) await null;
        return Math.max(steps, 1);
      };
      let done = 0;
      for (let i = 0; i < calls; i++) done += await nested(DEPTH);
      return done;
    },
    effect: async () => {
      const { Effect } = await import("effect");
      return async (operations) => {
        const { calls, steps } = shape(operations, suspends);
        const nested = (depth: number): Effect.Effect<number> =>
          Effect.gen(function* () {
            if (depth > 1) return yield* nested(depth - 1);
            for (let i = 0; i < steps; i++) yield* Effect.yieldNow;
            return Math.max(steps, 1);
          });
        return Effect.runPromise(
          Effect.gen(function* () {
            let done = 0;
            for (let i = 0; i < calls; i++) done += yield* nested(DEPTH);
            return done;
          }),
        );
      };
    },
    effection: async () => {
      const { run, until } = await import("effection");
      return async (operations) => {
        const { calls, steps } = shape(operations, suspends);
        function* nested(depth: number): Operation<number> {
          if (depth > 1) return yield* nested(depth - 1);
          for (let i = 0; i < steps; i++) yield* until(Promise.resolve());
          return Math.max(steps, 1);
        }
        return run(function* () {
          let done = 0;
          for (let i = 0; i < calls; i++) done += yield* nested(DEPTH);
          return done;
        });
      };
    },
  },
  python: ["asyncio", "uvloop", "trio"],
});

export const topic: Topic = {
  name: "depth",
  title: "functions that wait, called 10 deep",
  note: "Generators: through coroutine() objects, and as bare generators with yield*. Compare the steps with those of the topic step, 1 task.",
  cases: [
    deep("steps at the bottom", "one suspension of the innermost function", true),
    deep("calls", "one call through all 10 that never suspends", false),
  ],
};

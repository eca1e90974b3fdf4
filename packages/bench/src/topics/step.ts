import { gather, run, sleep } from "@asyncio-ts/task";
import { type Case, times, type Topic } from "../topic.js";

const all = (tasks: number): Case => ({
  name: tasks === 1 ? "1 task" : `${tasks} tasks`,
  operation: "one suspension of one task",
  size: 200_000,
  contenders: {
    generator: () => async (operations) => {
      let steps = 0;
      function* worker() {
        for (let i = 0; i < operations / tasks; i++) {
          yield* sleep(0);
          steps++;
        }
      }
      await run(function* () {
        yield* gather(times(tasks, worker));
      });
      return steps;
    },
    async: () => async (operations) => {
      let steps = 0;
      const worker = async () => {
        for (let i = 0; i < operations / tasks; i++) {
          await sleep(0);
          steps++;
        }
      };
      await run(() => gather(times(tasks, () => () => worker())));
      return steps;
    },
    raw: () => async (operations) => {
      let steps = 0;
      function* worker() {
        for (let i = 0; i < operations / tasks; i++) {
          yield;
          steps++;
        }
      }
      let ready = times(tasks, worker);
      while (ready.length > 0) ready = ready.filter((each) => each.next().done !== true);
      return steps;
    },
    native: () => async (operations) => {
      let steps = 0;
      const worker = async () => {
        for (let i = 0; i < operations / tasks; i++) {
          await null;
          steps++;
        }
      };
      await Promise.all(times(tasks, worker));
      return steps;
    },
    effect: async () => {
      const { Effect } = await import("effect");
      return async (operations) => {
        let steps = 0;
        const worker = Effect.gen(function* () {
          for (let i = 0; i < operations / tasks; i++) {
            yield* Effect.yieldNow;
            steps++;
          }
        });
        await Effect.runPromise(
          Effect.all(
            times(tasks, () => worker),
            { concurrency: "unbounded", discard: true },
          ),
        );
        return steps;
      };
    },
    effection: async () => {
      const { all, run, until } = await import("effection");
      return async (operations) => {
        let steps = 0;
        function* worker() {
          for (let i = 0; i < operations / tasks; i++) {
            yield* until(Promise.resolve());
            steps++;
          }
        }
        await run(() => all(times(tasks, worker)));
        return steps;
      };
    },
  },
  python: ["asyncio", "uvloop", "trio"],
});

export const topic: Topic = {
  name: "step",
  title: "a step of a task: sleep(0)",
  note: "Native promises await null, effect does yieldNow, effection waits for a resolved promise; raw generators have no loop at all.",
  cases: [all(100), all(1)],
};

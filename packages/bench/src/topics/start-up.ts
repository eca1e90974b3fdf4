import type { Topic } from "../topic.js";

/** From before the import to after the first run, once in a fresh process. */
const first = (start: () => Promise<unknown>) => async () => {
  const before = performance.now();
  const done = await start();
  return { done: Number(done), value: performance.now() - before };
};

export const topic: Topic = {
  name: "start-up",
  title: "import the package and run a first task that returns at once",
  note: "Without the start of the runtime itself.",
  cases: [
    {
      name: "import and first run",
      operation: "one import and run, in a fresh process",
      size: 1,
      unit: "ms",
      processes: 10,
      contenders: {
        generator: () =>
          first(async () => {
            const { run } = await import("@asyncio-ts/task");
            return run(function* () {
              return 1;
            });
          }),
        async: () =>
          first(async () => {
            const { run } = await import("@asyncio-ts/task");
            return run(async () => 1);
          }),
        effect: () =>
          first(async () => {
            const { Effect } = await import("effect");
            return Effect.runPromise(
              Effect.gen(function* () {
                return 1;
              }),
            );
          }),
        effection: () =>
          first(async () => {
            const { run } = await import("effection");
            return run(function* () {
              return 1;
            });
          }),
      },
      python: ["asyncio", "uvloop", "trio"],
    },
  ],
};

import { readdirSync } from "node:fs";
import { configDefaults, defineConfig, type ViteUserConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const name = process.env["MUTATED_PACKAGE"] ?? "";
/** The test files that take part, if not all do: see scripts/mutate.mjs. */
const tests = process.env["MUTATION_TESTS"]?.split(",").map((file) => `${file}.test.ts`);
const others =
  tests === undefined
    ? []
    : readdirSync(`packages/${name}/test`).filter(
        (file) => file.endsWith(".test.ts") && !tests.includes(file),
      );

/** Tests that count what V8 executes, since a mutated source executes more. */
const counting = "test/growth.alone.test.ts";
/**
 * Tests of what is very large or deep, and of whole processes, where no mutant reaches. They take a third of the
 * time of the tests of `task`, and reach most of its sources.
 */
const large = ["depth.alone", "memory.alone", "interrupted-programs", "explorer-in-runners", "programs"].map(
  (file) => `test/${file}.test.ts`,
);
/**
 * Tests that try thousands of orders or cancellations. They take more than half of the time, and what they
 * alone notice deserves a test that says what is wrong.
 */
const sweeps: Record<string, string[]> = {
  sync: ["test/exploration.test.ts", "test/cancellation.test.ts"],
  task: ["test/explored.test.ts", "test/random-programs*.test.ts", ...large],
  // Whole programs run what is built, where no mutant is active.
  executor: ["test/chaos.test.ts", "test/programs.test.ts"],
};

/**
 * Milliseconds after which a test counts as hanging. Most tests that a mutant makes hang wait for something that
 * never happens: here they fail soon, and the worker goes on. Stryker's own limit is longer, and then it starts a
 * new worker. Nearly all tests of these packages take a few milliseconds, and the longest name a limit of their own.
 * Some of `task` make 100,000 tasks, or errors, which takes longer on a busy machine. Those of other packages may wait
 * for workers, or try many orders, and keep the usual limit.
 */
const limits: Record<string, number> = {
  future: 5000,
  coroutine: 5000,
  sync: 5000,
  loop: 5000,
  task: 20_000,
  executor: 15_000,
};

/**
 * Test files that run before the others. A mutant runs tests until one fails, and these, which start neither threads
 * nor processes, take a second together.
 */
const first: Record<string, string[]> = { executor: ["played-workers.test.ts", "pool-worker.test.ts"] };

class FirstTheQuick extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isFirst = ({ moduleId }: TestSpecification): boolean =>
      (first[name] ?? []).some((file) => moduleId.endsWith(`/${file}`));
    const sorted = await super.sort(files);
    return [...sorted.filter(isFirst), ...sorted.filter((file) => !isFirst(file))];
  }
}

/** The tests of one package under `pnpm mutate`. */
const config: ViteUserConfig = defineConfig({
  test: {
    sequence: { sequencer: FirstTheQuick },
    projects: [
      {
        extends: name === "executor" ? "./packages/executor/vitest.config.ts" : "./vitest.config.ts",
        root: `packages/${name}`,
        test: {
          name,
          isolate: true,
          exclude: [
            ...configDefaults.exclude,
            counting,
            ...(sweeps[name] ?? []),
            ...others.map((file) => `test/${file}`),
          ],
          ...(name in limits && { testTimeout: limits[name] }),
          ...(tests !== undefined && { testTimeout: 5000 }),
          // Starting a process takes the most time, and the queue and the pool do the same for both kinds of worker.
          ...(name === "executor" && { env: { ASYNCIO_TS_WORKERS: "thread" } }),
        },
      },
    ],
  },
});

export default config;

import { configDefaults, defineConfig, type ViteUserConfig } from "vitest/config";

const name = process.env["MUTATED_PACKAGE"] ?? "";

/** Tests that count what V8 executes, since a mutated source executes more. */
const counting = "test/growth.test.ts";
/**
 * Tests of what is very large or deep, and of whole processes, where no mutant reaches. They take a third of the
 * time of the tests of `task`, and reach most of its sources.
 */
const large = ["depth", "memory", "interruption", "explorer-in-runners", "programs"].map(
  (file) => `test/${file}.test.ts`,
);
/**
 * Tests that try thousands of orders or cancellations. They take more than half of the time, and what they
 * alone notice deserves a test that says what is wrong.
 */
const sweeps: Record<string, string[]> = {
  sync: ["test/exploration.test.ts", "test/cancellation.test.ts"],
  task: ["test/explored.test.ts", "test/random-programs*.test.ts", ...large],
};

/**
 * Milliseconds after which a test counts as hanging. Most tests that a mutant makes hang wait for something that
 * never happens: here they fail soon, and the worker goes on. Stryker's own limit is longer, and then it starts a
 * new worker. Nearly all tests of these packages take a few milliseconds, and the longest name a limit of their own.
 * Some of `task` make 100,000 tasks, or errors, which takes longer on a busy machine. Those of other packages may wait
 * for workers, or try many orders, and keep the usual limit.
 */
const limits: Record<string, number> = { future: 5000, coroutine: 5000, sync: 5000, task: 20_000 };

/** The tests of one package under `pnpm mutate`. */
const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      {
        extends: name === "executor" ? "./packages/executor/vitest.config.ts" : "./vitest.config.ts",
        root: `packages/${name}`,
        test: {
          name,
          exclude: [...configDefaults.exclude, counting, ...(sweeps[name] ?? [])],
          ...(name in limits && { testTimeout: limits[name] }),
        },
      },
    ],
  },
});

export default config;

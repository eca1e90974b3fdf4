import { existsSync, readdirSync, readFileSync } from "node:fs";
import { configDefaults, defineConfig, type ViteUserConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

// A run under scripts/starved.mjs, or on another runtime, leaves the report that is counted as it is.
const { ASYNCIO_TS_STARVED: starved, ASYNCIO_TS_RUNTIME: runtime, ASYNCIO_TS_COVERAGE: covers } = process.env;
const report = ["vitest", starved && "starved", runtime].filter(Boolean).join("-");

/** How `pnpm coverage` counts, and with ASYNCIO_TS_COVERAGE the tests of a library do: see docs/coverage.md. */
export const coverage: NonNullable<NonNullable<ViteUserConfig["test"]>["coverage"]> = {
  enabled: true,
  provider: "v8",
  // Of each package also the files that no test loads; of the packages below those that are loaded.
  include: ["src/**"],
  allowExternal: true,
  // These run in workers alone, where nothing is counted.
  exclude: ["**/executor/src/worker-entry.ts", "**/executor/src/received.ts"],
  reporter: ["json"],
  reportsDirectory: runtime === undefined ? "reports/coverage" : "reports/coverage-newest",
};

const { name, private: isPrivate } = JSON.parse(readFileSync("package.json", "utf8")) as {
  name: string;
  private?: boolean;
};
/** The tests of a library, and not of a package that is only for this repository. */
const isLibrary = isPrivate !== true;

/**
 * The files of a package run in one process, one after another, which takes half the time. A file that replaces what
 * all share, or needs a program in which nothing has happened, has a process of its own: its name ends in
 * `.alone.test.ts`. So has each file of a package where that would be many, and of a package whose tests Deno does not
 * get through in one process.
 */
const ALL = "**/*.test.ts";
const ALONE = "**/*.alone.test.ts";
const isApart =
  name === "@asyncio-ts/inspect" ||
  (runtime?.startsWith("deno") === true && ["@asyncio-ts/executor", "@asyncio-ts/task"].includes(name));
const hasAlone =
  !isApart && existsSync("test") && readdirSync("test").some((file) => file.endsWith(".alone.test.ts"));

/**
 * The files of the libraries that compute for long on virtual time, and wait for nothing outside. A starved run
 * looks for what depends on the machine's speed, so it leaves them out: they would take a third of its time.
 */
const COMPUTING = [
  "depth*",
  "equal-states",
  "exploration",
  "explored",
  "known-bugs",
  "memory*",
  "random-programs*",
  "sync/test/cancellation",
].map((name) => `**/${name}.test.ts`);
const exclude = [...configDefaults.exclude, ...(starved !== undefined && isLibrary ? COMPUTING : [])];

const projects = [
  {
    extends: true as const,
    test: { name: "together", include: [ALL], exclude: [...exclude, ALONE] },
  },
  { extends: true as const, test: { name: "alone", include: [ALONE], isolate: true } },
];

/** Sorts the files by name: one that disturbs another does so each time. */
class ByName extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return [...files].sort((a, b) => (a.moduleId < b.moduleId ? -1 : 1));
  }
}

const config: ViteUserConfig = defineConfig({
  // Siblings are tested from their sources, found by the `paths` of tsconfig.base.json.
  resolve: { tsconfigPaths: true },
  test: {
    ...(hasAlone ? { projects } : { include: [ALL] }),
    exclude,
    passWithNoTests: true,
    isolate: isApart,
    sequence: { sequencer: ByName },
    // Limits only for what hangs: no test may depend on how fast the machine is.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ["default", ["json", { outputFile: `reports/${report}.json` }]],
    ...(covers && isLibrary && { coverage }),
  },
});

export default config;

import { readFileSync } from "node:fs";
import { defineConfig, type ViteUserConfig } from "vitest/config";

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

/** Tells whether these are the tests of a library, and not of a package that is only for this repository. */
function isLibrary(): boolean {
  const { private: isPrivate } = JSON.parse(readFileSync("package.json", "utf8")) as { private?: boolean };
  return isPrivate !== true;
}

const config: ViteUserConfig = defineConfig({
  // Siblings are tested from their sources, found by the `paths` of tsconfig.base.json.
  resolve: { tsconfigPaths: true },
  test: {
    include: ["**/*.test.ts"],
    passWithNoTests: true,
    // Limits only for what hangs: no test may depend on how fast the machine is.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ["default", ["json", { outputFile: `reports/${report}.json` }]],
    ...(covers && isLibrary() && { coverage }),
  },
});

export default config;

import { defineConfig, type ViteUserConfig } from "vitest/config";

// A run under scripts/starved.mjs leaves the report that is counted as it is.
const report = process.env["ASYNCIO_TS_STARVED"] === undefined ? "vitest" : "vitest-starved";

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
  },
});

export default config;

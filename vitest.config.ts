import { defineConfig, type ViteUserConfig } from "vitest/config";

// A run under scripts/starved.mjs, or on another runtime, leaves the report that is counted as it is.
const { ASYNCIO_TS_STARVED: starved, ASYNCIO_TS_RUNTIME: runtime } = process.env;
const report = ["vitest", starved && "starved", runtime].filter(Boolean).join("-");

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

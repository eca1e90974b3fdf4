import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  // Siblings are tested from their sources, found by the `paths` of tsconfig.base.json.
  resolve: { tsconfigPaths: true },
  test: {
    include: ["**/*.test.ts"],
    passWithNoTests: true,
    // Limits only for what hangs: no test may depend on how fast the machine is.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A run under `scripts/starved.mjs` must not take the place of the report that is counted.
    reporters: [
      "default",
      ["json", { outputFile: process.env["ASYNCIO_TS_REPORT"] ?? "reports/vitest.json" }],
    ],
  },
});

export default config;

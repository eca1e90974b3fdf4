/** `pnpm site:test`: the built site in Chromium. */
import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ["test/browser/*.ts"],
    // Limits only for what hangs.
    testTimeout: 240_000,
    hookTimeout: 120_000,
    maxConcurrency: 4,
    // Much of their time is waiting.
    maxWorkers: "100%",
    reporters: ["default", ["json", { outputFile: "reports/browser.json" }]],
  },
});

export default config;

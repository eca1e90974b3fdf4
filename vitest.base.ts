import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  // Siblings are tested from their sources, found by the `paths` of tsconfig.base.json.
  resolve: { tsconfigPaths: true },
  test: {
    include: ["**/*.test.ts"],
    passWithNoTests: true,
    reporters: ["default", ["json", { outputFile: "reports/vitest.json" }]],
  },
});

export default config;

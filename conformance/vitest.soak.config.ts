import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  resolve: { tsconfigPaths: true },
  // Printed at once, since such a run may take minutes.
  test: { include: ["soak/**/*.soak.ts"], disableConsoleIntercept: true },
});

export default config;

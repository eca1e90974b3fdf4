import { defineConfig, type ViteUserConfig } from "vitest/config";

/** `pnpm soak`: what takes minutes, and is no part of `pnpm test`. */
const config: ViteUserConfig = defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ["**/*.soak.ts"],
    testTimeout: 0,
    // Print at once.
    disableConsoleIntercept: true,
  },
});

export default config;

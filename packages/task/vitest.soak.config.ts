import { defineConfig, type ViteUserConfig } from "vitest/config";

/** `pnpm soak`: what takes minutes, and is no part of `pnpm test`. */
const config: ViteUserConfig = defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ["test/**/*.soak.ts"],
    testTimeout: 24 * 60 * 60_000,
    disableConsoleIntercept: true,
  },
});

export default config;

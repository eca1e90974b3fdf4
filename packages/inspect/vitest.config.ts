import { defineConfig, mergeConfig, type ViteUserConfig } from "vitest/config";
import base from "../../vitest.config.js";

const config: ViteUserConfig = mergeConfig(
  base,
  defineConfig({ test: { globalSetup: "test/support/build-programs.ts" } }),
);

export default config;

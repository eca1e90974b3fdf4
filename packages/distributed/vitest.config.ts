import { fileURLToPath } from "node:url";
import { defineConfig, mergeConfig, type ViteUserConfig } from "vitest/config";
import base from "../../vitest.config.js";

const config: ViteUserConfig = mergeConfig(
  base,
  defineConfig({
    resolve: {
      // Workers are started by Node, which can't load the sources: they run what build-programs.ts makes of them.
      alias: [
        {
          find: "./entry-url.js",
          replacement: fileURLToPath(new URL("test/support/entry-url.ts", import.meta.url)),
        },
      ],
    },
    test: { globalSetup: "test/support/build-programs.ts" },
  }),
);

export default config;

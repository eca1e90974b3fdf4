import { defineConfig, type ViteUserConfig } from "vitest/config";
import { coverage } from "./vitest.config.js";

const libraries = [
  "future",
  "coroutine",
  "contextvars",
  "loop",
  "task",
  "sync",
  "executor",
  "flow",
  "http",
  "streams",
  "subprocess",
  "asyncio-ts",
];
/** The packages whose tests need something built first. */
const building = new Set(["executor", "subprocess"]);

/** The tests of all libraries on one runtime, for scripts/coverage.mjs, which joins the results of two. */
const config: ViteUserConfig = defineConfig({
  test: {
    projects: libraries.map((name) => ({
      extends: building.has(name) ? `./packages/${name}/vitest.config.ts` : "./vitest.config.ts",
      root: `packages/${name}`,
      test: { name, isolate: true },
    })),
    reporters: ["default"],
    coverage: { ...coverage, allowExternal: false, reporter: ["json", "html"] },
  },
});

export default config;

import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Builds what Node itself runs into test/dist: the entry of workers, the modules of the tests, and whole
 * programs.
 */
export async function setup(): Promise<void> {
  await build({
    entryPoints: [
      here("../../src/worker-entry.ts"),
      ...readdirSync(here("../workers")).map((name) => here(`../workers/${name}`)),
      ...readdirSync(here("../programs")).map((name) => here(`../programs/${name}`)),
    ],
    tsconfig: here("../../tsconfig.json"),
    outdir: here("../dist"),
    entryNames: "[name]",
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: true,
  });
}

import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Builds the programs that run as processes of their own into test/dist. */
export async function setup(): Promise<void> {
  await build({
    entryPoints: readdirSync(here("../programs")).map((name) => here(`../programs/${name}`)),
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

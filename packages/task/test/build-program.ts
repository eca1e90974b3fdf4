import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Returns the path of a file beside the tests. */
export const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Bundles `programs/<name>.ts` to `dist/<name>.js`, which runs without a build of the packages. */
export async function buildProgram(name: string, keepNames = false): Promise<void> {
  await build({
    entryPoints: [here(`programs/${name}.ts`)],
    tsconfig: here("../tsconfig.json"),
    outdir: here("dist"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    keepNames,
  });
}

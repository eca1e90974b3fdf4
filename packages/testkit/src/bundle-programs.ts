import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Options for `bundlePrograms()`. */
export interface BundleOptions {
  /** Keeps the names of functions, which a bundle may change. Default: false. */
  readonly keepNames?: boolean;
  /** The packages that are not put into the bundle. Default: none. */
  readonly external?: readonly string[];
}

/**
 * Bundles programs that tests run in processes or threads of their own, where the runtime can't load the
 * sources. `paths` are files, or folders with all their files; `test` is the URL of the package's folder of
 * tests, by which paths are relative. Each program is then `dist/<name>.js` in that folder.
 */
export async function bundlePrograms(
  test: URL,
  paths: readonly string[],
  { keepNames = false, external = [] }: BundleOptions = {},
): Promise<void> {
  const here = (path: string): string => fileURLToPath(new URL(path, test));
  const entryPoints = paths.map(here).flatMap((path) => {
    return statSync(path).isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [path];
  });
  await build({
    entryPoints,
    tsconfig: here("../tsconfig.json"),
    outdir: here("dist"),
    entryNames: "[name]",
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: true,
    keepNames,
    external: [...external],
  });
}

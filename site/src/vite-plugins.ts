/** Two plugins for Vite. */
import { build } from "esbuild";
import type { Plugin } from "vitepress";

const NAME = "virtual:program-worker";

/**
 * `virtual:program-worker` is the text of the worker, bundled by esbuild as the library's programs are for any
 * browser. Vite's own bundles rename classes, which show in what a program prints. And a text needs no address: it
 * works below every path.
 */
export function bundledWorker(entry: string): Plugin {
  return {
    name: "bundled-worker",
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    async load(id, { ssr = false } = {}) {
      if (id !== `\0${NAME}`) return undefined;
      return `export default ${JSON.stringify(ssr ? "" : await bundle(entry))};`;
    },
  };
}

async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    keepNames: true,
    // The pools look beside their file for the module of their workers, which no browser can start. The text has no
    // address, so they get another.
    define: { "import.meta.url": '"file:///"' },
    // Siblings as they are built: without the `paths` of the tsconfig, which lead to their sources.
    tsconfigRaw: "{}",
  });
  return (outputFiles[0] as { text: string }).text;
}

/** Pages outside the folder of the site are Vue components, too, and find what `importer` finds. */
export function resolvingFrom(importer: string): Plugin {
  return {
    name: "resolving-from",
    enforce: "pre",
    resolveId(source, from, options) {
      if (from?.endsWith(".md") !== true || !/^vue(?:\/|$)/.test(source)) return undefined;
      return this.resolve(source, importer, { ...options, skipSelf: true });
    },
  };
}

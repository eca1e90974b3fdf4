import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { build, type BuildOptions, type Plugin } from "esbuild";
import ts from "typescript";
import { beforeAll, describe, expect, it } from "vitest";
import { findExamples, runsOnVirtualTime } from "../src/examples.js";
import { compile, read, root, tsconfig } from "./support/repository.js";

/**
 * The documentation tells the truth: each TypeScript block in it compiles under the strict flags of this
 * workspace, runs as a program of its own, and prints what it says. See `src/examples.ts`. The module that a
 * block imports as "./work.js" is `work.ts` of this folder.
 */
const here = fileURLToPath(new URL(".", import.meta.url));
const dist = `${here}dist/`;
// A starved run looks for what depends on the machine's speed, as nothing on virtual time does.
const isStarved = process.env["ASYNCIO_TS_STARVED"] !== undefined;
const examples = findExamples().filter((example) => !isStarved || !runsOnVirtualTime(example));

/** Compiles the examples as if they were files of this folder. */
function compileExamples(): ts.Program {
  const host = ts.createCompilerHost({});
  const { getSourceFile, fileExists } = host;
  const files = new Map(examples.map(({ name, code }) => [sourceOf(name), code]));
  host.fileExists = (file) => files.has(file) || fileExists(file);
  host.getSourceFile = (file, options, ...more) => {
    const code = files.get(file);
    return code === undefined
      ? getSourceFile(file, options, ...more)
      : ts.createSourceFile(file, code, options);
  };
  return compile([...files.keys()], host);
}

function sourceOf(name: string): string {
  return `${here}${identifierOf(name)}.ts`;
}

function identifierOf(name: string): string {
  return name.replaceAll(/\W/g, "-");
}

const program = compileExamples();

it.each(examples)("$name compiles", ({ name }) => {
  const diagnostics = ts.getPreEmitDiagnostics(program, program.getSourceFile(sourceOf(name)));
  const format = { getCanonicalFileName: String, getCurrentDirectory: () => root, getNewLine: () => "\n" };
  expect(ts.formatDiagnostics(diagnostics, format)).toBe("");
});

const execute = promisify(execFile);

/** The frameworks that examples import. Some are CommonJS, which does not work in a bundle. */
const { dependencies } = JSON.parse(read("packages/documentation/package.json")) as { dependencies: object };
const external = Object.keys(dependencies).filter((name) => !name.includes("asyncio-ts"));

/** Bundles a program with the sources of the packages, which are found through `paths`. */
async function bundle(options: BuildOptions): Promise<void> {
  await build({
    ...options,
    tsconfig,
    bundle: true,
    external,
    platform: "node",
    format: "esm",
    target: "node20",
    keepNames: true,
  });
}

/** Puts every loop on virtual time: an example then prints its lines in the same order on any machine. */
const virtualTime: Plugin = {
  name: "virtual-time",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^\.\/host\.js$/ }, ({ importer, resolveDir }) =>
      /[\\/]event-loop\.ts$/.test(importer)
        ? { path: "virtual-host", namespace: "virtual-time", pluginData: { resolveDir } }
        : undefined,
    );
    onLoad({ filter: /./, namespace: "virtual-time" }, ({ pluginData }) => ({
      contents: `
        import { partsOf } from "./parts.js";
        import { virtualLoop } from "./virtual-loop.js";
        export const detectHost = () => partsOf(virtualLoop()).host;
      `,
      resolveDir: (pluginData as { resolveDir: string }).resolveDir,
    }));
  },
};

// An example runs in `dist`, where the module that it imports and the entry of workers lie beside it.
beforeAll(async () => {
  rmSync(dist, { recursive: true, force: true });
  const workerEntry = `${root}packages/executor/src/worker-entry.ts`;
  await bundle({ entryPoints: { work: `${here}work.ts`, "worker-entry": workerEntry }, outdir: dist });
});

describe.concurrent("an example prints what it says", () => {
  it.each(examples)("$name", async (example) => {
    const { name, code, prints } = example;
    const file = `${dist}${identifierOf(name)}.js`;
    const plugins = runsOnVirtualTime(example) ? [virtualTime] : [];
    await bundle({ stdin: { contents: code, loader: "ts", resolveDir: here }, outfile: file, plugins });
    // No environment: one that asks for colours, or for debug mode, would show in what is printed.
    expect(await execute(process.execPath, [file], { env: {}, timeout: 110_000 })).toEqual({
      stdout: prints,
      stderr: "",
    });
  });
});

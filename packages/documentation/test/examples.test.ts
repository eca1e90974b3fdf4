import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { build, type Plugin } from "esbuild";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { compile, libraries, list, packages, read, root, tsconfig } from "./support/repository.js";

/**
 * The documentation tells the truth: each TypeScript block in it compiles under the strict flags of this
 * workspace, runs as a program of its own, and prints what it says.
 *
 * The blocks are those that begin with ```ts in the READMEs, in `docs`, and in the `@example`s of the
 * sources. Each comment `// prints: …` stands for one line of output, in order; a block without any prints
 * nothing. A block that begins with ```ts no-run is only compiled. The module that a block imports as
 * "./work.js" is `work.ts` of this folder.
 */
interface Example {
  /** Where it stands: `packages/sync/README.md:12`. */
  readonly name: string;
  readonly code: string;
  readonly runs: boolean;
  readonly prints: string;
}

const here = fileURLToPath(new URL(".", import.meta.url));

function examplesOf(file: string): Example[] {
  const blocks = read(file).matchAll(
    /^(?<margin>[ *]*)```ts(?<flag> no-run)?\n(?<body>[^]*?)^\k<margin>```$/gm,
  );
  return Array.from(blocks, ({ index, groups = {} }) => {
    const { margin = "", body = "", flag } = groups;
    const code = body.replaceAll(new RegExp(`^${margin.replaceAll("*", "\\*").trimEnd()} ?`, "gm"), "");
    const line = read(file).slice(0, index).split("\n").length;
    const prints = Array.from(code.matchAll(/\/\/ prints: (.*)\n/g), ([, output]) => `${output}\n`).join("");
    return { name: `${file}:${line}`, code, runs: flag === undefined, prints };
  });
}

const documents = ["", "conformance", ...packages].flatMap((folder) => list(folder, "README.md"));
const sources = libraries.flatMap((folder) => list(`${folder}/src`, ".ts"));
const examples = [...documents, ...list("docs", ".md"), ...sources].flatMap(examplesOf);

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
  return `${here}${name.replaceAll(/\W/g, "-")}.ts`;
}

const program = compileExamples();

it.each(examples)("$name compiles", ({ name }) => {
  const diagnostics = ts.getPreEmitDiagnostics(program, program.getSourceFile(sourceOf(name)));
  const format = { getCanonicalFileName: String, getCurrentDirectory: () => root, getNewLine: () => "\n" };
  expect(ts.formatDiagnostics(diagnostics, format)).toBe("");
});

const execute = promisify(execFile);

/** The words in an example that waits for something beside the library. The others run on virtual time. */
const outside = /\b(setTimeout|fetch|process)\b|"node:/;

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
        import { virtualLoop } from "./testing.js";
        export const detectHost = () => partsOf(virtualLoop()).host;
      `,
      resolveDir: (pluginData as { resolveDir: string }).resolveDir,
    }));
  },
};

describe.concurrent("an example prints what it says", () => {
  it.each(examples.filter(({ runs }) => runs))("$name", async ({ code, prints }) => {
    // The packages are found through `paths`, so the sources are what runs.
    const { outputFiles } = await build({
      stdin: { contents: code, loader: "ts", resolveDir: here },
      tsconfig,
      bundle: true,
      write: false,
      platform: "node",
      format: "esm",
      target: "node20",
      keepNames: true,
      plugins: outside.test(code) ? [] : [virtualTime],
    });
    // No environment: one that asks for colours, or for debug mode, would show in what is printed.
    const running = execute(process.execPath, ["--input-type=module"], { env: {}, timeout: 110_000 });
    running.child.stdin?.end(outputFiles[0]?.text);
    expect(await running).toEqual({ stdout: prints, stderr: "" });
  });
});

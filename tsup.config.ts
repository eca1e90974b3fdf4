import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Options } from "tsup";
import ts from "typescript";

// The same for every package: tsup runs in the package's folder. The private packages of programs export nothing, and have no
// declarations.
const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as { exports?: object };

const config: Options = {
  entry: ["src/**/*.ts"],
  // Not bundled: esbuild's bundler turns a `class Task` that mentions itself into `var Task = class _Task`, and
  // that name shows in stacks and messages. A file for each source also shakes better and needs no shared chunks.
  bundle: false,
  format: "esm",
  target: "es2022",
  sourcemap: true,
  clean: true,
  onSuccess: async () => {
    if (exports !== undefined) writeDeclarations();
  },
};

/**
 * Writes a declaration file for each source, without what is marked `@internal`: that is for the packages of this library alone,
 * which are checked against each other's sources. Its map leads an editor to the source, which is published too.
 */
function writeDeclarations(): void {
  const { config } = ts.readConfigFile("../../tsconfig.base.json", ts.sys.readFile) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(
    config,
    ts.sys,
    fileURLToPath(new URL(".", import.meta.url)),
  );
  const sources = readdirSync("src").map((source) => resolve("src", source));
  const program = ts.createProgram(sources, {
    ...options,
    noEmit: false,
    emitDeclarationOnly: true,
    declarationMap: true,
    rootDir: resolve("src"),
    outDir: resolve("dist"),
  });
  for (const source of sources) {
    program.emit(program.getSourceFile(source), (file, text) => {
      writeFileSync(file, file.endsWith(".map") ? moveDown(text) : lib + text);
    });
  }
}

/** For users whose `lib` doesn't have Symbol.dispose. */
const lib = '/// <reference lib="esnext.disposable" />\n';

/** Returns the map of a file that has one more line at its top. */
function moveDown(map: string): string {
  const parsed = JSON.parse(map) as { mappings: string };
  return JSON.stringify({ ...parsed, mappings: `;${parsed.mappings}` });
}

export default config;

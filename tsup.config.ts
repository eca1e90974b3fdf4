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
  // A map leads to the source, which is published too: with its text in it, a tarball would have each source twice.
  sourcemap: true,
  esbuildOptions: (options) => {
    options.sourcesContent = false;
  },
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
  const transformers = { afterDeclarations: [hideConstructors(program)] };
  const write = (file: string, text: string): void =>
    writeFileSync(file, file.endsWith(".map") ? moveDown(text) : lib + text);
  for (const source of sources) {
    program.emit(program.getSourceFile(source), write, undefined, true, transformers);
  }
}

/**
 * Declares each constructor that is marked `@internal` without its parameters, so that no user can call it: without a
 * declaration, the class would have the constructor of its base. It is private; or protected, where a class is a base, since
 * a declaration can't extend a class whose constructor is private.
 */
function hideConstructors(program: ts.Program): ts.TransformerFactory<ts.SourceFile | ts.Bundle> {
  const classes = program.getSourceFiles().flatMap((file) => file.statements.filter(ts.isClassDeclaration));
  const bases = new Set(
    classes
      .map(({ heritageClauses: [first] = [] }) => first?.types[0]?.expression as ts.Identifier | undefined)
      .map((base) => base?.text),
  );
  const isInternal = (member: ts.ClassElement): boolean =>
    ts.isConstructorDeclaration(member) &&
    ts.getJSDocTags(member).some(({ tagName }) => tagName.text === "internal");
  return ({ factory }) => {
    const hide = (node: ts.Node): ts.Node => {
      const source = ts.getOriginalNode(node);
      if (!ts.isClassDeclaration(node) || !ts.isClassDeclaration(source)) return node;
      if (!source.members.some(isInternal)) return node;
      const { modifiers, name, typeParameters, heritageClauses, members } = node;
      const access =
        bases.has(name?.text) || source.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AbstractKeyword)
          ? ts.SyntaxKind.ProtectedKeyword
          : ts.SyntaxKind.PrivateKeyword;
      const hidden = factory.createConstructorDeclaration([factory.createModifier(access)], [], undefined);
      return factory.updateClassDeclaration(node, modifiers, name, typeParameters, heritageClauses, [
        hidden,
        ...members,
      ]);
    };
    return (file) => ts.visitEachChild(file, hide, undefined);
  };
}

/** For users whose `lib` doesn't have Symbol.dispose. */
const lib = '/// <reference lib="esnext.disposable" />\n';

/** Returns the map of a file that has one more line at its top. */
function moveDown(map: string): string {
  const parsed = JSON.parse(map) as { mappings: string };
  return JSON.stringify({ ...parsed, mappings: `;${parsed.mappings}` });
}

export default config;

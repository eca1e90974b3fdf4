/**
 * The configuration of typescript-eslint in the guide finds each forgotten `await` in `lint/mistakes.ts`, and
 * nothing in `lint/right.ts`.
 *
 * The rule recognizes `Task` by the package that declares it. So the files are linted as a user's are, beside
 * a `node_modules` with the declarations of the packages.
 */
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ESLint } from "eslint";
import ts from "typescript";
import { beforeAll, expect, it } from "vitest";
import { compile, read, root } from "./support/repository.js";

const fixtures = fileURLToPath(new URL("lint/", import.meta.url));
const project = fileURLToPath(new URL("../dist/linting/", import.meta.url));
const installed = ["future", "coroutine", "loop", "sync", "task"];

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Writes the declarations of the packages into the `node_modules` of the project. */
function install(): void {
  const entries = installed.map((name) => `${root}packages/${name}/src/index.ts`);
  const program = compile(entries, undefined, {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
  });
  // As the compiler writes paths, on Windows too.
  const sources = `${root.replaceAll("\\", "/")}packages/`;
  const modules = join(project, "node_modules/@asyncio-ts/");
  program.emit(undefined, (file, text) => write(file.replace(sources, modules), text));
  for (const name of installed) {
    const exports = { ".": "./src/index.d.ts", "./*": "./src/*.d.ts" };
    const manifest = { name: `@asyncio-ts/${name}`, version: "0.0.0", type: "module", exports };
    write(join(modules, name, "package.json"), JSON.stringify(manifest));
  }
}

beforeAll(() => {
  rmSync(project, { recursive: true, force: true });
  install();
  write(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const compilerOptions = {
    strict: true,
    module: "nodenext",
    target: "es2022",
    lib: ["esnext", "dom"],
    types: [],
  };
  write(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  const [, configuration = ""] =
    /```js\n(\/\/ eslint\.config\.js\n[^]*?)```/.exec(read("docs/guide.md")) ?? [];
  write(join(project, "eslint.config.js"), configuration);
  for (const file of ["mistakes.ts", "right.ts"]) copyFileSync(join(fixtures, file), join(project, file));
});

/** Lints a fixture, and returns what is found, each with the line that it is in. */
async function lint(file: string): Promise<{ readonly rule: string | null; readonly code: string }[]> {
  const [result] = await new ESLint({ cwd: project }).lintFiles([file]);
  const lines = ts.sys.readFile(join(project, file))?.split("\n") ?? [];
  return (result?.messages ?? []).map(({ ruleId, line, message }) => ({
    rule: ruleId ?? message,
    code: lines[line - 1]?.trim() ?? "",
  }));
}

it("finds each forgotten await", async () => {
  const found = await lint("mistakes.ts");
  expect(found.map(({ code }) => code)).toEqual([
    "queue.put(1);",
    "lock.with(async () => {});",
    "sleep(10);",
    "load(1);",
    "new TaskGroup().with(async (group) => {",
    "sleep(20);",
    "gather([load(1), load(2)]);",
  ]);
  expect(new Set(found.map(({ rule }) => rule))).toEqual(
    new Set(["@typescript-eslint/no-floating-promises"]),
  );
});

it("lets a task run that nobody awaits, and a call that is awaited, returned or marked by void", async () => {
  expect(await lint("right.ts")).toEqual([]);
});

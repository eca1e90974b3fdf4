/**
 * The common ground of a rehearsal's parts, and the steps of all strangers: make a folder, install into it, run a program.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LimitFunction } from "p-limit";
import type { Library } from "./copy.js";
import type { Matrix } from "./matrix.js";
import { copyFiles } from "./programs.js";
import type { Stage } from "./stage.js";

/** A command and its arguments. */
export type Line = readonly [string, ...string[]];

/** The dependencies of a stranger: ranges of versions by name. */
export type Dependencies = Readonly<Record<string, string>>;

/** The common ground of a rehearsal's parts. */
export interface World {
  readonly stage: Stage;
  readonly matrix: Matrix;
  /** As many strangers as there are cores are at work at a time. */
  readonly limit: LimitFunction;
  /** The environment of strangers. */
  readonly env: NodeJS.ProcessEnv;
  /** The folder with the programs as JavaScript. */
  readonly programs: string;
  /** The packages of the first release. */
  readonly libraries: readonly Library[];
}

/** npm, as it comes with Node. */
export const npmInstall: Line = ["npm", "install", "--no-audit", "--no-fund"];

/** Makes a stranger's folder, with the programs in it. */
export function makeStranger({ stage, programs }: World, name: string, dependencies: Dependencies): string {
  const folder = stage.makeFolder("strangers", name.replaceAll(/[^\w.]+/g, "-"));
  copyFiles(programs, folder);
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ private: true, type: "module", dependencies }),
  );
  return folder;
}

/** Runs a program that prints "ok". */
export function expectOk(world: Pick<World, "stage" | "env">, line: Line, folder: string): Promise<void> {
  return expectOutput(world, line, folder, "ok");
}

/** Runs a program that prints this. */
export async function expectOutput(
  { stage, env }: Pick<World, "stage" | "env">,
  line: Line,
  folder: string,
  expected: string,
): Promise<void> {
  const output = await stage.run(line, { folder, env });
  if (output.trim() === expected) return;
  const command = line.join(" ").replaceAll(stage.folder, "…");
  throw new Error(`${command}\nprinted this in place of "${expected}":\n${output}`);
}

/** A program from the registry, or why it can't be had. */
export type Tool = { readonly version: string; readonly folder: string } | { readonly missing: string };

/** Installs packages with npm into a folder; the version is that of the first of them. */
export async function install({ stage, env }: World, folder: string, ...packages: Line): Promise<Tool> {
  try {
    await stage.run([...npmInstall, "--save-dev", ...packages], { folder, env });
    const name = packages[0].replace(/(?<=.)@.*$/, "");
    const manifest = readFileSync(join(folder, "node_modules", name, "package.json"), "utf8");
    return { folder, version: (JSON.parse(manifest) as { version: string }).version };
  } catch (error) {
    return { missing: firstReason(error) };
  }
}

/** The line of npm's output that tells most. */
function firstReason(error: unknown): string {
  const lines = String(error instanceof Error ? error.message : error).split("\n");
  return lines.find((line) => /^npm (?:error|ERR!) (?!code)/.test(line)) ?? lines[0] ?? "";
}

/** Every library, in the version that is published. */
export function everything(libraries: readonly Library[]): Dependencies {
  return Object.fromEntries(libraries.map(({ name, version }) => [name, `^${version}`]));
}

/**
 * The entries that no program of a stranger imports: one needs an optional peer dependency, which strangers do not
 * install, and those that `node --import` loads only act, and export nothing.
 */
const SPECIAL: ReadonlySet<string> = new Set(["./opentelemetry", "./channels", "./record"]);

/** Returns the entries of a library that a program may import. */
export function entriesOf({ name, exports = {} }: Library): string[] {
  const paths = Object.keys(exports).filter((path) => !SPECIAL.has(path));
  return paths.map((path) => name + path.slice(1));
}

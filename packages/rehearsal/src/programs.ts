/**
 * The programs that strangers run, in `programs`. They are written once, in TypeScript, and become an ES module and a
 * CommonJS module each. Every program prints "ok" and nothing else.
 */
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transform } from "esbuild";
import type { Stage } from "./stage.js";

/** The sources of the programs. */
export const sources: string = join(import.meta.dirname, "..", "programs");

/** Makes a folder with the programs as JavaScript: `.ts` becomes `.mjs` and `.cjs`, `.mts` only the one, `.cts` the other. */
export async function compilePrograms(stage: Stage): Promise<string> {
  const folder = stage.makeFolder("programs");
  for (const file of readdirSync(sources)) {
    const text = readFileSync(join(sources, file), "utf8");
    const name = file.replace(/\.[cm]?ts$/, "");
    if (!file.endsWith(".cts")) await write(join(folder, `${name}.mjs`), text, "esm");
    if (!file.endsWith(".mts")) await write(join(folder, `${name}.cjs`), text, "cjs");
  }
  return folder;
}

async function write(file: string, text: string, format: "esm" | "cjs"): Promise<void> {
  // CommonJS keeps `import()`, and Node has `import.meta` in no CommonJS module.
  const { code } = await transform(text, { loader: "ts", format, platform: "node", target: "es2022" });
  writeFileSync(file, code);
}

/** Copies every file of a folder into another. */
export function copyFiles(from: string, to: string): void {
  for (const file of readdirSync(from)) copyFileSync(join(from, file), join(to, file));
}

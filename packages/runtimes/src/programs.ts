/** The programs of this package's folder `programs`, which run among the packed packages. */
import { readFileSync } from "node:fs";
import type { Packed } from "./packed.js";

export const programsFolder: URL = new URL("../programs/", import.meta.url);

/** Copies programs into a folder, as JavaScript; returns the file of the last one. */
export async function copyPrograms(packed: Packed, to: string, names: readonly string[]): Promise<string> {
  let file = "";
  for (const name of names) {
    file = await packed.write(to, `${name}.js`, readFileSync(new URL(`${name}.ts`, programsFolder), "utf8"));
  }
  return file;
}

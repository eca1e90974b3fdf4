/** The repository, as what its documentation describes. All paths begin at its root. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root: string = fileURLToPath(new URL("../../../", import.meta.url));

export function read(file: string): string {
  return readFileSync(root + file, "utf8");
}

/** Returns the files and folders in a folder with this ending; none if there is no such folder. */
export function list(folder: string, ending: string): string[] {
  if (!existsSync(root + folder)) return [];
  return readdirSync(root + folder)
    .filter((file) => file.endsWith(ending))
    .map((file) => (folder === "" ? file : `${folder}/${file}`));
}

export const packages: readonly string[] = list("packages", "");

/** The packages that export something to users. */
export const libraries: readonly string[] = packages.filter((folder) => existsSync(indexOf(folder)));

/** Returns the file of a package's main entry, as an absolute path. */
export function indexOf(folder: string): string {
  return `${root}${folder}/src/index.ts`;
}

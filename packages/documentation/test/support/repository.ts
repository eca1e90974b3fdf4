/** The repository, as what its documentation describes. All paths begin at its root. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

export const root: string = fileURLToPath(new URL("../../../../", import.meta.url));

/** The configuration of this package, which has the strict flags of the workspace. */
export const tsconfig: string = fileURLToPath(new URL("../../tsconfig.json", import.meta.url));

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

/** Compiles these files as if they belonged to this package. */
export function compile(
  files: readonly string[],
  host?: ts.CompilerHost,
  more?: ts.CompilerOptions,
): ts.Program {
  const { config } = ts.readConfigFile(tsconfig, ts.sys.readFile) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(tsconfig));
  return ts.createProgram([...files], { ...options, ...more }, host);
}

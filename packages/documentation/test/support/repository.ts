/** The repository, and its compiler. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

export { indexOf, libraries, read, root } from "../../src/repository.js";

/** The configuration of this package, which has the strict flags of the workspace. */
export const tsconfig: string = fileURLToPath(new URL("../../tsconfig.json", import.meta.url));

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

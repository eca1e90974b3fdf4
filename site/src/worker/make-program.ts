/** A transpiled program as a function. */

/** The name of the program in stacks. */
const PROGRAM = "program.ts";

type Program = (require: (name: string) => unknown, exports: object) => Promise<void>;

/** @throws SyntaxError for a mistake that the transpiler lets pass */
export function makeProgram(code: string): Program {
  // Its first line begins where the program's does, so that errors have the lines of the program.
  const text = `(async (require, exports) => {${code}\n})\n//# sourceURL=${PROGRAM}`;
  // oxlint-disable-next-line no-eval -- running what the reader has written is what this is for
  return globalThis.eval(text) as Program;
}

/**
 * TypeScript to JavaScript in the page: types are taken away, imports become calls of `require`, and every line keeps
 * its number.
 */
import { transform } from "sucrase";

/** A program that can't be transpiled. */
export class ProgramError extends Error {
  /** The line of the program, from 1; undefined if it is unknown. */
  readonly line: number | undefined;

  constructor(message: string, line: number | undefined) {
    super(message);
    this.line = line;
  }
}

/** @throws ProgramError at a mistake in the syntax */
export function transpile(program: string): string {
  return transpileTo(program, ["typescript", "imports"]);
}

/** Returns the program as a module, with the same lines. */
export function toModule(program: string): string {
  return transpileTo(program, ["typescript"]);
}

function transpileTo(program: string, transforms: ("typescript" | "imports")[]): string {
  try {
    return transform(program, { transforms, disableESTransforms: true }).code;
  } catch (error) {
    const { message } = error as Error;
    const [, text = message, line] =
      /^(?:Error transforming [^:]*: )?(.*?) \((\d+):\d+\)$/.exec(message) ?? [];
    throw new ProgramError(`SyntaxError: ${text}`, line === undefined ? undefined : Number(line));
  }
}

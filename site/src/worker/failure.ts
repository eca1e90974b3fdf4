/** The error that ended a program, as it is shown. */
import { inspect } from "node-inspect-extracted";
import type { Failure } from "../messages.js";

/** A place in the program: see `makeProgram`. */
const PLACE = /program\.ts:(\d+):\d+/;

export function describeFailure(error: unknown): Failure {
  const text = inspect(error);
  const line = PLACE.exec(text)?.[1];
  return {
    // Of a stack, the lines of the program: the reader has no others.
    text: text
      .split("\n")
      .filter((one) => !/^\s+at /.test(one) || PLACE.test(one))
      .join("\n"),
    line: line === undefined ? undefined : Number(line),
  };
}

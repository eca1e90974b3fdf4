/** What is to be started. No type of Node's stands here, since the public functions name this one. */
import { describe } from "@asyncio-ts/future/lowlevel";
import { pathOf } from "./options.js";

/** A program and its arguments, or the command of a shell. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** True if `program` is a command, for the system's shell. */
  readonly isShell: boolean;
}

/** Returns a program and its arguments as text. Throws a TypeError that names `where`, unless they are valid. */
export function commandOf(program: unknown, args: unknown, where: string): Command {
  const path = pathOf(program, `${where}() needs a program`);
  if (!Array.isArray(args)) {
    const instead =
      typeof args === "string" ? "put each argument in it" : "[] for none; options come after it";
    throw new TypeError(`${where}() needs an array of arguments, got ${describe(args)}; ${instead}`);
  }
  for (const argument of args as unknown[]) {
    if (typeof argument === "string" && !argument.includes("\0")) continue;
    throw new TypeError(
      `${where}() needs arguments that are strings, got ${describe(argument)}; write String(…)`,
    );
  }
  return { program: path, args: [...(args as string[])], isShell: false };
}

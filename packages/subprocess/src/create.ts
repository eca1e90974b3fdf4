import { Coroutine } from "@asyncio-ts/coroutine";
import type { Steps } from "@asyncio-ts/future";
import { describe } from "@asyncio-ts/future/lowlevel";
import type { StreamReader, StreamWriter } from "@asyncio-ts/streams";
import { type Command, commandOf } from "./command.js";
import { assertSubprocessOptions, type PIPE, type SubprocessOptions } from "./options.js";
import { pipesOf } from "./pipes.js";
import { Process } from "./process.js";
import { start } from "./start.js";

/** The type of a process that was started with options of the type `O`: its pipes, and null for others. */
export type ProcessOf<O> = Process<
  PipeOf<O, "stdin", StreamWriter>,
  PipeOf<O, "stdout", StreamReader>,
  PipeOf<O, "stderr", StreamReader>
>;

/** The type of a pipe whose option is `Name` of `O`. */
export type PipeOf<O, Name extends string, Pipe> = Name extends keyof O
  ? [O[Name]] extends [typeof PIPE]
    ? Pipe
    : typeof PIPE extends O[Name]
      ? Pipe | null
      : null
  : null;

/**
 * Starts a program with arguments, and returns its process. Python: `asyncio.create_subprocess_exec`.
 *
 * The arguments reach the program as they are: no shell reads them. A program without a slash is looked for in
 * the folders of PATH. On POSIX the process leads a session and a process group of its own, so that it can be
 * ended with its descendants (`startNewSession`). A task that is cancelled before the start starts nothing;
 * after it, the process is there.
 *
 * @param program a name, a path, or the URL of a file
 * @throws Error that names the program and the folder if it could not be started, with the runtime's error as
 * its `cause`; TypeError, RangeError for an invalid argument or option; Error where no programs can be started,
 * as in a browser.
 *
 * @example
 * ```ts
 * import { createSubprocessExec, PIPE } from "@asyncio-ts/subprocess";
 *
 * const process = await createSubprocessExec("echo", ["$HOME", "*"], { stdout: PIPE });
 * const [stdout] = await process.communicate();
 * console.log(new TextDecoder().decode(stdout).trim(), process.returncode);
 * // prints: $HOME * 0
 * ```
 */
export function createSubprocessExec<const O extends SubprocessOptions = {}>(
  program: string | URL,
  args: readonly string[] = [],
  options?: O,
): Coroutine<ProcessOf<O>> {
  const where = "createSubprocessExec";
  const command = commandOf(program, args, where);
  if (options !== undefined) assertSubprocessOptions(options, where);
  return new Coroutine(creating<O>(command, options ?? {}), where);
}

/**
 * Runs a command in the system's shell (`/bin/sh`; on Windows `cmd.exe`), and returns the shell's process.
 * Python: `asyncio.create_subprocess_shell`.
 *
 * The shell reads all of the command, so never put text of others into it: `createSubprocessExec()` passes
 * arguments on as they are. Signals reach the shell alone; the end of a block or of `run()` ends its programs
 * too.
 *
 * @throws Error if the shell could not be started; TypeError, RangeError for an invalid argument or option.
 *
 * @example
 * ```ts
 * import { createSubprocessShell, PIPE } from "@asyncio-ts/subprocess";
 *
 * const process = await createSubprocessShell("echo one; echo two | tr a-z A-Z", { stdout: PIPE });
 * const [stdout] = await process.communicate();
 * console.log(new TextDecoder().decode(stdout).trim().split("\n"));
 * // prints: [ 'one', 'TWO' ]
 * ```
 */
export function createSubprocessShell<const O extends SubprocessOptions = {}>(
  command: string,
  options?: O,
): Coroutine<ProcessOf<O>> {
  const where = "createSubprocessShell";
  if (typeof command !== "string" || command === "" || command.includes("\0")) {
    throw new TypeError(
      `${where}() needs a command that is a string, such as "ls | wc -l", got ${describe(command)}`,
    );
  }
  if (options !== undefined) assertSubprocessOptions(options, where);
  return new Coroutine(creating<O>({ program: command, args: [], isShell: true }, options ?? {}), where);
}

/** Starts a command. The steps of both functions, and of `runProcess()`. */
export function* creating<O extends SubprocessOptions>(
  command: Command,
  options: SubprocessOptions,
): Steps<ProcessOf<O>> {
  const { child, process } = yield* start(command, options);
  const name = command.isShell ? "sh" : command.program;
  return new Process(name, child, pipesOf(process, options.limit)) as ProcessOf<O>;
}

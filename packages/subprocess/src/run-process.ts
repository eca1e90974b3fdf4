import { Coroutine } from "@asyncio-ts/coroutine";
import type { Steps } from "@asyncio-ts/future";
import { readFlag } from "@asyncio-ts/future/lowlevel";
import { type Command, commandOf } from "./command.js";
import { creating } from "./create.js";
import { CalledProcessError } from "./errors.js";
import { assertSubprocessOptions, DEVNULL, PIPE, type SubprocessOptions } from "./options.js";
import { assertInput, type Input } from "./process.js";

/** Options for `runProcess()`. Its `stdout` and `stderr` are `PIPE` by default, and its `stdin` is empty. */
export interface RunProcessOptions extends SubprocessOptions {
  /** Data for the program to read. */
  readonly input?: Input;
  /** True to throw `CalledProcessError` if the exit code is not 0. Default: false. */
  readonly check?: boolean;
}

/** How a program has ended, and what it has written. Python: `subprocess.CompletedProcess`. */
export interface CompletedProcess<O = RunProcessOptions> {
  /** The exit code; minus the number of the signal if one has ended the program. */
  readonly returncode: number;
  /** The bytes that the program has written to its standard output; null if that was no pipe. */
  readonly stdout: CapturedOf<O, "stdout">;
  /** The bytes that the program has written to its standard error; null if that was no pipe. */
  readonly stderr: CapturedOf<O, "stderr">;
}

/** The type of what was captured: bytes, unless the option has sent it elsewhere. */
export type CapturedOf<O, Name extends string> = Name extends keyof O
  ? O[Name] extends infer S
    ? S extends typeof PIPE | undefined
      ? Uint8Array
      : null
    : never
  : Uint8Array;

/**
 * Runs a program to its end, and returns its exit code and what it has written. Python: `subprocess.run`, as a
 * coroutine.
 *
 * When cancelled, or when a timeout around it expires, it ends the program with its descendants: it sends
 * SIGTERM, after `killAfter` SIGKILL, and is cancelled once all of them have ended. No shell reads the
 * arguments; for a shell, write `runProcess("sh", ["-c", command])`.
 *
 * @param program a name, a path, or the URL of a file
 * @throws CalledProcessError with `check`, if the exit code is not 0; what `createSubprocessExec()` throws.
 *
 * @example
 * ```ts
 * import { runProcess } from "@asyncio-ts/subprocess";
 *
 * const { returncode, stdout } = await runProcess("tr", ["a-z", "A-Z"], { input: "hello" });
 * console.log(returncode, new TextDecoder().decode(stdout));
 * // prints: 0 HELLO
 * ```
 *
 * @example
 * ```ts
 * import { runProcess } from "@asyncio-ts/subprocess";
 * import { timeout, TimeoutError } from "@asyncio-ts/task";
 *
 * try {
 *   await timeout(100).with(() => runProcess("sh", ["-c", "sleep 1000 | cat"]));
 * } catch (error) {
 *   console.log(error instanceof TimeoutError); // and neither sh nor sleep nor cat is left
 * }
 * // prints: true
 * ```
 */
export function runProcess<const O extends RunProcessOptions = {}>(
  program: string | URL,
  args: readonly string[] = [],
  options?: O,
): Coroutine<CompletedProcess<O>> {
  const where = "runProcess";
  const command = commandOf(program, args, where);
  if (options !== undefined) {
    assertSubprocessOptions(options, where, ["input", "check"]);
    readFlag(options, "check", where);
    assertInput(options.input, where);
    if (options.input !== undefined && (options.stdin ?? PIPE) !== PIPE) {
      throw new TypeError(`${where}() got both input and stdin; leave stdin out`);
    }
  }
  return new Coroutine(running(command, options ?? {}) as Steps<CompletedProcess<O>>, where);
}

function* running(command: Command, options: RunProcessOptions): Steps<CompletedProcess<unknown>> {
  const { input, check } = options;
  const defaults = { stdin: input === undefined ? DEVNULL : PIPE, stdout: PIPE, stderr: PIPE };
  const process = yield* creating<SubprocessOptions>(command, { ...defaults, ...options });
  let output: readonly [stdout: Uint8Array | null, stderr: Uint8Array | null];
  try {
    output = yield* process.communicate(input);
  } catch (error) {
    yield* process[Symbol.asyncDispose]();
    throw error;
  }
  const [stdout, stderr] = output;
  const returncode = process.returncode as number;
  if (check === true && returncode !== 0) {
    throw new CalledProcessError(command.program, command.args, returncode, stdout, stderr);
  }
  return { returncode, stdout, stderr } as CompletedProcess<unknown>;
}

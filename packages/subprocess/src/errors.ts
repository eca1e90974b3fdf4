import { nameError } from "@asyncio-ts/future/lowlevel";
import { signalName } from "./runtime.js";

/**
 * Thrown by `sendSignal()`, `terminate()` and `kill()` of a process that has ended: its number may be another
 * process's by now. Python: `ProcessLookupError`.
 *
 * @example
 * ```ts
 * import { createSubprocessExec, ProcessLookupError } from "@asyncio-ts/subprocess";
 *
 * const process = await createSubprocessExec("true");
 * await process.wait();
 * try {
 *   process.kill();
 * } catch (error) {
 *   console.log(error instanceof ProcessLookupError);
 * }
 * // prints: true
 * ```
 */
export class ProcessLookupError extends Error {
  static {
    nameError(this, "ProcessLookupError");
  }
}

/**
 * Thrown by `runProcess()` with `check` when the program ends with an exit code other than 0, or is ended by
 * a signal. Python: `subprocess.CalledProcessError`.
 *
 * @example
 * ```ts
 * import { CalledProcessError, runProcess } from "@asyncio-ts/subprocess";
 *
 * try {
 *   await runProcess("sh", ["-c", "echo no disk >&2; exit 3"], { check: true });
 * } catch (error) {
 *   if (!(error instanceof CalledProcessError)) throw error;
 *   console.log(error.returncode, new TextDecoder().decode(error.stderr ?? undefined).trim());
 *   console.log(error.message);
 * }
 * // prints: 3 no disk
 * // prints: sh -c "echo no disk >&2; exit 3" ended with exit code 3
 * ```
 */
export class CalledProcessError extends Error {
  static {
    nameError(this, "CalledProcessError");
  }

  /** The program, as it was given. */
  readonly program: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** The exit code; minus the signal's number if a signal has ended the program. */
  readonly returncode: number;
  /** The bytes that it has written to its standard output; null if that was no pipe. */
  readonly stdout: Uint8Array | null;
  /** The bytes that it has written to its standard error; null if that was no pipe. */
  readonly stderr: Uint8Array | null;

  constructor(
    program: string,
    args: readonly string[],
    returncode: number,
    stdout: Uint8Array | null,
    stderr: Uint8Array | null,
  ) {
    super(`${commandLine(program, args)} ${endOf(returncode)}`);
    this.program = program;
    this.args = args;
    this.returncode = returncode;
    this.stdout = stdout;
    this.stderr = stderr;
  }
}

/** Describes how a process has ended: `ended with exit code 3`, `was ended by SIGTERM`. */
export function endOf(returncode: number): string {
  return returncode < 0 ? `was ended by ${signalName(-returncode)}` : `ended with exit code ${returncode}`;
}

/** The most characters of a command that a message shows. */
const LONGEST = 200;

/** Writes a program and its arguments as a person would type them, for messages. */
export function commandLine(program: string, args: readonly string[]): string {
  const text = [program, ...args].map((word) =>
    /^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word),
  );
  const line = text.join(" ");
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST)}…`;
}

/** Process: a subprocess as a program sees it. Its life is in `child.ts`, and how it starts in `start.ts`. */
import { Coroutine } from "@asyncio-ts/coroutine";
import type { Future, Steps } from "@asyncio-ts/future";
import { describe, inspectAsString, waitFacts, type WaitFacts } from "@asyncio-ts/future/lowlevel";
import type { StreamReader, StreamWriter } from "@asyncio-ts/streams";
import { gather } from "@asyncio-ts/task";
import type { Child } from "./child.js";
import { endOf, ProcessLookupError } from "./errors.js";
import { Ending, Exit } from "./exit.js";
import { isBrokenPipe, type Pipes } from "./pipes.js";
import { signalNumber } from "./runtime.js";

/** The type of the bytes of a pipe: null if there is none. */
export type BytesOf<Reader> = Reader extends null ? null : Uint8Array;

/** Data to write to a process: bytes, or text, which is written as UTF-8. */
export type Input = Uint8Array | string;

/**
 * A program that runs beside this one. Get one from `createSubprocessExec()` or `createSubprocessShell()`.
 * Python: `asyncio.subprocess.Process`.
 *
 * At the end of `run()`, a process that is left is ended with its descendants: terminated, killed after
 * `killAfter`, and waited for. `await using process = …` does the same at the end of a block.
 *
 * @example
 * ```ts
 * import { createSubprocessExec, PIPE } from "@asyncio-ts/subprocess";
 *
 * await using process = await createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE });
 * process.stdin.write("hello\n");
 * console.log(new TextDecoder().decode(await process.stdout.readline()).trim());
 * process.stdin.close();
 * console.log(await process.wait());
 * // prints: hello
 * // prints: 0
 * ```
 */
export class Process<
  In extends StreamWriter | null = StreamWriter | null,
  Out extends StreamReader | null = StreamReader | null,
  Err extends StreamReader | null = StreamReader | null,
> {
  static {
    inspectAsString(this.prototype);
  }

  /** The number by which the system knows the process. */
  readonly pid: number;
  /** Writes to the process; null unless the option `stdin` was `PIPE`. */
  readonly stdin: In;
  /** Reads what the process writes; null unless the option `stdout` was `PIPE`. */
  readonly stdout: Out;
  /** Reads what the process writes as errors; null unless the option `stderr` was `PIPE`. */
  readonly stderr: Err;

  private readonly program: string;
  private readonly child: Child;
  private readonly waiters: Set<Exit> = new Set();

  /** Called by `createSubprocessExec()`. @internal */
  constructor(program: string, child: Child, pipes: Pipes) {
    this.program = program;
    this.child = child;
    this.pid = child.pid;
    this.stdin = pipes.stdin as In;
    this.stdout = pipes.stdout as Out;
    this.stderr = pipes.stderr as Err;
    child.whenExited = (returncode) => {
      for (const waiter of this.waiters) waiter.exited(returncode);
      this.waiters.clear();
    };
  }

  /**
   * The exit code: null as long as the process runs; minus the number of the signal if one has ended it
   * (-15 for SIGTERM). Python: `returncode`.
   */
  get returncode(): number | null {
    return this.child.returncode;
  }

  /**
   * Waits until the process has ended, and returns its exit code. What it has written can still be read then.
   * When cancelled, it leaves the process alone. Python: `wait()`.
   *
   * A process that writes more than its pipe holds waits until somebody reads: with `PIPE`, read too, or use
   * `communicate()`.
   */
  wait(): Coroutine<number> {
    return new Coroutine(this.waiting(), "Process.wait");
  }

  /**
   * Writes `input`, closes `stdin`, reads all that the process writes, and waits for its end. Returns the bytes
   * of `stdout` and of `stderr`, null for one that is no pipe. Python: `communicate()`.
   *
   * It reads while it writes, so however much goes both ways, neither waits for ever. A process that does not
   * read all of the input is no error. When cancelled, it leaves the process alone; what was read is lost.
   *
   * @throws TypeError if `input` is neither bytes nor text; Error if there is input and `stdin` is no pipe.
   *
   * @example
   * ```ts
   * import { createSubprocessExec, PIPE } from "@asyncio-ts/subprocess";
   *
   * const process = await createSubprocessExec("sort", [], { stdin: PIPE, stdout: PIPE });
   * const [sorted] = await process.communicate("pear\napple\n");
   * console.log(new TextDecoder().decode(sorted).split("\n"));
   * // prints: [ 'apple', 'pear', '' ]
   * ```
   */
  communicate(input?: Input): Coroutine<[stdout: BytesOf<Out>, stderr: BytesOf<Err>]> {
    assertInput(input, "communicate");
    if (input !== undefined && this.stdin === null) {
      throw new Error(
        `communicate() got input for ${this}, whose stdin is no pipe; start it with { stdin: PIPE }`,
      );
    }
    return new Coroutine(this.communicating(input) as Steps<never>, "Process.communicate");
  }

  /**
   * Sends a signal to the process, given its name or number; not to its descendants. Python: `send_signal()`.
   *
   * On Windows SIGTERM, SIGKILL, SIGINT and SIGQUIT end the process at once, and there are no others.
   *
   * @throws ProcessLookupError if the process has ended; TypeError if there is no such signal; Error if this
   * program may not send it.
   */
  sendSignal(signal: string | number): void {
    const number = signalNumber(signal);
    if (number === undefined) {
      throw new TypeError(
        `sendSignal() needs the name or number of a signal, such as "SIGTERM", got ${describe(signal)}`,
      );
    }
    if (this.returncode !== null) {
      throw new ProcessLookupError(
        `${this} can't get a signal any more; ask for its returncode first, which is null while it runs`,
      );
    }
    this.child.send(number);
  }

  /** Sends SIGTERM, which asks the process to end. On Windows it ends at once. Python: `terminate()`. */
  terminate(): void {
    this.sendSignal("SIGTERM");
  }

  /** Sends SIGKILL, which ends the process at once. Python: `kill()`. */
  kill(): void {
    this.sendSignal("SIGKILL");
  }

  /**
   * Ends the process and its descendants: sends SIGTERM, and after `killAfter` SIGKILL. Closes its pipes. Waits
   * until all of them have ended, also when cancelled. `await using process = …` calls it.
   */
  [Symbol.asyncDispose](): Future<void> {
    return new Ending(this.child.end(), this);
  }

  toString(): string {
    const { program, pid, returncode } = this;
    return `<Process ${program} with pid ${pid}, ${returncode === null ? "running" : endOf(returncode)}>`;
  }

  /** @internal */
  [waitFacts](): WaitFacts {
    return { kind: "process", pid: this.pid, program: this.program };
  }

  private *waiting(): Steps<number> {
    return this.returncode ?? (yield* new Exit(this.waiters, this));
  }

  private *communicating(
    input: Input | undefined,
  ): Steps<[stdout: Uint8Array | null, stderr: Uint8Array | null]> {
    const [, stdout, stderr] = yield* gather([
      new Coroutine(feed(this.stdin, input), "Process.communicate: stdin"),
      new Coroutine(readAll(this.stdout), "Process.communicate: stdout"),
      new Coroutine(readAll(this.stderr), "Process.communicate: stderr"),
    ]);
    yield* this.waiting();
    return [stdout, stderr];
  }
}

/** Throws a TypeError that names `where`, unless `input` is bytes or text, or left out. */
export function assertInput(input: unknown, where: string): void {
  if (input === undefined || typeof input === "string" || input instanceof Uint8Array) return;
  throw new TypeError(`${where}() needs input that is a string or a Uint8Array, got ${describe(input)}`);
}

function* feed(stdin: StreamWriter | null, input: Input | undefined): Steps<void> {
  if (stdin === null) return;
  try {
    if (input !== undefined) stdin.write(input);
    yield* stdin.drain();
  } catch (error) {
    if (!isBrokenPipe(error)) throw error;
  }
  stdin.close();
}

function* readAll(reader: StreamReader | null): Steps<Uint8Array | null> {
  return reader === null ? null : yield* reader.read();
}

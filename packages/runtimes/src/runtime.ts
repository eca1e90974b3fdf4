/** Runtimes, as the suites see them: each runs a program, and tells what it printed. */

export type Kind = "node" | "bun" | "deno" | "chromium";

export interface Runtime {
  /** As it is named on the command line: `node-24`. */
  readonly name: string;
  readonly kind: Kind;
  /** Gets the runtime ready. Throws `Unavailable` where it can't be had. */
  open(): Promise<Session>;
}

export interface Session {
  readonly version: string;
  /** The program to start, where the runtime is one. */
  readonly executable: string | undefined;
  /** Runs a program to its end, or ends it after LIMIT. */
  run(program: Program): Promise<Printed>;
  close(): Promise<void>;
}

export interface Program {
  /** The file of its module, among installed packages. */
  readonly file: string;
  readonly args?: readonly string[];
  /** Options of the runtime; a browser has none. */
  readonly options?: readonly string[];
}

/** The output of a program, and its end. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | undefined;
  readonly timedOut: boolean;
}

/** Thrown where a runtime can't be had; the message is the reason for which its suites are skipped. */
export class Unavailable extends Error {}

/** The time for one program, in milliseconds: only for what hangs. */
export const LIMIT = 60_000;

/** The messages between the page and the worker in which a program runs. */
import type { Trace } from "@asyncio-ts/inspect";

/** The time that a program's sleeps and timeouts take. */
export type TimeKind = "virtual" | "real";

export type ToWorker =
  /** `code` is the transpiled program. */
  | { readonly kind: "run"; readonly code: string; readonly time: TimeKind }
  /** Asks for a `Look`. A worker that does not answer runs code that never waits. */
  | { readonly kind: "look" }
  /** Cancels the main task of the program. */
  | { readonly kind: "stop" };

export type FromWorker = { readonly kind: "ready" } | Line | ({ readonly kind: "look" } & Look) | Ended;

/** A line that the program printed. */
export interface Line {
  readonly kind: "line";
  readonly isError: boolean;
  readonly text: string;
  /** When it was printed, in milliseconds of the program's time. */
  readonly time: number;
}

/** A program, as it is at the moment. */
export interface Look {
  readonly trace: Trace;
  /** The states of its locks, semaphores and the like, in the order in which they changed. */
  readonly states: readonly State[];
}

/** A lock, semaphore or the like is in another state. */
export interface State {
  readonly time: number;
  /** The number of the object, as in the trace. */
  readonly object: number;
  /** Its name: `Lock 1`. */
  readonly name: string;
  readonly facts: Facts;
}

export type Facts =
  /** `holder` is the number of the task; null if no task holds it. */
  | { readonly kind: "lock"; readonly isLocked: boolean; readonly holder: number | null }
  | { readonly kind: "semaphore"; readonly free: number; readonly permits: number }
  | { readonly kind: "event"; readonly isSet: boolean }
  | { readonly kind: "condition"; readonly isLocked: boolean }
  | { readonly kind: "queue"; readonly size: number }
  | { readonly kind: "barrier"; readonly arrived: number; readonly parties: number };

/** The program has ended. */
export interface Ended extends Look {
  readonly kind: "ended";
  readonly outcome: "finished" | "stopped" | "failed";
  /** The error, if it has failed. */
  readonly failure: Failure | undefined;
}

/** An error that ended a program. */
export interface Failure {
  /** The text that is printed: its name, its message, and the lines of the program that it came through. */
  readonly text: string;
  /** The line of the program, from 1; undefined if it has none, or if the engine does not tell. */
  readonly line: number | undefined;
}

import type { CloneCheck } from "./clone.js";
import type { FromWorker, ToWorker } from "./messages.js";

/**
 * Milliseconds after which a worker that was asked to exit is terminated, and a process that ignores SIGTERM
 * gets SIGKILL.
 */
export const GRACE = 500;

/** Connection to a worker: hides the differences between threads and processes. */
export interface Channel {
  readonly kind: "thread" | "process";
  readonly check: CloneCheck;
  /** @throws Error if the message can't be cloned */
  send(message: ToWorker, transfer?: readonly object[]): void;
  /** Keeps this process alive while the worker lives. This is the initial state. */
  hold(): void;
  /** Lets this process exit while the worker lives; the worker then exits with it. */
  release(): void;
  /** Asks a worker without a job to exit. */
  close(): void;
  /** Terminates the worker, even if it is busy. */
  kill(): void;
}

/** Events of a worker. */
export interface ChannelEvents {
  received(message: FromWorker | null): void;
  /** The worker has exited. This is its last event. */
  ended(end: WorkerEnd): void;
}

/** Reason why a worker has exited. */
export interface WorkerEnd {
  /** The reason in words: `ended with exit code 3`. */
  readonly how: string;
  /** The error that ended the worker, if it is known. */
  readonly error: unknown;
  /** True if a signal from outside ended it, as Ctrl-C does with all processes of a terminal. */
  readonly bySignal: boolean;
}

/** Describes the exit of a worker that an error ended. */
export function describeDeath(error: unknown): string {
  if ((error as { code?: unknown } | null)?.code === "ERR_WORKER_OUT_OF_MEMORY") return "ran out of memory";
  return `died of an uncaught error: ${error instanceof Error ? error.message : String(error)}`;
}

/** Describes the exit of a worker that sent an unreadable message. */
export function describeLoss(error: unknown): string {
  return `sent a message that can't be received: ${error instanceof Error ? error.message : String(error)}`;
}

/** Starts a worker. If that fails, it throws, or calls `ended` later. */
export type Connect = (events: ChannelEvents) => Channel;

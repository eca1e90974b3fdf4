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
  /** Terminates the worker, even if it is busy. */
  kill(): void;
}

/** Events of a worker. */
export interface ChannelEvents {
  received(message: FromWorker | null): void;
  /** A message of the worker can't be read. */
  lost(error: unknown): void;
  /** The worker is about to end because of this error. */
  failed(error: unknown): void;
  /**
   * The worker has exited. This is its last event.
   *
   * @param how the reason in words: `ended with exit code 3`
   * @param bySignal true if a signal from outside ended it, as Ctrl-C does with all processes of a terminal
   */
  ended(how: string, bySignal: boolean): void;
}

/** Starts a worker. If that fails, it throws, or calls `ended` later. */
export type Connect = (events: ChannelEvents) => Channel;

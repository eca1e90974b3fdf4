import type { CloneCheck } from "./clone.js";
import type { FromWorker, ToWorker } from "./messages.js";

/** A worker asked to exit is ended by force after so many milliseconds; a process that ignores SIGTERM, by SIGKILL. */
export const GRACE = 500;

/** The way to a worker: all that differs between threads and processes. */
export interface Channel {
  readonly kind: "thread" | "process";
  readonly check: CloneCheck;
  /** @throws Error if the message can't be cloned */
  send(message: ToWorker, transfer?: readonly object[]): void;
  /** Keeps this process alive for as long as the worker lives. So it is from the beginning. */
  hold(): void;
  /** Lets this process end although the worker lives, which then ends with it. */
  release(): void;
  /** Has a worker without a job exit by itself. */
  close(): void;
  /** Ends the worker, whatever it does. */
  kill(): void;
}

/** What comes from a worker. */
export interface ChannelEvents {
  received(message: FromWorker | null): void;
  /** The worker is no more; the last event. */
  ended(end: WorkerEnd): void;
}

/** How a worker has ended. */
export interface WorkerEnd {
  /** In words: `ended with exit code 3`. */
  readonly how: string;
  /** What it died of, where that is known. */
  readonly error: unknown;
  /** Whether somebody else has ended it, as Ctrl-C ends all processes of a terminal. */
  readonly bySignal: boolean;
}

/** How a worker ended that died of an error. */
export function describeDeath(error: unknown): string {
  if ((error as { code?: unknown } | null)?.code === "ERR_WORKER_OUT_OF_MEMORY") return "ran out of memory";
  return `died of an uncaught error: ${error instanceof Error ? error.message : String(error)}`;
}

/** How a worker ended that sent what can't be read here. */
export function describeLoss(error: unknown): string {
  return `sent something that can't be received: ${error instanceof Error ? error.message : String(error)}`;
}

/** Starts a worker. May throw, or call `ended` later, if that is not possible. */
export type Connect = (events: ChannelEvents) => Channel;

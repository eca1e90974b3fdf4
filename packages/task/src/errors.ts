import type { Future } from "@asyncio-ts/future";
import {
  bringsCancellation,
  failureReason,
  hasFailed,
  isInstance,
  nameError,
} from "@asyncio-ts/future/lowlevel";

/**
 * Thrown when a timeout expires. Its message names the delay and the task; its stack has the code that waited
 * for the block. Python: `TimeoutError`.
 *
 * @example
 * ```ts
 * import { createTask, sleep, TimeoutError, waitFor } from "@asyncio-ts/task";
 *
 * const fetchPage = async () => await waitFor(sleep(60_000), 10);
 * try {
 *   await createTask(fetchPage, { name: "poll" });
 * } catch (error) {
 *   console.log(error instanceof TimeoutError, (error as Error).message);
 * }
 * // prints: true timed out after 10 ms in Task 'poll' (fetchPage)
 * ```
 */
export class TimeoutError extends Error {
  static {
    nameError(this, "TimeoutError");
  }
}

/**
 * Thrown by `run()` when the program was interrupted (Ctrl-C, or a request to terminate), after `finally`
 * blocks have run. If it is not caught, the process prints it in one line, and ends with the exit code of the
 * signal: 130 for SIGINT, 143 for SIGTERM. Python: `KeyboardInterrupt`.
 *
 * @example
 * ```ts
 * import { KeyboardInterrupt, run, sleep } from "@asyncio-ts/task";
 *
 * try {
 *   await run(async () => {
 *     setTimeout(() => process.kill(process.pid, "SIGINT"), 10); // as Ctrl-C does
 *     try {
 *       await sleep(60_000);
 *     } finally {
 *       console.log("cleaned up");
 *     }
 *   });
 * } catch (error) {
 *   console.log(error instanceof KeyboardInterrupt, (error as Error).message);
 * }
 * // prints: cleaned up
 * // prints: true interrupted by SIGINT
 * ```
 */
export class KeyboardInterrupt extends Error {
  /** The name of the signal, such as `SIGINT`. */
  readonly signal: string;

  static {
    nameError(this, "KeyboardInterrupt");
  }

  constructor(signal: string) {
    super(`interrupted by ${signal}`);
    this.signal = signal;
    // Where this was made is of no use to a reader.
    this.stack = `${this.name}: ${this.message}`;
  }
}

/** Tells whether a task or program ended by an interruption. Never throws, whatever the error is. */
export function isInterrupt(error: unknown): error is KeyboardInterrupt {
  return isInstance(error, KeyboardInterrupt);
}

/**
 * Thrown by `run()` when the main task can never wake again: nothing is ready, no timer is set, the process
 * is about to exit. The message lists all tasks and their waits. asyncio hangs then, and Node exits silently.
 *
 * @example
 * ```ts
 * import { Lock } from "@asyncio-ts/sync";
 * import { DeadlockError, run } from "@asyncio-ts/task";
 *
 * const lock = new Lock();
 * try {
 *   await run(() => lock.with(() => lock.with(() => {})));
 * } catch (error) {
 *   console.log(error instanceof DeadlockError, (error as Error).message.includes("Lock.acquire()"));
 * }
 * // prints: true true
 * ```
 */
export class DeadlockError extends Error {
  static {
    nameError(this, "DeadlockError");
  }

  /** @param tree The tasks, what each waits for, and who awaits it. */
  constructor(tree: string) {
    super(`nothing is left that could wake these tasks:\n${tree}`);
  }
}

/** Reports the error of a future that has failed to the exception handler of its loop; `when` says when. */
export function reportFailureOf(future: Future<unknown>, when: string): void {
  if (!future[hasFailed]() || future[bringsCancellation]()) return;
  future.scheduler.callExceptionHandler({
    message: `${future} failed ${when}`,
    exception: future[failureReason](),
    future,
  });
}

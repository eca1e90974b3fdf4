import { nameError } from "@asyncio-ts/future/lowlevel";

/**
 * Thrown by a job whose worker ended before the job did (it called `process.exit`, was killed, ran out of
 * memory, or threw an error outside the job), or could not be started (for instance because the module can't
 * be loaded). The pool continues with another worker. The `cause` is the reason, if it is known. Python:
 * `concurrent.futures.BrokenExecutor`, after which the pool is unusable.
 *
 * @example
 * ```ts
 * import { BrokenExecutorError, ThreadPoolExecutor } from "@asyncio-ts/executor";
 * import type * as Work from "./work.js"; // export function leave(code: number): void { process.exit(code); }
 *
 * await using pool = new ThreadPoolExecutor<typeof Work>(new URL("./work.js", import.meta.url));
 * try {
 *   await pool.submit("leave", 3);
 * } catch (error) {
 *   console.log(error instanceof BrokenExecutorError, (error as Error).message);
 * }
 * // prints: true leave() was not finished: its thread ended with exit code 3
 * ```
 */
export class BrokenExecutorError extends Error {
  static {
    nameError(this, "BrokenExecutorError");
  }
}

/**
 * Thrown by `submit()` and `map()` when the pool has as many jobs as `maxWorkers` and `maxQueue` allow. Then
 * no job has been submitted. `await pool.ready()` waits until there is room.
 *
 * @example
 * ```ts
 * import { ExecutorFullError, ThreadPoolExecutor } from "@asyncio-ts/executor";
 * import type * as Work from "./work.js"; // export function fib(n: number): number
 *
 * const work = new URL("./work.js", import.meta.url);
 * await using pool = new ThreadPoolExecutor<typeof Work>(work, { maxWorkers: 1, maxQueue: 0 });
 * const job = pool.submit("fib", 30);
 * try {
 *   pool.submit("fib", 31);
 * } catch (error) {
 *   console.log(error instanceof ExecutorFullError);
 * }
 * // prints: true
 * console.log(await job);
 * // prints: 832040
 * ```
 */
export class ExecutorFullError extends Error {
  static {
    nameError(this, "ExecutorFullError");
  }
}

/** Returns the message of a thrown value, for the message of another error. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

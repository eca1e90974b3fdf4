/**
 * The errors of this package, which are recognized by their brands.
 *
 * Two versions of a package may be installed side by side, and a task whose cancellation one of them does not
 * recognize would not stop. So no check looks at the class. The checks never throw, whatever they are given.
 */
import { hasBrand, nameError } from "./brand.js";
import { slot } from "./slot.js";

const cancelledBrand = Symbol.for("asyncio-ts.CancelledError");

/**
 * Thrown at the point where a task is suspended when the task is cancelled, and by `result()` of a cancelled
 * future. Catch it to clean up, then throw it again. Python: `asyncio.CancelledError`.
 *
 * As in Python it says "stop", not "something failed": code that handles errors should let it pass. In debug
 * mode its stack says where the task waited.
 *
 * @example
 * ```ts
 * import { CancelledError, Future, isCancelled } from "@asyncio-ts/future";
 *
 * const future = new Future<number>();
 * future.cancel("no longer needed");
 * try {
 *   future.result();
 * } catch (error) {
 *   console.log(isCancelled(error), (error as CancelledError).message);
 * }
 * // prints: true no longer needed
 * ```
 */
export class CancelledError extends Error {
  static {
    nameError(this, "CancelledError");
    // Bun makes no stack where its limit is 0, and code that reports errors expects text.
    this.prototype.stack = this.prototype.name;
  }
}

/**
 * Makes the error of a cancellation, without a stack except in debug mode. Measured on a task that sleeps,
 * from `cancel()` to its end: 8.3 µs with a stack, 1.8 without; a line in it that says how to get one would
 * cost 0.4.
 */
export function cancellation(message: string | undefined): CancelledError {
  if (slot.checks !== undefined) return slot.checks.placed(new CancelledError(message));
  const { stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = 0;
  } catch {
    // The program may have frozen it.
    return new CancelledError(message);
  }
  const error = new CancelledError(message);
  Error.stackTraceLimit = stackTraceLimit;
  return error;
}

/**
 * Thrown when an operation does not fit the state of a future: a result set twice, or read before it is
 * there. Python: `asyncio.InvalidStateError`.
 *
 * @example
 * ```ts
 * import { Future, InvalidStateError } from "@asyncio-ts/future";
 *
 * const future = new Future<number>();
 * try {
 *   future.result();
 * } catch (error) {
 *   console.log(error instanceof InvalidStateError, (error as Error).message);
 * }
 * // prints: true result() was called on <Future pending>; await it first, or check done()
 * ```
 */
export class InvalidStateError extends Error {
  static {
    nameError(this, "InvalidStateError");
  }
}

/**
 * Tells whether `error` is a cancellation, of any installed version of the library. Python:
 * `except asyncio.CancelledError`.
 *
 * @example
 * ```ts
 * import { CancelledError, isCancelled } from "@asyncio-ts/future";
 *
 * console.log(isCancelled(new CancelledError()), isCancelled(new Error("failed")));
 * // prints: true false
 * ```
 */
export function isCancelled(error: unknown): error is CancelledError {
  return hasBrand(error, cancelledBrand);
}

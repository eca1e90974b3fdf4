import { type Body, Coroutine } from "@asyncio-ts/coroutine";
import { runBody } from "@asyncio-ts/coroutine/lowlevel";
import { isCancelled, type Steps } from "@asyncio-ts/future";
import { assertFunction, assertMilliseconds, assertOptions, describe } from "@asyncio-ts/future/lowlevel";
import { currentTask, sleep } from "@asyncio-ts/task";

/** Options for `retry()`. */
export interface RetryOptions {
  /** The number of attempts, the first included: a whole number, 1 or more, or `Infinity`. Default: 3. */
  readonly attempts?: number;
  /** The pause after the first attempt, in milliseconds. Default: 100. */
  readonly delay?: number;
  /** The factor by which each pause is longer than the one before. Default: 2. */
  readonly factor?: number;
  /** The longest pause, in milliseconds. Default: `Infinity`. */
  readonly maxDelay?: number;
  /** The part of each pause that is left to chance, from 0 to 1: with 1 it is anything up to the pause. Default: 0. */
  readonly jitter?: number;
  /**
   * Decides whether to try again, given the error and the number of the attempt, from 1. It may be async, or a
   * generator function. It is not asked after the last attempt. Default: always.
   */
  readonly when?: (error: unknown, attempt: number) => PromiseLike<boolean> | Steps<boolean> | boolean;
}

/**
 * Calls `body` with the number of the attempt, from 1, until it succeeds, and resolves to its result. Between
 * attempts it pauses, each time longer. The error of the last attempt is thrown.
 *
 * A cancellation is never retried. Nor is any error with which an attempt ends once the task has been
 * cancelled during it, such as that of an aborted operation. When cancelled in a pause, it clears its timer.
 *
 * @throws TypeError if `body` is not a function: a coroutine object can run only once; TypeError or RangeError
 * for an option that is out of range; else what the last attempt throws.
 *
 * @example
 * ```ts
 * import { retry } from "@asyncio-ts/flow";
 *
 * const load = async (attempt: number) => {
 *   console.log("attempt", attempt);
 *   if (attempt < 3) throw new Error("the server is busy");
 *   return "loaded";
 * };
 * console.log(await retry(load, { attempts: 5, delay: 10 }));
 * // prints: attempt 1
 * // prints: attempt 2
 * // prints: attempt 3
 * // prints: loaded
 * ```
 */
export function retry<T>(
  body: Extract<Body<T, [attempt: number]>, (attempt: number) => unknown>,
  options: RetryOptions = {},
): Coroutine<T> {
  if (typeof body !== "function") {
    const instead = "a coroutine object or a promise can't begin again: write retry(() => f())";
    throw new TypeError(`retry() needs a function, got ${describe(body)}; ${instead}`);
  }
  assertOptions(options, "retry");
  const {
    attempts = 3,
    delay = 100,
    factor = 2,
    maxDelay = Infinity,
    jitter = 0,
    when = () => true,
  } = options;
  assertMilliseconds(delay, "retry");
  assertMilliseconds(maxDelay, "retry");
  assertRange("attempts", attempts, 1, Infinity);
  if (attempts !== Infinity && !Number.isInteger(attempts)) {
    throw new RangeError(`retry() needs attempts to be a whole number, got ${attempts}`);
  }
  assertRange("factor", factor, 0, Infinity);
  assertRange("jitter", jitter, 0, 1);
  assertFunction(when, "when of retry");
  return new Coroutine(retrying(body, { attempts, delay, factor, maxDelay, jitter, when }), "retry");
}

function* retrying<T>(
  body: Body<T, [attempt: number]>,
  { attempts, delay, factor, maxDelay, jitter, when }: Required<RetryOptions>,
): Steps<T> {
  const task = currentTask();
  const before = task?.cancelling();
  for (let attempt = 1, pause = delay; ; attempt++, pause = pause === 0 ? 0 : pause * factor) {
    try {
      return yield* runBody(body, attempt);
    } catch (error) {
      // A request that came during the attempt is still to be answered: it has ended the attempt, or will end the pause.
      if (attempt >= attempts || isCancelled(error) || task?.cancelling() !== before) throw error;
      if (!(yield* runBody(when, error, attempt))) throw error;
    }
    yield* sleep(Math.min(pause, maxDelay) * (1 - jitter * Math.random()));
  }
}

function assertRange(name: string, value: unknown, least: number, most: number): void {
  if (typeof value === "number" && value >= least && value <= most) return;
  throw new RangeError(
    `retry() needs ${name} to be a number from ${least} to ${most}, got ${describe(value)}`,
  );
}

import { becauseOf } from "./aborted.js";
import { Coroutine } from "@asyncio-ts/coroutine";
import { type CancelledError, Future, isCancelled, type Steps } from "@asyncio-ts/future";
import { slot } from "@asyncio-ts/future/internal";
import {
  atCallOf,
  assertMessage,
  cancellation,
  describe,
  followPromise,
  followThenable,
  runInside,
  thenOf,
  waitFacts,
  type WaitFacts,
  waitsOutside,
} from "@asyncio-ts/future/lowlevel";

/**
 * Waits for a promise that an AbortSignal can stop. The signal is for this wait alone, and is aborted when
 * that is cancelled. The wait ends when the promise settles: the operation has really stopped by then.
 *
 * Once the signal is aborted, a rejection counts as the cancellation: the `CancelledError` is thrown, with
 * any error but an `AbortError` as its `cause`. If the promise resolves all the same, the value is delivered,
 * and the cancellation at the task's next wait.
 *
 * @param start Called with the signal when the coroutine is awaited.
 * @throws TypeError if `start` is not a function or, when awaited, returns no promise.
 *
 * @example
 * ```ts
 * import { setTimeout } from "node:timers/promises";
 * import { abortable, timeout, TimeoutError } from "@asyncio-ts/task";
 *
 * try {
 *   await timeout(10).with(() => abortable((signal) => setTimeout(60_000, undefined, { signal })));
 * } catch (error) {
 *   console.log(error instanceof TimeoutError);
 * }
 * // prints: true
 * ```
 */
export function abortable<T>(start: (signal: AbortSignal) => PromiseLike<T>): Coroutine<T> {
  if (typeof start !== "function") {
    throw atCallOf(
      abortable,
      new TypeError(
        "abortable() needs a function that takes a signal; write abortable((signal) => f(signal))",
      ),
    );
  }
  return new Coroutine(aborting(start), "abortable");
}

function* aborting<T>(start: (signal: AbortSignal) => PromiseLike<T>): Steps<T> {
  return yield* new Abortable(start, "abortable");
}

/** The future of a promise that is asked to stop when the future is cancelled, and done when that settles. */
export class Abortable<T> extends Future<T> {
  private readonly what: string;
  private readonly stop: AbortController;
  protected wasCancelled = false;

  /** @param stop The controller of the signal for `start`, which others may abort too. */
  constructor(
    start: (signal: AbortSignal) => PromiseLike<T>,
    what: string,
    stop: AbortController = new AbortController(),
  ) {
    super();
    this.what = what;
    this.stop = stop;
    const promise = runInside(slot.stepping ?? {}, start, stop.signal);
    const then = thenOf(promise);
    if (then === undefined) {
      throw new TypeError(
        `${what}() needs a function that returns a promise; it returned ${describe(promise)}`,
      );
    }
    const finished = (value: unknown): void => this.finish(value as T);
    const stopped = (error: unknown): void => this.stopped(error);
    if (!followPromise(promise, finished, stopped)) {
      runInside(slot.stepping ?? {}, followThenable, promise, then, finished, stopped);
    }
  }

  /** Aborts the signal, and returns true. The future is done only when the promise settles. */
  override cancel(message?: string): boolean {
    assertMessage(message);
    if (this.done()) return false;
    // Code that the abort starts belongs to this turn, not to the next one, which may be another task's.
    slot.microtasksQueued = true;
    this.wasCancelled = true;
    this.stop.abort(cancellation(message));
    return true;
  }

  /** @internal */
  override [waitsOutside](): boolean {
    return true;
  }

  /** @internal */
  [waitFacts](): WaitFacts {
    return { kind: "operation" };
  }

  protected override describe(): string {
    return this.what;
  }

  /** Tells whether an error of the promise stands for a cancellation, once `signal` may have been aborted. */
  protected isCancelledBy(signal: AbortSignal): boolean {
    return signal.aborted && isCancelled(signal.reason);
  }

  private stopped(error: unknown): void {
    const { signal } = this.stop;
    // Once it was asked to stop, no error is another's: libraries throw errors of their own classes.
    if (this.isCancelledBy(signal)) this.endCancelled(becauseOf(signal.reason as CancelledError, error));
    else this.fail(error);
  }
}

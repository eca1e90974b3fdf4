/**
 * Flow: an async iterable for both kinds of coroutine, which closes what it has opened.
 *
 * States:
 *   open      values come, from `advance`
 *   closing   `closed`, and `close` runs
 *   closed    `closed`
 * open → closing when there are no more values, when `advance` throws (also a cancellation), and by
 * `return()`. `for await` calls `return()` when its body is left early, but not when `next()` throws; so
 * `next()` closes the flow itself then, as an async generator does.
 *
 * Rejected: async generators. They let only one `next()` wait at a time, await values that are themselves
 * awaitable, and are of no use to generator coroutines.
 */
import { Coroutine } from "@asyncio-ts/coroutine";
import { runBody } from "@asyncio-ts/coroutine/lowlevel";
import type { Steps } from "@asyncio-ts/future";
import { assertFunction, inspectAsString } from "@asyncio-ts/future/lowlevel";
import { oneOfTwo } from "./two-errors.js";

/**
 * An async iterable of values, as `map`, `merge`, `interval`, `iterate` and `Broadcast.subscribe` return it.
 * Iterate it with `for await`, or in a generator coroutine with `yield* flow.each(…)`. It runs nothing before
 * its first value is asked for.
 *
 * When the loop is left early, by `break`, an error or a cancellation, the flow cancels the tasks that it runs,
 * waits for them, and closes its sources. So it does when a call of `next()` is cancelled or throws. A flow can
 * be iterated once.
 *
 * @example
 * ```ts
 * import { type Flow, map } from "@asyncio-ts/flow";
 * import { run, sleep } from "@asyncio-ts/task";
 *
 * const doubles = (): Flow<number> => map([1, 2, 3], (n) => sleep(10, 2 * n), { limit: 2 });
 * for await (const double of doubles()) console.log(double);
 * await run(function* () {
 *   yield* doubles().each((double) => console.log(double));
 *   const flow = doubles();
 *   console.log(yield* flow.next());
 *   yield* flow.return();
 * });
 * // prints: 2
 * // prints: 4
 * // prints: 6
 * // prints: 2
 * // prints: 4
 * // prints: 6
 * // prints: { done: false, value: 2 }
 * ```
 */
export abstract class Flow<T> implements AsyncIterable<T> {
  static {
    inspectAsString(this.prototype);
  }

  /** The name of the function that made it, for reports. */
  readonly name: string;
  private closed = false;

  /** Called by the flows of this package. @internal */
  constructor(name: string) {
    this.name = name;
  }

  /**
   * Waits for the next value. Resolves to `{ done: false, value }`, and to `{ done: true }` when there are no
   * more. When cancelled, it closes the flow.
   */
  next(): Coroutine<IteratorResult<T, undefined>> {
    return new Coroutine(this.stepping(), `${this.name}.next`);
  }

  /** Closes the flow: cancels what it runs, waits for it, and closes the sources. */
  return(): Coroutine<IteratorResult<T, undefined>> {
    return new Coroutine(this.ending(), `${this.name}.return`);
  }

  /**
   * Calls `body` with each value, waits for what it returns (a promise, a generator or a value), and closes
   * the flow at the end. It is the loop of generator coroutines: `yield* flow.each(function* (value) { … })`.
   *
   * @throws TypeError if `body` is not a function; else what the flow or the body throws.
   */
  each(body: (value: T) => unknown): Coroutine<void> {
    assertFunction(body, `${this.name}.each`);
    return new Coroutine(this.looping(body), `${this.name}.each`);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    const iterator: AsyncIterableIterator<T, undefined> = {
      next: () => {
        const step = this.ready();
        return step === undefined ? this.next() : Promise.resolve(step);
      },
      return: () => this.return(),
      [Symbol.asyncIterator]() {
        return this;
      },
    };
    return iterator;
  }

  toString(): string {
    return `<${this.name} ${this.closed ? "closed" : "open"}>`;
  }

  /** Takes a value if one is there: spares a coroutine for each of many. @internal */
  protected ready(): IteratorYieldResult<T> | undefined {
    return undefined;
  }

  /** Waits for a value; returns undefined if there are no more. @internal */
  protected abstract advance(): Steps<IteratorYieldResult<T> | undefined>;

  /** Ends what the flow has begun. Called once. @internal */
  protected *close(): Steps<void> {}

  private *stepping(): Steps<IteratorResult<T, undefined>> {
    if (!this.closed) {
      try {
        const step = yield* this.advance();
        if (step !== undefined) return step;
      } catch (error) {
        yield* this.failing(error);
      }
    }
    return yield* this.ending();
  }

  private *ending(): Steps<IteratorReturnResult<undefined>> {
    if (!this.closed) {
      this.closed = true;
      yield* this.close();
    }
    return { done: true, value: undefined };
  }

  /** Closes the flow after an error, and throws that, unless a cancellation comes. Another error is reported. */
  private *failing(error: unknown): Steps<never> {
    try {
      yield* this.ending();
    } catch (second) {
      throw oneOfTwo(error, second, `${this} was closed after an error, and there was another one`);
    }
    throw error;
  }

  private *looping(body: (value: T) => unknown): Steps<void> {
    try {
      for (;;) {
        const step = this.ready() ?? (yield* this.stepping());
        if (step.done === true) return;
        yield* runBody(body, step.value);
      }
    } catch (error) {
      yield* this.failing(error);
    }
  }
}

import { type Body, Coroutine } from "@asyncio-ts/coroutine";
import { assertBody, type BodyFor, runBody } from "@asyncio-ts/coroutine/lowlevel";
import type { Steps } from "@asyncio-ts/future";
import { assertMilliseconds, inspectAsString } from "@asyncio-ts/future/lowlevel";
import { type Timeout, timeout, TimeoutError } from "@asyncio-ts/task";

/**
 * A deadline after which the program goes on without the body's result, made by `moveOnAfter()`. trio:
 * `CancelScope`.
 *
 * @example
 * ```ts
 * import { moveOnAfter, type MoveOnAfter } from "@asyncio-ts/flow";
 * import { sleep } from "@asyncio-ts/task";
 *
 * const scope: MoveOnAfter = moveOnAfter(10);
 * const result = await scope.with(() => sleep(60_000, "late"));
 * console.log(result, scope.expired());
 * // prints: undefined true
 * ```
 */
export class MoveOnAfter {
  static {
    inspectAsString(this.prototype);
  }

  private readonly timeout: Timeout;

  /** Called by `moveOnAfter()`. @internal */
  constructor(delay: number | null) {
    this.timeout = timeout(delay);
  }

  /**
   * Runs `body`, and returns its result. If the deadline passes first, cancels the body, waits until it has
   * ended, and returns undefined; if the body returns a result all the same, that is returned. A cancellation
   * from outside, and the errors of the body, are thrown.
   *
   * @throws what the body throws; Error if it was used before.
   */
  with<T, Given = unknown>(
    body: BodyFor<Given, "MoveOnAfter.with()", T, [scope: MoveOnAfter]>,
  ): Coroutine<T | undefined> {
    assertBody(body, "MoveOnAfter.with()");
    return new Coroutine(this.entering(body as Body<T, [MoveOnAfter]>), "MoveOnAfter.with");
  }

  /** Returns the deadline, in milliseconds of `loop.time()`; null if there is none. */
  when(): number | null {
    return this.timeout.when();
  }

  /** Returns true if the deadline passed while the body ran. trio: `cancelled_caught`. */
  expired(): boolean {
    return this.timeout.expired();
  }

  /**
   * Moves the deadline to another time of `loop.time()`; null removes it.
   *
   * @throws Error if the body does not run, or the deadline has passed.
   */
  reschedule(when: number | null): void {
    this.timeout.reschedule(when);
  }

  toString(): string {
    return String(this.timeout).replace("Timeout", "MoveOnAfter");
  }

  private *entering<T>(body: Body<T, [scope: MoveOnAfter]>): Steps<T | undefined> {
    let thrown: unknown;
    try {
      return yield* this.timeout.with(this.running(body, (error) => (thrown = error)));
    } catch (error) {
      // A TimeoutError that the body throws is not this deadline's.
      if (error instanceof TimeoutError && error !== thrown) return undefined;
      throw error;
    }
  }

  private *running<T>(body: Body<T, [scope: MoveOnAfter]>, threw: (error: unknown) => void): Steps<T> {
    try {
      return yield* runBody(body, this as MoveOnAfter);
    } catch (error) {
      threw(error);
      throw error;
    }
  }
}

/**
 * Makes a deadline `delay` milliseconds from now; null for none. Its `with` cancels a body that takes longer,
 * and goes on without a result. trio: `move_on_after`. To get a `TimeoutError`, use `timeout`.
 *
 * @throws TypeError if the delay is neither a number nor null.
 *
 * @example
 * ```ts
 * import { moveOnAfter } from "@asyncio-ts/flow";
 * import { sleep } from "@asyncio-ts/task";
 *
 * const greeting = (await moveOnAfter(10).with(() => sleep(60_000, "hello"))) ?? "no answer";
 * console.log(greeting);
 * // prints: no answer
 * ```
 */
export function moveOnAfter(delay: number | null): MoveOnAfter {
  if (delay !== null) assertMilliseconds(delay, "moveOnAfter");
  return new MoveOnAfter(delay);
}

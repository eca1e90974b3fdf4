/**
 * RateLimiter: a sliding window over the times of the last starts.
 *
 * `starts` has the times of the last `count` starts, in a ring. The next one may begin when the oldest of them
 * is `per` milliseconds old. Callers take turns; the one whose turn it is sleeps until then. So they
 * start in order of arrival, a cancelled caller gives its place to the next, and a start is counted only when
 * it happens.
 *
 * Rejected: a token bucket. It needs no list of times, but lets up to twice as many start in one window.
 */
import { type Body, Coroutine } from "@asyncio-ts/coroutine";
import { assertBody, type BodyFor, runBody } from "@asyncio-ts/coroutine/lowlevel";
import type { Steps } from "@asyncio-ts/future";
import { assertMilliseconds, describe, inspectAsString } from "@asyncio-ts/future/lowlevel";
import { getRunningLoop } from "@asyncio-ts/loop";
import { sleep } from "@asyncio-ts/task";
import { Turns } from "./turns.js";

/**
 * Lets at most `count` callers start in any span of `per` milliseconds, in order of arrival.
 *
 * @example
 * ```ts
 * import { RateLimiter } from "@asyncio-ts/flow";
 * import { getRunningLoop } from "@asyncio-ts/loop";
 * import { gather } from "@asyncio-ts/task";
 *
 * const loop = getRunningLoop();
 * const start = loop.time();
 * const limiter = new RateLimiter(2, 1000);
 * const request = () => limiter.with(async () => Math.round(loop.time() - start));
 * console.log(await gather([request(), request(), request()]));
 * // prints: [ 0, 0, 1000 ]
 * ```
 */
export class RateLimiter {
  static {
    inspectAsString(this.prototype);
  }

  private readonly count: number;
  private readonly per: number;
  private readonly turns = new Turns("RateLimiter.acquire");
  private readonly starts: number[] = [];
  /** The index of the oldest start, once there are `count`. */
  private oldest = 0;

  /**
   * @param count the number of starts in each span
   * @param per the length of a span, in milliseconds
   * @throws RangeError if the count is not a whole number, 1 or more, or the length is not above 0; TypeError
   * if the length is not a number.
   */
  constructor(count: number, per: number) {
    if (!Number.isInteger(count) || count < 1) {
      throw new RangeError(
        `new RateLimiter() needs a whole number of starts, 1 or more, got ${describe(count)}`,
      );
    }
    assertMilliseconds(per, "new RateLimiter");
    if (per <= 0 || per === Infinity) {
      throw new RangeError(`new RateLimiter() needs a span above 0 milliseconds, got ${per}`);
    }
    this.count = count;
    this.per = per;
  }

  /**
   * Waits until the caller may start. There is nothing to release.
   *
   * When cancelled before its turn, it counts as no start, and the next caller moves up.
   */
  acquire(): Coroutine<void> {
    return new Coroutine(this.acquiring(), "RateLimiter.acquire");
  }

  /** Waits until the caller may start, runs `body`, and returns its result. */
  with<T, Given = unknown>(body: BodyFor<Given, "RateLimiter.with()", T>): Coroutine<T> {
    assertBody(body, "RateLimiter.with()");
    return new Coroutine(this.running(body as Body<T>), "RateLimiter.with");
  }

  toString(): string {
    return `<RateLimiter ${this.count} per ${this.per} ms>`;
  }

  private *acquiring(): Steps<void> {
    if (!this.turns.taken && this.begin() <= 0) return;
    yield* this.turns.take();
    try {
      // In a loop: a timer may be early by a fraction of a millisecond.
      for (let left = this.begin(); left > 0; left = this.begin()) yield* sleep(left);
    } finally {
      this.turns.pass();
    }
  }

  /** Counts a start, and returns 0 or less, if one is allowed now; else returns the time until then. */
  private begin(): number {
    const { starts, oldest, count } = this;
    const now = getRunningLoop().time();
    const left = starts.length < count ? 0 : (starts[oldest] as number) + this.per - now;
    if (left > this.per) {
      // It is still to come: the times are those of another loop, with another clock.
      starts.length = this.oldest = 0;
      return this.begin();
    }
    if (left <= 0) {
      starts[oldest] = now;
      this.oldest = (oldest + 1) % count;
    }
    return left;
  }

  private *running<T>(body: Body<T>): Steps<T> {
    yield* this.acquiring();
    return yield* runBody(body);
  }
}

import type { Steps } from "@asyncio-ts/future";
import { assertMilliseconds } from "@asyncio-ts/future/lowlevel";
import { getRunningLoop } from "@asyncio-ts/loop";
import { sleep } from "@asyncio-ts/task";
import { Flow } from "./flow.js";

/**
 * Beats every `period` milliseconds, without drift: beat `n` comes `n` periods after the first one was asked
 * for. Yields the number of the beat, from 1.
 *
 * Beats that pass while the loop's body runs are skipped: after beat 2, a body that takes two and a half
 * periods gets beat 5, so `beat - previous - 1` were missed. A beat that is due at that very moment is not
 * missed. When cancelled, it clears its timer.
 *
 * @throws TypeError if the period is not a number; RangeError if it is not above 0.
 *
 * @example
 * ```ts
 * import { interval } from "@asyncio-ts/flow";
 * import { sleep } from "@asyncio-ts/task";
 *
 * for await (const beat of interval(100)) {
 *   console.log("beat", beat);
 *   if (beat === 2) await sleep(250);
 *   if (beat === 5) break;
 * }
 * // prints: beat 1
 * // prints: beat 2
 * // prints: beat 5
 * ```
 */
export function interval(period: number): Flow<number> {
  assertMilliseconds(period, "interval");
  if (period <= 0 || period === Infinity) {
    throw new RangeError(`interval() needs a period above 0 milliseconds, got ${period}`);
  }
  return new Interval(period);
}

/** The part of a period, by rounding, by which a beat that is due now may seem to be over. */
const ROUNDING = 1e-6;

class Interval extends Flow<number> {
  private readonly period: number;
  private start: number | undefined = undefined;
  private beat = 0;

  constructor(period: number) {
    super("interval");
    this.period = period;
  }

  protected override *advance(): Steps<IteratorYieldResult<number>> {
    const now = getRunningLoop().time();
    this.start ??= now;
    this.beat = Math.max(this.beat + 1, Math.ceil((now - this.start) / this.period - ROUNDING));
    yield* sleep(this.start + this.beat * this.period - now);
    return { done: false, value: this.beat };
  }
}

/**
 * Barrier: a number of parties wait for each other.
 *
 * States:
 *   filling    parties arrive and wait
 *   draining   all have arrived and leave; newcomers wait until the last one has left
 *   resetting  `reset()` was called while parties waited; they leave with an error; newcomers wait, as in
 *              draining
 *   broken     `abort()` was called: all parties get an error, until `reset()`
 * The last party to arrive moves filling → draining; the last one to leave moves draining or resetting →
 * filling.
 */
import { type Body, Coroutine } from "@asyncio-ts/coroutine";
import { assertBody, type BodyFor, runBody } from "@asyncio-ts/coroutine/lowlevel";
import type { Steps } from "@asyncio-ts/future";
import { describe, inspectAsString, nameError, waitFacts, type WaitFacts } from "@asyncio-ts/future/lowlevel";
import { Condition } from "./condition.js";

type State = "filling" | "draining" | "resetting" | "broken";

/**
 * Thrown by `wait()` if the barrier is reset or broken. Python: `asyncio.BrokenBarrierError`.
 *
 * @example
 * ```ts
 * import { Barrier, BrokenBarrierError } from "@asyncio-ts/sync";
 *
 * const barrier = new Barrier(2);
 * await barrier.abort();
 * try {
 *   await barrier.wait();
 * } catch (error) {
 *   console.log(error instanceof BrokenBarrierError, barrier.broken);
 * }
 * // prints: true true
 * ```
 */
export class BrokenBarrierError extends Error {
  static {
    nameError(this, "BrokenBarrierError");
  }
}

/**
 * Lets a number of tasks wait until all of them have arrived. Python: `asyncio.Barrier`.
 *
 * @example
 * ```ts
 * import { Barrier } from "@asyncio-ts/sync";
 *
 * const barrier = new Barrier(2);
 * const runner = async (name: string) => {
 *   console.log(name, "is there");
 *   await barrier.wait();
 *   console.log(name, "starts");
 * };
 * await Promise.all([runner("Ann"), runner("Bo")]);
 * // prints: Ann is there
 * // prints: Bo is there
 * // prints: Bo starts
 * // prints: Ann starts
 * ```
 */
export class Barrier {
  static {
    inspectAsString(this.prototype);
  }

  /** The number of parties that the barrier waits for. Python: `parties`. */
  readonly parties: number;
  private readonly condition: Condition = new BarrierCondition(this);
  private state: State = "filling";
  private count = 0;

  /**
   * @param parties the number of parties that the barrier waits for
   * @throws RangeError if it is not a whole number, 1 or more
   */
  constructor(parties: number) {
    if (!Number.isInteger(parties) || parties < 1) {
      throw new RangeError(
        `new Barrier() needs a whole number of parties, 1 or more, got ${describe(parties)}`,
      );
    }
    this.parties = parties;
  }

  /** The number of waiting parties. Python: `n_waiting`. */
  get nWaiting(): number {
    return this.state === "filling" ? this.count : 0;
  }

  /** True after `abort()`, until `reset()`. Python: `broken`. */
  get broken(): boolean {
    return this.state === "broken";
  }

  /**
   * Waits until all parties have arrived. Resolves to a position from 0 to `parties - 1`, a different one for
   * each party unless one was cancelled while it waited. Python: `wait()`.
   *
   * A cancelled party leaves, and the others continue to wait.
   *
   * @throws BrokenBarrierError if the barrier is broken, or is reset or broken while it waits.
   */
  wait(): Coroutine<number> {
    return new Coroutine(this.waiting(), "Barrier.wait");
  }

  /** Waits as `wait()` does, then runs `body` with the position. Python: `async with barrier as position`. */
  with<T, Given = unknown>(body: BodyFor<Given, "Barrier.with()", T, [position: number]>): Coroutine<T> {
    assertBody(body, "Barrier.with()");
    return new Coroutine(this.passing(body as Body<T, [number]>), "Barrier.with");
  }

  /**
   * Empties the barrier: waiting parties get a `BrokenBarrierError`, and newcomers fill it again. Python:
   * `reset()`.
   */
  reset(): Coroutine<void> {
    return new Coroutine(this.changing("resetting"), "Barrier.reset");
  }

  /** Breaks the barrier: all parties get a `BrokenBarrierError`, until it is reset. Python: `abort()`. */
  abort(): Coroutine<void> {
    return new Coroutine(this.changing("broken"), "Barrier.abort");
  }

  /** @internal */
  [waitFacts](): WaitFacts {
    return { kind: "Barrier", of: this, arrived: this.nWaiting, parties: this.parties };
  }

  toString(): string {
    return `<Barrier ${this.state}, ${this.nWaiting} of ${this.parties} waiting>`;
  }

  private *changing(state: "resetting" | "broken"): Steps<void> {
    const guard = yield* this.condition.acquire();
    this.state = state === "resetting" && this.count === 0 ? "filling" : state;
    this.condition.notifyAll();
    guard.release();
  }

  private *passing<T>(body: Body<T, [position: number]>): Steps<T> {
    const position = yield* this.wait();
    return yield* runBody(body, position);
  }

  private *waiting(): Steps<number> {
    const guard = yield* this.condition.acquire();
    try {
      yield* this.condition.waitFor(() => this.state === "filling" || this.broken);
      if (this.broken) throw this.failure();
      const position = this.count++;
      try {
        if (position + 1 === this.parties) {
          this.state = "draining";
          this.condition.notifyAll();
        } else {
          yield* this.condition.waitFor(() => this.state !== "filling");
          if (this.state !== "draining") throw this.failure();
        }
        return position;
      } finally {
        if (--this.count === 0) {
          if (!this.broken) this.state = "filling";
          this.condition.notifyAll();
        }
      }
    } finally {
      guard.release();
    }
  }

  private failure(): BrokenBarrierError {
    return new BrokenBarrierError(
      this.broken
        ? "this barrier is broken; call reset() to use it again"
        : "this barrier was emptied by reset()",
    );
  }
}

/** The condition of a barrier: those who look at the program see the barrier. */
class BarrierCondition extends Condition {
  private readonly barrier: Barrier;

  constructor(barrier: Barrier) {
    super();
    this.barrier = barrier;
  }

  /** @internal */
  override [waitFacts](): WaitFacts {
    return this.barrier[waitFacts]();
  }
}

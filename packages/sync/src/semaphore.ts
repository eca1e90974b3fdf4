import type { Coroutine } from "@asyncio-ts/coroutine";
import { atCallOf, describe, waitFacts, type WaitFacts } from "@asyncio-ts/future/lowlevel";
import { Gate } from "./gate.js";
import { Acquirable, type Guard } from "./guard.js";

/**
 * Lets a limited number of callers pass at a time, in order of arrival. Python: `asyncio.Semaphore`.
 *
 * @example
 * ```ts
 * import { Semaphore } from "@asyncio-ts/sync";
 *
 * const semaphore = new Semaphore(2);
 * let running = 0;
 * let most = 0;
 * const job = () =>
 *   semaphore.with(async () => {
 *     most = Math.max(most, ++running);
 *     await Promise.resolve(); // something that takes time
 *     running--;
 *   });
 * await Promise.all([job(), job(), job()]);
 * console.log(most);
 * // prints: 2
 * ```
 */
export class Semaphore extends Acquirable {
  /** @internal */
  protected readonly gate: Gate;

  /**
   * @param value the number of permits
   * @throws RangeError if it is not a whole number, 0 or more
   */
  constructor(value = 1) {
    super();
    if (!Number.isInteger(value) || value < 0) {
      throw new RangeError(
        `new ${this.constructor.name}() needs a whole number of permits, 0 or more, got ${describe(value)}`,
      );
    }
    this.gate = new Gate(this, value);
  }

  /** Returns whether `acquire()` would wait: no permit is free, or others come first. Python: `locked()`. */
  locked(): boolean {
    return this.gate.closed;
  }

  /**
   * Waits for a permit, and resolves to a guard that releases it. Python: `acquire()`.
   *
   * A waiter that is cancelled before a permit is handed over to it leaves the queue. After that it holds the
   * permit: the cancellation is thrown at its next suspension.
   */
  override acquire(): Coroutine<Guard> {
    return this.gate.acquire();
  }

  /** Returns a permit, or adds one, and hands it over to the first waiter. Python: `release()`. */
  override release(): void {
    this.gate.release();
  }

  /** @internal */
  [waitFacts](): WaitFacts {
    return { kind: "Semaphore", value: this.gate.free };
  }

  override toString(): string {
    return `<${this.constructor.name} ${this.gate.free} free, ${this.gate.length} waiting>`;
  }
}

/**
 * A semaphore that never has more permits than it was made with. Python: `asyncio.BoundedSemaphore`.
 *
 * @example
 * ```ts
 * import { BoundedSemaphore } from "@asyncio-ts/sync";
 *
 * const semaphore = new BoundedSemaphore(1);
 * try {
 *   semaphore.release();
 * } catch (error) {
 *   console.log((error as Error).name);
 * }
 * // prints: RangeError
 * ```
 */
export class BoundedSemaphore extends Semaphore {
  private readonly bound: number;

  constructor(value = 1) {
    super(value);
    this.bound = value;
  }

  /** @throws RangeError if all permits are free already. */
  override release(): void {
    if (this.gate.free >= this.bound) {
      throw atCallOf(
        BoundedSemaphore.prototype.release,
        new RangeError(
          `release() of a BoundedSemaphore whose ${this.bound} permits are all free; ` +
            "call it once for each acquire(), or use with()",
        ),
      );
    }
    super.release();
  }
}

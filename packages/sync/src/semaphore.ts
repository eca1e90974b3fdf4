/**
 * Semaphore: a number of permits, given out in the order in which they are asked for.
 *
 * `permits` are free; `granted` is the number of waiters that have been given one and whose turn is yet to come.
 * While there are any, newcomers queue even if permits are free, so that nobody overtakes; the waiter that goes on
 * last wakes them (`takeGranted`). Free permits and waiters never stand side by side otherwise.
 */
import type { Coroutine } from "@asyncio-ts/coroutine";
import type { Future } from "@asyncio-ts/future";
import { describe } from "@asyncio-ts/future/lowlevel";
import { Acquirable, Acquisition, type Guard, type Takable } from "./guard.js";
import { ParkingLot } from "./parking-lot.js";

/**
 * Lets a number of holders pass at a time, first come, first served. Python: `asyncio.Semaphore`.
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
export class Semaphore extends Acquirable implements Takable {
  private permits: number;
  private granted = 0;
  private readonly waiters = new ParkingLot(`${this.constructor.name}.acquire()`);

  /**
   * @param value how many may hold the semaphore at once
   * @throws RangeError if that is no whole number, or less than 0
   */
  constructor(value = 1) {
    super();
    if (!Number.isInteger(value) || value < 0) {
      throw new RangeError(
        `new ${this.constructor.name}() needs a whole number of permits, 0 or more, got ${describe(value)}`,
      );
    }
    this.permits = value;
  }

  /** Whether `acquire()` would have to wait: no permit is free, or others wait already. Python: `locked()`. */
  locked(): boolean {
    return this.permits === 0 || this.granted > 0 || this.waiters.length > 0;
  }

  /**
   * Waits for a permit, and resolves to a guard that gives it back. Python: `acquire()`.
   *
   * Cancelled before its turn, it leaves the queue. Once its turn has come it holds a permit: a cancellation that
   * arrives in that moment is thrown at the caller's next suspension.
   */
  override acquire(): Coroutine<Guard> {
    return new Acquisition(this);
  }

  /** Gives a permit back, or adds one; the first of those who wait gets it. Python: `release()`. */
  override release(): void {
    this.permits++;
    this.grant();
  }

  override toString(): string {
    return `<${this.constructor.name} ${this.permits} free, ${this.waiters.length} waiting>`;
  }

  // ---- for Acquisition ----

  take(): boolean {
    if (this.locked()) return false;
    this.permits--;
    return true;
  }

  park(): Future<void> {
    return this.waiters.wait();
  }

  takeGranted(): void {
    this.granted--;
    while (this.permits > 0 && this.grant());
  }

  private grant(): boolean {
    if (!this.waiters.grant()) return false;
    this.permits--;
    this.granted++;
    return true;
  }

  /** How many permits are free. */
  protected get free(): number {
    return this.permits;
  }
}

/**
 * A semaphore that refuses more releases than it was made with permits. Python: `asyncio.BoundedSemaphore`.
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

  /**
   * @throws RangeError if all permits are free already.
   */
  override release(): void {
    if (this.free >= this.bound) {
      throw new RangeError(
        `release() of a BoundedSemaphore whose ${this.bound} permits are all free; ` +
          "call it once for each acquire(), or use with()",
      );
    }
    super.release();
  }
}

/**
 * Lock: one holder at a time, in the order in which they came.
 *
 * States:
 *   free      not `held`, not `granted`; nobody waits
 *   held      `held`
 *   granted   not `held`, `granted`: released, and handed over to the first waiter, whose turn is yet to come
 *
 * `release` moves held → granted if somebody waits, else → free; the waiter's turn moves granted → held. In between
 * newcomers queue, so nobody overtakes; `locked()` is false for that moment, as in asyncio. A waiter that has been
 * granted the lock gets it even if it is cancelled in that moment: the hold is never lost.
 */
import type { Coroutine } from "@asyncio-ts/coroutine";
import type { Future } from "@asyncio-ts/future";
import { brandInstances } from "@asyncio-ts/future/internal";
import { Acquirable, Acquisition, type Guard, type Takable } from "./guard.js";
import { ParkingLot } from "./parking-lot.js";

/** Marks locks, so that other installed versions recognize them. */
export const lockBrand: unique symbol = Symbol.for("asyncio-ts.Lock");

/**
 * Lets one at a time pass, first come, first served. Python: `asyncio.Lock`.
 *
 * Not re-entrant: who holds the lock and acquires it again waits forever.
 *
 * @example
 * ```ts
 * import { Lock } from "@asyncio-ts/sync";
 *
 * const lock = new Lock();
 * let balance = 100;
 * const withdraw = (amount: number) =>
 *   lock.with(async () => {
 *     const before = balance;
 *     await Promise.resolve(); // something that takes time
 *     balance = before - amount;
 *   });
 * await Promise.all([withdraw(10), withdraw(20)]);
 * console.log(balance);
 * // prints: 70
 * ```
 */
export class Lock extends Acquirable implements Takable {
  static {
    brandInstances(this.prototype, lockBrand);
  }

  private held = false;
  private granted = false;
  private readonly waiters = new ParkingLot("Lock.acquire()");

  /** Whether somebody holds the lock. Python: `locked()`. */
  locked(): boolean {
    return this.held;
  }

  /**
   * Waits until it is this caller's turn, and resolves to a guard that releases the lock. Python: `acquire()`.
   *
   * Cancelled before its turn, it leaves the queue. Once its turn has come it holds the lock: a cancellation that
   * arrives in that moment is thrown at the caller's next suspension.
   */
  override acquire(): Coroutine<Guard> {
    return new Acquisition(this);
  }

  /**
   * Releases the lock; the first of those who wait gets it. Python: `release()`.
   *
   * @throws Error if nobody holds the lock.
   */
  override release(): void {
    if (!this.held) {
      throw new Error("release() of a Lock that is not held; call it once for each acquire(), or use with()");
    }
    this.held = false;
    this.granted = this.waiters.grant();
  }

  override toString(): string {
    return `<Lock ${this.held ? "locked" : "unlocked"}, ${this.waiters.length} waiting>`;
  }

  // ---- for Acquisition ----

  take(): boolean {
    if (this.held || this.granted) return false;
    this.held = true;
    return true;
  }

  park(): Future<void> {
    return this.waiters.wait();
  }

  takeGranted(): void {
    this.granted = false;
    this.held = true;
  }
}

import type { Coroutine } from "@asyncio-ts/coroutine";
import { atCallOf, brandInstances, waitFacts, type WaitFacts } from "@asyncio-ts/future/lowlevel";
import { Gate } from "./gate.js";
import { Acquirable, type Guard } from "./guard.js";

/** Marks locks, so that other installed versions recognize them. */
export const lockBrand: unique symbol = Symbol.for("asyncio-ts.Lock");

/**
 * Lets one caller at a time pass, in order of arrival. Python: `asyncio.Lock`.
 *
 * It is not re-entrant: a caller that acquires a lock which it holds already waits forever.
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
export class Lock extends Acquirable {
  static {
    brandInstances(this.prototype, lockBrand);
  }

  private readonly gate = new Gate(this, 1);

  /** Returns whether the lock is held; false while it is handed over to a waiter. Python: `locked()`. */
  locked(): boolean {
    return this.gate.allHeld;
  }

  /**
   * Waits for the lock, and resolves to a guard that releases it. Python: `acquire()`.
   *
   * A waiter that is cancelled before the lock is handed over to it leaves the queue. After that it holds the
   * lock: the cancellation is thrown at its next suspension.
   */
  override acquire(): Coroutine<Guard> {
    return this.gate.acquire();
  }

  /**
   * Releases the lock, and hands it over to the first waiter. Python: `release()`.
   *
   * @throws Error if the lock is not held.
   */
  override release(): void {
    if (!this.gate.allHeld) {
      throw atCallOf(
        Lock.prototype.release,
        new Error("release() of a Lock that is not held; call it once for each acquire(), or use with()"),
      );
    }
    this.gate.release();
  }

  /** @internal */
  [waitFacts](): WaitFacts {
    const { holder, handovers } = this.gate;
    return { kind: "Lock", holder, handovers };
  }

  override toString(): string {
    return `<Lock ${this.locked() ? "locked" : "unlocked"}, ${this.gate.length} waiting>`;
  }
}

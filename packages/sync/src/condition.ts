/**
 * Condition: releases a lock, and waits until a holder of the lock notifies it of a change.
 *
 * `wait` always ends with the lock held: it acquires the lock again after a notification and after a
 * cancellation, and throws a cancellation that arrives meanwhile once it holds the lock. A `wait` that ends
 * with an error wakes another waiter, because it may have been notified (asyncio does the same). That waiter
 * may find nothing changed, which is why `wait` is called in a loop (see `waitFor`).
 */
import { Coroutine, isCoroutine } from "@asyncio-ts/coroutine";
import { isGeneratorFunction, isSteps } from "@asyncio-ts/coroutine/internal";
import { type CancelledError, isCancelled, type Steps } from "@asyncio-ts/future";
import {
  assertFunction,
  describe,
  hasBrand,
  isAsyncFunction,
  isPromiseLike,
  waitFacts,
  type WaitFacts,
} from "@asyncio-ts/future/lowlevel";
import { Acquirable, type Guard } from "./guard.js";
import { Lock, lockBrand } from "./lock.js";
import { ParkingLot } from "./parking-lot.js";

/**
 * Lets tasks wait for a change that another task makes while it holds the same lock. Python:
 * `asyncio.Condition`.
 *
 * @example
 * ```ts
 * import { Condition } from "@asyncio-ts/sync";
 *
 * const condition = new Condition();
 * const items: string[] = [];
 * const consume = condition.with(async () => {
 *   await condition.waitFor(() => items.length > 0);
 *   console.log("took", items.pop());
 * });
 * const produce = condition.with(async () => {
 *   items.push("apple");
 *   condition.notify();
 * });
 * await Promise.all([consume, produce]);
 * // prints: took apple
 * ```
 */
export class Condition extends Acquirable {
  private readonly lock: Lock;
  private readonly waiters = new ParkingLot("Condition.wait", this);

  /**
   * @param lock the lock to share with others. Default: a new one.
   */
  constructor(lock: Lock = new Lock()) {
    super();
    if (!hasBrand(lock, lockBrand))
      throw new TypeError(`new Condition() needs a Lock, got ${describe(lock)}`);
    this.lock = lock;
  }

  /** Returns whether the lock is held. Python: `locked()`. */
  locked(): boolean {
    return this.lock.locked();
  }

  /** Acquires the lock. Python: `acquire()`. */
  override acquire(): Coroutine<Guard> {
    return this.lock.acquire();
  }

  /** Releases the lock. Python: `release()`. */
  override release(): void {
    this.lock.release();
  }

  /**
   * Releases the lock, waits for a notification, and acquires the lock again. Resolves to true. Python:
   * `wait()`.
   *
   * When cancelled, it first acquires the lock again, and then throws. It may wake without a reason: check
   * again what you wait for, or use `waitFor`.
   *
   * @throws Error if the lock is not held.
   */
  wait(): Coroutine<true> {
    return new Coroutine(this.waiting(), "Condition.wait");
  }

  /**
   * Waits until `predicate` returns something true, and resolves to that. Python: `wait_for()`.
   *
   * @throws Error if it has to wait and the lock is not held; TypeError if the predicate is no function, or
   * is async: an async function returns a promise, which is always true.
   */
  waitFor<T>(predicate: () => T): Coroutine<T> {
    assertFunction(predicate, "waitFor");
    if (isGeneratorFunction(predicate) || isAsyncFunction(predicate)) throw mustNotBeAsync();
    return new Coroutine(this.waitingFor(predicate), "Condition.waitFor");
  }

  /**
   * Wakes up to `count` waiters, in order of arrival; each goes on once it has acquired the lock. Python:
   * `notify()`.
   *
   * @throws Error if the lock is not held; TypeError if the count is no number.
   */
  notify(count = 1): void {
    if (typeof count !== "number" || Number.isNaN(count)) {
      throw new TypeError(`notify() needs the number of waiters to wake, got ${describe(count)}`);
    }
    this.assertHeld("notify");
    for (let i = 0; i < count && this.waiters.unpark(); i++);
  }

  /**
   * Wakes all waiters. Python: `notify_all()`.
   *
   * @throws Error if the lock is not held.
   */
  notifyAll(): void {
    this.notify(this.waiters.length);
  }

  /** @internal */
  [waitFacts](): WaitFacts {
    return { kind: "Condition" };
  }

  override toString(): string {
    return `<Condition ${this.locked() ? "locked" : "unlocked"}, ${this.waiters.length} waiting>`;
  }

  private *waiting(): Steps<true> {
    this.assertHeld("wait");
    this.release();
    try {
      try {
        yield* this.waiters.park();
      } finally {
        yield* this.acquireAgain();
      }
    } catch (error) {
      this.waiters.unpark();
      throw error;
    }
    return true;
  }

  private *acquireAgain(): Steps<void> {
    let cancellation: CancelledError | undefined;
    for (;;) {
      try {
        yield* this.acquire();
        break;
      } catch (error) {
        if (!isCancelled(error)) throw error;
        cancellation = error;
      }
    }
    if (cancellation !== undefined) throw cancellation;
  }

  private *waitingFor<T>(predicate: () => T): Steps<T> {
    for (;;) {
      const result = predicate();
      if (result) return checked(result);
      yield* this.wait();
    }
  }

  private assertHeld(what: string): void {
    if (!this.locked()) {
      throw new Error(
        `${what}() of a Condition whose lock is not held; call it inside condition.with(…), or after acquire()`,
      );
    }
  }
}

/** Returns the result of a predicate, unless it is a promise or a coroutine, which would always be true. */
function checked<T>(result: T): T {
  if (typeof result !== "object" && typeof result !== "function") return result;
  if (isCoroutine(result)) result.take();
  else if (!isPromiseLike(result) && !isSteps(result)) return result;
  throw mustNotBeAsync();
}

function mustNotBeAsync(): TypeError {
  return new TypeError(
    "the predicate of waitFor() must return its answer, not a promise or a generator, which is always true; " +
      "write `() => items.length > 0`",
  );
}

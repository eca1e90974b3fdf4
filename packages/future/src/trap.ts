/** Traps, the yield protocol: by `yield*`, a generator coroutine yields nothing but traps to its driver. */
import type { StepContext } from "./contract.js";
import { describe } from "./describe.js";
import { slot } from "./slot.js";
import { isPromiseLike, type Then } from "./thenable.js";
import type { WaitTarget } from "./wait-target.js";

/** A driver of a generator coroutine, as traps use it. */
export interface Driver extends StepContext {
  /** Suspends until the target is done. */
  waitFor(target: WaitTarget): void;
  /** Suspends for one iteration of the loop. */
  tick(): void;
  /** Suspends until a promise or thenable settles; pass the `then` of a thenable that was read already. */
  attach(promise: object, then?: Then): void;
  /** Steps another generator; the present one gets its result. */
  enter(generator: Generator<unknown, unknown>): void;
}

/** The value that a generator coroutine yields to its driver. */
export interface Trap {
  /** Suspends the driver and returns false, or returns true if the driver can take the next step at once. */
  suspend(driver: Driver): boolean;
}

/** Throws a TypeError that says what to write instead, unless `value` is a trap. */
export function assertTrap(value: unknown): asserts value is Trap {
  if (typeof value !== "object" || value === null || typeof (value as Trap).suspend !== "function")
    refuse(value);
}

const yieldedWithoutStar: string =
  "a coroutine used `yield` on an awaitable; write `yield*`, which also gives you its result";

/**
 * The iterator for `yield*`: yields itself once, so that the driver is asked to suspend, and then returns or
 * throws the outcome that the driver sends or throws.
 */
export abstract class TrapIterator<T> implements Trap {
  /** True once it was yielded. Abstract, since a base class without fields costs nothing to construct. */
  protected abstract asked: boolean;

  abstract suspend(driver: Driver): boolean;

  /** Throws a TypeError if the object itself was yielded, by `yield` in place of `yield*`. */
  protected assertIterated(): void {
    if (!this.asked) throw new TypeError(yieldedWithoutStar);
  }

  next(result: T): IteratorResult<Trap, T> {
    if (this.asked) return { done: true, value: result };
    this.asked = true;
    return { done: false, value: this };
  }

  throw(error: unknown): never {
    slot.strays?.settleHere(error, this.throw);
    throw error;
  }

  return(value: T): IteratorResult<Trap, T> {
    return { done: true, value };
  }

  [Symbol.iterator](): Iterator<unknown, T, T> {
    return this;
  }
}

/** Iterates a future for `yield*`. Does not suspend if the future is done. */
export class FutureIterator<T> extends TrapIterator<T> {
  protected override asked = false;
  private readonly future: WaitTarget;

  constructor(future: WaitTarget) {
    super();
    this.future = future;
  }

  override next(): IteratorResult<Trap, T> {
    const { future } = this;
    if (future.done()) return { done: true, value: this.outcome() };
    if (this.asked)
      throw new Error(`${future} is pending; wait for it with \`yield* future\` in a coroutine`);
    this.asked = true;
    return { done: false, value: this };
  }

  suspend(driver: Driver): boolean {
    driver.waitFor(this.future);
    return false;
  }

  private outcome(): T {
    try {
      return this.future.result() as T;
    } catch (error) {
      slot.strays?.settleCancellation(error, this.next);
      throw error;
    }
  }
}

/** Throws a TypeError that says what is wrong with `yield value`. */
function refuse(value: unknown): never {
  let isIterable = false;
  try {
    isIterable = typeof value === "object" && value !== null && Symbol.iterator in value;
  } catch {
    // A proxy that throws.
  }
  if (isIterable) throw new TypeError(yieldedWithoutStar);
  const wrong =
    value === undefined
      ? "used a bare `yield`; to let others run, write `yield* sleep(0)`"
      : isPromiseLike(value)
        ? "yielded a promise; write `yield* ensureFuture(promise)`, or await it in an async function"
        : `yielded ${describe(value)}, which is no awaitable; write \`yield*\` and a future, task or coroutine`;
  throw new TypeError(`a coroutine ${wrong}`);
}

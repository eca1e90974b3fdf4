/**
 * Following promises and thenables of others, by the rules of promises. The one place that calls a foreign `then`.
 *
 * A thenable is the user's code: it may call back twice, at once, later or never, throw before or after that, or be a
 * getter that throws. Followed by hand it would run a coroutine inside its caller's step, end a task twice, or never. So:
 *   - `then` is read once (`thenOf`);
 *   - the first call of one of the two functions counts, and what comes after it, a thrown error too, is ignored;
 *   - what `then` throws before that is the outcome;
 *   - what it resolves with is followed in turn, each link in a microtask of its own, so a chain may be of any length;
 *   - the outcome is told in a microtask, never inside the call of `then`, and never inside the step of somebody else.
 *
 * A promise that `await` would trust is trusted here too (`followPromise`): no more microtasks than `await` takes, and its
 * own `then` is not looked at. Rejected: a native promise that is resolved with the thenable. It keeps the same rules, but
 * a thenable that resolves with itself would keep the microtask queue busy for ever.
 */
import { soon } from "./slot.js";

/** The `then` of a thenable. */
export type Then = (
  this: unknown,
  fulfilled: (value: unknown) => void,
  rejected: (error: unknown) => void,
) => unknown;

/** The class of what async functions return, which a polyfill of the global `Promise` does not change. */
const NativePromise = (async () => {})().constructor as PromiseConstructor;
const { then: nativeThen } = NativePromise.prototype;

/** Whether `value` is a promise of this realm, or of a class derived from it. */
export function isPromise(value: unknown): value is Promise<unknown> {
  try {
    return value instanceof NativePromise;
  } catch {
    return false;
  }
}

/**
 * Calls one of two functions, which must not throw, once the promise has settled. False, and nothing happens, if `await`
 * would not trust it: see `followThenable`.
 */
export function followPromise(
  promise: object,
  fulfilled: (value: unknown) => void,
  rejected: (error: unknown) => void,
): boolean {
  try {
    // The tests that `await` makes, the second inside the call: a derived class may have a `then` of its own, which wants
    // to be called; and what is no promise, but looks like one, as a proxy does, makes the native function throw.
    if (promise.constructor !== NativePromise) return false;
    nativeThen.call(promise as Promise<unknown>, fulfilled, rejected);
    return true;
  } catch {
    return false;
  }
}

/** Reads the `then` of a value; undefined if there is none. A getter that throws gives a `then` that does. */
export function thenOf(value: unknown): Then | undefined {
  if ((typeof value !== "object" || value === null) && typeof value !== "function") return undefined;
  try {
    const { then } = value as { then?: unknown };
    return typeof then === "function" ? (then as Then) : undefined;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/**
 * Calls one of two functions, which must not throw, once a thenable has given its outcome. `then` is what `thenOf` gave
 * for it, and is called at once, in the context of the caller; a value that has none is its own outcome.
 */
export function followThenable(
  thenable: unknown,
  then: Then | undefined,
  fulfilled: (value: unknown) => void,
  rejected: (error: unknown) => void,
): void {
  if (then === undefined) soon(() => fulfilled(thenable));
  else new Following(thenable, fulfilled, rejected).ask(thenable, then);
}

/** Follows a promise or a thenable. */
export function follow(
  value: object,
  fulfilled: (value: unknown) => void,
  rejected: (error: unknown) => void,
  then?: Then,
): void {
  if (then === undefined && followPromise(value, fulfilled, rejected)) return;
  followThenable(value, then ?? thenOf(value), fulfilled, rejected);
}

/**
 * A chain of thenables, on the way to its outcome.
 *
 * `landmark` finds circles (Brent's algorithm): it is one of the links, the first, second, fourth, eighth and so on, so
 * whoever goes round in a circle meets it again.
 */
class Following {
  private readonly fulfilled: (value: unknown) => void;
  private readonly rejected: (error: unknown) => void;
  private landmark: unknown;
  private links = 0;
  private nextLandmark = 1;

  constructor(first: unknown, fulfilled: (value: unknown) => void, rejected: (error: unknown) => void) {
    this.landmark = first;
    this.fulfilled = fulfilled;
    this.rejected = rejected;
  }

  /** Calls the `then` of a link. */
  ask(thenable: unknown, then: Then): void {
    let called = false;
    const resolve = (value: unknown): void => {
      if (called) return;
      called = true;
      this.resolved(value);
    };
    const reject = (error: unknown): void => {
      if (called) return;
      called = true;
      soon(() => this.rejected(error));
    };
    try {
      Reflect.apply(then, thenable, [resolve, reject]);
    } catch (error) {
      reject(error);
    }
  }

  private resolved(value: unknown): void {
    if (isPromise(value) && followPromise(value, this.fulfilled, this.rejected)) return;
    const then = thenOf(value);
    if (then === undefined) soon(() => this.fulfilled(value));
    else if (value === this.landmark) soon(() => this.rejected(circle()));
    else {
      if (++this.links === this.nextLandmark) {
        this.landmark = value;
        this.nextLandmark *= 2;
      }
      soon(() => this.ask(value, then));
    }
  }
}

function circle(): TypeError {
  return new TypeError("a thenable resolved with itself, so it would never have an outcome");
}

/**
 * Has `then` on a class's own prototype. `await` looks for it in one prototype after the other, by the slowest of V8's
 * ways: for what is awaited by the million. Measured: an uncontended lock 138 ns to 134, a task 520 to 490.
 */
export function keepThen(prototype: PromiseLike<unknown>): void {
  const { then } = prototype;
  // oxlint-disable-next-line unicorn/no-thenable -- it is one already
  Object.defineProperty(prototype, "then", { value: then, writable: true, configurable: true });
}

/**
 * Whether `value` can be awaited: anything with a `then`, be it one that throws when it is read. Python:
 * `inspect.isawaitable`.
 */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return thenOf(value) !== undefined;
}

/**
 * Following promises and thenables of others, by the rules of promises. Only here is a foreign `then` called.
 *
 * A thenable is user code: it may call back twice, at once, later or never, throw before or after that, or
 * have a getter that throws. A careless follower would run code inside another step, end a task twice, or
 * never. So:
 *   - `then` is read once (`thenOf`);
 *   - the first call of one of the two functions counts; later calls and errors are ignored;
 *   - an error that `then` throws before that is the outcome;
 *   - what it resolves with is followed in turn, in a microtask of its own, so a chain may have any length;
 *   - the outcome is delivered in a microtask, never inside the call of `then` or inside another step.
 *
 * A promise that `await` would trust is trusted here too (`followPromise`): no more microtasks than `await`
 * takes, and its own `then` is ignored. Rejected: resolving a native promise with the thenable. It keeps
 * these rules, but a thenable that resolves with itself would keep the microtask queue busy for ever.
 */
import { soon } from "./slot.js";

/** The `then` of a thenable. */
export type Then = (
  this: unknown,
  fulfilled: (value: unknown) => void,
  rejected: (error: unknown) => void,
) => unknown;

/** The class of the promises of async functions, which a polyfill of the global `Promise` does not change. */
const NativePromise = (async () => {})().constructor as PromiseConstructor;
const { then: nativeThen } = NativePromise.prototype;

/** Tells whether `value` is a promise of this realm, or of a class derived from it. */
export function isPromise(value: unknown): value is Promise<unknown> {
  try {
    return value instanceof NativePromise;
  } catch {
    return false;
  }
}

/**
 * Calls one of two functions, which must not throw, once the promise has settled. Returns false, and does
 * nothing, if `await` would not trust the promise: see `followThenable`.
 */
export function followPromise(
  promise: object,
  fulfilled: (value: unknown) => void,
  rejected: (error: unknown) => void,
): boolean {
  try {
    // The tests of `await`; the second is in the call. A derived class may have a `then` that has to be
    // called; an object that only looks like a promise, such as a proxy, makes the native function throw.
    if (promise.constructor !== NativePromise) return false;
    nativeThen.call(promise as Promise<unknown>, fulfilled, rejected);
    return true;
  } catch {
    return false;
  }
}

/** Reads a value's `then`; undefined if it has none. Returns a function that throws if the getter does. */
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
 * Calls one of two functions, which must not throw, once a thenable is settled. `then` is from `thenOf`, and
 * is called at once, in the caller's context; a value without one is its own outcome.
 */
export function followThenable(
  thenable: unknown,
  then: Then | undefined,
  fulfilled: (value: unknown) => void,
  rejected: (error: unknown) => void,
): void {
  // Brent's algorithm finds circles: the landmark is the first, second, fourth, eighth … link, so a circle
  // meets it again.
  let landmark = thenable;
  let links = 0;
  let nextLandmark = 1;
  const ask = (link: unknown, itsThen: Then): void => {
    let called = false;
    const resolve = (value: unknown): void => {
      if (called) return;
      called = true;
      resolved(value);
    };
    const reject = (error: unknown): void => {
      if (called) return;
      called = true;
      soon(() => rejected(error));
    };
    try {
      Reflect.apply(itsThen, link, [resolve, reject]);
    } catch (error) {
      reject(error);
    }
  };
  const resolved = (value: unknown): void => {
    if (isPromise(value) && followPromise(value, fulfilled, rejected)) return;
    const next = thenOf(value);
    if (next === undefined) soon(() => fulfilled(value));
    else if (value === landmark) {
      const error = new TypeError("a thenable resolved with itself, so it never ends");
      soon(() => rejected(error));
    } else {
      if (++links === nextLandmark) {
        landmark = value;
        nextLandmark *= 2;
      }
      soon(() => ask(value, next));
    }
  };
  if (then === undefined) soon(() => fulfilled(thenable));
  else ask(thenable, then);
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
 * Puts `then` on a class's own prototype, for objects awaited by the million: `await` looks it up in each
 * prototype in turn, on V8's slowest path. Measured: an uncontended lock 138 ns to 134, a task 520 to 490.
 */
export function keepThen(prototype: PromiseLike<unknown>): void {
  const { then } = prototype;
  // oxlint-disable-next-line unicorn/no-thenable -- it is one already
  Object.defineProperty(prototype, "then", { value: then, writable: true, configurable: true });
}

/**
 * Tells whether `value` can be awaited: it has a `then`, even one that throws when it is read. Python:
 * `inspect.isawaitable`.
 */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return thenOf(value) !== undefined;
}

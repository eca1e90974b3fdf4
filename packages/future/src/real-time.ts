/**
 * The clock and the timers of the runtime, whatever a test has put in their place.
 *
 * A loop on fake timers would sleep for ever when a test restores the real ones, since the callbacks that the
 * fake ones hold are never called. So all of these are taken when the library is loaded; tests use a virtual
 * loop. If fake timers are installed by then, the real ones are found behind them: each fake of
 * `@sinonjs/fake-timers` (which vitest, jest and sinon use) has a `clock` that keeps them.
 */

/** The return value of setTimeout: an object in Node, a number in browsers. */
export interface Timer {
  ref?(): void;
  unref?(): void;
}

type Callback = () => void;

/** The clock, Python's `time.monotonic()`, and the timers. */
export interface RealTime {
  /** Monotonic time, in milliseconds. */
  readonly now: () => number;
  readonly setTimeout: (callback: Callback, delay: number) => Timer;
  readonly clearTimeout: (timer: Timer) => void;
  readonly setImmediate: ((callback: Callback) => unknown) | undefined;
  readonly nextTick: ((callback: Callback) => void) | undefined;
  readonly queueMicrotask: ((callback: Callback) => void) | undefined;
}

interface Faked {
  readonly clock?: Readonly<Record<string, unknown>>;
}

/** Takes the clock and timers of the runtime, not fake ones. Called once, when the library is loaded. */
function takeRealTime(): RealTime {
  const { process } = globalThis as { process?: object };
  const performance = behind(globalThis, "performance") as { now(): number };
  // A spy, or a fake, is a property of the object itself.
  const { now = performance.now } = (Object.getPrototypeOf(performance) ?? {}) as { now?: () => number };
  return {
    now: () => now.call(performance),
    setTimeout: method(globalThis, "setTimeout"),
    clearTimeout: method(globalThis, "clearTimeout"),
    setImmediate: method(globalThis, "setImmediate"),
    nextTick: process === undefined ? undefined : method(process, "nextTick"),
    queueMicrotask: method(globalThis, "queueMicrotask"),
  };
}

function method<F>(target: object, name: string): F {
  const real = behind(target, name);
  return (typeof real === "function" ? real.bind(target) : undefined) as F;
}

/** Returns the property of that name; of a fake, the original. */
function behind(target: object, name: string): unknown {
  let value = (target as Readonly<Record<string, unknown>>)[name];
  for (;;) {
    const real = (value as Faked | undefined)?.clock?.[`_${name}`];
    if (real === undefined || real === value) return value;
    value = real;
  }
}

export const realTime: RealTime = takeRealTime();

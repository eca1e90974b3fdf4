/**
 * The clock and the timers of the runtime, whatever a test has put in their place.
 *
 * Fake timers that drove a loop would kill it: what they hold when the test gives the real ones back is never called, and a
 * loop whose one timeout is among it sleeps for ever. So all of these are taken when the library is loaded, and a virtual
 * loop is there for tests. If the library is loaded while fake timers are installed, the real ones are found behind them:
 * each fake of `@sinonjs/fake-timers`, which those of vitest, jest and sinon are made of, has a `clock` that keeps them.
 */

/** What setTimeout gives: an object in Node, a number in browsers. */
export interface Timer {
  ref?(): void;
  unref?(): void;
}

type Callback = () => void;

/** Python's `time.monotonic()`, and timers. */
export interface RealTime {
  /** Monotonic time, in milliseconds. */
  readonly now: () => number;
  readonly setTimeout: (callback: Callback, delay: number) => Timer;
  readonly clearTimeout: (timer: Timer) => void;
  readonly setImmediate: ((callback: Callback) => unknown) | undefined;
  readonly nextTick: ((callback: Callback) => void) | undefined;
}

interface Faked {
  readonly clock?: Readonly<Record<string, unknown>>;
}

/** Takes the time of the runtime as it is behind fake timers. Called once, when the library is loaded. */
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
  };
}

function method<F>(target: object, name: string): F {
  const real = behind(target, name);
  return (typeof real === "function" ? real.bind(target) : undefined) as F;
}

/** The property of that name; if it is a fake, what was there before. */
function behind(target: object, name: string): unknown {
  let value = (target as Readonly<Record<string, unknown>>)[name];
  for (;;) {
    const real = (value as Faked | undefined)?.clock?.[`_${name}`];
    if (real === undefined || real === value) return value;
    value = real;
  }
}

export const realTime: RealTime = takeRealTime();

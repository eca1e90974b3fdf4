/** Starting a body, and waiting for what it returns: a generator, an awaitable, a promise, or a value. */
import { type Awaitable, isFuture, type Steps } from "@asyncio-ts/future";
import { type contract, hasBrand } from "@asyncio-ts/future/internal";
import { type Driver, isPromise, runInside, thenOf } from "@asyncio-ts/future/lowlevel";
import { isGeneratorFunction, isNativeGenerator, isSteps } from "./generators.js";

/** Marks coroutine objects, so that other installed versions recognize them. */
export const coroutineBrand: unique symbol = Symbol.for("asyncio-ts.Coroutine");

/** A coroutine object of any installed version. */
interface Startable extends Awaitable<unknown> {
  /** Takes the body out, for a caller that runs it. */
  take(): Steps<unknown> | (() => unknown);
}

/** Calls a body function inside the step context's task, and unwraps what it returns. */
export function startFunction<Args extends unknown[]>(
  stepper: contract.StepContext,
  fn: (...args: Args) => unknown,
  args: Args,
): unknown {
  return unwrapReturned(stepper, isGeneratorFunction(fn) ? fn(...args) : runInside(stepper, fn, ...args));
}

/** Normalizes a body function's return value. */
export function unwrapReturned(stepper: contract.StepContext, returned: unknown): unknown {
  for (;;) {
    if (typeof returned !== "object" || returned === null) return returned;
    if (isPromise(returned) || isNativeGenerator(returned)) return returned;
    if (!isStartable(returned)) {
      assertNoAsyncGenerator(returned);
      return returned;
    }
    // A coroutine may return a coroutine, and so on, to any depth.
    const taken = returned.take();
    if (typeof taken !== "function") return taken;
    returned = isGeneratorFunction(taken) ? taken() : runInside(stepper, taken);
  }
}

const { toString: tagOf } = Object.prototype;

function assertNoAsyncGenerator(returned: object): void {
  let tag: string;
  try {
    tag = tagOf.call(returned);
  } catch {
    return; // A proxy, or a getter, that throws.
  }
  if (tag !== "[object AsyncGenerator]") return;
  throw new TypeError(
    "an async generator is no coroutine; use `async () => …` or `function* () { … }` instead",
  );
}

/** Has `driver` wait for what a body returned when it was started. Returns what `Trap.suspend` returns. */
export function proceed(driver: Driver, opened: unknown): boolean {
  if (isPromise(opened)) {
    driver.attach(opened);
    return false;
  }
  if (isSteps(opened)) driver.enter(opened);
  else if (isAwaitable(opened)) driver.enter(opened[Symbol.iterator]());
  else {
    const then = thenOf(opened);
    if (then !== undefined) {
      driver.attach(opened as object, then);
      return false;
    }
    driver.enter(givesValue(opened));
  }
  return true;
}

function isAwaitable(value: unknown): value is Awaitable<unknown> {
  return isFuture(value) || isStartable(value);
}

function* givesValue<T>(value: T): Steps<T> {
  return value;
}

function isStartable(value: unknown): value is Startable {
  return hasBrand(value, coroutineBrand);
}

/** Starting a body, and waiting for what it returns: a generator, an awaitable, a promise, or a value. */
import { isFuture, type Steps } from "@asyncio-ts/future";
import type { contract } from "@asyncio-ts/future/internal";
import { type Driver, hasBrand, isPromise, runInside, thenOf } from "@asyncio-ts/future/lowlevel";
import { isGeneratorFunction, isNativeGenerator, isSteps } from "./generators.js";

/** Marks coroutine objects, so that other installed versions recognize them. */
export const coroutineBrand: unique symbol = Symbol.for("asyncio-ts.Coroutine");

/** Normalizes a body function's return value: unwraps coroutine objects, and refuses an async generator. */
export function unwrapReturned(stepper: contract.StepContext, returned: unknown): unknown {
  for (;;) {
    if (typeof returned !== "object" || returned === null) return returned;
    if (isPromise(returned) || isNativeGenerator(returned)) return returned;
    if (!hasBrand(returned, coroutineBrand)) {
      assertNoAsyncGenerator(returned);
      return returned;
    }
    // A coroutine may return a coroutine, and so on, to any depth.
    const taken = (returned as { take(): Steps<unknown> | (() => unknown) }).take();
    if (typeof taken !== "function") return taken;
    returned = call(stepper, taken, []);
  }
}

/** Calls a body function inside the step context's task. A generator function runs none of its code yet. */
function call<Args extends unknown[]>(
  stepper: contract.StepContext,
  fn: (...args: Args) => unknown,
  args: Args,
): unknown {
  return isGeneratorFunction(fn) ? fn(...args) : runInside(stepper, fn, ...args);
}

function assertNoAsyncGenerator(returned: object): void {
  let tag: string;
  try {
    tag = Object.prototype.toString.call(returned);
  } catch {
    return; // A proxy, or a getter, that throws.
  }
  if (tag !== "[object AsyncGenerator]") return;
  throw new TypeError(
    "an async generator is no coroutine; use `async () => …` or `function* () { … }` instead",
  );
}

/** Has `driver` begin a body that was taken, and wait for it. Returns what `Trap.suspend` returns. */
export function begin<Args extends unknown[]>(
  driver: Driver,
  body: Steps<unknown> | ((...args: Args) => unknown),
  args: Args,
): boolean {
  if (typeof body !== "function") {
    driver.enter(body);
    return true;
  }
  const opened = unwrapReturned(driver, call(driver, body, args));
  if (isPromise(opened)) {
    driver.attach(opened);
    return false;
  }
  if (isSteps(opened)) driver.enter(opened);
  else if (isFuture(opened)) driver.enter(opened[Symbol.iterator]());
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

function* givesValue(value: unknown): Steps<unknown> {
  return value;
}

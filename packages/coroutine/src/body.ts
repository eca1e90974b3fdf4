/**
 * Bodies: the forms in which a program may pass a piece of work to this library, how each is started, and how
 * a driver waits for what it returns: a generator, an awaitable, a promise, or a value.
 *
 * One rule for `createTask`, `run`, `TaskGroup.createTask`, `gather` and every `X.with(body)`.
 */
import { type Future, isFuture, type Steps } from "@asyncio-ts/future";
import { type contract, hasBrand, slot } from "@asyncio-ts/future/internal";
import {
  describe,
  type Driver,
  isPromise,
  isPromiseLike,
  runInside,
  thenOf,
  TrapIterator,
} from "@asyncio-ts/future/lowlevel";
import type { Coroutine } from "./coroutine.js";
import { isGeneratorFunction, isNativeGenerator, isSteps } from "./generators.js";

/**
 * Work that has not begun: a coroutine object, a generator object, or a function that returns a promise, a
 * generator or a value.
 */
export type Body<T, Args extends unknown[] = []> =
  | Coroutine<T>
  | Generator<Future<unknown>, T>
  | ((...args: Args) => PromiseLike<T> | Generator<Future<unknown>, T> | T);

/** Marks coroutine objects, so that other installed versions recognize them. */
export const coroutineBrand: unique symbol = Symbol.for("asyncio-ts.Coroutine");

/**
 * Tells whether `value` is a coroutine object of any installed version. Python: `asyncio.iscoroutine`.
 *
 * @example
 * ```ts
 * import { coroutine, isCoroutine } from "@asyncio-ts/coroutine";
 *
 * const greet = coroutine(async () => "hello");
 * console.log(isCoroutine(greet()), isCoroutine(greet), isCoroutine(Promise.resolve()));
 * // prints: true false false
 * ```
 */
export function isCoroutine(value: unknown): value is Coroutine<unknown> {
  return hasBrand(value, coroutineBrand);
}

/**
 * Unwraps a body to a generator or function; consumes a coroutine object.
 *
 * @throws TypeError, which says what to write instead, if this is no body.
 */
export function takeBody<Args extends unknown[]>(
  body: Body<unknown, Args>,
  place: string,
): Steps<unknown> | ((...args: Args) => unknown) {
  // The commonest first: looking for a brand in a generator is slow, see `NativeGenerator`.
  if (typeof body === "function") return body;
  if (isNativeGenerator(body)) {
    slot.checks?.takeGenerator(body);
    return body as Steps<unknown>;
  }
  if (isCoroutine(body)) return body.take();
  assertBody(body, place);
  return body as Steps<unknown>;
}

/** Throws a TypeError that says what to write instead, unless `body` is a body. */
export function assertBody(body: unknown, place: string | (() => string)): void {
  if (typeof body === "function" || isSteps(body) || isCoroutine(body)) return;
  const where = typeof place === "string" ? place : place();
  const got = isFuture(body)
    ? `${body}; await it, or write \`ensureFuture(it)\``
    : isPromiseLike(body)
      ? "a promise, which is running already and could not be cancelled; " +
        "write `() => f()` instead of `f()`, or make f a coroutine function with `coroutine(f)`"
      : describe(body);
  throw new TypeError(
    `${where} needs a coroutine object, a generator object or a function that returns a promise, got ${got}`,
  );
}

/** Normalizes a body function's return value: unwraps coroutine objects, and refuses an async generator. */
export function unwrapReturned(stepper: contract.StepContext, returned: unknown): unknown {
  for (;;) {
    if (typeof returned !== "object" || returned === null) return returned;
    if (isPromise(returned) || isNativeGenerator(returned)) return returned;
    if (!isCoroutine(returned)) {
      assertNoAsyncGenerator(returned);
      return returned;
    }
    // A coroutine may return a coroutine, and so on, to any depth.
    const taken = returned.take();
    if (typeof taken !== "function") return taken;
    returned = call(stepper, taken, []);
  }
}

/** Calls a body function inside the step context's task; calling a generator function runs none of its code. */
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

/** Runs a body to its end inside the current coroutine: `const result = yield* runBody(body)`. */
export function runBody<T, Args extends unknown[]>(body: Body<T, Args>, ...args: Args): Steps<T> {
  return new BodyRun(body as Body<unknown, unknown[]>, args) as unknown as Steps<T>;
}

/** The trap that `runBody` returns. */
class BodyRun extends TrapIterator<unknown> {
  protected override asked = false;
  private readonly body: Body<unknown, unknown[]>;
  private readonly args: unknown[];

  constructor(body: Body<unknown, unknown[]>, args: unknown[]) {
    super();
    this.body = body;
    this.args = args;
  }

  suspend(driver: Driver): boolean {
    return begin(driver, takeBody(this.body, "a body"), this.args);
  }
}

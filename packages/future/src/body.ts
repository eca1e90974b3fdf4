/**
 * Bodies: the forms in which a piece of work may be given to this library, and how each is started.
 *
 * One rule for `createTask`, `run`, `TaskGroup.createTask`, `gather` and every `X.with(body)`, so it stands here once.
 */
import { ambient, runInside, type Stepper } from "./context.js";
import type { Awaitable, Steps } from "./awaitable.js";
import { type Coroutine, isCoroutine } from "./coroutine.js";
import { describe } from "./describe.js";
import { type Future, isFuture } from "./future.js";
import { isNativeGenerator, type Strand, Suspending } from "./strand.js";
import { isPromise, thenOf } from "./thenable.js";

/**
 * Work that has not begun: a coroutine object, a generator object, or a function that returns a promise, a generator
 * or a value.
 */
export type Body<T, Args extends unknown[] = []> =
  | Coroutine<T>
  | Generator<Future<unknown>, T>
  | ((...args: Args) => PromiseLike<T> | Generator<Future<unknown>, T> | T);

/**
 * Begins a body, as part of the stepper's task. Gives what there is to wait for: a generator to drive, an awaitable or a
 * promise, or else a value.
 *
 * @throws TypeError, which says what to write instead, if this is no body.
 */
export function open<Args extends unknown[]>(
  stepper: Stepper,
  body: Body<unknown, Args>,
  args: Args,
): unknown {
  const taken = takeBody(body, "a body");
  if (typeof taken !== "function") return taken;
  return openReturned(
    stepper,
    isGeneratorFunction(taken) ? taken(...args) : runInside(stepper, taken, ...args),
  );
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
    ambient.checks?.takeGenerator(body);
    return body as Steps<unknown>;
  }
  if (isCoroutine(body)) return body.take();
  assertBody(body, place);
  return body as Steps<unknown>;
}

/** Normalizes a body function's return value. */
export function openReturned(stepper: Stepper, returned: unknown): unknown {
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

/** Throws a TypeError that says what to write instead, unless `body` is one. */
export function assertBody(body: unknown, place: string | (() => string)): void {
  if (typeof body === "function" || isSteps(body) || isCoroutine(body)) return;
  const where = typeof place === "string" ? place : place();
  const expected = "a coroutine object, a generator object or a function that returns a promise";
  if (isFuture(body)) {
    throw new TypeError(`${where} needs ${expected}, got ${body}; await it, or write \`ensureFuture(it)\``);
  }
  if (isPromiseLike(body)) {
    throw new TypeError(
      `${where} needs ${expected}, got a promise, which is running already and could not be cancelled; ` +
        "write `() => f()` instead of `f()`, or make f a coroutine function with `coroutine(f)`",
    );
  }
  throw new TypeError(`${where} needs ${expected}, got ${describe(body)}`);
}

/** Runs a body to its end inside the current coroutine: `const result = yield* runBody(body)`. */
export function runBody<T, Args extends unknown[]>(body: Body<T, Args>, ...args: Args): Steps<T> {
  return new BodyRun(body as Body<unknown, unknown[]>, args) as unknown as Steps<T>;
}

/** Waits in `strand` for what `open` gave. The same answer as `Suspension.suspend`. */
export function proceed(strand: Strand, opened: unknown): boolean {
  if (isPromise(opened)) {
    strand.attach(opened);
    return false;
  }
  if (isSteps(opened)) strand.enter(opened);
  else if (isAwaitable(opened)) strand.enter(opened[Symbol.iterator]());
  else {
    const then = thenOf(opened);
    if (then !== undefined) {
      strand.attach(opened as object, then);
      return false;
    }
    strand.enter(givesValue(opened));
  }
  return true;
}

/** Whether `value` is a generator object. */
export function isSteps(value: unknown): value is Steps<unknown> {
  if (typeof value !== "object" || value === null) return false;
  if (isNativeGenerator(value)) return true;
  try {
    const steps = value as Partial<Steps<unknown>>;
    return typeof steps.next === "function" && typeof steps.throw === "function" && Symbol.iterator in value;
  } catch {
    // A proxy, or a getter, that throws.
    return false;
  }
}

/**
 * Whether `value` can be awaited: anything with a `then`, be it one that throws when it is read. Python:
 * `inspect.isawaitable`.
 */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return thenOf(value) !== undefined;
}

const GeneratorFunction = function* () {}.constructor;

/** Whether calling `fn` runs nothing of its body yet. */
export function isGeneratorFunction(fn: object): boolean {
  try {
    return fn instanceof GeneratorFunction;
  } catch {
    return false;
  }
}

function isAwaitable(value: unknown): value is Awaitable<unknown> {
  return isFuture(value) || isCoroutine(value);
}

function* givesValue<T>(value: T): Steps<T> {
  return value;
}

/** What `runBody` gives. */
class BodyRun extends Suspending<unknown> {
  private readonly body: Body<unknown, unknown[]>;
  private readonly args: unknown[];

  constructor(body: Body<unknown, unknown[]>, args: unknown[]) {
    super();
    this.body = body;
    this.args = args;
  }

  suspend(strand: Strand): boolean {
    return proceed(strand, open(strand, this.body, this.args));
  }
}

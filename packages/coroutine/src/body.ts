/**
 * Bodies: the forms in which a program may pass a piece of work to this library, and how each is
 * taken.
 *
 * One rule for `createTask`, `run`, `TaskGroup.createTask`, `gather` and every `X.with(body)`.
 */
import { type Future, isFuture, type Steps } from "@asyncio-ts/future";
import { slot } from "@asyncio-ts/future/internal";
import {
  atCallOf,
  describe,
  type Driver,
  isPromiseLike,
  type PublicFunction,
  TrapIterator,
} from "@asyncio-ts/future/lowlevel";
import { type Coroutine, isCoroutine } from "./coroutine.js";
import { isNativeGenerator, isSteps } from "./generators.js";
import type { IsAny, RefusedAsync, RefusedYield, Unless } from "./refused.js";
import { begin } from "./start.js";

/**
 * Work that has not begun: a coroutine object, a generator object, or a function that returns a promise, a
 * generator or a value.
 */
export type Body<T, Args extends unknown[] = []> =
  | Coroutine<T>
  | Steps<T>
  | ((...args: Args) => PromiseLike<T> | Steps<T> | T);

/** The type of a parameter for a body; `Where` names the function in the errors of the compiler. */
export type BodyFor<Given, Where extends string, T, Args extends unknown[] = []> = Unless<
  RefusedBody<Given, Where>,
  Given,
  Body<T, Args>
>;

/** The reason against a body. */
type RefusedBody<Given, Where extends string> =
  IsAny<Given> extends true
    ? never
    : Given extends Coroutine<unknown>
      ? never
      : Given extends Future<unknown>
        ? `${Where} needs ${Needed}; await it, or write \`ensureFuture(it)\``
        : Given extends PromiseLike<unknown>
          ? `${Where} needs ${Needed}; write \`() => f()\` instead of \`f()\`, or make f a coroutine function with \`coroutine(f)\``
          : Given extends Generator<infer Yielded, unknown, never>
            ? RefusedYield<Yielded>
            : RefusedFunction<Given>;

type Needed = "a coroutine object, a generator object or a function that returns a promise";

/**
 * The reason against a function. The compiler can't tell whether a function that returns a type parameter
 * returns a generator; it still accepts one whose conditions have never in both branches. A coroutine object
 * differs from a generator only in the method that the `lib` for `using` adds.
 */
type RefusedFunction<Given> =
  | (Given extends (...args: never) => Generator<infer Yielded, unknown, never>
      ? Given extends (...args: never) => Coroutine<unknown>
        ? never
        : unknown extends Yielded
          ? never
          : RefusedYield<Yielded>
      : never)
  | (Given extends (...args: never) => AsyncGenerator<infer Yielded, unknown, never>
      ? unknown extends Yielded
        ? never
        : RefusedAsync
      : never);

/**
 * Unwraps a body to a generator or function; consumes a coroutine object.
 *
 * @throws TypeError, which says what to write instead, if this is no body.
 */
export function takeBody<Args extends unknown[]>(
  body: Body<unknown, Args>,
  place: string,
  from?: PublicFunction,
): Steps<unknown> | ((...args: Args) => unknown) {
  // The commonest first: looking for a brand in a generator is slow, see `NativeGenerator`.
  if (typeof body === "function") return body;
  if (isNativeGenerator(body)) {
    slot.checks?.takeGenerator(body);
    return body as Steps<unknown>;
  }
  if (isCoroutine(body)) return body.take();
  assertBody(body, place, from);
  return body as Steps<unknown>;
}

/**
 * Throws a TypeError that says what to write instead, unless `body` is a body. Its stack begins with the
 * caller of `from`.
 */
export function assertBody(
  body: unknown,
  place: string | (() => string),
  from: PublicFunction = assertBody,
): void {
  if (typeof body === "function" || isSteps(body) || isCoroutine(body)) return;
  const where = typeof place === "string" ? place : place();
  const got = isFuture(body)
    ? `${body}; await it, or write \`ensureFuture(it)\``
    : isPromiseLike(body)
      ? "a promise, which is running already and could not be cancelled; " +
        "write `() => f()` instead of `f()`, or make f a coroutine function with `coroutine(f)`"
      : describe(body);
  const message = `${where} needs a coroutine object, a generator object or a function that returns a promise, got ${got}`;
  throw atCallOf(from, new TypeError(message));
}

/**
 * Calls a generator function, and returns its generator: a body that costs less than the function. What the
 * parameters throw, such as a default value, is an error of the body, as with an async function.
 */
export function generatorOf<Args extends unknown[]>(
  fn: (...args: Args) => unknown,
  ...args: Args
): Body<unknown> {
  try {
    return fn(...args) as Steps<unknown>;
  } catch (error) {
    return () => {
      throw error;
    };
  }
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

  /** The generator that runs the body is one of the library: an error that is astray goes on to its caller. */
  override throw(error: unknown): never {
    throw error;
  }

  suspend(driver: Driver): boolean {
    return begin(driver, takeBody(this.body, "a body"), this.args);
  }
}

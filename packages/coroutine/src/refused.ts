/**
 * Refusals: what the compiler says about an argument that a function can't take, in one sentence.
 *
 * A parameter of the type `Unless<Reason, Given, Parameter>` accepts a `Parameter`. `Given` is a type
 * parameter of its own, which the compiler infers from the argument. If there is a reason against the
 * argument, the reason takes the place of the parameter's type, so that the error is this one line:
 *
 *   Argument of type 'Promise<number>' is not assignable to parameter of type '"createTask() needs …"'.
 *
 * The sentences are those of the errors at run time, without the text of the argument.
 *
 * Rejected: overloads, of which the compiler lists each with a reason of its own; a brand in an interface
 * (`Refused<"…">`), to which it adds that the brand is missing; a constraint of `Given`, which is circular.
 */
import type { Suspension } from "@asyncio-ts/future";

/**
 * `Parameter`, or the reason if there is one. `Given` is inferred, as every branch of a condition counts for
 * that: its own is the one that is never taken. It is never while the compiler looks for the context of a
 * call inside the argument, as in `group.with(coroutine(async (group) => …))`, which needs `Parameter`.
 */
export type Unless<Reason, Given, Parameter> = [Reason] extends [never]
  ? [Given] extends [never]
    ? Parameter
    : [Given] extends [never]
      ? Given
      : Parameter
  : Reason;

/** A generator, whatever it yields. */
export type AnyGenerator = Generator<unknown, unknown, never> | AsyncGenerator<unknown, unknown, never>;

/** The reason against what the function of a coroutine returns. */
export type RefusedReturned<R> = [AnyGenerator] extends [R]
  ? never
  : R extends PromiseLike<unknown>
    ? never
    : R extends Generator<infer Yielded, unknown, never>
      ? RefusedYield<Yielded>
      : R extends AsyncGenerator<unknown, unknown, never>
        ? RefusedAsync
        : never;

export type RefusedAsync =
  "an async generator is no coroutine; use `async () => …` or `function* () { … }` instead";

/** The reason against values that a generator yields: a `yield` in it lacks the star. */
export type RefusedYield<Yielded> =
  IsAny<Yielded> extends true
    ? never
    : Yielded extends Suspension
      ? never
      : Yielded extends undefined
        ? "a coroutine used a bare `yield`; to let others run, write `yield* sleep(0)`"
        : Yielded extends Iterable<unknown>
          ? keyof Suspension
          : Yielded extends PromiseLike<unknown>
            ? "a coroutine yielded a promise; write `yield* ensureFuture(promise)`, or await it in an async function"
            : "a coroutine yielded no awaitable; write `yield*` and a future, task or coroutine";

/** Tells whether a type is `any`, which is never refused. */
export type IsAny<Type> = 0 extends 1 & Type ? true : false;

/** The two kinds of coroutine in which a program runs. */
import { type Coroutine, coroutine } from "@asyncio-ts/coroutine";
import type { Awaitable } from "@asyncio-ts/future";

/** In which kind of coroutine each function of the program runs; mixed, they take turns. */
export type Form = "async functions" | "generator coroutines" | "mixed";

/** A function of a program, written once for both kinds: it waits with `yield* on(awaitable)`. */
export type Steps<T> = Generator<Awaitable<unknown>, T, unknown>;

/** Waits, in such a function. */
export function* on<T>(awaitable: Awaitable<T>): Steps<T> {
  return (yield awaitable) as T;
}

/** An async function, whose own `await` does each of the waits. */
export const asAsyncFunction = <T>(start: () => Steps<T>): Coroutine<T> =>
  coroutine(async () => {
    const steps = start();
    let step = steps.next();
    while (step.done !== true) {
      let answer: unknown;
      try {
        answer = await step.value;
      } catch (error) {
        step = steps.throw(error);
        continue;
      }
      step = steps.next(answer);
    }
    return step.value;
  })() as Coroutine<T>;

/** A generator coroutine, whose own `yield*` does each of the waits. */
export const asGenerator = <T>(start: () => Steps<T>): Coroutine<T> =>
  coroutine(function* () {
    const steps = start();
    let step = steps.next();
    while (step.done !== true) {
      let answer: unknown;
      try {
        answer = yield* step.value;
      } catch (error) {
        step = steps.throw(error);
        continue;
      }
      step = steps.next(answer);
    }
    return step.value;
  })();

/**
 * A program that is written once, and run as both kinds of coroutine.
 *
 * It is a generator that gives what it waits for: `const guard = yield* awaited(lock.acquire())`. `Kind.body` makes an
 * async function of it, with a native `await` for each, or a generator coroutine, with a `yield*` for each.
 */
import type { Awaitable, Steps } from "@asyncio-ts/future";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { run } from "@asyncio-ts/task";

export type Program<T> = Generator<Awaitable<unknown>, T>;

export interface Kind {
  readonly kind: string;
  body<T, Args extends unknown[]>(
    program: (...args: Args) => Program<T>,
  ): (...args: Args) => Promise<T> | Steps<T>;
}

/** Both kinds, for `describe.each`. */
export const kinds: readonly Kind[] = [
  { kind: "async functions", body: asyncFunction },
  { kind: "generator coroutines", body: generatorCoroutine },
];

/** Waits, in a program: `yield* awaited(lock.acquire())`. */
export function* awaited<T>(awaitable: Awaitable<T>): Program<T> {
  return (yield awaitable) as T;
}

/** Runs a program on virtual time, in a loop of its own. */
export function runProgram<T>({ body }: Kind, program: () => Program<T>): Promise<T> {
  return run<T>(body(program), { loopFactory: () => virtualLoop({ patience: 100 }) });
}

function asyncFunction<T, Args extends unknown[]>(program: (...args: Args) => Program<T>) {
  return async (...args: Args): Promise<T> => {
    const steps = program(...args);
    let step = steps.next();
    while (step.done !== true) {
      let value: unknown;
      try {
        value = await step.value;
      } catch (error) {
        step = steps.throw(error);
        continue;
      }
      step = steps.next(value);
    }
    return step.value;
  };
}

function generatorCoroutine<T, Args extends unknown[]>(program: (...args: Args) => Program<T>) {
  return function* (...args: Args): Steps<T> {
    const steps = program(...args);
    let step = steps.next();
    while (step.done !== true) {
      let value: unknown;
      try {
        value = yield* step.value;
      } catch (error) {
        step = steps.throw(error);
        continue;
      }
      step = steps.next(value);
    }
    return step.value;
  };
}

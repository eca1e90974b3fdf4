/**
 * One program, run as an async function and as a generator coroutine.
 *
 * A program is a generator that waits with `yield* on(awaitable)`. Run as an async function it does so by a native
 * `await`, run as a generator coroutine by a native `yield*`, so a test that is written once holds for both.
 */
import type { Body, Coroutine } from "@asyncio-ts/coroutine";
import type { Awaitable, ExceptionContext } from "@asyncio-ts/future";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { run, sleep } from "@asyncio-ts/task";
import { expect } from "vitest";
import { asAsyncFunction, asGenerator, on, type Steps } from "../../programs/kinds.js";

export { on };

/** What a test writes: the body of a coroutine of either kind. */
export type Program<T> = Steps<T>;

/** Makes a coroutine function of a program. */
export type Define = <Args extends unknown[], T>(
  program: (...args: Args) => Program<T>,
) => (...args: Args) => Coroutine<T>;

/** Lets everything that is ready run once. */
export function* oneIteration(): Program<void> {
  yield* on(sleep(0));
}

/** Waits for what must fail, and gives its error. */
export function* errorOf(awaitable: Awaitable<unknown>): Program<unknown> {
  try {
    yield* on(awaitable);
  } catch (error) {
    return error;
  }
  throw new Error(`${String(awaitable)} ended without an error`);
}

/** For `describe.each`: what the kind is called, and what makes coroutine functions of it. */
export const kinds: [name: string, define: Define][] = [
  [
    "async functions",
    (program) =>
      (...args) =>
        asAsyncFunction(() => program(...args)),
  ],
  [
    "generator coroutines",
    (program) =>
      (...args) =>
        asGenerator(() => program(...args)),
  ],
];

/** Runs a program on virtual time, and gives what was reported to the exception handler. */
export async function reportsOf(
  main: Body<unknown>,
  options?: { readonly debug: boolean },
): Promise<ExceptionContext[]> {
  const reports: ExceptionContext[] = [];
  const loop = virtualLoop({ patience: 100 });
  loop.setExceptionHandler((_loop, context) => reports.push(context));
  // How long a turn takes depends on the machine, and is not what is looked for.
  loop.slowCallbackDuration = Infinity;
  await run(main, { ...options, loopFactory: () => loop });
  return reports;
}

/** Runs a program on virtual time. Whatever is reported to the exception handler fails the test. */
export async function play(main: Body<unknown>): Promise<void> {
  expect(await reportsOf(main)).toEqual([]);
}

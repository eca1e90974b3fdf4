import { coroutine, type Coroutine } from "@asyncio-ts/coroutine";
import type { Awaitable, ExceptionContext } from "@asyncio-ts/future";
import type { EventLoop } from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { run, type RunOptions } from "@asyncio-ts/task";

/**
 * A program that is written once and run as both kinds of coroutine: it waits with `yield* on(awaitable)`, which an
 * async function turns into `await awaitable`, and a generator coroutine into `yield* awaitable`.
 */
export type Program<T> = Generator<Awaitable<unknown>, T, unknown>;

/** Waits, in a program. */
export function* on<T>(awaitable: Awaitable<T>): Program<T> {
  return (yield awaitable) as T;
}

/** Waits, in a program, for something that must fail, and gives its error. */
export function* errorOf(awaitable: Awaitable<unknown>): Program<unknown> {
  try {
    yield awaitable;
  } catch (error) {
    return error;
  }
  throw new Error("expected an error, and there was none");
}

interface Kind {
  /** Makes a coroutine function of a program. */
  readonly define: <Args extends unknown[], T>(
    program: (...args: Args) => Program<T>,
  ) => (...args: Args) => Coroutine<T>;
  /** Makes a test of a program: it runs as the main task of a loop on virtual time. */
  readonly play: (program: () => Program<unknown>) => () => Promise<void>;
}

const inAsyncFunctions: Kind["define"] = <Args extends unknown[], T>(
  program: (...args: Args) => Program<T>,
) =>
  coroutine(async (...args: Args) => {
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
  }) as (...args: Args) => Coroutine<T>;

const inGenerators: Kind["define"] = <Args extends unknown[], T>(program: (...args: Args) => Program<T>) =>
  coroutine(function* (...args: Args) {
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
  });

function kindOf(define: Kind["define"]): Kind {
  return {
    define,
    play: (program) => async () => {
      await run(define(program)(), { loopFactory: () => virtualLoop({ patience: 100 }) });
    },
  };
}

/** For `describe.each(kinds)("… in %s", (_kind, { define, play }) => …)`. */
export const kinds: readonly (readonly [name: string, kind: Kind])[] = [
  ["async functions", kindOf(inAsyncFunctions)],
  ["generator coroutines", kindOf(inGenerators)],
];

/** Runs a program, and gives what it reported to the exception handler, up to the close of its loop. */
export async function reportsOf(
  main: (loop: EventLoop) => Promise<unknown>,
  options?: RunOptions,
): Promise<ExceptionContext[]> {
  const reports: ExceptionContext[] = [];
  const loop = virtualLoop({ patience: 100 });
  loop.setExceptionHandler((_loop, context) => reports.push(context));
  // How long a turn takes depends on the machine, and is not what is looked for.
  loop.slowCallbackDuration = Infinity;
  await run(() => main(loop), { ...options, loopFactory: () => loop });
  return reports;
}

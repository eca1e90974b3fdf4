import { Coroutine } from "@asyncio-ts/coroutine";
import type { Awaitable, Steps } from "@asyncio-ts/future";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { run, type RunOptions } from "@asyncio-ts/task";

/**
 * One scenario for both kinds of coroutine.
 *
 * A scenario is written once, as a generator that waits with `yield* until(awaitable)`. As a generator coroutine it runs
 * as it stands. As an async function it is stepped by a real one, whose own `await` does each of the waits.
 */
export interface Kind {
  /** A coroutine function of these steps. */
  define<Args extends unknown[], T>(steps: (...args: Args) => Steps<T>): (...args: Args) => Coroutine<T>;
  /** Awaits, inside such steps. */
  until<T>(awaitable: Awaitable<T>): Steps<T>;
  /** Runs these steps as the main task, on virtual time. */
  play<T>(main: () => Steps<T>, options?: RunOptions): Promise<T>;
}

/** What the steps of an async function yield. */
class Pause {
  readonly awaitable: PromiseLike<unknown>;

  constructor(awaitable: PromiseLike<unknown>) {
    this.awaitable = awaitable;
  }
}

async function awaitEach<T>(steps: Steps<T>): Promise<T> {
  let step = steps.next();
  while (step.done !== true) {
    const { awaitable } = step.value as unknown as Pause;
    let resume: () => IteratorResult<unknown, T>;
    try {
      const value = await awaitable;
      resume = () => steps.next(value);
    } catch (error) {
      resume = () => steps.throw(error);
    }
    step = resume() as typeof step;
  }
  return step.value;
}

function* pausing<T>(awaitable: Awaitable<T>): Steps<T> {
  return (yield new Pause(awaitable) as never) as T;
}

function makeKind(
  bodyOf: <T>(start: () => Steps<T>) => Steps<T> | (() => Promise<T>),
  until: Kind["until"],
): Kind {
  const define: Kind["define"] = (steps) => {
    return (...args) =>
      new Coroutine(
        bodyOf(() => steps(...args)),
        steps.name || "coroutine",
      );
  };
  return {
    define,
    until,
    play: (main, options) =>
      run(define(main)(), { loopFactory: () => virtualLoop({ patience: 100 }), ...options }),
  };
}

/** For `describe.each(kinds)("… with %s", (_kind, { define, until, play }) => …)`. */
export const kinds: readonly [name: string, kind: Kind][] = [
  ["async functions", makeKind((start) => () => awaitEach(start()), pausing)],
  [
    "generator coroutines",
    makeKind(
      (start) => start(),
      function* (awaitable) {
        return yield* awaitable;
      },
    ),
  ],
];

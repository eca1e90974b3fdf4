/**
 * One scenario, run as each kind of coroutine.
 *
 * A scenario is written once, as a generator that yields whatever it waits for. `async` runs it inside an async function
 * (each wait is an `await`), `generator` inside a generator coroutine (each wait is a `yield*`); the other kinds put
 * coroutines of either kind between the caller and the scenario.
 */
import { type Body, coroutine } from "@asyncio-ts/coroutine";
import type { Awaitable, Steps } from "@asyncio-ts/future";
import { ensureFuture } from "@asyncio-ts/task";

/** What a scenario waits for; a promise too. The outcome comes back from `yield`, typed by whoever receives it. */
export type Scenario<T> = Generator<PromiseLike<unknown>, T, never>;

export interface Kind {
  readonly name: string;
  /** Makes a body of a scenario, as this kind of coroutine. */
  body<T, Args extends unknown[]>(scenario: (...args: Args) => Scenario<T>): (...args: Args) => Started<T>;
}

type Started<T> = Exclude<Body<T>, (...args: never) => unknown> | Promise<T>;

async function asAsync<T>(steps: Scenario<T>): Promise<T> {
  let step = steps.next(undefined as never);
  while (step.done !== true) {
    let sent: unknown;
    try {
      sent = await step.value;
    } catch (error) {
      step = steps.throw(error);
      continue;
    }
    step = steps.next(sent as never);
  }
  return step.value;
}

function* asGenerator<T>(steps: Scenario<T>): Steps<T> {
  let step = steps.next(undefined as never);
  while (step.done !== true) {
    const { value } = step;
    let sent: unknown;
    try {
      sent = yield* isAwaitable(value) ? value : ensureFuture(value);
    } catch (error) {
      step = steps.throw(error);
      continue;
    }
    step = steps.next(sent as never);
  }
  return step.value;
}

function isAwaitable(value: PromiseLike<unknown>): value is Awaitable<unknown> {
  return Symbol.iterator in value;
}

const asyncKind: Kind = {
  name: "an async function",
  body:
    (scenario) =>
    (...args) =>
      asAsync(scenario(...args)),
};

const generatorKind: Kind = {
  name: "a generator coroutine",
  body:
    (scenario) =>
    (...args) =>
      asGenerator(scenario(...args)),
};

/** Has a coroutine of the kind `outer` await a coroutine of the kind `inner`. */
function nested(outer: Kind, inner: Kind): Kind {
  return {
    name: `${outer.name} that awaits ${inner.name}`,
    body<T, Args extends unknown[]>(scenario: (...args: Args) => Scenario<T>) {
      const callee = coroutine(inner.body(scenario) as (...args: Args) => Promise<T>);
      return outer.body(function* (...args: Args): Scenario<T> {
        const result: T = yield callee(...args);
        return result;
      });
    },
  };
}

/** The two kinds of coroutine. */
export const bothKinds: readonly Kind[] = [asyncKind, generatorKind];

/** The two kinds, and mixes of them, up to three levels deep. */
export const allKinds: readonly Kind[] = [
  asyncKind,
  generatorKind,
  nested(asyncKind, asyncKind),
  nested(asyncKind, generatorKind),
  nested(generatorKind, asyncKind),
  nested(generatorKind, generatorKind),
  nested(asyncKind, nested(generatorKind, asyncKind)),
  nested(generatorKind, nested(asyncKind, generatorKind)),
];

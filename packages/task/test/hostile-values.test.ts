/* oxlint-disable unicorn/no-thenable -- thenables are what is tested */
/**
 * Values of every sort are thrown and returned by a program; whatever it is, every task ends with it, and
 * nothing hangs.
 */
import { type Body, coroutine, isCoroutine } from "@asyncio-ts/coroutine";
import { isSteps } from "@asyncio-ts/coroutine/internal";
import { isCancelled, isFuture, type Steps } from "@asyncio-ts/future";
import { isPromiseLike } from "@asyncio-ts/future/lowlevel";
import {
  abortable,
  createTask,
  currentSignal,
  ensureFuture,
  ExceptionGroup,
  gather,
  shield,
  sleep,
  TaskGroup,
  timeout,
  waitFor,
} from "@asyncio-ts/task";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { outcomeOf } from "@asyncio-ts/testkit";

const refuse = (): never => {
  throw new Error("from a trap");
};

/** A proxy that throws whatever it is asked. */
function closed(): object {
  const traps = [
    "get",
    "has",
    "getPrototypeOf",
    "getOwnPropertyDescriptor",
    "ownKeys",
    "set",
    "defineProperty",
    "deleteProperty",
    "isExtensible",
    "preventExtensions",
    "setPrototypeOf",
  ];
  return new Proxy({}, Object.fromEntries(traps.map((trap) => [trap, refuse])));
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function withGetters(target: object, ...keys: PropertyKey[]): object {
  for (const key of keys) Object.defineProperty(target, key, { get: refuse, configurable: true });
  return target;
}

const brands = ["Future", "Coroutine", "CancelledError"].map((name) => Symbol.for(`asyncio-ts.${name}`));

class BrokenStack extends Error {
  override get stack(): never {
    throw new Error("in stack");
  }
  override set stack(_: string) {}
}

const hostileValues: [string, () => unknown][] = [
  ["undefined", () => undefined],
  ["null", () => null],
  ["a symbol", () => Symbol("thrown")],
  ["a bigint", () => 5n],
  ["a function", () => () => {}],
  ["an object without a prototype", () => Object.create(null) as unknown],
  ["a frozen object", () => Object.freeze({})],
  ["a frozen error", () => Object.freeze(new Error("frozen"))],
  ["a revoked proxy", revoked],
  ["a proxy that throws at everything", closed],
  ["a proxy that has everything", () => new Proxy({}, { has: () => true })],
  ["a proxy that gives a function for everything", () => new Proxy({}, { get: () => () => {} })],
  ["an error with a stack that throws", () => new BrokenStack("broken")],
  ["an error of another realm", () => runInNewContext("new Error('elsewhere')") as unknown],
  [
    "an error with getters that throw",
    () => withGetters(new Error("broken"), "stack", "name", "message", "cause", "then", "constructor"),
  ],
  [
    "an object with getters that throw",
    () =>
      withGetters({}, "name", "message", "stack", "then", "suspend", "next", Symbol.toPrimitive, ...brands),
  ],
  [
    "an object with getters of symbols that throw",
    () => withGetters({}, Symbol.toStringTag, Symbol.iterator),
  ],
  ["a thenable that throws", () => ({ then: refuse })],
];

/** Ways in which a value may be thrown. */
const bodies: [string, (value: unknown) => Body<unknown>][] = [
  [
    "an async function",
    (value) => async () => {
      throw value;
    },
  ],
  [
    "an async function, after a wait",
    (value) => async () => {
      await sleep(1);
      throw value;
    },
  ],
  [
    "a generator",
    (value) =>
      (function* (): Steps<unknown> {
        yield* sleep(1);
        throw value;
      })(),
  ],
  [
    "a plain function",
    (value) => () => {
      throw value;
    },
  ],
  [
    "a thenable that rejects",
    (value) => () => ({ then: (_: unknown, reject: (e: unknown) => void) => reject(value) }),
  ],
  [
    "a thenable that throws",
    (value) => () => ({
      then() {
        throw value;
      },
    }),
  ],
  [
    "a then that throws when it is read",
    (value) => () => ({
      get then(): PromiseLike<unknown>["then"] {
        throw value;
      },
    }),
  ],
  [
    "an async coroutine",
    (value) =>
      coroutine(async () => {
        throw value;
      })(),
  ],
  [
    "an object that is written like a generator",
    (value) => {
      const steps = {
        next() {
          throw value;
        },
        throw: refuse,
        return: refuse,
        [Symbol.iterator]: () => steps,
      };
      return steps as never;
    },
  ],
  [
    "a step that throws when it is read",
    (value) => {
      const step = {
        get done(): boolean {
          throw value;
        },
      };
      const steps = { next: () => step, throw: refuse, return: refuse, [Symbol.iterator]: () => steps };
      return steps as never;
    },
  ],
];

/** Ways in which what fails may be run: each gives the error that comes out. */
const entries: [string, (body: Body<unknown>) => Body<unknown>][] = [
  ["run()", (body) => body],
  ["createTask()", (body) => async () => createTask(body)],
  ["createTask(), eagerly", (body) => async () => createTask(body, { eagerStart: true })],
  ["a generator that awaits it", (body) => () => timeout(null).with(body)],
  ["gather()", (body) => async () => gather([body])],
  ["shield()", (body) => async () => shield(createTask(body))],
  ["waitFor()", (body) => async () => waitFor(createTask(body), 10)],
  [
    "ensureFuture() of a promise",
    (body) => async () => ensureFuture(createTask(body).then((value) => value)),
  ],
  ["abortable()", (body) => async () => abortable(() => createTask(body))],
  [
    "a task that was cancelled before, and has a signal",
    (body) => async () => {
      const task = createTask(async () => {
        currentSignal();
        await sleep(1000).catch(() => {});
        return timeout(null).with(body);
      });
      await sleep(1);
      task.cancel();
      return task;
    },
  ],
  [
    "a task group",
    (body) => async () => {
      try {
        return await new TaskGroup().with(async (group) => {
          group.createTask(body);
          await sleep(1000);
        });
      } catch (error) {
        throw (error as ExceptionGroup).exceptions[0];
      }
    },
  ],
];

describe.each(entries)("%s gives the very value that", (_, entry) => {
  const table = bodies.flatMap(([name, body]) =>
    hostileValues.map(([value, make]) => [name, value, body, make] as const),
  );
  test.each(table)("%s throws: %s", async (_name, _value, body, make) => {
    const value = make();
    const outcome = await outcomeOf(entry(body(value)));
    expect(["error" in outcome, Object.is(outcome.error, value)]).toEqual([true, true]);
    expect([outcome.reports.length, outcome.left]).toEqual([0, 0]);
  });
});

test.each(hostileValues)(
  "a task that nobody awaits and that throws %s is reported once, with it",
  async (_, make) => {
    const value = make();
    const { reports } = await outcomeOf(async () => {
      createTask(async () => {
        throw value;
      });
      await sleep(1);
    });
    expect(reports.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Task 'Task-\d+' failed and nobody retrieved its error/),
    ]);
    expect(Object.is(reports[0]?.exception, value)).toBe(true);
  },
);

test.each(hostileValues)("%s is nothing of ours, and asking does not throw", (_, make) => {
  const value = make();
  expect([isFuture(value), isCoroutine(value), isCancelled(value)]).toEqual([false, false, false]);
  expect([typeof isSteps(value), typeof isPromiseLike(value)]).toEqual(["boolean", "boolean"]);
});

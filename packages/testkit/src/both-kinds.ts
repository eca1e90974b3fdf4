/**
 * Both kinds of coroutine: a program is written once, and run as an async function and as a generator
 * coroutine.
 *
 * **The dialect.** A program is a generator that waits with `yield* awaited(awaitable)`, and calls other
 * programs with `yield* program()`. What it waits for may be anything of the library, or a plain promise, and
 * the wait has the type of its result:
 *
 *     function* passOn(from: Queue<number>, to: Queue<number>): Program<void> {
 *       for (;;) {
 *         const item = yield* awaited(from.get()); // a number
 *         yield* awaited(to.put(item));
 *       }
 *     }
 *
 * A `Kind` makes a coroutine of it: `body(program)` is a function for `createTask`, `run`, `X.with`;
 * `define(program)` is a coroutine function, whose calls are coroutine objects. Both pass their arguments to
 * the program. `startTask(program)` starts it as a task, and `runProgram(program)` runs it on virtual time;
 * `logOf(program)` runs one that logs what happens. A test of both kinds is one `describe`:
 *
 *     describe.each(bothKinds)("a queue, in %s", ({ startTask, runProgram }) => {
 *       test("hands its items on", () =>
 *         runProgram(function* () {
 *           startTask(() => passOn(from, to));
 *           …
 *         }));
 *     });
 *
 * `allKinds` are the two and mixes of them: coroutines of either kind that await one another, up to three
 * levels deep. They take eight times as long as one, so they are for what nesting could break: the
 * cancellation of a scope, the order of turns.
 *
 * **Exact turns.** `awaited` yields the awaitable to a driver, which waits for it in the way of its kind: in
 * an async function with one native `await` of that very awaitable, in a generator coroutine with one
 * `yield*` of it. Neither adds a microtask or a turn of the loop, so the order of events is that of the same
 * code written by hand, and a program that waits for nothing suspends nowhere. (A plain promise in a
 * generator coroutine is awaited through `ensureFuture`, as there is no other way.) The driver goes on with
 * the program outside of its own `try`, so what the program throws is never taken for what a wait threw. It
 * never calls `return()`: as with code written by hand, a program ends only by its own `return` or `throw`.
 *
 * **What was rejected.** A program that yields its awaitables bare, with `const item: number = yield
 * queue.get()`, is shorter, but nothing checks the type of that result. Transforming the source of async
 * functions hides which code runs. A `Kind` with an `awaited` of its own would spare the generator coroutine
 * its driver, but then a helper shared by several tests would have to be given the kind.
 */
import { coroutine, type Coroutine } from "@asyncio-ts/coroutine";
import type { Awaitable, Steps } from "@asyncio-ts/future";
import { createTask, ensureFuture, sleep, type Task, TaskGroup } from "@asyncio-ts/task";
import { nameOf } from "./errors.js";
import { runVirtual } from "./virtual-runs.js";

/** The steps of a program that returns a `T`. It yields what it waits for. */
export type Program<T> = Generator<PromiseLike<unknown>, T, unknown>;

/** A kind of coroutine, or a mix of kinds. */
export interface Kind {
  /** Names the kind in the plural. */
  readonly name: string;
  /**
   * Returns the name, for titles: `describe.each(bothKinds)("… in %s", …)`; vitest puts `$name` in quotes.
   */
  toString(): string;
  /** Makes a body of a program: an async function, or a generator function. */
  body<T, Args extends unknown[]>(
    program: (...args: Args) => Program<T>,
  ): (...args: Args) => Promise<T> | Steps<T>;
  /** Makes a coroutine function of a program. */
  define<T, Args extends unknown[]>(program: (...args: Args) => Program<T>): (...args: Args) => Coroutine<T>;
  /** Starts a program as a task. */
  startTask<T>(program: () => Program<T>): Task<T>;
  /** Runs a program as the body of a task group. */
  inGroup<T>(program: (group: TaskGroup) => Program<T>): Coroutine<T>;
  /**
   * Runs a program on virtual time, and returns its result. Anything reported, or left running, is an error.
   */
  runProgram<T>(program: () => Program<T>): Promise<T>;
  /** Runs a program in the same way, gives it a log, and returns what was logged. */
  logOf(program: (log: string[]) => Program<void>): Promise<string[]>;
}

/** Waits, in a program, and returns the result: `const guard = yield* awaited(lock.acquire())`. */
export function* awaited<T>(awaitable: PromiseLike<T>): Program<T> {
  return (yield awaitable) as T;
}

/** Waits, in a program, for what must fail, and returns its error. */
export function* errorOf(awaitable: PromiseLike<unknown>): Program<unknown> {
  try {
    yield awaitable;
  } catch (error) {
    return error;
  }
  throw new Error(`${String(awaitable)} ended without an error`);
}

/** Waits, in a program, for what must fail, records its error, after `prefix`, and throws it on. */
export function* recordError(
  events: unknown[],
  awaitable: PromiseLike<unknown>,
  prefix?: string,
): Program<never> {
  const error = yield* errorOf(awaitable);
  events.push(prefix === undefined ? nameOf(error) : `${prefix} ${nameOf(error)}`);
  throw error;
}

/** Waits, in a program, until everything that is ready has run once. */
export function* oneIteration(): Program<void> {
  yield sleep(0);
}

async function stepInAsyncFunction<T>(steps: Program<T>): Promise<T> {
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
}

function* stepInGenerator<T>(steps: Program<T>): Steps<T> {
  let step = steps.next();
  while (step.done !== true) {
    let value: unknown;
    try {
      value = yield* isAwaitable(step.value) ? step.value : ensureFuture(step.value);
    } catch (error) {
      step = steps.throw(error);
      continue;
    }
    step = steps.next(value);
  }
  return step.value;
}

function isAwaitable(value: PromiseLike<unknown>): value is Awaitable<unknown> {
  return Symbol.iterator in value;
}

function makeKind(name: string, bodyOf: Kind["body"]): Kind {
  const body: Kind["body"] = (program) =>
    Object.defineProperty(bodyOf(program), "name", { value: program.name });
  return {
    name,
    toString: () => name,
    body,
    define: (program) => coroutine(body(program) as (...args: unknown[]) => Promise<never>) as never,
    startTask: (program) => createTask(body(program)),
    inGroup: (program) => new TaskGroup().with(body(program)),
    runProgram: (program) => runVirtual(body(program)),
    logOf: async (program) => {
      const log: string[] = [];
      await runVirtual(body(() => program(log)));
      return log;
    },
  };
}

const asyncFunctions = makeKind(
  "async functions",
  (program) =>
    (...args) =>
      stepInAsyncFunction(program(...args)),
);

const generatorCoroutines = makeKind(
  "generator coroutines",
  (program) =>
    (...args) =>
      stepInGenerator(program(...args)),
);

/** Has a coroutine of the kind `outer` await a coroutine of the kind `inner`. */
function nested(outer: Kind, inner: Kind): Kind {
  return makeKind(`${outer.name} that await ${inner.name}`, (program) => {
    const callee = inner.define(program);
    return outer.body(function* (...args) {
      return yield* awaited(callee(...args));
    });
  });
}

/** The two kinds of coroutine. */
export const bothKinds: readonly [asyncFunctions: Kind, generatorCoroutines: Kind] = [
  asyncFunctions,
  generatorCoroutines,
];

/** The two kinds, and mixes of them, up to three levels deep. */
export const allKinds: readonly Kind[] = [
  ...bothKinds,
  nested(asyncFunctions, asyncFunctions),
  nested(asyncFunctions, generatorCoroutines),
  nested(generatorCoroutines, asyncFunctions),
  nested(generatorCoroutines, generatorCoroutines),
  nested(asyncFunctions, nested(generatorCoroutines, asyncFunctions)),
  nested(generatorCoroutines, nested(asyncFunctions, generatorCoroutines)),
];

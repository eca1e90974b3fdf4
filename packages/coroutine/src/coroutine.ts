/**
 * Coroutine: a call that has not been run yet.
 *
 * States: created (`body` is set), started (`body` is undefined). There is no way back: a coroutine object
 * runs once. So it can be its own iterator for `yield*`, which saves an object per call: it yields itself
 * once, which makes the driver enter its body, and then returns the result that the driver sends.
 *
 * A coroutine object awaited in an async function runs inside the awaiting task, and never becomes a task by
 * that. A driver drives it if it is a generator, the engine if it is an async function.
 */
import { type Awaitable, isFuture, type Steps } from "@asyncio-ts/future";
import { Continuation, type contract, foreignStores, slot } from "@asyncio-ts/future/internal";
import {
  atCallOf,
  brandInstances,
  currentTaskLike,
  describe,
  type Driver,
  followThenable,
  hasBrand,
  inspectAsString,
  isPromise,
  isPromiseLike,
  runInside,
  type TaskLike,
  thenOf,
  TrapIterator,
} from "@asyncio-ts/future/lowlevel";
import { isGeneratorFunction, isSteps } from "./generators.js";
import { CoroutineDriver } from "./driver.js";
import type { AnyGenerator, RefusedReturned, Unless } from "./refused.js";
import { begin, coroutineBrand, unwrapReturned } from "./start.js";

/** The return type of the function given to `coroutine()`, an async function or a generator function. */
export type Returned = PromiseLike<unknown> | Steps<unknown>;

/** The result of a call: the value of the promise, or the return value of the generator, that it returns. */
export type ResultOf<R> = R extends Generator<unknown, infer T> ? T : Awaited<R>;

/**
 * A call that has not been run yet, as a coroutine function returns it. It runs once it is awaited (then
 * inside the awaiting task) or made a task. Python: a coroutine object.
 *
 * It can be awaited once; call the function again for a new one.
 *
 * @example
 * ```ts
 * import { coroutine } from "@asyncio-ts/coroutine";
 *
 * const greet = coroutine(async function greet(name: string) {
 *   return `hello ${name}`;
 * });
 * const call = greet("Ann");
 * console.log(call, await call);
 * try {
 *   await call;
 * } catch (error) {
 *   console.log((error as Error).message.split(";")[0]);
 * }
 * // prints: <Coroutine greet> hello Ann
 * // prints: <Coroutine greet> was awaited, or made a task, before
 * ```
 */
export class Coroutine<T> extends TrapIterator<T> implements Awaitable<T>, Promise<T> {
  static {
    brandInstances(this.prototype, coroutineBrand);
    Object.defineProperty(this.prototype, "name", { value: "", writable: true });
    inspectAsString(this.prototype);
  }

  /** The name of the function, for reports. */
  readonly name!: string;
  protected override asked = false;
  private body: Steps<T> | (() => unknown) | typeof itself | undefined;
  declare private watch?: contract.Watch | undefined;

  /**
   * Wraps a generator that has not been started, or a call that has not been made. With `itself`, a subclass
   * is the generator: it overrides `next` and `suspend`, and may have its name on the prototype.
   */
  constructor(body: Steps<T> | (() => unknown) | typeof itself, name?: string) {
    super();
    this.body = body;
    if (name !== undefined) this.name = name;
    if (slot.checks !== undefined) this.beWatched(slot.checks);
  }

  /**
   * Awaits the coroutine: `await coroutine` calls this. Runs it inside the current task, if there is one.
   *
   * @throws Error if the coroutine has been awaited, or made a task, before.
   */
  // oxlint-disable-next-line unicorn/no-thenable -- being awaitable is what it is for
  then<Value = T, Caught = never>(
    onFulfilled?: ((value: T) => Value | PromiseLike<Value>) | null,
    onRejected?: ((error: unknown) => Caught | PromiseLike<Caught>) | null,
  ): Promise<Value | Caught> {
    const body = this.take();
    if (typeof body !== "function") {
      const driver = new AwaitedDriver(currentTaskLike(), body, onFulfilled, onRejected);
      return driver.begin() as Promise<unknown> as Promise<Value | Caught>;
    }
    // An async function is started one microtask later, in the reaction of a promise that leads to the
    // awaiting function: only so does V8 find that one for the stack of an error thrown before the first
    // await. Code after an `await` is in the right context, so the body is called with no frame in between.
    const awaiter = currentTaskLike();
    if (slot.stepping === undefined) {
      return immediately.then(() => settledBy(awaiter, body()) as T).then(onFulfilled, onRejected);
    }
    const continuation = new Continuation(onFulfilled, onRejected, awaiter);
    // They return nothing: the promise would await a continuation, as if somebody used that.
    immediately
      .then(() => settledBy(awaiter, runInside({ awaiter }, body)))
      .then(
        (value) => void continuation.fulfil(value),
        (error: unknown) => void continuation.reject(error),
      );
    return continuation as Promise<unknown> as Promise<Value | Caught>;
  }

  /** Runs the coroutine, and does what `Promise.prototype.catch` does. */
  catch<Caught = never>(
    onRejected?: ((error: unknown) => Caught | PromiseLike<Caught>) | null,
  ): Promise<T | Caught> {
    return this.then(undefined, onRejected);
  }

  /** Runs the coroutine, and does what `Promise.prototype.finally` does. */
  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.then<T>().finally(onFinally);
  }

  /** Not "Promise": see `Future`. */
  get [Symbol.toStringTag](): string {
    return "Coroutine";
  }

  /** Awaits the coroutine in a generator coroutine: `const value = yield* coroutine`. */
  override [Symbol.iterator](): Steps<T> {
    if (this.body === undefined) throw this.awaitedTwice();
    return this as unknown as Steps<T>;
  }

  /** Returns the text for error messages: `<Coroutine fetchData>`. */
  override toString(): string {
    return this.name === "" ? "<Coroutine>" : `<Coroutine ${this.name}>`;
  }

  // ---- for the drivers of this library ----

  /** Takes the body out, for a caller that runs it; throws if it was taken before. */
  take(): Steps<T> | (() => unknown) {
    const { body } = this;
    if (body === undefined) throw this.awaitedTwice();
    this.body = undefined;
    this.watch?.end();
    return body === own ? (this as unknown as Steps<T>) : body;
  }

  override suspend(driver: Driver): boolean {
    this.assertIterated();
    return begin(driver, this.take(), []);
  }

  private beWatched(checks: contract.DebugChecks): void {
    this.watch = checks.watchCoroutine(this);
  }

  private awaitedTwice(): Error {
    return new Error(
      `${this} was awaited, or made a task, before; call its function again for a new one, or keep the task and await that`,
    );
  }
}

/** Marks a subclass of `Coroutine` as its own generator. */
export const itself: unique symbol = Symbol("itself");

/** Module-local copy, for speed: see `polled-coroutine.ts`. */
const own: typeof itself = itself;

const immediately = Promise.resolve();

/**
 * Makes a coroutine function of an async function or a generator function: calling it returns a `Coroutine`
 * and runs nothing. Python: `async def`.
 *
 * @example
 * ```ts
 * import { coroutine } from "@asyncio-ts/coroutine";
 *
 * const add = coroutine(async (a: number, b: number) => a + b);
 * const twice = coroutine(function* (a: number) {
 *   return yield* add(a, a);
 * });
 * const call = twice(21); // nothing has run yet
 * console.log(await call);
 * // prints: 42
 * ```
 *
 * @throws TypeError if `fn` is not a function.
 */
export function coroutine<This, Args extends unknown[], R extends Returned | AnyGenerator>(
  fn: (this: This, ...args: Args) => Unless<RefusedReturned<R>, R, R>,
): (this: This, ...args: Args) => Coroutine<ResultOf<R>> {
  if (typeof fn !== "function") {
    const message = `coroutine() needs an async function or a generator function, got ${isPromiseLike(fn) ? "a promise" : describe(fn)}`;
    throw atCallOf(coroutine, new TypeError(message));
  }
  const { name } = fn;
  const generates = isGeneratorFunction(fn);
  const coroutineFunction = function (this: This, ...args: Args): Coroutine<ResultOf<R>> {
    // Calling a generator function runs none of its code.
    if (generates) return new Coroutine(fn.apply(this, args) as unknown as Steps<ResultOf<R>>, name);
    return new Coroutine<ResultOf<R>>(() => fn.apply(this, args), name);
  };
  Object.defineProperty(coroutineFunction, "name", { value: name });
  return coroutineFunction;
}

/**
 * Tells whether `value` is a coroutine object of any installed version. Python: `asyncio.iscoroutine`.
 *
 * @example
 * ```ts
 * import { coroutine, isCoroutine } from "@asyncio-ts/coroutine";
 *
 * const greet = coroutine(async () => "hello");
 * console.log(isCoroutine(greet()), isCoroutine(greet), isCoroutine(Promise.resolve()));
 * // prints: true false false
 * ```
 */
export function isCoroutine(value: unknown): value is Coroutine<unknown> {
  return hasBrand(value, coroutineBrand);
}

/** Returns a call's value, or the promise of its result if it returned a generator or coroutine object. */
function settledBy(awaiter: TaskLike | undefined, returned: unknown): unknown {
  const opened = unwrapReturned({ awaiter }, returned);
  if (isPromise(opened) || isFuture(opened)) return opened;
  if (isSteps(opened)) {
    return new Promise((resolve, reject) => new AwaitedDriver(awaiter, opened, resolve, reject).begin());
  }
  const then = thenOf(opened);
  if (then === undefined) return opened;
  return new Promise((resolve, reject) => followThenable(opened, then, resolve, reject));
}

/** Drives a generator coroutine that an async function awaits. */
class AwaitedDriver extends CoroutineDriver {
  private readonly continuation: Continuation;
  private ended = false;

  constructor(
    awaiter: TaskLike | undefined,
    steps: Steps<unknown>,
    onFulfilled: unknown,
    onRejected: unknown,
  ) {
    super(awaiter, steps);
    this.continuation = new Continuation(onFulfilled, onRejected, awaiter);
  }

  /** Takes the first step. Returns what `then` returns. */
  begin(): Continuation {
    this.advance(undefined, false);
    // Suspended: the next steps are not called in the context of the awaiting code any more.
    if (this.ended || this.context !== undefined) return this.continuation;
    const context = slot.storage ? slot.storage.capture() : foreignStores.capture();
    if (context !== undefined) this.within(context);
    return this.continuation;
  }

  protected override returned(value: unknown): void {
    this.ended = true;
    this.continuation.enterTurn().fulfil(value);
  }

  protected override threw(error: unknown): void {
    this.ended = true;
    this.continuation.enterTurn().reject(error);
  }
}

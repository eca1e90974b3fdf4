/**
 * Coroutine: a call that has not been run yet.
 *
 * States: created (`body` is set), started (`body` is undefined). There is no way back: what a coroutine object runs,
 * it runs once. So it can be its own iterator for `yield*`, which spares an object per call: it yields itself once,
 * whereupon the driver enters its body, and then gives the result that the driver sends.
 *
 * A coroutine object awaited in an async function runs inside the awaiting task. If it turns out to be a generator,
 * a driver drives it; if it is an async function, the engine does. It never becomes a task by being awaited.
 */
import { type Awaitable, type Future, isFuture, type Steps } from "@asyncio-ts/future";
import {
  brandInstances,
  captureStores,
  Continuation,
  type contract,
  enterTurn,
  hasBrand,
  slot,
} from "@asyncio-ts/future/internal";
import {
  captureContext,
  currentScheduler,
  currentTaskLike,
  describe,
  type Driver,
  followThenable,
  inspectAsString,
  isPromise,
  isPromiseLike,
  runInside,
  type TaskLike,
  thenOf,
  TrapIterator,
} from "@asyncio-ts/future/lowlevel";
import { isGeneratorFunction, isSteps } from "./generators.js";
import { coroutineBrand, unwrapReturned, proceed, startFunction } from "./start.js";
import { CoroutineDriver } from "./driver.js";

/** What the function given to `coroutine()` may return: it is an async function or a generator function. */
export type Returned = PromiseLike<unknown> | Generator<Future<unknown>, unknown>;

/** The result of such a function: what its promise is fulfilled with, or what its generator returns. */
export type ResultOf<R> = R extends Generator<unknown, infer T> ? T : Awaited<R>;

/**
 * A call that has not been run yet, as a coroutine function gives it: nothing happens until it is awaited (then it
 * runs inside the awaiting task) or made a task. Python: a coroutine object.
 *
 * It can be awaited once; call the function again for another one.
 *
 * @example
 * ```ts
 * import { coroutine } from "@asyncio-ts/future";
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
 * // prints: coroutine greet() was awaited, or made a task, before
 * ```
 */
export class Coroutine<T> extends TrapIterator<T> implements Awaitable<T> {
  static {
    brandInstances(this.prototype, coroutineBrand);
    Object.defineProperty(this.prototype, "name", { value: "", writable: true });
    inspectAsString(this.prototype);
  }

  /** The name of the function, for reports. */
  readonly name!: string;
  private body: Steps<T> | (() => unknown) | typeof itself | undefined;
  declare private watch?: contract.Watch | undefined;

  /**
   * Wraps a generator that has not been started, or a call that has not been made; with `itself`, a subclass is the
   * generator: it overrides `next` and `suspend`, and may have its name on the prototype.
   */
  constructor(body: Steps<T> | (() => unknown) | typeof itself, name?: string) {
    super();
    this.body = body;
    if (name !== undefined) this.name = name;
    if (slot.checks !== undefined) this.watch = slot.checks.watchCoroutine(this);
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
      return awaited(body, onFulfilled, onRejected) as Promise<unknown> as Promise<Value | Caught>;
    }
    // An async function is started one microtask later, as the reaction of a promise that leads to the function
    // which awaits it: only so does V8 find that one for the stack of an error thrown before the first await.
    // Code after an `await` is in the right context already, so the body is called with no frame in between.
    const awaiter = currentTaskLike();
    if (slot.stepping === undefined) {
      return immediately.then(() => settledBy(awaiter, body()) as T).then(onFulfilled, onRejected);
    }
    const continuation = new AwaitedContinuation(onFulfilled, onRejected, awaiter);
    immediately
      .then(() => settledBy(awaiter, runInside({ awaiter }, body)))
      .then(
        (value) => continuation.fulfil(value),
        (error: unknown) => continuation.reject(error),
      );
    return continuation as Promise<unknown> as Promise<Value | Caught>;
  }

  /** As `Promise.prototype.catch`: runs the coroutine. */
  catch<Caught = never>(
    onRejected?: ((error: unknown) => Caught | PromiseLike<Caught>) | null,
  ): Promise<T | Caught> {
    return this.then(undefined, onRejected);
  }

  /** As `Promise.prototype.finally`: runs the coroutine. */
  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.then<T>().finally(onFinally);
  }

  /** Awaits the coroutine in a generator coroutine: `const value = yield* coroutine`. */
  override [Symbol.iterator](): Generator<Future<unknown>, T> {
    if (this.body === undefined) throw this.awaitedTwice();
    return this as unknown as Generator<Future<unknown>, T>;
  }

  /** `<Coroutine fetchData>`, as it stands in error messages. */
  override toString(): string {
    return this.name === "" ? "<Coroutine>" : `<Coroutine ${this.name}>`;
  }

  // ---- for the drivers of this library ----

  /** What there is to run. Whoever takes it runs it. */
  take(): Steps<T> | (() => unknown) {
    const { body } = this;
    if (body === undefined) throw this.awaitedTwice();
    this.body = undefined;
    this.watch?.end();
    return body === own ? (this as unknown as Steps<T>) : body;
  }

  override suspend(driver: Driver): boolean {
    this.assertIterated();
    const body = this.take();
    if (typeof body === "function") return proceed(driver, startFunction(driver, body, []));
    driver.enter(body);
    return true;
  }

  private awaitedTwice(): Error {
    const [what, call] =
      this.name === "" ? ["this coroutine", "its function"] : [`coroutine ${this.name}()`, `${this.name}()`];
    return new Error(
      `${what} was awaited, or made a task, before; call ${call} again for a new one, or keep the task and await that`,
    );
  }
}

/** Says that a subclass of `Coroutine` is its own generator. */
export const itself: unique symbol = Symbol("itself");

/** The same, for speed: see `attempt.ts`. */
const own: typeof itself = itself;

/** Drives a generator for an async function that awaits it, as part of the current task. */
function awaited(steps: Steps<unknown>, onFulfilled: unknown, onRejected: unknown): Continuation {
  const driver = new AwaitedDriver(currentTaskLike(), steps, onFulfilled, onRejected);
  driver.begin();
  return driver.continuation;
}

const immediately = Promise.resolve();

/**
 * Makes a coroutine function of an async function or a generator function: calling it gives a `Coroutine` and runs
 * nothing. This is the `async def` of Python.
 *
 * @example
 * ```ts
 * import { coroutine } from "@asyncio-ts/future";
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
 * @throws TypeError if it is given something else than a function.
 */
export function coroutine<This, Args extends unknown[], R extends Returned>(
  fn: (this: This, ...args: Args) => R,
): (this: This, ...args: Args) => Coroutine<ResultOf<R>> {
  if (typeof fn !== "function") {
    throw new TypeError(
      `coroutine() needs an async function or a generator function, got ${isPromiseLike(fn) ? "a promise" : describe(fn)}`,
    );
  }
  const { name } = fn;
  const generates = isGeneratorFunction(fn);
  const coroutineFunction = function (this: This, ...args: Args): Coroutine<ResultOf<R>> {
    // Calling a generator function runs nothing of it yet.
    if (generates) return new Coroutine(fn.apply(this, args) as unknown as Steps<ResultOf<R>>, name);
    return new Coroutine<ResultOf<R>>(() => fn.apply(this, args), name);
  };
  Object.defineProperty(coroutineFunction, "name", { value: name });
  return coroutineFunction;
}

/**
 * Whether `value` is a coroutine object of whichever installed version. Python: `asyncio.iscoroutine`.
 *
 * @example
 * ```ts
 * import { coroutine, isCoroutine } from "@asyncio-ts/future";
 *
 * const greet = coroutine(async () => "hello");
 * console.log(isCoroutine(greet()), isCoroutine(greet), isCoroutine(Promise.resolve()));
 * // prints: true false false
 * ```
 */
export function isCoroutine(value: unknown): value is Coroutine<unknown> {
  return hasBrand(value, coroutineBrand);
}

/** What a call has returned, or the promise of what that ends with if it is a generator or a coroutine object. */
function settledBy(awaiter: TaskLike | undefined, returned: unknown): unknown {
  if (isPromise(returned)) return returned;
  const opened = unwrapReturned({ awaiter }, returned);
  const then = isFuture(opened) ? undefined : thenOf(opened);
  const steps = isSteps(opened);
  if (!steps && then === undefined) return opened;
  return new Promise((resolve, reject) => {
    if (steps) new AwaitedDriver(awaiter, opened, resolve, reject).begin();
    else followThenable(opened, then, resolve, reject);
  });
}

/** Drives a generator coroutine that an async function awaits. */
class AwaitedDriver extends CoroutineDriver {
  readonly continuation: AwaitedContinuation;
  private ended = false;

  constructor(
    awaiter: TaskLike | undefined,
    steps: Steps<unknown>,
    onFulfilled: unknown,
    onRejected: unknown,
  ) {
    super(awaiter, steps);
    this.continuation = new AwaitedContinuation(onFulfilled, onRejected, awaiter);
  }

  begin(): void {
    this.advance(undefined, false);
    // Suspended: the steps from now on are not called in the context of the code that awaits it any more.
    const context = this.ended ? undefined : slot.storage ? captureContext() : captureStores();
    if (context !== undefined) this.within(context);
  }

  protected override returned(value: unknown): void {
    this.ended = true;
    enterTurn(this.awaiter);
    this.continuation.fulfil(value);
  }

  protected override threw(error: unknown): void {
    this.ended = true;
    enterTurn(this.awaiter);
    this.continuation.reject(error);
  }
}

/** The handlers that a coroutine object's `then` was given. */
export class AwaitedContinuation extends Continuation {
  constructor(onFulfilled: unknown, onRejected: unknown, awaiter: TaskLike | undefined) {
    super(onFulfilled, onRejected);
    this.awaiter = awaiter;
  }

  protected override handlerThrew(exception: unknown): void {
    currentScheduler().callExceptionHandler({
      message: "a handler given to then() of a coroutine threw an error",
      exception,
    });
  }
}

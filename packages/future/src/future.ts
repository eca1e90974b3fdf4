/**
 * Future: a container for a value that arrives later.
 *
 * States, each a predicate over `state`:
 *   PENDING    no outcome yet; `reactions` holds those that wait for it
 *   FINISHED   `ending` is the value
 *   FAILED     `ending` is the Failure that holds the error
 *   CANCELLED  `ending` is the message, or the CancelledError once it was asked for
 * Only PENDING is ever left, by `complete`, which schedules the reactions in the order in which they were
 * armed. No reaction runs inside the call that completes the future.
 *
 * `reactions` is a single runnable, and a list from the second one on (see `reactions.ts`): nearly every
 * future has one waiter, and a list would cost more than the future.
 */
import {
  arm,
  bringsCancellation,
  disarm,
  failureReason,
  hasFailed,
  isBeingCancelled,
  waitsOutside,
  wakeReason,
} from "./members.js";
import { assertFunction, assertMessage, assertOptions, readContext } from "./validation.js";
import type {
  ContextLike,
  Failure,
  LoopLike,
  WakeReason,
  Runnable,
  Scheduler,
  Waker,
  Origin,
} from "./contract.js";
import { currentScheduler } from "./slot.js";
import { brandInstances, futureBrand, hasBrand } from "./brand.js";
import { Callback } from "./callback.js";
import { atCallOf } from "./caller.js";
import { describe } from "./describe.js";
import { PendingAwait } from "./pending-await.js";
import { cancellation, type CancelledError, InvalidStateError, isCancelled } from "./errors.js";
import { retrieveFailure, settling, trackFailure } from "./failure.js";
import { inspectAsString } from "./display.js";
import { findParts } from "./loop-parts.js";
import { listIn, type Reactions, withoutReaction, withReaction } from "./reactions.js";
import { FutureIterator } from "./trap.js";

const PENDING = 0;
const FINISHED = 1;
const FAILED = 2;
const CANCELLED = 3;

/**
 * An object that can be awaited in both kinds of coroutine: `await x` in an async function, `yield* x` in a
 * generator coroutine. `Future`, `Task` and `Coroutine` are awaitables. Python: `collections.abc.Awaitable`.
 */
export interface Awaitable<T> extends PromiseLike<T> {
  [Symbol.iterator](): Steps<T>;
}

/**
 * The type of the values that a generator coroutine yields. Only `yield*` on an awaitable makes them, so that
 * `yield` without the star is a type error; its text is the name of the property.
 */
export interface Suspension {
  readonly "a coroutine used `yield` on an awaitable; write `yield*`, which also gives you its result": never;
}

/** The generator object of a generator coroutine: it waits with `yield*`, and returns a `T`. */
export type Steps<T> = Generator<Suspension, T>;

/** Options for `new Future()`. */
export interface FutureOptions {
  /** The loop that calls the callbacks. Default: the running loop. */
  readonly loop?: LoopLike;
}

/** Options for `addDoneCallback()`. */
export interface DoneCallbackOptions {
  /**
   * The `Context` of `@asyncio-ts/contextvars` that the callback runs in. Default: a copy of the one that the
   * caller of `addDoneCallback` runs in.
   */
  readonly context?: ContextLike;
}

/**
 * A container for a value that arrives later: pending, then finished with a value, failed with an error, or
 * cancelled. Any number of waiters can await it, with `await future` or `yield* future`. It may stand where a
 * type asks for a `Promise<T>`. Python: `asyncio.Future`.
 *
 * An error that nobody retrieves (by awaiting, `result()` or `exception()`) is reported once, to the
 * exception handler of the loop.
 *
 * Cancelling a task that awaits a future cancels the future; to prevent that, await `shield(future)`.
 *
 * @example
 * ```ts
 * import { Future } from "@asyncio-ts/future";
 *
 * const future = new Future<string>();
 * setTimeout(() => future.setResult("ready"), 10);
 * console.log(await future);
 * // prints: ready
 * ```
 */
export class Future<T> implements Awaitable<T>, Promise<T> {
  static {
    brandInstances(this.prototype, futureBrand);
    inspectAsString(this.prototype);
  }

  private state: typeof PENDING | typeof FINISHED | typeof FAILED | typeof CANCELLED = PENDING;
  private ending: unknown = undefined;
  private reactions: Runnable | Reactions | undefined = undefined;
  /** The part of the loop that calls this future's callbacks. @internal */
  readonly scheduler: Scheduler;

  /** @throws TypeError if `loop` is not an event loop. */
  constructor(options?: FutureOptions) {
    const loop = options?.loop as Scheduler | undefined;
    // Each task comes through here with a scheduler, so the check is the cheapest possible.
    this.scheduler = typeof loop?.schedule === "function" ? loop : schedulerFor(options);
  }

  /** Returns the loop that calls this future's callbacks. Python: `get_loop()`. */
  getLoop(): LoopLike {
    return this.scheduler.loop ?? this.scheduler;
  }

  /** Returns true if there is an outcome: a value, an error, or a cancellation. Python: `done()`. */
  done(): boolean {
    return this.state !== PENDING;
  }

  /** Returns true if the future was cancelled. Python: `cancelled()`. */
  cancelled(): boolean {
    return this.state === CANCELLED;
  }

  /**
   * Returns the value. Python: `result()`.
   *
   * @throws the error if the future failed, `CancelledError` if it was cancelled, `InvalidStateError` if it
   * is still pending.
   */
  result(): T {
    if (this.state === FINISHED) return this.ending as T;
    if (this.state === PENDING) throw atCallOf(Future.prototype.result, this.tooEarly("result"));
    throw this[failureReason]();
  }

  /**
   * Returns the error that the future failed with; undefined if it has a value. Python: `exception()`.
   *
   * @throws `CancelledError` if the future was cancelled, `InvalidStateError` if it is still pending.
   */
  exception(): unknown {
    if (this.state === FINISHED) return undefined;
    if (this.state === FAILED) return this[failureReason]();
    if (this.state !== PENDING) throw this[failureReason]();
    throw atCallOf(Future.prototype.exception, this.tooEarly("exception"));
  }

  /**
   * Finishes the future with a value, and schedules its waiters. Python: `set_result()`.
   *
   * @throws `InvalidStateError` if the future is done already.
   */
  setResult(value: T): void {
    this.finish(value);
  }

  /**
   * Fails the future with an error, and schedules its waiters. Python: `set_exception()`.
   *
   * @throws `InvalidStateError` if the future is done already.
   */
  setException(error: unknown): void {
    this.fail(error);
  }

  /**
   * Cancels the future, and schedules its waiters, which get a `CancelledError` with this message. Returns
   * false if the future is done; an error that it failed with then counts as retrieved. Python: `cancel()`.
   *
   * @throws TypeError if the message is not a string.
   */
  cancel(message?: string): boolean {
    assertMessage(message, Future.prototype.cancel);
    if (this.state === FAILED) retrieveFailure(this.ending as Failure, this.scheduler);
    if (this.state !== PENDING) return false;
    this.complete(CANCELLED, message);
    return true;
  }

  /**
   * Calls `callback` with this future once it is done; in the loop's next iteration if it is done already.
   * Callbacks are called in the order in which they were added. An error that a callback throws is reported
   * to the exception handler of the loop. Python: `add_done_callback()`.
   *
   * @throws TypeError if `callback` is not a function, or `context` not a `Context`.
   */
  addDoneCallback(callback: (future: this) => void, options?: DoneCallbackOptions): void {
    assertFunction(callback, "addDoneCallback", Future.prototype.addDoneCallback);
    const context =
      options === undefined
        ? undefined
        : readContext(options, "addDoneCallback", Future.prototype.addDoneCallback);
    this[arm](new DoneCallback(this, callback, context));
  }

  /** Removes every registration of a callback, and returns their number. Python: `remove_done_callback()`. */
  removeDoneCallback(callback: (future: this) => void): number {
    const removed = this.listOfReactions().filter(
      (one) => one instanceof DoneCallback && one.calls(callback),
    );
    for (const one of removed) this[disarm](one);
    return removed.length;
  }

  /**
   * Awaits the future: `await future` calls this. Inside a task, cancelling the task cancels this wait. To be
   * notified without waiting, use `addDoneCallback`.
   *
   * Handlers run in the calling task and in its asynchronous context, and so do the async functions that they
   * call. One case looks like `await`: both handlers given, after an `await` of an async function, and the
   * returned promise unused. There a handler runs in the task but sees no AsyncLocalStorage; from Node 24 on
   * an async function that it calls leaves the task at its first `await`. Write `.then(f).catch(g)`.
   */
  // oxlint-disable-next-line unicorn/no-thenable -- being awaitable is what it is for
  then<Value = T, Caught = never>(
    onFulfilled?: ((value: T) => Value | PromiseLike<Value>) | null,
    onRejected?: ((error: unknown) => Caught | PromiseLike<Caught>) | null,
  ): Promise<Value | Caught> {
    return new PendingAwait(this, onFulfilled, onRejected) as Promise<unknown> as Promise<Value | Caught>;
  }

  /** Does what `Promise.prototype.catch` does. */
  catch<Caught = never>(
    onRejected?: ((error: unknown) => Caught | PromiseLike<Caught>) | null,
  ): Promise<T | Caught> {
    return this.then(undefined, onRejected);
  }

  /** Does what `Promise.prototype.finally` does. */
  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.then<T>().finally(onFinally);
  }

  /** Not "Promise": some code that prints or copies objects would take it for a native one. */
  get [Symbol.toStringTag](): string {
    return "Future";
  }

  /** Awaits the future in a generator coroutine: `const value = yield* future`. */
  [Symbol.iterator](): Steps<T> {
    return new FutureIterator<T>(this) as unknown as Steps<T>;
  }

  /** Returns the text for error messages: `<Future pending>`. */
  toString(): string {
    return `<${this.describe()} ${this.stateName()}>`;
  }

  // ---- for the drivers of this library ----

  /** Schedules `reaction` once the future is done; at once if it is done already. @internal */
  [arm](reaction: Runnable): void {
    if (this.state !== PENDING) this.scheduler.schedule(reaction);
    else if (this.reactions === undefined) this.reactions = reaction;
    else if (Array.isArray(this.reactions)) this.reactions = withReaction(this.reactions, reaction);
    else this.reactions = [this.reactions, reaction];
  }

  /** Takes a reaction back; does nothing if it was scheduled already. @internal */
  [disarm](reaction: Runnable): void {
    const { reactions } = this;
    if (reactions === reaction) this.reactions = undefined;
    else if (Array.isArray(reactions)) this.reactions = withoutReaction(reactions, reaction);
  }

  /** Returns the tasks and futures that wait for this one, in the order in which they began to. */
  awaitedBy(): Future<unknown>[] {
    return this.listOfReactions()
      .map((reaction) => reaction.awaiter)
      .filter(isFuture);
  }

  /** Tells whether `cancel()` of it is on the stack: then a nested call means an await cycle. @internal */
  [isBeingCancelled](): boolean {
    return false;
  }

  /** Tells whether something outside this library, such as a promise, sets it. See `Waker`. @internal */
  [waitsOutside](_inTurn: Set<Waker>): boolean {
    return false;
  }

  /** Tells whether the future is done without a value: it failed, or was cancelled. @internal */
  [hasFailed](): boolean {
    return this.state === FAILED || this.state === CANCELLED;
  }

  /** Tells whether the future ended with a cancellation, its own or one that it passes on. @internal */
  [bringsCancellation](): boolean {
    return this.state === CANCELLED || (this.state === FAILED && isCancelled((this.ending as Failure).error));
  }

  /** Tells a driver why the wait for this future ended. @internal */
  [wakeReason](): WakeReason {
    return this[bringsCancellation]() ? "cancelled" : "value";
  }

  /** Returns the error or cancellation that the future ended with, and counts it as retrieved. @internal */
  [failureReason](): unknown {
    if (this.state === FAILED) {
      const failure = this.ending as Failure;
      retrieveFailure(failure, this.scheduler);
      return failure.error;
    }
    if (!isCancelled(this.ending)) this.ending = cancellation(this.ending as string | undefined);
    return this.ending;
  }

  /** Describes the object in error messages and reports. @internal */
  protected describe(): string {
    return this.constructor.name;
  }

  /** Names the state in error messages and reports. @internal */
  protected stateName(): string {
    return ["pending", "finished", "failed", "cancelled"][this.state] as string;
  }

  /**
   * Tells whether its error is reported soon if nobody waits for it: that of a task. A future which others
   * fail is often kept for those who may ask one day, such as that of the end of a connection. @internal
   */
  protected expectsWaiter(): boolean {
    return false;
  }

  /** Finishes the future with a value. @internal */
  protected finish(value: T): void {
    this.complete(FINISHED, value);
  }

  /** Fails the future with an error. @internal */
  protected fail(error: unknown): void {
    this.assertPending();
    const isForgotten = this.reactions === undefined && this.expectsWaiter();
    // A cancellation is never reported.
    const failure = isCancelled(error)
      ? { error, source: this.describe(), retrieved: true }
      : trackFailure(this, error, this.describe(), this.scheduler);
    this.complete(FAILED, failure);
    // After the turns of the waiters, which nearly always retrieve the error.
    if (!failure.retrieved) {
      const { scheduler } = this;
      scheduler.schedule(settling(failure, isForgotten ? scheduler : undefined));
    }
  }

  /** Cancels the future by an error that a coroutine's body threw. @internal */
  protected endCancelled(error: CancelledError): void {
    this.complete(CANCELLED, error);
  }

  private complete(state: typeof FINISHED | typeof FAILED | typeof CANCELLED, ending: unknown): void {
    this.assertPending();
    const { reactions, scheduler } = this;
    this.state = state;
    this.ending = ending;
    this.reactions = undefined;
    if (reactions === undefined) return;
    if (Array.isArray(reactions)) scheduleAll(reactions, scheduler);
    else scheduler.schedule(reactions);
  }

  private assertPending(): void {
    if (this.state === PENDING) return;
    throw new InvalidStateError(`${this} has its outcome already; check done() before you set one`);
  }

  private listOfReactions(): Runnable[] {
    const { reactions } = this;
    if (reactions === undefined) return [];
    return Array.isArray(reactions) ? [...listIn(reactions)] : [reactions];
  }

  private tooEarly(asked: string): InvalidStateError {
    return new InvalidStateError(`${asked}() was called on ${this}; await it first, or check done()`);
  }
}

/**
 * Tells whether `value` is a future (or a task) of any installed version. Python: `asyncio.isfuture`.
 *
 * @example
 * ```ts
 * import { Future, isFuture } from "@asyncio-ts/future";
 *
 * console.log(isFuture(new Future()), isFuture(Promise.resolve()));
 * // prints: true false
 * ```
 */
export function isFuture(value: unknown): value is Future<unknown> {
  return hasBrand(value, futureBrand);
}

/** Returns the scheduler of the loop in the options; without one, that of the running loop. */
function schedulerFor(options: FutureOptions | undefined): Scheduler {
  return options === undefined ? currentScheduler() : schedulerIn(options);
}

function schedulerIn(options: FutureOptions): Scheduler {
  assertOptions(options, "new Future");
  if (options.loop === undefined) return currentScheduler();
  const parts = findParts(options.loop);
  if (parts !== undefined) return parts.scheduler;
  throw new TypeError(
    `new Future() needs an EventLoop, got ${describe(options.loop)}; leave it out for the running one`,
  );
}

/** In no method: V8 inlines `complete` everywhere while it is small. */
function scheduleAll(reactions: Reactions, scheduler: Scheduler): void {
  for (const reaction of listIn(reactions)) scheduler.schedule(reaction);
}

/** A user's callback that waits for the future, and then for its turn. */
class DoneCallback<F extends Future<unknown>> extends Callback<[F]> {
  private readonly future: F;

  constructor(future: F, callback: (future: F) => void, context: ContextLike | undefined) {
    super(callback, context);
    this.future = future;
  }

  calls(callback: (future: F) => void): boolean {
    return this.callback === callback;
  }

  protected override get args(): [F] {
    return [this.future];
  }

  protected override get scheduler(): Scheduler {
    return this.future.scheduler;
  }

  protected override origin(): Origin {
    const { future } = this;
    return { what: `a done callback of ${future}`, future };
  }
}

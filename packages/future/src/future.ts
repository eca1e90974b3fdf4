/**
 * Future: a container for a value that will be there later.
 *
 * States, each a predicate over `state`:
 *   PENDING    no outcome yet; `reactions` holds who waits for one
 *   FINISHED   `ending` is the value
 *   FAILED     `ending` is the Failure that holds the error
 *   CANCELLED  `ending` is the message, or the CancelledError once somebody asked for it
 * Only PENDING is ever left, by `complete`, which hands each reaction to the scheduler in the order in which they
 * came. No reaction runs inside the call that completes the future.
 *
 * `reactions` is one runnable for as long as there is one, and a list from the second on (see `reactions.ts`): nearly
 * every future has a single waiter, and the list would cost more than the future.
 */
import { assertFunction, assertMessage, assertOptions } from "./validation.js";
import type { Failure, LoopLike, WakeReason, Runnable, Scheduler, Waker, Origin } from "./contract.js";
import { currentScheduler } from "./slot.js";
import { hasBrand } from "./brand.js";
import { Callback } from "./callback.js";
import { describe } from "./describe.js";
import { PendingAwait } from "./pending-await.js";
import type { WaitTarget } from "./wait-target.js";
import { cancellation, type CancelledError, InvalidStateError, isCancelled } from "./errors.js";
import { retrieveFailure, Settling, trackFailure } from "./failure.js";
import { inspectAsString } from "./display.js";
import { findParts } from "./loop-parts.js";
import { asReactions, listIn, type Reactions, withoutReaction, withReaction } from "./reactions.js";
import { FutureIterator } from "./trap.js";

const PENDING = 0;
const FINISHED = 1;
const FAILED = 2;
const CANCELLED = 3;

const futureBrand = Symbol.for("asyncio-ts.Future");

/**
 * Something that can be awaited two ways: `await x` in an async function, `yield* x` in a generator coroutine.
 * `Future`, `Task` and `Coroutine` are awaitables. Python: `collections.abc.Awaitable`.
 */
export interface Awaitable<T> extends PromiseLike<T> {
  [Symbol.iterator](): Generator<Future<unknown>, T>;
}

/** A generator coroutine that has been called: it waits with `yield*`, and returns a `T`. */
export type Steps<T> = Generator<Future<unknown>, T>;

/** Options for `new Future()`. */
export interface FutureOptions {
  /** The loop that calls the callbacks. Default: the loop that the calling code runs in. */
  readonly loop?: LoopLike;
}

/**
 * A container for a value that will be there later: pending, then finished with a value, failed with an error,
 * or cancelled. Await it with `await future` or `yield* future`, by as many waiters as you like. Python:
 * `asyncio.Future`.
 *
 * An error that nobody retrieves (by awaiting, `result()` or `exception()`) is reported once, through the
 * exception handler of the loop.
 *
 * Cancelling a task that awaits a future cancels the future; where that is not wanted, await `shield(future)`.
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
export class Future<T> implements Awaitable<T>, WaitTarget {
  static {
    Object.defineProperty(this.prototype, futureBrand, { value: true });
    inspectAsString(this.prototype);
  }

  private state: typeof PENDING | typeof FINISHED | typeof FAILED | typeof CANCELLED = PENDING;
  private ending: unknown = undefined;
  private reactions: Runnable | Reactions | undefined = undefined;
  /** The part of the loop that calls this future's callbacks. */
  readonly scheduler: Scheduler;

  /** @throws TypeError if the loop is none. */
  constructor(options?: FutureOptions) {
    const loop = options?.loop as Scheduler | undefined;
    // Each task is a future that is given a scheduler: no more is asked of it than that.
    this.scheduler = typeof loop?.schedule === "function" ? loop : schedulerFor(options);
  }

  /** The loop that calls this future's callbacks. Python: `get_loop()`. */
  getLoop(): LoopLike {
    return this.scheduler.loop ?? this.scheduler;
  }

  /** Whether there is an outcome: a value, an error, or a cancellation. Python: `done()`. */
  done(): boolean {
    return this.state !== PENDING;
  }

  /** Whether the future was cancelled. Python: `cancelled()`. */
  cancelled(): boolean {
    return this.state === CANCELLED;
  }

  /**
   * The value. Python: `result()`.
   *
   * @throws the error if the future failed, `CancelledError` if it was cancelled, `InvalidStateError` if it is
   * still pending.
   */
  result(): T {
    if (this.state === FINISHED) return this.ending as T;
    if (this.state === PENDING) throw this.tooEarly("result");
    throw this.reason();
  }

  /**
   * The error that the future failed with; undefined if it finished with a value. Python: `exception()`.
   *
   * @throws `CancelledError` if the future was cancelled, `InvalidStateError` if it is still pending.
   */
  exception(): unknown {
    if (this.state === FINISHED) return undefined;
    if (this.state === FAILED) return this.reason();
    throw this.state === PENDING ? this.tooEarly("exception") : this.reason();
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
   * Ends the future with an error, and schedules its waiters. Python: `set_exception()`.
   *
   * @throws `InvalidStateError` if the future is done already.
   */
  setException(error: unknown): void {
    this.fail(error);
  }

  /**
   * Cancels the future, and schedules its waiters; they get a `CancelledError` with this message. False if the future
   * is done already; an error that it failed with counts as retrieved then. Python: `cancel()`.
   *
   * @throws TypeError if the message is no string.
   */
  cancel(message?: string): boolean {
    assertMessage(message);
    if (this.state === FAILED) retrieveFailure(this.ending as Failure, this.scheduler);
    if (this.state !== PENDING) return false;
    this.complete(CANCELLED, message);
    return true;
  }

  /**
   * Has the loop call `callback` with this future once it is done; on the next iteration if it is done already.
   * Callbacks are called in the order in which they were added. An error that a callback throws is reported
   * through the exception handler of the loop. Python: `add_done_callback()`.
   */
  addDoneCallback(callback: (future: this) => void): void {
    assertFunction(callback, "addDoneCallback");
    this.arm(new DoneCallback(this, callback));
  }

  /** Takes a callback off, as often as it was added, and says how often that was. Python: `remove_done_callback()`. */
  removeDoneCallback(callback: (future: this) => void): number {
    return this.removeReactions((one) => one instanceof DoneCallback && one.calls(callback));
  }

  /**
   * Awaits the future: `await future` calls this. Inside a task it is a wait of that task, which cancelling the
   * task cancels; use `addDoneCallback` to be told without waiting.
   *
   * Handlers run in the calling task and in its asynchronous context, and so do the async functions that they call.
   * One case is left out, since nothing tells it from `await`: both handlers given, after an `await` of an async function,
   * and the returned promise unused. There a handler runs in the task, but sees no AsyncLocalStorage; and from Node 24 on
   * an async function that it calls leaves the task at its first `await`. Write `.then(f).catch(g)` instead.
   */
  // oxlint-disable-next-line unicorn/no-thenable -- being awaitable is what it is for
  then<Value = T, Caught = never>(
    onFulfilled?: ((value: T) => Value | PromiseLike<Value>) | null,
    onRejected?: ((error: unknown) => Caught | PromiseLike<Caught>) | null,
  ): Promise<Value | Caught> {
    return new PendingAwait(this, onFulfilled, onRejected) as Promise<unknown> as Promise<Value | Caught>;
  }

  /** As `Promise.prototype.catch`. */
  catch<Caught = never>(
    onRejected?: ((error: unknown) => Caught | PromiseLike<Caught>) | null,
  ): Promise<T | Caught> {
    return this.then(undefined, onRejected);
  }

  /** As `Promise.prototype.finally`. */
  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.then<T>().finally(onFinally);
  }

  /** Awaits the future in a generator coroutine: `const value = yield* future`. */
  [Symbol.iterator](): Generator<Future<unknown>, T> {
    return new FutureIterator<T>(this) as unknown as Generator<Future<unknown>, T>;
  }

  /** `<Future pending>`, as it stands in error messages. */
  toString(): string {
    return `<${this.describe()} ${this.stateName()}>`;
  }

  // ---- for the drivers of this library ----

  /** Has the scheduler run `reaction` once the future is done; in its next iteration if it is done already. */
  arm(reaction: Runnable): void {
    if (this.state !== PENDING) this.scheduler.schedule(reaction);
    else if (this.reactions === undefined) this.reactions = reaction;
    else if (Array.isArray(this.reactions)) this.reactions = withReaction(this.reactions, reaction);
    else this.reactions = [this.reactions, reaction];
  }

  /** Takes back what `arm` was given; nothing happens if it was scheduled already. */
  disarm(reaction: Runnable): void {
    const { reactions } = this;
    if (reactions === reaction) this.reactions = undefined;
    else if (Array.isArray(reactions)) this.reactions = withoutReaction(reactions, reaction);
  }

  /** The tasks and futures that wait for this one, in the order in which they came. */
  awaitedBy(): Future<unknown>[] {
    return this.listOfReactions()
      .map((reaction) => reaction.awaiter)
      .filter(isFuture);
  }

  /** Whether a call of `cancel()` on it is on the stack: who cancels it again has come round in a circle. */
  isBeingCancelled(): boolean {
    return false;
  }

  /** Whether it is something outside this library that sets this future: a promise, a worker. See `Waker`. */
  waitsOutside(_inTurn: Set<Waker>): boolean {
    return false;
  }

  /** Whether the future is done and has no value: it failed, or was cancelled. */
  failed(): boolean {
    return this.state === FAILED || this.state === CANCELLED;
  }

  /** Whether what the future ended with is a cancellation, be it its own or one that it passes on. */
  bringsCancellation(): boolean {
    return this.state === CANCELLED || (this.state === FAILED && isCancelled((this.ending as Failure).error));
  }

  /** For a driver: what the future has brought to who waited for it. */
  wakeReason(): WakeReason {
    return this.bringsCancellation() ? "cancelled" : "value";
  }

  /** What a future without a value ended with; asking counts as retrieving it. */
  reason(): unknown {
    if (this.state === FAILED) {
      const failure = this.ending as Failure;
      retrieveFailure(failure, this.scheduler);
      return failure.error;
    }
    if (!isCancelled(this.ending)) this.ending = cancellation(this.ending as string | undefined);
    return this.ending;
  }

  /** What this is, in error messages and reports. */
  protected describe(): string {
    return this.constructor.name;
  }

  /** The state, in error messages and reports. */
  protected stateName(): string {
    return ["pending", "finished", "failed", "cancelled"][this.state] as string;
  }

  /** Ends the future with a value. */
  protected finish(value: T): void {
    this.complete(FINISHED, value);
  }

  /** Ends the future with an error. */
  protected fail(error: unknown): void {
    this.assertPending();
    // A cancellation is no failure that somebody would have to be told about.
    const failure = isCancelled(error)
      ? { error, source: this.describe(), retrieved: true }
      : trackFailure(this, error, this.describe(), this.scheduler);
    this.complete(FAILED, failure);
    // After the turns of those who wait: nearly always somebody has retrieved it by then.
    if (!failure.retrieved) this.scheduler.schedule(new Settling(failure));
  }

  /** Ends the future as cancelled, by an error that went through a coroutine's body. */
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
    if (Array.isArray(reactions)) for (const reaction of listIn(reactions)) scheduler.schedule(reaction);
    else scheduler.schedule(reactions);
  }

  private assertPending(): void {
    if (this.state === PENDING) return;
    throw new InvalidStateError(
      `${this} has its outcome already, and it cannot be replaced; check done() before you set one`,
    );
  }

  private removeReactions(chosen: (reaction: Runnable) => boolean): number {
    const before = this.listOfReactions();
    const after = before.filter((one) => !chosen(one));
    if (after.length < before.length) this.reactions = asReactions(after);
    return before.length - after.length;
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
 * Whether `value` is a future (or a task) of whichever installed version. Python: `asyncio.isfuture`.
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
  if (options === undefined) return currentScheduler();
  assertOptions(options, "new Future");
  if (options.loop === undefined) return currentScheduler();
  const parts = findParts(options.loop);
  if (parts !== undefined) return parts.scheduler;
  throw new TypeError(
    `new Future() needs a loop that is an EventLoop, got ${describe(options.loop)}; leave it out for the running one`,
  );
}

/** A user's callback, waiting for the future, and then for its turn. */
class DoneCallback<F extends Future<unknown>> extends Callback<[F]> {
  private readonly future: F;

  constructor(future: F, callback: (future: F) => void) {
    super(callback);
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

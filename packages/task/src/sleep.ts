/**
 * Sleeping: coroutine objects that are their own generators and their own wait targets. No other wait is as
 * frequent, and a million sleeping tasks are a million of these.
 *
 * States of a sleep (a tick, of 0 milliseconds or less, has none: its waiter is scheduled at once):
 *   created   `waiter` undefined: nobody has awaited it
 *   asleep    `waiter` set, and the timer
 *   over      `ending` set: the waiter is in the ready queue, or was resumed
 */
import { Coroutine } from "@asyncio-ts/coroutine";
import { itself, type CoroutineDriver } from "@asyncio-ts/coroutine/internal";
import type { CancelledError, Steps } from "@asyncio-ts/future";
import { slot } from "@asyncio-ts/future/internal";
import {
  assertMilliseconds,
  cancellation,
  nameCalls,
  PendingAwait,
  type Runnable,
  type Trap,
  type WaitFacts,
  type WaitTarget,
  type WakeReason,
  arm,
  disarm,
  failureReason,
  hasFailed,
  isBeingCancelled,
  waitFacts,
  waitsOutside,
  wakeReason,
} from "@asyncio-ts/future/lowlevel";
import type { Timed } from "@asyncio-ts/loop";
import { type LoopScheduler, waitingScheduler } from "@asyncio-ts/loop/internal";

/**
 * Suspends for `delay` milliseconds, and resolves to `result`. With 0 or less it lets all other ready code
 * run once. When cancelled, it clears its timer. Python: `asyncio.sleep`, in seconds there.
 *
 * @throws TypeError if the delay is not a number.
 *
 * @example
 * ```ts
 * import { sleep } from "@asyncio-ts/task";
 *
 * console.log(await sleep(10, "rested"));
 * // prints: rested
 * ```
 */
export function sleep(delay: number): Coroutine<void>;
export function sleep<T>(delay: number, result: T): Coroutine<T>;
export function sleep<T>(delay: number, result?: T): Coroutine<T | undefined> {
  assertMilliseconds(delay, "sleep", sleep);
  return delay > 0 ? new Sleep(delay, result) : new Tick(result);
}

/** Module-local copy, for speed: see `PolledCoroutine`. */
const own: typeof itself = itself;

/** Lets all other ready code run once. It can't be cancelled: the task throws a cancellation in its place. */
class Tick<T> extends Coroutine<T> implements WaitTarget {
  static {
    nameCalls(this.prototype, "sleep");
  }

  protected readonly value: T;

  constructor(value: T) {
    super(own);
    this.value = value;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- as in Coroutine
  override then<Value = T, Caught = never>(
    onFulfilled?: ((value: T) => Value | PromiseLike<Value>) | null,
    onRejected?: ((error: unknown) => Caught | PromiseLike<Caught>) | null,
  ): Promise<Value | Caught> {
    this.take();
    return new PendingAwait(this, onFulfilled, onRejected) as Promise<unknown> as Promise<Value | Caught>;
  }

  override [Symbol.iterator](): Steps<T> {
    return this.take() as Steps<T>;
  }

  override next(): IteratorResult<Trap, T> {
    if (this.asked) return { done: true, value: this.result() };
    this.asked = true;
    return { done: false, value: this };
  }

  override suspend(driver: CoroutineDriver): boolean {
    if (!this.asked) return super.suspend(driver);
    driver.tick();
    return false;
  }

  get scheduler(): LoopScheduler {
    return waitingScheduler();
  }

  /** @internal */
  [arm](waiter: Runnable): void {
    this.scheduler.schedule(waiter);
  }

  cancel(_message?: string): boolean {
    return false;
  }

  /** @internal */
  [wakeReason](): WakeReason {
    return "nothing";
  }

  result(): T {
    return this.value;
  }

  done(): boolean {
    return false;
  }

  /** @internal */
  [hasFailed](): boolean {
    return false;
  }

  /** @internal */
  [failureReason](): unknown {
    return undefined;
  }

  /** @internal */
  [disarm](): void {}

  /** @internal */
  [isBeingCancelled](): boolean {
    return false;
  }

  /** @internal */
  [waitsOutside](): boolean {
    return false;
  }

  override toString(): string {
    return "<sleep(0)>";
  }
}

class Sleep<T> extends Tick<T> implements Timed {
  deadline = 0;
  readonly delay: number;
  sequence = 0;
  position: number | Timed = -1;
  behind: Timed | undefined = undefined;
  private home: LoopScheduler | undefined = undefined;
  private waiter: Runnable | undefined = undefined;
  /** The state after the end: `"awake"`, or the error of the cancellation. */
  private ending: "awake" | CancelledError | undefined = undefined;

  constructor(delay: number, value: T) {
    super(value);
    this.delay = delay;
  }

  override suspend(driver: CoroutineDriver): boolean {
    if (!this.asked) return super.suspend(driver);
    driver.waitFor(this);
    return false;
  }

  override get scheduler(): LoopScheduler {
    return (this.home ??= waitingScheduler());
  }

  /** @internal */
  override [arm](waiter: Runnable): void {
    this.waiter = waiter;
    this.deadline = this.scheduler.time() + this.delay;
    this.scheduler.addTimer(this);
  }

  run(): void {
    if (this.ending === undefined) this.end("awake");
  }

  override cancel(message?: string): boolean {
    if (this.ending !== undefined) return false;
    this.scheduler.removeTimer(this);
    this.end(cancellation(message));
    return true;
  }

  /** @internal */
  override [wakeReason](): WakeReason {
    return this[hasFailed]() ? "cancelled" : "value";
  }

  override result(): T {
    if (this[hasFailed]()) {
      slot.strays?.settleCancellation(this.ending, this.next);
      throw this.ending;
    }
    return this.value;
  }

  override done(): boolean {
    return this.ending !== undefined;
  }

  /** @internal */
  override [hasFailed](): boolean {
    return this.ending !== undefined && this.ending !== "awake";
  }

  /** @internal */
  override [failureReason](): unknown {
    return this.ending;
  }

  /** @internal */
  override [disarm](): void {
    this.scheduler.removeTimer(this);
  }

  /** @internal */
  [waitFacts](): WaitFacts {
    return { kind: "timer", delay: this.delay, left: this.deadline - this.scheduler.time() };
  }

  override toString(): string {
    if (this.waiter === undefined) return "<Coroutine sleep>";
    return `<sleep(${this.delay}) ${this.ending === undefined ? "pending" : this[hasFailed]() ? "cancelled" : "finished"}>`;
  }

  private end(ending: "awake" | CancelledError): void {
    this.ending = ending;
    this.scheduler.schedule(this.waiter as Runnable);
  }
}

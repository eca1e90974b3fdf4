/**
 * Sleeping: a coroutine of the library that is its own generator, its own timer, and what its task waits for. No other
 * suspension is as frequent, and a million sleeping tasks are a million of these.
 *
 * States:
 *   created   `waiter` undefined: nobody has awaited it
 *   asleep    `waiter` set; the timer is set, or, for 0 milliseconds and less, the waiter stands in the ready queue
 *   over      `ending` set: the waiter stands in the ready queue, or has gone on
 */
import { CancelledError, Coroutine, type Future } from "@asyncio-ts/future";
import {
  assertMilliseconds,
  itself,
  type Outcome,
  type Runnable,
  type Strand,
  type Suspension,
  Wait,
  type Waited,
} from "@asyncio-ts/future/ambient";
import { type EventLoop, getRunningLoop, type Timed } from "@asyncio-ts/loop";

/**
 * Suspends for `delay` milliseconds, and resolves to `result`. With 0 or less it lets everything else that is ready
 * run once. Cancelled, it takes its timer back. Python: `asyncio.sleep`, in seconds there.
 *
 * @throws TypeError if the delay is no number.
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
  assertMilliseconds(delay, "sleep");
  return new Sleep(delay, result);
}

class Sleep<T> extends Coroutine<T> implements Timed, Waited {
  static {
    Object.defineProperty(this.prototype, "name", { value: "sleep" });
  }

  scheduler!: EventLoop;
  deadline = 0;
  sequence = 0;
  position = -1;
  private readonly delay: number;
  private readonly value: T;
  private waiter: Runnable | undefined = undefined;
  /** `"awake"`, or the error by which it was cancelled. */
  private ending: "awake" | CancelledError | undefined = undefined;

  constructor(delay: number, value: T) {
    super(itself);
    this.delay = delay;
    this.value = value;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- as in Coroutine
  override then<Value = T, Caught = never>(
    onFulfilled?: ((value: T) => Value | PromiseLike<Value>) | null,
    onRejected?: ((error: unknown) => Caught | PromiseLike<Caught>) | null,
  ): Promise<Value | Caught> {
    this.take();
    this.scheduler = getRunningLoop();
    return new Wait(this, onFulfilled, onRejected) as Promise<unknown> as Promise<Value | Caught>;
  }

  override [Symbol.iterator](): Generator<Future<unknown>, T> {
    return this.take() as Generator<Future<unknown>, T>;
  }

  override next(): IteratorResult<Suspension, T> {
    if (this.asked) return { done: true, value: this.delay <= 0 ? this.value : this.result() };
    this.asked = true;
    return { done: false, value: this };
  }

  override suspend(strand: Strand): boolean {
    if (!this.asked) return super.suspend(strand);
    if (this.delay <= 0) strand.tick();
    else {
      this.scheduler = getRunningLoop();
      strand.waitFor(this);
    }
    return false;
  }

  override toString(): string {
    if (this.waiter === undefined) return super.toString();
    return `<sleep(${this.delay}) ${this.ending === undefined ? "pending" : this.failed() ? "cancelled" : "finished"}>`;
  }

  // ---- the timer ----

  run(): void {
    if (this.ending === undefined) this.end("awake");
  }

  private end(ending: "awake" | CancelledError): void {
    this.ending = ending;
    this.scheduler.schedule(this.waiter as Runnable);
  }

  // ---- what the task waits for ----

  whenDone(waiter: Runnable): void {
    this.waiter = waiter;
    if (this.delay <= 0) {
      this.end("awake");
      return;
    }
    this.deadline = this.scheduler.time() + this.delay;
    this.scheduler.addTimer(this);
  }

  cancel(message?: string): boolean {
    if (this.ending !== undefined) return false;
    this.scheduler.removeTimer(this);
    this.end(new CancelledError(message));
    return true;
  }

  /** Of the end of a delay of 0 nobody has to be told: there a cancellation may come in its place. */
  outcome(): Outcome {
    if (this.delay <= 0) return "nothing";
    return this.failed() ? "cancelled" : "value";
  }

  result(): T {
    if (this.failed()) throw this.ending;
    return this.value;
  }

  reason(): unknown {
    return this.ending;
  }

  done(): boolean {
    return this.ending !== undefined;
  }

  failed(): boolean {
    return this.ending !== undefined && this.ending !== "awake";
  }

  forget(): void {
    this.scheduler.removeTimer(this);
  }

  isBeingCancelled(): boolean {
    return false;
  }

  waitsOutside(): boolean {
    return false;
  }
}

import { Coroutine, Future } from "@asyncio-ts/future";
import {
  assertMilliseconds,
  type Awaiter,
  Continuation,
  currentAwaiter,
  enterTurn,
  type InFlight,
  itself,
  type Runnable,
  type Strand,
  type Suspension,
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

/** A call of `sleep()`: a generator of its own, since no other suspension is as frequent. */
class Sleep<T> extends Coroutine<T> {
  private readonly delay: number;
  private readonly value: T;
  private alarm: Alarm<T> | undefined = undefined;

  constructor(delay: number, value: T) {
    super(itself, "sleep");
    this.delay = delay;
    this.value = value;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- as in Coroutine
  override then<Value = T, Caught = never>(
    onFulfilled?: ((value: T) => Value | PromiseLike<Value>) | null,
    onRejected?: ((error: unknown) => Caught | PromiseLike<Caught>) | null,
  ): Promise<Value | Caught> {
    this.take();
    if (this.delay > 0) return new Alarm(this.delay, this.value).then(onFulfilled, onRejected);
    const tick = new Tick(this.value, onFulfilled, onRejected);
    return tick as Promise<unknown> as Promise<Value | Caught>;
  }

  override [Symbol.iterator](): Generator<Future<unknown>, T> {
    return this.take() as Generator<Future<unknown>, T>;
  }

  override next(): IteratorResult<Suspension, T> {
    if (!this.asked) {
      this.asked = true;
      return { done: false, value: this };
    }
    return { done: true, value: this.alarm === undefined ? this.value : this.alarm.result() };
  }

  override suspend(strand: Strand): boolean {
    if (!this.asked) return super.suspend(strand);
    if (this.delay <= 0) strand.tick();
    else strand.waitFor((this.alarm = new Alarm(this.delay, this.value)));
    return false;
  }
}

/** An async function that lets others run for one iteration of the loop. */
class Tick<T> extends Continuation implements Runnable, InFlight {
  readonly awaiter: Awaiter | undefined = currentAwaiter();
  private readonly value: T;

  constructor(value: T, onFulfilled: unknown, onRejected: unknown) {
    super(onFulfilled, onRejected);
    this.value = value;
    (this.awaiter?.scheduler ?? getRunningLoop()).schedule(this);
    this.awaiter?.suspended(this);
  }

  run(): void {
    const cancellation = this.awaiter?.resumed(this, "nothing");
    enterTurn(this.awaiter);
    if (cancellation === undefined) this.fulfil(this.value);
    else this.reject(cancellation);
  }

  /** There is nothing to cancel: the error is thrown when the tick is over. */
  cancelWait(): boolean {
    return false;
  }

  waitsOutside(): boolean {
    return false;
  }

  describeWait(): string {
    return "sleep(0)";
  }

  protected override handlerThrew(exception: unknown): void {
    getRunningLoop().callExceptionHandler({
      message: "a handler given to then() of sleep() threw an error",
      exception,
    });
  }
}

/** A future that is its own timer. */
class Alarm<T> extends Future<T> implements Timed {
  declare readonly scheduler: EventLoop;
  readonly deadline: number;
  sequence = 0;
  position = -1;
  private readonly delay: number;
  private readonly value: T;

  constructor(delay: number, value: T) {
    const loop = getRunningLoop();
    super({ loop });
    this.delay = delay;
    this.value = value;
    this.deadline = loop.time() + delay;
    loop.addTimer(this);
  }

  run(): void {
    if (!this.done()) this.finish(this.value);
  }

  override cancel(message?: string): boolean {
    this.scheduler.removeTimer(this);
    return super.cancel(message);
  }

  protected override describe(): string {
    return `sleep(${this.delay})`;
  }
}

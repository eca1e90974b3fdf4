import { Coroutine, Future } from "@asyncio-ts/future";
import { itself, type Strand, type Suspension } from "@asyncio-ts/future/ambient";
import { type EventLoop, getRunningLoop, type Timed } from "@asyncio-ts/loop";
import { assertMilliseconds } from "./milliseconds.js";

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
  private alarm: Alarm | undefined = undefined;

  constructor(delay: number, value: T) {
    super(itself, "sleep");
    this.delay = delay;
    this.value = value;
  }

  override [Symbol.iterator](): Generator<Future<unknown>, T> {
    return this.take() as Generator<Future<unknown>, T>;
  }

  override next(): IteratorResult<Suspension, T> {
    if (this.asked) {
      // Throws if the sleep was cancelled.
      this.alarm?.result();
      return { done: true, value: this.value };
    }
    this.asked = true;
    return { done: false, value: this };
  }

  override suspend(strand: Strand): boolean {
    if (!this.asked) return super.suspend(strand);
    if (this.delay <= 0) strand.tick();
    else strand.waitFor((this.alarm = new Alarm(getRunningLoop(), this.delay)));
    return false;
  }
}

/** A future that is its own timer. */
class Alarm extends Future<void> implements Timed {
  declare readonly scheduler: EventLoop;
  readonly deadline: number;
  sequence = 0;
  position = -1;
  private readonly delay: number;

  constructor(loop: EventLoop, delay: number) {
    super({ loop });
    this.delay = delay;
    this.deadline = loop.time() + delay;
    loop.addTimer(this);
  }

  run(): void {
    if (!this.done()) this.finish();
  }

  override cancel(message?: string): boolean {
    this.scheduler.removeTimer(this);
    return super.cancel(message);
  }

  protected override describe(): string {
    return `sleep(${this.delay})`;
  }
}

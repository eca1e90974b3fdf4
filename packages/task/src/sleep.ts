import { Coroutine, Future, type Steps } from "@asyncio-ts/future";
import { type Strand, Suspending } from "@asyncio-ts/future/ambient";
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
  return new Coroutine(sleeping(delay, result), "sleep");
}

function* sleeping<T>(delay: number, result: T): Steps<T> {
  if (delay <= 0) yield* new Tick() as unknown as Steps<void>;
  else yield* new Alarm(getRunningLoop(), delay);
  return result;
}

/** Suspends for one iteration of the loop. */
class Tick extends Suspending<void> {
  suspend(strand: Strand): boolean {
    strand.tick();
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

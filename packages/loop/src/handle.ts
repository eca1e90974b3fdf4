import { type Runnable, runCallback } from "@asyncio-ts/future/ambient";
import type { EventLoop } from "./event-loop.js";
import type { Timed } from "./timer-queue.js";

/**
 * A callback that a loop will call, as `callSoon` gives it. Python: `asyncio.Handle`.
 *
 * @example
 * ```ts
 * import { getRunningLoop } from "@asyncio-ts/loop";
 *
 * const handle = getRunningLoop().callSoon(console.log, "is not printed");
 * handle.cancel();
 * console.log(handle.cancelled());
 * // prints: true
 * ```
 */
export class Handle implements Runnable {
  protected readonly loop: EventLoop;
  private callback: (() => unknown) | undefined;

  /** Made by the loop. */
  constructor(loop: EventLoop, callback: () => unknown) {
    this.loop = loop;
    this.callback = callback;
  }

  /** Sees to it that the callback is not called, and forgets it. Python: `cancel()`. */
  cancel(): void {
    this.callback = undefined;
  }

  /** Whether the callback was cancelled. Python: `cancelled()`. */
  cancelled(): boolean {
    return this.callback === undefined;
  }

  /** For the loop: the turn of this callback. */
  run(): void {
    if (this.callback !== undefined) runCallback(this.loop, this.callback, "a callback of the loop", this);
  }
}

/**
 * A callback that a loop will call at a time, as `callLater` and `callAt` give it. Python: `asyncio.TimerHandle`.
 *
 * @example
 * ```ts
 * import { newEventLoop } from "@asyncio-ts/loop";
 *
 * const loop = newEventLoop();
 * const timer = loop.callAt(1000, () => {}); // loop.time() counts from another moment in each runtime
 * console.log(timer.when());
 * timer.cancel();
 * // prints: 1000
 * ```
 */
export class TimerHandle extends Handle implements Timed {
  readonly deadline: number;
  sequence = 0;
  position = -1;

  /** Made by the loop. */
  constructor(loop: EventLoop, deadline: number, callback: () => unknown) {
    super(loop, callback);
    this.deadline = deadline;
  }

  /** When the callback is due, in milliseconds of `loop.time()`. Python: `when()`. */
  when(): number {
    return this.deadline;
  }

  override cancel(): void {
    super.cancel();
    this.loop.removeTimer(this);
  }
}

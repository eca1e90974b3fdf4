import {
  type AsyncContext,
  captureContext,
  inspectAsString,
  placeOfCall,
  type Runnable,
  runCallback,
} from "@asyncio-ts/future/ambient";
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
  static {
    inspectAsString(this.prototype);
  }

  protected readonly loop: EventLoop;
  private readonly name: string;
  private callback: (() => unknown) | undefined;
  private readonly context: AsyncContext | undefined = captureContext();
  /** Where the handle was made, in debug mode. */
  private readonly place: string | undefined;

  /** Made by the loop, which calls `callback`; `name` is that of the user's function. */
  constructor(loop: EventLoop, callback: () => unknown, name: string) {
    this.loop = loop;
    this.callback = callback;
    this.name = name;
    this.place = loop.debug ? placeOfCall() : undefined;
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
    if (this.callback === undefined) return;
    const name = `${this.name}, a callback of the event loop,`;
    runCallback(this.loop, this.callback, this.context, name, { handle: this });
  }

  toString(): string {
    const state = this.cancelled() ? "cancelled " : "";
    const place = this.place === undefined ? "" : `, made\n${this.place}`;
    return `<${this.constructor.name} ${state}${this.describe()}${place}>`;
  }

  /** What is called, and when. */
  protected describe(): string {
    return this.name;
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
  constructor(loop: EventLoop, deadline: number, callback: () => unknown, name: string) {
    super(loop, callback, name);
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

  protected override describe(): string {
    return `${super.describe()} when=${this.deadline}`;
  }
}

import { Callback, debug, type contract } from "@asyncio-ts/future/internal";
import { inspectAsString, nameOf, type Scheduler } from "@asyncio-ts/future/lowlevel";
import type { LoopScheduler } from "./loop-scheduler.js";
import type { Timed } from "./timer-queue.js";

/** Shared by all callbacks without arguments: there may be a million of them. */
const none: unknown[] = [];

/**
 * A callback that a loop will call, as returned by `callSoon`. Python: `asyncio.Handle`.
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
export class Handle extends Callback<unknown[]> {
  static {
    inspectAsString(this.prototype);
  }

  /** @internal */
  protected override readonly scheduler: Scheduler;
  /** @internal */
  protected args: unknown[];
  /** In debug mode: the name of the callback, also after `cancel()`, and the place where it was scheduled. */
  private readonly made: { readonly name: string; readonly place: string } | undefined;

  /** Made by the loop. @internal */
  constructor(scheduler: Scheduler, callback: (...args: never[]) => unknown, args: unknown[]) {
    super(callback as (...args: unknown[]) => unknown);
    this.scheduler = scheduler;
    this.args = args.length === 0 ? none : args;
    this.made = scheduler.debug ? { name: nameOf(callback), place: debug.placeOfCall() } : undefined;
  }

  /** Prevents the call, and releases the callback and its arguments. Python: `cancel()`. */
  cancel(): void {
    this.callback = undefined;
    this.args = none;
  }

  /** Returns whether the callback was cancelled. Python: `cancelled()`. */
  cancelled(): boolean {
    return this.callback === undefined;
  }

  override toString(): string {
    const place = this.made === undefined ? "" : `, made\n${this.made.place}`;
    return `<${[this.constructor.name, ...this.describe()].join(" ")}${place}>`;
  }

  /** The callback, and when it is due, for `toString()`. @internal */
  protected describe(): string[] {
    const { callback, made } = this;
    if (callback !== undefined) return [nameOf(callback)];
    return made === undefined ? ["cancelled"] : ["cancelled", made.name];
  }

  /** @internal */
  protected override origin(): contract.Origin {
    return { what: "a callback of the event loop", handle: this };
  }
}

/**
 * A callback that a loop will call at a certain time, as returned by `callLater` and `callAt`. Python:
 * `asyncio.TimerHandle`.
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
export class TimerHandle extends Handle {
  // As `Timed` has them.
  /** @internal */
  readonly deadline: number;
  /** @internal */
  readonly delay: number;
  /** @internal */
  sequence = 0;
  /** @internal */
  position: number | Timed = -1;
  /** @internal */
  behind: Timed | undefined = undefined;

  /** Made by the loop. @internal */
  constructor(
    scheduler: Scheduler,
    deadline: number,
    delay: number,
    callback: (...args: never[]) => unknown,
    args: unknown[],
  ) {
    super(scheduler, callback, args);
    this.deadline = deadline;
    this.delay = delay;
  }

  /** Returns the time at which the callback is due, in milliseconds of `loop.time()`. Python: `when()`. */
  when(): number {
    return this.deadline;
  }

  override cancel(): void {
    super.cancel();
    (this.scheduler as LoopScheduler).removeTimer(this);
  }

  /** @internal */
  protected override describe(): string[] {
    return [...super.describe(), `when=${this.deadline}`];
  }
}

/**
 * CoroutineDriver: the driver of generator coroutines. It steps a generator until that waits for a target,
 * and is itself the runnable that the target schedules.
 *
 * A task whose body is a generator has one driver. So has every generator coroutine that an async function
 * awaits: it belongs to the function's task, and differs only in what happens at the end.
 *
 * States:
 *   stepping   `advance` is on the stack
 *   waiting    for `waitingFor`, a future that will schedule this driver
 *   ticking    `waitingFor` undefined, the driver is in the ready queue: one iteration of the loop
 *   attached   a promise will call `advance`: an async function that this driver called is running
 *   ended      `returned` or `threw` was called
 * Waiting and ticking are in flight for the task (it was told `suspended`); attached is not, because the
 * async function's own wait is.
 *
 * **A stack of its own.** `yield* f()` on a coroutine object does not nest generators: the object yields
 * itself, and the driver puts the caller aside (`callers`) and steps the callee. So a step costs the same
 * however deep the calls are, where a chain of native `yield*` pays for each level at each step.
 */
import type { Steps } from "@asyncio-ts/future";
import { type contract, foreignStores, slot as sharedSlot } from "@asyncio-ts/future/internal";
import {
  assertTrap,
  currentScheduler,
  type Driver,
  followPromise,
  followThenable,
  runInside,
  type Runnable,
  type Scheduler,
  type TaskLike,
  type Then,
  thenOf,
  type WaitTarget,
  arm,
  resumed,
  suspended,
  wakeReason,
  Wait,
} from "@asyncio-ts/future/lowlevel";
import { NativeGenerator } from "./generators.js";

/** Module-local copies: V8 inlines a private constant but must load an imported one. */
const slot: typeof sharedSlot = sharedSlot;
const assertYielded: typeof assertTrap = assertTrap;
const itsArm: typeof arm = arm;
const itsSuspended: typeof suspended = suspended;
const itsResumed: typeof resumed = resumed;
const itsWakeReason: typeof wakeReason = wakeReason;

export abstract class CoroutineDriver extends Wait implements Runnable, Driver {
  readonly awaiter: TaskLike | undefined;
  /** The context of the code that the driver works for: see `StepContext`. */
  context: contract.AsyncContext | undefined = undefined;
  readonly scheduler: Scheduler;
  private generator: Steps<unknown>;
  private callers: Steps<unknown>[] | undefined = undefined;
  protected override waitingFor: WaitTarget | undefined = undefined;

  constructor(awaiter: TaskLike | undefined, generator: Steps<unknown>) {
    super();
    this.awaiter = awaiter;
    this.scheduler = awaiter?.scheduler ?? currentScheduler();
    this.generator = generator;
  }

  /** Receives the context that now has the task in it: see `StepContext`. */
  entered(context: contract.AsyncContext | undefined): void {
    if (context !== undefined && this.context?.entered === true) context.entered = true;
    this.context = context;
  }

  /** Runs the next steps in a context, if they could notice it. A driver without stores pays for no check. */
  within(context: contract.AsyncContext): void {
    this.context = context;
    if (!foreignStores.areIn(context)) return;
    context.entered = true;
    this.run = runEntered;
  }

  /** Called when the outermost generator has returned. */
  protected abstract returned(value: unknown): void;
  /** Called when the outermost generator has thrown. */
  protected abstract threw(error: unknown): void;

  /** Runs the turn after a wait. */
  run(): void {
    const { awaiter, waitingFor } = this;
    this.waitingFor = undefined;
    const outcome = waitingFor === undefined ? "nothing" : waitingFor[itsWakeReason]();
    const cancellation = awaiter?.[itsResumed](this, outcome);
    if (cancellation === undefined) this.advance(undefined, false);
    else this.advance(cancellation, true);
  }

  /** Calls `advance` in the context of this driver. */
  resume(sent: unknown, throwing: boolean): void {
    if (this.context?.entered === true) enter(this, () => this.advance(sent, throwing));
    else this.advance(sent, throwing);
  }

  /** Steps until the next wait or the end, starting with a value to send or an error to throw. */
  advance(sent: unknown, throwing: boolean): void {
    const { stepping } = slot;
    slot.stepping = this;
    try {
      for (;;) {
        let done: unknown;
        let value: unknown;
        try {
          const { generator } = this;
          let step: IteratorResult<unknown>;
          if (throwing) step = generator.throw(sent);
          else step = generator instanceof Native ? next.call(generator, sent) : generator.next(sent);
          // Inside the `try`: what imitates a generator may return a step that throws when it is read.
          ({ done, value } = step);
        } catch (error) {
          const caller = this.callers?.pop();
          if (caller === undefined) return this.threw(error);
          this.generator = caller;
          throwing = true;
          sent = error;
          continue;
        }
        if (done === true) {
          const caller = this.callers?.pop();
          if (caller === undefined) return this.returned(value);
          this.generator = caller;
          throwing = false;
          sent = value;
          continue;
        }
        try {
          throwing = false;
          sent = undefined;
          assertYielded(value);
          if (!value.suspend(this)) return;
        } catch (error) {
          throwing = true;
          sent = error;
        }
      }
    } finally {
      slot.stepping = stepping;
    }
  }

  // ---- what a trap may ask for ----

  /** Suspends until the future is done. */
  waitFor(future: WaitTarget): void {
    if ((future as unknown) === this.awaiter) this.awaitsItself();
    this.waitingFor = future;
    future[itsArm](this);
    slot.waits?.waitBegins(future, this.awaiter);
    this.awaiter?.[itsSuspended](this);
  }

  /** Suspends for one iteration of the loop. */
  tick(): void {
    this.scheduler.schedule(this);
    this.awaiter?.[itsSuspended](this);
  }

  /**
   * Suspends until a promise or thenable settles that a function called by the task has returned; pass the
   * `then` of a thenable if it was read already.
   */
  attach(promise: object, then?: Then): void {
    const fulfilled = (value: unknown): void => this.resume(value, false);
    const rejected = (error: unknown): void => this.resume(error, true);
    if (then === undefined && followPromise(promise, fulfilled, rejected)) return;
    // A user's `then` runs inside the task, as the function did.
    runInside(this, followThenable, promise, then ?? thenOf(promise), fulfilled, rejected);
  }

  /** Steps another generator; the present one gets its result. */
  enter(generator: Steps<unknown>): void {
    if (this.callers === undefined) this.callers = [this.generator];
    else this.callers.push(this.generator);
    this.generator = generator;
  }
}

/** Module-local copies: V8 inlines a private constant but must load an exported one. */
const Native = NativeGenerator;
const { next } = Native.prototype as unknown as Steps<unknown>;

const { run } = CoroutineDriver.prototype;

/** Runs the turn after a wait, for a driver whose steps enter its context. */
function runEntered(this: CoroutineDriver): void {
  enter(this, run);
}

function enter(driver: CoroutineDriver, step: (this: CoroutineDriver) => void): void {
  const { storage } = slot;
  const context = driver.context as contract.AsyncContext;
  if (storage) storage.runIn(context, driver, stepInside, [driver, step]);
  else context.runInAsyncScope(stepInside, undefined, driver, step);
}

function stepInside(driver: CoroutineDriver, step: (this: CoroutineDriver) => void): void {
  step.call(driver);
  // A store that the step set by `enterWith` must be there in the next one.
  driver.entered(foreignStores.recapture(driver.context as contract.AsyncContext));
}

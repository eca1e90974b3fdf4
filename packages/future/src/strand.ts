/**
 * Strand: the driver of generator coroutines. It steps a generator until that waits for something, and is itself
 * the runnable that the thing waited for schedules.
 *
 * A task whose body is a generator is driven by one strand; so is every generator coroutine that an async function
 * awaits (then the strand belongs to the task of that function, and only what happens at its end differs).
 *
 * States:
 *   stepping   `advance` is on the stack
 *   waiting    for `waitingFor`, a future that will schedule this strand
 *   ticking    `waitingFor` undefined, the strand itself stands in the ready queue: one iteration of the loop
 *   attached   a promise will call `advance`: an async function that this strand called is running
 *   ended      `returned` or `threw` was called
 * Waiting and ticking are in flight for the task (it was told `suspended`); attached is not, because what the async
 * function waits for is.
 *
 * **A stack of its own.** `yield* f()` on a coroutine object does not nest generators: the object yields itself, and
 * the strand puts the caller aside (`callers`) and steps the callee. So a step costs the same however deep the
 * calls are, where a chain of native `yield*` pays for each level at each step.
 */
import { recaptureContext } from "./async-context.js";
import {
  ambient,
  type AsyncContext,
  type Awaiter,
  currentScheduler,
  holdsForeignStores,
  type InFlight,
  runInside,
  type Runnable,
  type Scheduler,
  type Stepper,
  type Waker,
} from "./context.js";
import type { Steps } from "./awaitable.js";
import type { Future } from "./future.js";
import { followPromise, followThenable, type Then, thenOf } from "./thenable.js";
import type { Waited } from "./wait.js";

/** What a generator coroutine yields to its driver, by way of `yield*`. */
export interface Suspension {
  /** True: the strand goes on at once. False: it has been suspended. */
  suspend(strand: Strand): boolean;
}

export abstract class Strand implements Runnable, InFlight, Stepper {
  readonly awaiter: Awaiter | undefined;
  /** The context of the code that the strand works for: see `Stepper`. */
  context: AsyncContext | undefined = undefined;
  readonly scheduler: Scheduler;
  private generator: Steps<unknown>;
  private callers: Steps<unknown>[] | undefined = undefined;
  private waitingFor: Waited | undefined = undefined;

  constructor(awaiter: Awaiter | undefined, generator: Steps<unknown>) {
    this.awaiter = awaiter;
    this.scheduler = awaiter?.scheduler ?? currentScheduler();
    this.generator = generator;
  }

  /** As in `Stepper`. */
  entered(context: AsyncContext | undefined): void {
    if (context !== undefined && this.context?.entered === true) context.entered = true;
    this.context = context;
  }

  /** Has the steps from now on run in a context, if they could notice it. A strand without stores has no check to pay for. */
  within(context: AsyncContext): void {
    this.context = context;
    if (!holdsForeignStores(context)) return;
    context.entered = true;
    this.run = runEntered;
  }

  /** The outermost generator returned. */
  protected abstract returned(value: unknown): void;
  /** The outermost generator threw. */
  protected abstract threw(error: unknown): void;

  /** The turn after a wait. */
  run(): void {
    const { awaiter, waitingFor } = this;
    this.waitingFor = undefined;
    const outcome = waitingFor === undefined ? "nothing" : waitingFor.outcome();
    const cancellation = awaiter?.resumed(this, outcome);
    if (cancellation === undefined) this.advance(undefined, false);
    else this.advance(cancellation, true);
  }

  /** The same as `advance`, in the context of this strand. */
  resume(sent: unknown, throwing: boolean): void {
    if (this.context?.entered === true) enter(this, () => this.advance(sent, throwing));
    else this.advance(sent, throwing);
  }

  /** Steps until the next suspension or the end, starting with a value sent or an error thrown. */
  advance(sent: unknown, throwing: boolean): void {
    const { stepping } = ambient;
    ambient.stepping = this;
    try {
      for (;;) {
        let done: unknown;
        let value: unknown;
        try {
          const { generator } = this;
          let step: IteratorResult<unknown>;
          if (throwing) step = generator.throw(sent);
          else
            step = generator instanceof NativeGenerator ? next.call(generator, sent) : generator.next(sent);
          // In here: an object that is written like a generator may give a step that throws when it is read.
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
          if (isSuspension(value)) {
            if (!value.suspend(this)) return;
          } else throw new TypeError(wrongYield(value));
        } catch (error) {
          throwing = true;
          sent = error;
        }
      }
    } finally {
      ambient.stepping = stepping;
    }
  }

  // ---- what a suspension may ask for ----

  /** Suspends until the future is done. */
  waitFor(future: Waited): void {
    if ((future as unknown) === this.awaiter) {
      throw new Error(`${future} awaits itself, so it could never go on`);
    }
    ambient.checks?.reportWrongLoop(future, this.awaiter);
    this.waitingFor = future;
    future.whenDone(this);
    this.awaiter?.suspended(this);
  }

  /** Suspends for one iteration of the loop. */
  tick(): void {
    this.scheduler.schedule(this);
    this.awaiter?.suspended(this);
  }

  /**
   * Suspends until a promise settles, or a thenable, which a function called by the same task has returned; `then` is that
   * of the thenable, if it has been read.
   */
  attach(promise: object, then?: Then): void {
    const fulfilled = (value: unknown): void => this.resume(value, false);
    const rejected = (error: unknown): void => this.resume(error, true);
    if (then === undefined && followPromise(promise, fulfilled, rejected)) return;
    // A `then` of the user's runs inside the task, as the function did.
    runInside(this, followThenable, promise, then ?? thenOf(promise), fulfilled, rejected);
  }

  /** Goes on with another generator; the present one gets its result. */
  enter(generator: Steps<unknown>): void {
    if (this.callers === undefined) this.callers = [this.generator];
    else this.callers.push(this.generator);
    this.generator = generator;
  }

  // ---- in flight ----

  target(): Waited | undefined {
    return this.waitingFor;
  }

  cancelWait(message: string | undefined): boolean {
    const { waitingFor } = this;
    if (waitingFor === undefined) return false;
    if (!waitingFor.isBeingCancelled()) return waitingFor.cancel(message);
    // The two await each other. Somebody has to let go: the error is thrown here in the next iteration.
    waitingFor.forget(this);
    this.waitingFor = undefined;
    this.scheduler.schedule(this);
    return false;
  }

  waitsOutside(inTurn: Set<Waker>): boolean {
    if (this.waitingFor !== undefined) inTurn.add(this.waitingFor);
    return false;
  }

  describeWait(): string {
    return this.waitingFor === undefined ? "the next iteration of the loop" : this.waitingFor.toString();
  }
}

const { run } = Strand.prototype;

/** The turn after a wait, of a strand whose steps enter its context. */
function runEntered(this: Strand): void {
  enter(this, run);
}

function enter(strand: Strand, step: (this: Strand) => void): void {
  const { storage } = ambient;
  const context = strand.context as AsyncContext;
  if (storage) storage.runIn(context, strand, stepInside, [strand, step]);
  else context.runInAsyncScope(stepInside, undefined, strand, step);
}

function stepInside(strand: Strand, step: (this: Strand) => void): void {
  step.call(strand);
  // What the step has entered by `enterWith` is there in the next one.
  strand.entered(recaptureContext(strand.context as AsyncContext));
}

/**
 * The class that generator objects would be of, for `instanceof`. Each closure of a generator function has a prototype of
 * its own, so for V8 its generators are objects of a shape never seen before: looking `next` up in one costs half a
 * microsecond, walking up to this prototype a few ns.
 */
const NativeGenerator: new () => { readonly isNative: true } = Object.assign(function () {}, {
  prototype: Object.getPrototypeOf(function* () {}).prototype as object,
}) as never;

const { next } = NativeGenerator.prototype as unknown as Steps<unknown>;

/** Whether `value` is a generator object of this realm. */
export function isNativeGenerator(value: unknown): value is Steps<unknown> {
  try {
    return value instanceof NativeGenerator;
  } catch {
    // A proxy that throws.
    return false;
  }
}

function isSuspension(value: unknown): value is Suspension {
  return typeof value === "object" && value !== null && typeof (value as Suspension).suspend === "function";
}

/** What is wrong with `yield x`. */
export const yieldedWithoutStar: string =
  "a coroutine used `yield` on an awaitable; write `yield*`, which also gives you its result";

function wrongYield(value: unknown): string {
  try {
    return whatWasYielded(value);
  } catch {
    return "a coroutine yielded an object that throws when it is looked at, which is no awaitable";
  }
}

function whatWasYielded(value: unknown): string {
  if (typeof value === "object" && value !== null && Symbol.iterator in value) {
    return yieldedWithoutStar;
  }
  if (typeof value === "object" && value !== null && "then" in value) {
    return "a coroutine yielded a promise; write `yield* ensureFuture(promise)`, or await it in an async function";
  }
  if (value === undefined)
    return "a coroutine used a bare `yield`; to let others run, write `yield* sleep(0)`";
  return `a coroutine yielded ${String(value)}, which is no awaitable; write \`yield*\` and a future, task or coroutine`;
}

/**
 * What `yield*` iterates: yields itself once, so that the strand is asked to suspend, and then gives the outcome that
 * the strand sends or throws.
 */
export abstract class Suspending<T> implements Suspension {
  protected asked = false;

  abstract suspend(strand: Strand): boolean;

  next(result: T): IteratorResult<Suspension, T> {
    if (this.asked) return { done: true, value: result };
    this.asked = true;
    return { done: false, value: this };
  }

  throw(error: unknown): never {
    throw error;
  }

  return(value: T): IteratorResult<Suspension, T> {
    return { done: true, value };
  }

  [Symbol.iterator](): this {
    return this;
  }
}

/** Iterates a future for `yield*`. Does not suspend if the future is done. */
export class FutureIterator<T> extends Suspending<T> {
  private readonly future: Future<T>;

  constructor(future: Future<T>) {
    super();
    this.future = future;
  }

  override next(): IteratorResult<Suspension, T> {
    const { future } = this;
    if (future.done()) return { done: true, value: future.result() };
    if (this.asked)
      throw new Error(`${future} is pending; to wait for it, write \`yield* future\` in a coroutine`);
    this.asked = true;
    return { done: false, value: this };
  }

  suspend(strand: Strand): boolean {
    strand.waitFor(this.future);
    return false;
  }
}

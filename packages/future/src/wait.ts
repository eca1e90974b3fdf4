/**
 * Wait: one `await future` of an async function, from the moment it suspends until its turn.
 *
 * The engine calls `future.then(resolve, reject)` for `await future`. The wait remembers the two, registers as in
 * flight with the task that is awaiting, and is the very runnable that the future schedules. In its turn it calls
 * one of the two, and the async function goes on in the microtasks of that turn.
 */
import {
  ambient,
  currentAwaiter,
  enterTurn,
  type InFlight,
  type Outcome,
  type Runnable,
  type Scheduler,
  soon,
  type Waker,
} from "./context.js";
import { Continuation, type Rejected } from "./continuation.js";

/** What a task can wait for: a future, or something like it that has one waiter only, as `sleep` has. */
export interface Waited extends Waker {
  readonly scheduler: Scheduler;
  /** Has the scheduler run `reaction` once it is done. */
  whenDone(reaction: Runnable): void;
  /** Takes back what `whenDone` was given. */
  forget(reaction: Runnable): void;
  /** False if it is done already. */
  cancel(message?: string): boolean;
  /** Whether a call of `cancel()` on it is on the stack. */
  isBeingCancelled(): boolean;
  /** Once it is done: what it has brought. */
  outcome(): Outcome;
  /** Once it is done: whether there is no value. */
  failed(): boolean;
  /** The value; throws if there is none. */
  result(): unknown;
  /** What there is in place of a value. */
  reason(): unknown;
  toString(): string;
}

export class Wait extends Continuation implements Runnable, InFlight {
  private future: Waited;
  private letGo = false;

  constructor(future: Waited, onFulfilled: unknown, onRejected: unknown) {
    super(onFulfilled, onRejected);
    this.future = future;
    if (future.done()) {
      // Not a suspension. The microtask is there so that no handler is called inside the call of `then`.
      soon(() => this.deliver());
      return;
    }
    this.awaiter = currentAwaiter();
    this.waitFor(future);
  }

  protected waitFor(future: Waited): void {
    this.future = future;
    if ((this.awaiter as unknown) === future)
      throw new Error(`${future} awaits itself, so it could never go on`);
    ambient.checks?.reportWrongLoop(future, this.awaiter);
    future.whenDone(this);
    // Last, because a cancellation that is due cancels the future at once.
    this.awaiter?.suspended(this);
  }

  run(): void {
    const { awaiter, future } = this;
    const cancellation = awaiter?.resumed(this, this.letGo ? "nothing" : future.outcome());
    enterTurn(awaiter);
    if (cancellation === undefined) this.deliver();
    else this.reject(cancellation);
  }

  cancelWait(message: string | undefined): boolean {
    const { future } = this;
    if (this.letGo) return false;
    if (!future.isBeingCancelled()) return future.cancel(message);
    // The two await each other. Somebody has to let go: the error is thrown here in the next iteration.
    this.letGo = true;
    future.forget(this);
    future.scheduler.schedule(this);
    return false;
  }

  target(): Waited {
    return this.future;
  }

  waitsOutside(inTurn: Set<Waker>): boolean {
    inTurn.add(this.future);
    return false;
  }

  describeWait(): string {
    return this.future.toString();
  }

  protected override handlerThrew(error: unknown): void {
    this.future.scheduler.callExceptionHandler({
      message: `a handler given to then() of ${this.future} threw an error`,
      exception: error,
      future: this.future,
    });
  }

  protected deliver(): void {
    const { future } = this;
    if (!future.failed()) this.fulfil(future.result());
    // An error that no handler takes stays unretrieved, so that it is reported; see failure.ts.
    else if (this.takesErrors()) this.reject(future.reason());
    else this.passOn((): Rejected => ({ error: future.reason() }));
  }
}

/**
 * PendingAwait: one `await future` of an async function, from the moment it suspends until its turn.
 *
 * For `await future` the engine calls `future.then(resolve, reject)`. The wait remembers the two, registers
 * as in flight with the awaiting task, and is itself the runnable that the future schedules. In its turn it
 * calls one of the two, and the async function is resumed in the microtasks of that turn.
 */
import {
  arm,
  disarm,
  failureReason,
  hasFailed,
  isBeingCancelled,
  resumed,
  suspended,
  wakeReason,
} from "./members.js";
import type { PendingWait, Runnable, Waker } from "./contract.js";
import { Continuation, type Rejected } from "./continuation.js";
import { currentTaskLike, enterTurn, slot, soon } from "./slot.js";
import type { WaitTarget } from "./wait-target.js";

/** Module-local copies: V8 inlines a private constant but must load an imported one. */
const itsArm: typeof arm = arm;
const itsSuspended: typeof suspended = suspended;
const itsResumed: typeof resumed = resumed;
const itsWakeReason: typeof wakeReason = wakeReason;
const itsHasFailed: typeof hasFailed = hasFailed;
const itsFailureReason: typeof failureReason = failureReason;
const itsIsBeingCancelled: typeof isBeingCancelled = isBeingCancelled;

export class PendingAwait extends Continuation implements Runnable, PendingWait {
  private future: WaitTarget;
  private letGo = false;

  constructor(future: WaitTarget, onFulfilled: unknown, onRejected: unknown) {
    super(onFulfilled, onRejected);
    this.future = future;
    if (future.done()) {
      // Not a wait. In a microtask, so that no handler is called inside the call of `then`.
      soon(() => this.deliver());
      return;
    }
    this.awaiter = currentTaskLike();
    this.waitFor(future);
  }

  protected waitFor(future: WaitTarget): void {
    this.future = future;
    if ((this.awaiter as unknown) === future)
      throw new Error(`${future} awaits itself, so it could never go on`);
    slot.checks?.reportWrongLoop(future, this.awaiter);
    future[itsArm](this);
    // Last, because a cancellation that is due cancels the future in here.
    this.awaiter?.[itsSuspended](this);
  }

  run(): void {
    const { awaiter, future } = this;
    const cancellation = awaiter?.[itsResumed](this, this.letGo ? "nothing" : future[itsWakeReason]());
    enterTurn(awaiter);
    if (cancellation === undefined) this.deliver();
    else this.reject(cancellation);
  }

  cancelWait(message: string | undefined): boolean {
    const { future } = this;
    if (this.letGo) return false;
    if (!future[itsIsBeingCancelled]()) return future.cancel(message);
    // The two await each other, and one has to let go: the error is thrown here in the next iteration.
    this.letGo = true;
    future[disarm](this);
    future.scheduler.schedule(this);
    return false;
  }

  target(): WaitTarget {
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
    if (!future[itsHasFailed]()) this.fulfil(future.result());
    // An error that no handler takes stays unretrieved, so that it is reported: see failure.ts.
    else if (this.takesErrors()) this.reject(future[itsFailureReason]());
    else this.passOn((): Rejected => ({ error: future[itsFailureReason]() }));
  }
}

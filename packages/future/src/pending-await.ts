/**
 * PendingAwait: one `await future` of an async function, from the moment it suspends until its turn.
 *
 * For `await future` the engine calls `future.then(resolve, reject)`. The wait remembers the two, registers
 * as in flight with the awaiting task, and is itself the runnable that the future schedules. In its turn it
 * calls one of the two, and the async function is resumed in the microtasks of that turn.
 */
import type { Runnable } from "./contract.js";
import { Continuation } from "./continuation.js";
import { arm, failureReason, hasFailed, resumed, suspended, wakeReason } from "./members.js";
import { currentTaskLike, enterTurn, slot, soon } from "./slot.js";
import type { WaitTarget } from "./wait-target.js";

/** Module-local copies: V8 inlines a private constant but must load an imported one. */
const itsArm: typeof arm = arm;
const itsSuspended: typeof suspended = suspended;
const itsResumed: typeof resumed = resumed;
const itsWakeReason: typeof wakeReason = wakeReason;
const itsHasFailed: typeof hasFailed = hasFailed;
const itsFailureReason: typeof failureReason = failureReason;

export class PendingAwait extends Continuation implements Runnable {
  protected override future: WaitTarget;
  protected override waitingFor: WaitTarget | undefined = undefined;

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
    if ((this.awaiter as unknown) === future) this.awaitsItself();
    this.waitingFor = future;
    future[itsArm](this);
    slot.waits?.waitBegins(future, this.awaiter);
    // Last, because a cancellation that is due cancels the future in here.
    this.awaiter?.[itsSuspended](this);
  }

  run(): void {
    const { awaiter, waitingFor } = this;
    const outcome = waitingFor === undefined ? "nothing" : waitingFor[itsWakeReason]();
    const cancellation = awaiter?.[itsResumed](this, outcome);
    enterTurn(awaiter);
    if (cancellation === undefined) this.deliver();
    else this.reject(cancellation);
  }

  protected deliver(): void {
    const { future } = this;
    if (!future[itsHasFailed]()) this.fulfil(future.result());
    // An error that no handler takes stays unretrieved, so that it is reported: see failure.ts.
    else if (this.takesErrors()) this.reject(future[itsFailureReason]());
    else this.passOn((_, reject) => reject(future[itsFailureReason]()));
  }
}

import { arm, disarm, failureReason, hasFailed, isBeingCancelled, waitFacts, wakeReason } from "./members.js";
import type { PendingWait, Runnable, Scheduler, TaskLike, Waker, WakeReason } from "./contract.js";

/** An object that a task can wait for: a future, or an object with a single waiter, such as a sleep. */
export interface WaitTarget extends Waker {
  readonly scheduler: Scheduler;
  /** Schedules `reaction` once it is done. */
  [arm](reaction: Runnable): void;
  /** Takes back a reaction that was armed. */
  [disarm](reaction: Runnable): void;
  /** Cancels it. Returns false if it is done already. */
  cancel(message?: string): boolean;
  /** Tells whether a call of `cancel()` on it is on the stack. */
  [isBeingCancelled](): boolean;
  /** Tells, once it is done, why its waiters wake. */
  [wakeReason](): WakeReason;
  /** Tells, once it is done, whether it has no value. */
  [hasFailed](): boolean;
  /** Returns the value; throws if there is none. */
  result(): unknown;
  /** Returns the error or cancellation that it ended with instead of a value. */
  [failureReason](): unknown;
  toString(): string;
  /** Returns facts about it, for those who look at the program. */
  [waitFacts]?(): WaitFacts;
}

/** The facts about a wait. */
export interface WaitFacts {
  /** The kind of the wait: `timer`, or the method that waits, such as `Lock.acquire`. */
  readonly kind: string;
  /** The object whose state it depends on, as its `toString()` tells it. */
  readonly of?: object | undefined;
  readonly [fact: string]: unknown;
}

/**
 * The base class of what waits in a task's name: an `await` of an async function, the driver of a generator.
 *
 * It has what is seldom called. Each subclass has a `waitFor` of its own: V8 optimizes it for one class.
 */
export abstract class Wait implements PendingWait {
  /** The task that waits. */
  abstract readonly awaiter: TaskLike | undefined;
  /** Undefined if it waits for the next iteration of the loop. */
  protected abstract waitingFor: WaitTarget | undefined;

  target(): WaitTarget | undefined {
    return this.waitingFor;
  }

  cancelWait(this: Wait & Runnable, message: string | undefined): boolean {
    const { waitingFor } = this;
    if (waitingFor === undefined) return false;
    if (!waitingFor[isBeingCancelled]()) return waitingFor.cancel(message);
    // The two await each other, and one has to let go: the error is thrown here in the next iteration.
    waitingFor[disarm](this);
    this.waitingFor = undefined;
    (this.awaiter ?? waitingFor).scheduler.schedule(this);
    return false;
  }

  waitsOutside(inTurn: Set<Waker>): boolean {
    if (this.waitingFor !== undefined) inTurn.add(this.waitingFor);
    return false;
  }

  describeWait(): string {
    return String(this.waitingFor ?? "the next iteration of the loop");
  }

  /** Refuses to wait for the task that waits. In no `waitFor`, so that those stay small. */
  protected awaitsItself(): never {
    throw new Error(`${this.awaiter} awaits itself, so it could never go on`);
  }
}

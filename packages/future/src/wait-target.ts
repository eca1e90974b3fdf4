import { arm, disarm, failureReason, hasFailed, isBeingCancelled, wakeReason } from "./members.js";
import type { WakeReason, Runnable, Scheduler, Waker } from "./contract.js";

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
}

import { arm, disarm, failureReason, hasFailed, isBeingCancelled, wakeReason } from "./members.js";
import type { WakeReason, Runnable, Scheduler, Waker } from "./contract.js";

/** What a task can wait for: a future, or something like it that has one waiter only, as `sleep` has. */
export interface WaitTarget extends Waker {
  readonly scheduler: Scheduler;
  /** Has the scheduler run `reaction` once it is done. */
  [arm](reaction: Runnable): void;
  /** Takes back what `arm` was given. */
  [disarm](reaction: Runnable): void;
  /** False if it is done already. */
  cancel(message?: string): boolean;
  /** Whether a call of `cancel()` on it is on the stack. */
  [isBeingCancelled](): boolean;
  /** Once it is done: what it has brought. */
  [wakeReason](): WakeReason;
  /** Once it is done: whether there is no value. */
  [hasFailed](): boolean;
  /** The value; throws if there is none. */
  result(): unknown;
  /** What there is in place of a value. */
  [failureReason](): unknown;
  toString(): string;
}

/**
 * Abandoning: a timeout with `{ abandon: true }` runs its body in a task of its own. At the deadline that is
 * cancelled; if it hangs then in something that can't be stopped, it is left behind, and the caller goes on.
 *
 * States of `Abandonable`, the future that the caller awaits:
 *   running     the deadline has not passed
 *   expiring    it has, and the body's task is cancelled and ends; `check` looks at it again and again
 *   done        as the task ended
 *   abandoned   done with a TimeoutError, or a CancelledError if the caller was cancelled; the task is alive
 *
 * A task hangs if it waits for a native promise (or an operation that ignores its signal), or for tasks that
 * all do. While something that it waits for is of this library, it cleans up, and is waited for: the next
 * look is after 0, 1, 2, 4, 8, 10, 10, … milliseconds of the loop. Nothing tells when a task begins to hang.
 *
 * An abandoned task keeps its request to cancel, which is thrown at its next wait. `run()` does not wait for
 * it, but a closed loop still resumes it for that. Its error is reported.
 */
import { type CancelledError, Future } from "@asyncio-ts/future";
import type { contract } from "@asyncio-ts/future/internal";
import {
  arm,
  assertMessage,
  cancellation,
  disarm,
  failureReason,
  hasFailed,
  isBeingCancelled,
  type Runnable,
  waitsOutside,
  type WakeReason,
  wakeReason,
} from "@asyncio-ts/future/lowlevel";
import { cancelFrom, type CancelNode } from "./cancel-walk.js";
import { reportFailureOf, TimeoutError } from "./errors.js";
import { cancellationOf, cancelSteps, endedInDoubt, lastAsked, lastThrown } from "./members.js";
import { currentTask, isTask, type Task } from "./task.js";

const LONGEST_PAUSE = 10;

/** The future of what the task of a body comes to, or of its being left behind. */
export class Abandonable<T> extends Future<T> implements CancelNode {
  /** The task that awaits it; undefined outside every task. */
  readonly caller: Task<unknown> | undefined = currentTask();
  private readonly task: Task<T>;
  private readonly timeout: object;
  private readonly reaction: Runnable;
  private cancelMessage: string | undefined = undefined;
  private wasCancelled = false;

  constructor(task: Task<T>, timeout: object) {
    super();
    this.task = task;
    this.timeout = timeout;
    this.reaction = { run: () => this.taskDone(), awaiter: this };
    task[arm](this.reaction);
  }

  /** Looks at the task, which was cancelled as the deadline passed, until it is done or hangs. */
  expire(timedOut: () => TimeoutError): void {
    const loop = this.task.getLoop();
    const requests = this.task[cancellationOf]();
    // It is watched here.
    if (requests !== undefined) requests.isReported = true;
    let pause = 0;
    const check = (): void => {
      // If the task is done, its reaction is on its way.
      if (this.done() || this.task.done()) return;
      const hanging = hangingTasks(this.task as Task<unknown>);
      if (hanging !== undefined) {
        this.abandon(hanging, timedOut());
        return;
      }
      pause = Math.min(Math.max(1, pause * 2), LONGEST_PAUSE);
      loop.callLater(pause, check);
    };
    loop.callSoon(check);
  }

  override cancel(message?: string): boolean {
    assertMessage(message);
    return cancelFrom(this, message);
  }

  /** Cancels the task. Called by `cancelFrom`. @internal */
  *[cancelSteps](message: string | undefined): Generator<CancelNode, boolean, boolean> {
    if (this.done() || this.task.done()) return false;
    this.wasCancelled = true;
    this.cancelMessage = message;
    return yield this.task as Task<unknown>;
  }

  /** @internal */
  override [isBeingCancelled](): boolean {
    return this.task[isBeingCancelled]();
  }

  /** @internal */
  override [wakeReason](): WakeReason {
    return this.task.done() ? this.task[wakeReason]() : super[wakeReason]();
  }

  /** @internal */
  [lastAsked](): number {
    return this.task[lastAsked]();
  }

  /** @internal */
  [lastThrown](): number {
    return this.task[lastThrown]();
  }

  /** @internal */
  [endedInDoubt](): boolean {
    return this.task[endedInDoubt]();
  }

  /** @internal */
  override [waitsOutside](inTurn: Set<contract.Waker>): boolean {
    inTurn.add(this.task as Task<unknown>);
    return false;
  }

  protected override describe(): string {
    return `the body of ${this.timeout}`;
  }

  private taskDone(): void {
    const { task } = this;
    if (task.cancelled()) this.endCancelled(task[failureReason]() as CancelledError);
    else if (task[hasFailed]()) this.fail(task[failureReason]());
    else this.finish(task.result());
  }

  private abandon(hanging: ReadonlySet<Task<unknown>>, timedOut: TimeoutError): void {
    for (const each of hanging) each[cancellationOf]()?.abandon();
    const { task, timeout } = this;
    task[disarm](this.reaction);
    // Its error is reported also after the end of the run.
    const report = (): void => reportFailureOf(task, `after ${timeout} had abandoned it`);
    task[arm]({ run: report, outlivesLoop: true });
    if (this.wasCancelled) this.endCancelled(cancellation(this.cancelMessage));
    else this.fail(timedOut);
  }
}

/** Returns a task that hangs, and all tasks that it waits for, which hang too; undefined if it does not. */
function hangingTasks(root: Task<unknown>): Set<Task<unknown>> | undefined {
  const hanging = new Set<contract.Waker>([root]);
  // The set grows while it is walked.
  for (const one of hanging) {
    const targets = new Set<contract.Waker>();
    if (one[waitsOutside](targets)) continue;
    const left = [...targets].filter((target) => !target.done());
    // What is done wakes a task; the others wait for all, or for the last.
    if (left.length === 0 || (isTask(one) && left.length < targets.size)) return undefined;
    for (const target of left) hanging.add(target);
  }
  return new Set([...hanging].filter(isTask));
}

/**
 * ObservedTask: a task that tells an observer of its end at once, inside the call in which its body ends.
 *
 * A reaction, or a done callback, has a turn of its own, and a body that waits only for native promises never
 * makes the loop run. So code that answers somebody outside the loop, as a request handler does, would have
 * to wake an idle loop for each answer.
 *
 * Rejected: a hook that every task calls. Few tasks are observed, and the end of a task is a hot path.
 */
import { cancellationOf, returned, threw } from "./members.js";
import { Task } from "./task.js";

// Not `super[returned]()`: V8 looks a computed name of `super` up anew in each call, 19 ns in place of 3.
const { [returned]: taskReturned, [threw]: taskThrew } = Task.prototype;

/** An object that is told of the end of a task. */
export interface TaskObserver<T> {
  /** Called once the task has its outcome, before those that wait for it go on. Must not throw. */
  taskEnded(task: Task<T>): void;
}

export class ObservedTask<T> extends Task<T> {
  /** Is told of the end, if it is set by then. */
  observer: TaskObserver<T> | undefined = undefined;

  /** Tells whether anyone but a timeout or a task group of its own asks it to end. */
  isAskedToEnd(): boolean {
    return this[cancellationOf]()?.all.some(({ owner }) => owner === undefined) === true;
  }

  /** @internal */
  override [returned](value: T): void {
    if (this.done()) return;
    taskReturned.call(this, value);
    this.observer?.taskEnded(this);
  }

  /** @internal */
  override [threw](error: unknown): void {
    if (this.done()) return;
    taskThrew.call(this, error);
    this.observer?.taskEnded(this);
  }
}

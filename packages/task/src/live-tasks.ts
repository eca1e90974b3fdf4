/**
 * Live tasks: a linked list through the tasks that are not done, so that joining and leaving cost a few
 * assignments and no memory. It keeps a task alive until it is done (asyncio's own list is weak).
 *
 * One list is for all installed versions, so that the end of a run stops the tasks of each.
 */
import { next, previous } from "./members.js";
import { slot } from "@asyncio-ts/future/internal";
import type { Scheduler } from "@asyncio-ts/future/lowlevel";
import type { EventLoop } from "@asyncio-ts/loop";

/** The part of a task that the list needs. */
export interface Linked<T> {
  [previous]: T | undefined;
  [next]: T | undefined;
  readonly scheduler: Scheduler;
}

export class LiveTasks<T extends Linked<T>> {
  private first: T | undefined = undefined;
  private last: T | undefined = undefined;
  /** The number of the newest task without a name of its own. */
  numbered = 0;

  add(task: T): void {
    task[previous] = this.last;
    if (this.last === undefined) this.first = task;
    else this.last[next] = task;
    this.last = task;
  }

  /** Removes a task. Does nothing if it is not in the list: else a second call would empty it. */
  delete(done: T): void {
    const { [previous]: before, [next]: after } = done;
    if (before === undefined && this.first !== done) return;
    if (before === undefined) this.first = after;
    else before[next] = after;
    if (after === undefined) this.last = before;
    else after[previous] = before;
    done[previous] = done[next] = undefined;
  }

  /** Returns the tasks of one loop, in the order in which they were made. */
  of(loop: EventLoop): Set<T> {
    const tasks = new Set<T>();
    for (let task = this.first; task !== undefined; task = task[next]) {
      if (task.scheduler.loop === loop) tasks.add(task);
    }
    return tasks;
  }
}

/** Returns the list that all installed versions share. */
export function sharedLiveTasks<T extends Linked<T>>(): LiveTasks<T> {
  return (slot.liveTasks ??= new LiveTasks<T>()) as LiveTasks<T>;
}

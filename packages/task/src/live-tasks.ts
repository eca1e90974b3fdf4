/**
 * The tasks that are not done: a linked list through the tasks themselves, so that joining and leaving cost a few
 * assignments and no memory. It holds them, so that no task vanishes before it is done (asyncio's own list is weak).
 *
 * There is one list for all installed versions, so that the end of a run stops the tasks of each.
 */
import { next, previous } from "./members.js";
import { slot } from "@asyncio-ts/future/internal";
import type { EventLoop } from "@asyncio-ts/loop";

/** A task, as the list knows it. */
export interface Linked<T> {
  [previous]: T | undefined;
  [next]: T | undefined;
  readonly scheduler: EventLoop;
}

export class LiveTasks<T extends Linked<T>> {
  private first: T | undefined = undefined;
  private last: T | undefined = undefined;
  /** The number of the newest task that was given no name. */
  numbered = 0;

  add(task: T): void {
    task[previous] = this.last;
    if (this.last === undefined) this.first = task;
    else this.last[next] = task;
    this.last = task;
  }

  /** Takes a task off. Nothing happens if it is not in the list: else a second call would empty it. */
  delete(done: T): void {
    const { [previous]: before, [next]: after } = done;
    if (before === undefined && this.first !== done) return;
    if (before === undefined) this.first = after;
    else before[next] = after;
    if (after === undefined) this.last = before;
    else after[previous] = before;
    done[previous] = done[next] = undefined;
  }

  /** The tasks of one loop, in the order in which they were made. */
  of(loop: EventLoop): Set<T> {
    const tasks = new Set<T>();
    for (let task = this.first; task !== undefined; task = task[next]) {
      if (task.scheduler === loop) tasks.add(task);
    }
    return tasks;
  }
}

/** Returns the list that all installed versions share. */
export function sharedLiveTasks<T extends Linked<T>>(): LiveTasks<T> {
  return (slot.liveTasks ??= new LiveTasks<T>()) as LiveTasks<T>;
}

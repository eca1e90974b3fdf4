/**
 * The tasks that are not done: a linked list through the tasks themselves, so that joining and leaving cost a few
 * assignments and no memory. It holds them, so that no task vanishes before it is done (asyncio's own list is weak).
 *
 * There is one list for all installed versions, so that the end of a run stops the tasks of each.
 */
import { slot } from "@asyncio-ts/future/internal";
import type { EventLoop } from "@asyncio-ts/loop";
import type { Task } from "./task.js";

export class LiveTasks {
  private first: Task<unknown> | undefined = undefined;
  private last: Task<unknown> | undefined = undefined;
  /** The number of the newest task that was given no name. */
  numbered = 0;

  add(task: Task<unknown>): void {
    task.previous = this.last;
    if (this.last === undefined) this.first = task;
    else this.last.next = task;
    this.last = task;
  }

  /** Takes a task off. Nothing happens if it is not in the list: else a second call would empty it. */
  delete(done: Task<unknown>): void {
    const { previous, next } = done;
    if (previous === undefined && this.first !== done) return;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.last = previous;
    else next.previous = previous;
    done.previous = done.next = undefined;
  }

  /** The tasks of one loop, in the order in which they were made. */
  of(loop: EventLoop): Set<Task<unknown>> {
    const tasks = new Set<Task<unknown>>();
    for (let task = this.first; task !== undefined; task = task.next) {
      if (task.scheduler.loop === loop) tasks.add(task);
    }
    return tasks;
  }
}

/** Returns the list that all installed versions share. */
export function sharedLiveTasks(): LiveTasks {
  return (slot.liveTasks ??= new LiveTasks()) as LiveTasks;
}

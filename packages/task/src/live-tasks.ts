/**
 * The tasks that are not done. The list holds them, so that no task vanishes before it is done (asyncio's own list is weak).
 *
 * There is one list for all installed versions, so that the end of a run stops the tasks of each.
 */
import { slot } from "@asyncio-ts/future/internal";
import { type Linked, LinkedList } from "@asyncio-ts/future/lowlevel";
import type { EventLoop } from "@asyncio-ts/loop";

/** A task, as the list knows it. */
interface LiveTask extends Linked {
  readonly scheduler: EventLoop;
}

export class LiveTasks<T extends LiveTask> extends LinkedList<T> {
  /** The number of the newest task that was given no name. */
  numbered = 0;

  /** The tasks of one loop, in the order in which they were made. */
  of(loop: EventLoop): Set<T> {
    const tasks = new Set<T>();
    for (let task = this.first; task !== undefined; task = task.next) {
      if (task.scheduler === loop) tasks.add(task);
    }
    return tasks;
  }
}

/** Returns the list that all installed versions share. */
export function sharedLiveTasks<T extends LiveTask>(): LiveTasks<T> {
  return (slot.liveTasks ??= new LiveTasks<T>()) as LiveTasks<T>;
}

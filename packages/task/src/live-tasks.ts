/**
 * The tasks that are not done. The list holds them, so that no task vanishes before it is done (asyncio's own
 * list is weak).
 */
import { type Linked, LinkedList, type Scheduler } from "@asyncio-ts/future/lowlevel";
import type { EventLoop } from "@asyncio-ts/loop";

/** The part of a task that the list needs. */
interface LiveTask extends Linked {
  readonly scheduler: Scheduler;
}

export class LiveTasks<T extends LiveTask> extends LinkedList<T> {
  /** The number of the newest task without a name of its own. */
  numbered = 0;

  /** Returns the tasks of one loop, in the order in which they were made. */
  of(loop: EventLoop): Set<T> {
    const tasks = new Set<T>();
    for (let task = this.first; task !== undefined; task = task.next) {
      if (task.scheduler.loop === loop) tasks.add(task);
    }
    return tasks;
  }
}

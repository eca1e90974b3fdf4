import { cancellationOf, waitsFor } from "./members.js";
import { fewOf, more } from "./few-of.js";
import type { Task } from "./task.js";

/** The number of tasks that will not stop which are reported by name. */
const MOST_REPORTED = 100;

/** Reports tasks that were cancelled at the end of a run and have not stopped: each once. */
export class StubbornTasks {
  private readonly reported: WeakSet<Task<unknown>> = new WeakSet();

  /** Counts tasks as reported, since another report names them. */
  exclude(tasks: Iterable<Task<unknown>>): void {
    for (const task of tasks) {
      this.reported.add(task);
      this.watch(task);
    }
  }

  /** Notes that a task was cancelled, and will be reported here if it does not stop. */
  watch(task: Task<unknown>): void {
    const cancellation = task[cancellationOf]();
    if (cancellation !== undefined) cancellation.isReported = true;
  }

  /** Tells whether a report has named a task. */
  knows(task: Task<unknown>): boolean {
    return this.reported.has(task);
  }

  /** Reports the tasks that are not done, and were not reported before. */
  report(tasks: Iterable<Task<unknown>>, cancelledBy = "run() at its end"): void {
    const left = [...tasks].filter((task) => !task.done() && !this.reported.has(task));
    this.exclude(left);
    for (const task of left.slice(0, MOST_REPORTED)) {
      task.getLoop().callExceptionHandler({
        message: `${task} was cancelled by ${cancelledBy} and has not stopped; it waits for ${whatStops(task)}`,
        future: task,
      });
    }
    if (left.length <= MOST_REPORTED) return;
    const message = `${more(left.length - MOST_REPORTED, "task")} were cancelled by ${cancelledBy} and have not stopped`;
    left[0]?.getLoop().callExceptionHandler({ message });
  }
}

function whatStops(task: Task<unknown>): string {
  const waits = task[waitsFor]();
  return fewOf(waits, waits.length);
}

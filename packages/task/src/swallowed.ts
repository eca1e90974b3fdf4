/**
 * Swallowed cancellations, for debug mode: a `catch` in JavaScript takes everything, so a cancellation may end in one
 * that was meant for errors, and the task goes on as if nothing had happened.
 *
 * From the moment a CancelledError has been delivered until `uncancel()`, this watches the task. Cleaning up takes
 * calls and awaits too, so those alone prove nothing; but a task that returns, or still runs PATIENCE milliseconds
 * later, has swallowed it. The place is the first call into the library after the error was delivered: the code that
 * caught it, or what comes right after.
 */
import { debug } from "@asyncio-ts/future/internal";
import type { TimerHandle } from "@asyncio-ts/loop";
import type { Task } from "./task.js";

const PATIENCE = 1000;

export class SwallowedCancellation {
  private readonly task: Task<unknown>;
  private readonly timer: TimerHandle;
  private place: string | undefined = undefined;
  private reported = false;

  constructor(task: Task<unknown>) {
    this.task = task;
    this.timer = task.getLoop().callLater(PATIENCE, () => {
      if (!task.done()) this.report("still runs");
    });
  }

  /** The body has called the library. */
  bodyCalled(): void {
    this.place ??= debug.placeOfCall();
  }

  /** The request was taken back. */
  end(): void {
    this.timer.cancel();
  }

  /** The body has returned a value. */
  taskReturned(): void {
    this.timer.cancel();
    this.report("returned a value");
  }

  private report(what: string): void {
    if (this.reported || this.task.cancelling() === 0) return;
    this.reported = true;
    const place = this.place === undefined ? "" : `. It was caught before this call:\n${this.place}`;
    this.task.scheduler.callExceptionHandler({
      message:
        `${this.task} was cancelled, caught the CancelledError and ${what}; ` +
        `throw it again, or call uncancel() if the task is meant to go on${place}`,
      future: this.task,
    });
  }
}

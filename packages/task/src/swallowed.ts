/**
 * Swallowed cancellations, for debug mode: a JavaScript `catch` catches everything, so one that was meant for
 * errors may catch a cancellation, and the task continues.
 *
 * From the delivery of a CancelledError until `uncancel()`, this watches the task. Cleaning up takes calls
 * and awaits too, so those alone prove nothing; but a task that returns, or still runs PATIENCE milliseconds
 * later, has swallowed it. The reported place is the first call into the library after the delivery: in the
 * code that caught the error, or soon after it.
 */
import { debug } from "@asyncio-ts/future/internal";
import type { TimerHandle } from "@asyncio-ts/loop";
import type { CancellableTask } from "./members.js";

const PATIENCE = 1000;

export class SwallowedCancellation {
  private readonly task: CancellableTask;
  private readonly timer: TimerHandle;
  private place: string | undefined = undefined;
  private reported = false;

  constructor(task: CancellableTask) {
    this.task = task;
    this.timer = task.getLoop().callLater(PATIENCE, () => {
      if (!task.done()) this.report("still runs");
    });
  }

  /** Notes that the body calls the library. */
  bodyCalled(): void {
    this.place ??= debug.placeOfCall();
  }

  /** Ends the watch: the request was taken back. */
  end(): void {
    this.timer.cancel();
  }

  /** Reports that the body has returned a value. */
  taskReturned(): void {
    this.timer.cancel();
    this.report("returned a value");
  }

  private report(what: string): void {
    if (this.reported) return;
    this.reported = true;
    const place = this.place === undefined ? "" : `. It was caught before this call:\n${this.place}`;
    this.task.scheduler.callExceptionHandler({
      message:
        `${this.task} was cancelled, caught the CancelledError and ${what}; ` +
        `throw it again, or call uncancel() if it is meant to go on${place}`,
      future: this.task,
    });
  }
}

/**
 * Cancellations that are held up: the task waits for a native promise, which can't be interrupted, so the
 * request is delivered at its next wait of this library, if there is one. It is reported once: in debug mode
 * at once, else after PATIENCE milliseconds of real time, since most promises settle sooner.
 *
 * Nothing here is in the way of tasks that wait for something of this library: `Cancellation` calls it only
 * where it finds that nothing is in flight.
 */
import { debug, realTime, slot } from "@asyncio-ts/future/internal";
import { type CancellableTask, waitsNatively } from "./members.js";

const PATIENCE = 1000;

const { now, setTimeout } = realTime;

/** A task and its requests. */
export interface HeldUp {
  readonly task: CancellableTask;
  /** True while the latest request was not thrown into any line of the task. */
  readonly isDue: boolean;
  readonly isAbandoned: boolean;
  /** True if code of the task was given a signal, which is aborted. */
  readonly hasSignal: boolean;
  /** True once a report has said that the task is not reached, or `run()` watches it. */
  isReported: boolean;
}

/** Reports the request that `owner` has made, unless the task gets it in time. */
export function watchHeldUp(one: HeldUp, owner: object | undefined): void {
  const { task } = one;
  const place = slot.checks === undefined ? undefined : debug.placeOfCall();
  const began = now();
  const look = (): void => {
    const { scheduler } = task;
    if (one.isReported || one.isAbandoned || !one.isDue || !task[waitsNatively]()) return;
    one.isReported = true;
    const milliseconds = Math.round(now() - began);
    const since = scheduler.debug ? "" : ` for ${milliseconds} ms`;
    const cause = owner === undefined ? "The cancellation" : `The cancellation by ${owner}`;
    const reaction = one.hasSignal ? ", and the operation does not react to its signal" : "";
    scheduler.callExceptionHandler({
      message:
        `${cause} of ${task} has been held up${since}: it waits for a native promise${reaction}. ` +
        "Use the fetch of this library, wait with abortable((signal) => …), or leave it behind with " +
        `timeout(…, { abandon: true })${place === undefined ? "" : `. It was cancelled here:\n${place}`}`,
      future: task,
    });
  };
  if (task.scheduler.debug) task.getLoop().callSoon(look);
  else setTimeout(look, PATIENCE).unref?.();
}

/**
 * Doubt: whether the line of a wait was told of a cancellation can't be known (see `Cancellation`). The waits of such lines
 * are watched: they are left alone for GRACE milliseconds of the loop, counted from the first of them, since a line that was
 * told is cleaning up; and cancelled then, since one that was not must not lose its cancellation.
 *
 * States:
 *   open     waits in doubt are watched; `timer` is set from the first of them on, counted anew from each throw
 *   over     the time has passed: the watched waits were cancelled, and a line in doubt counts as not told
 * over → open when a CancelledError is thrown (it may have hit a clean-up, so the next time is twice as long), a new request
 * comes (the time is GRACE again), or all requests are taken back or the task ends. `watched` also holds waits that were
 * cancelled for a newer request while their line is in doubt about an older one (`remember`).
 */
import type { PendingWait } from "@asyncio-ts/future/lowlevel";
import type { TimerHandle } from "@asyncio-ts/loop";
import type { Task } from "./task.js";

const GRACE = 100;

export class Doubt {
  isOpen = true;
  /** Whether the lines that come back from native promises are in doubt: the task's signal was aborted, or track was lost. */
  arises = false;
  /** Whether track was lost before. */
  hasLostTrack = false;
  private readonly task: Task<unknown>;
  private readonly watched: Map<PendingWait, (wait: PendingWait) => void> = new Map();
  private grace = GRACE;
  private timer: TimerHandle | undefined = undefined;

  constructor(task: Task<unknown>) {
    this.task = task;
  }

  /** A new request has come. */
  begin(): void {
    this.grace = GRACE;
    this.isOpen = true;
    this.stopTimer();
  }

  /** Leaves a wait alone, and has it cancelled when the time is over. */
  watch(wait: PendingWait, cancel: (wait: PendingWait) => void): void {
    if (!this.isOpen) {
      cancel(wait);
      return;
    }
    this.watched.set(wait, cancel);
    this.startTimer();
  }

  /** Remembers that the line of a wait, which is cancelled for a newer request, is in doubt about older ones. */
  remember(wait: PendingWait): void {
    this.watched.set(wait, () => {});
  }

  /** A wait ends. Whether it was watched, and its line is in doubt. */
  ends(wait: PendingWait): boolean {
    return this.watched.delete(wait);
  }

  /** A CancelledError is thrown into the task: the time begins anew. */
  told(): void {
    if (!this.isOpen) this.grace *= 2;
    this.isOpen = true;
    this.stopTimer();
    if (this.watched.size > 0) this.startTimer();
  }

  /** Nobody has to be told of anything any more. */
  end(): void {
    this.isOpen = true;
    this.arises = false;
    this.stopTimer();
  }

  private startTimer(): void {
    this.timer ??= this.task.getLoop().callLater(this.grace, () => {
      this.timer = undefined;
      this.isOpen = false;
      for (const [wait, cancel] of this.watched) cancel(wait);
    });
  }

  private stopTimer(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }
}

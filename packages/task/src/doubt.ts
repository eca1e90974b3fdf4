/**
 * Doubt: it can't be known whether the line of a wait was told of a cancellation (see `Cancellation`). Such
 * waits are left alone for GRACE milliseconds of the loop, from the first one on, since a told line is
 * cleaning up; then they are cancelled, since one that was not told must not lose its cancellation.
 *
 * States:
 *   open     waits in doubt are watched; `timer` is set from the first of them on, and restarts at each throw
 *   over     the timer fired: the watched waits were cancelled, and a line in doubt counts as not told
 * over → open when a CancelledError is thrown (perhaps into a clean-up, so the next time is twice as long), a
 * new request is made (the time is GRACE again), or the task or its last request ends. `remembered` holds
 * waits cancelled for a newer request while their line is in doubt about an older one.
 */
import type { PendingWait } from "@asyncio-ts/future/lowlevel";
import type { TimerHandle } from "@asyncio-ts/loop";
import type { CancellableTask } from "./members.js";

const GRACE = 100;

export class Doubt {
  isOpen = true;
  /** True while lines back from native promises are in doubt: the signal was aborted, or track was lost. */
  arises = false;
  /** True once told code was not followed any longer. */
  hasLostTrack = false;
  private readonly task: CancellableTask;
  private readonly watched: Map<PendingWait, (wait: PendingWait) => void> = new Map();
  private readonly remembered: Set<PendingWait> = new Set();
  private grace = GRACE;
  private timer: TimerHandle | undefined = undefined;

  constructor(task: CancellableTask) {
    this.task = task;
  }

  /** Begins again for a new request. */
  begin(): void {
    this.grace = GRACE;
    this.reopen();
  }

  /** Leaves a wait alone, and cancels it when the time is over: at once if it is, or the loop has no time. */
  watch(wait: PendingWait, cancel: (wait: PendingWait) => void): void {
    if (!this.isOpen || this.task.getLoop().isClosed()) {
      cancel(wait);
      return;
    }
    this.watched.set(wait, cancel);
    this.startTimer();
  }

  /** Remembers a wait that is cancelled for a newer request, while its line is in doubt about older ones. */
  remember(wait: PendingWait): void {
    this.remembered.add(wait);
  }

  /** Notes that a wait ends. Returns "left alone" if it was watched; in both cases its line is in doubt. */
  ends(wait: PendingWait): "left alone" | "remembered" | undefined {
    if (this.watched.delete(wait)) return "left alone";
    return this.remembered.delete(wait) ? "remembered" : undefined;
  }

  /** Restarts the time when a CancelledError is thrown into the task. */
  told(): void {
    if (!this.isOpen) this.grace *= 2;
    this.reopen();
    if (this.watched.size > 0) this.startTimer();
  }

  /** Ends the doubt: no line has to be told any more. */
  end(): void {
    this.arises = this.hasLostTrack = false;
    this.reopen();
  }

  private startTimer(): void {
    this.timer ??= this.task.getLoop().callLater(this.grace, () => {
      this.timer = undefined;
      this.isOpen = false;
      for (const [wait, cancel] of this.watched) cancel(wait);
    });
  }

  private reopen(): void {
    this.isOpen = true;
    this.timer?.cancel();
    this.timer = undefined;
  }
}

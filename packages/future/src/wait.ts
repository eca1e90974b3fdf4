import type { PendingWait, Runnable, TaskLike, Waker } from "./contract.js";
import { disarm, isBeingCancelled } from "./members.js";
import type { WaitTarget } from "./wait-target.js";

/**
 * The base class of what waits in a task's name: an `await` of an async function, the driver of a generator.
 *
 * It has what is seldom called. Each subclass has a `waitFor` of its own: V8 optimizes it for one class.
 */
export abstract class Wait implements PendingWait {
  /** The task that waits. */
  abstract readonly awaiter: TaskLike | undefined;
  /** Undefined if it waits for the next iteration of the loop. */
  protected abstract waitingFor: WaitTarget | undefined;

  target(): WaitTarget | undefined {
    return this.waitingFor;
  }

  cancelWait(this: Wait & Runnable, message: string | undefined): boolean {
    const { waitingFor } = this;
    if (waitingFor === undefined) return false;
    if (!waitingFor[isBeingCancelled]()) return waitingFor.cancel(message);
    // The two await each other, and one has to let go: the error is thrown here in the next iteration.
    waitingFor[disarm](this);
    this.waitingFor = undefined;
    (this.awaiter ?? waitingFor).scheduler.schedule(this);
    return false;
  }

  waitsOutside(inTurn: Set<Waker>): boolean {
    if (this.waitingFor !== undefined) inTurn.add(this.waitingFor);
    return false;
  }

  describeWait(): string {
    return String(this.waitingFor ?? "the next iteration of the loop");
  }

  protected awaitsItself(): never {
    throw new Error(`${this.awaiter} awaits itself, so it could never go on`);
  }
}

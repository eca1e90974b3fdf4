/**
 * Cancellation: what a task knows of the requests to cancel it. Made when the first one comes, or when its signal is
 * asked for; most tasks never have it.
 *
 * `requests` counts what was asked for and not taken back. `undelivered` has the owners of those since the last
 * CancelledError that the body got (undefined for a call of `cancel()`); they are served, all by one error, at the next suspension:
 *   - what the body then waits for is cancelled (`suspended`), or, where there is nothing to cancel, the error is thrown
 *     when the wait ends (`resumed` with "nothing");
 *   - a cancellation that arrives anyhow serves for them (`resumed` with "cancelled");
 *   - a value that has arrived goes first (`resumed` with "value"): nothing is lost.
 * A timeout or task group takes back its own request (`owner`), and leaves an undelivered one of others alone; who says
 * `uncancel()` takes back any, and as in asyncio only the last one withdraws what is undelivered.
 *
 * **The signal.** Where a body waits for a promise that is not ours, its signal may be the only thing that reaches it.
 * If the body goes on before the microtasks after the abort have drained, that was the answer (`answering`), and the next
 * suspension, of a `finally` block mostly, must not throw a second time.
 */
import type { CancelledError } from "@asyncio-ts/future";
import {
  ambient,
  cancellation,
  currentAwaiter,
  type InFlight,
  isAbortError,
  type Outcome,
} from "@asyncio-ts/future/ambient";
import { SwallowedCancellation } from "./swallowed.js";
import type { Task } from "./task.js";

export class Cancellation {
  requests = 0;
  private undelivered: (object | undefined)[] = [];
  private message: string | undefined = undefined;
  private controller: AbortController | undefined = undefined;
  private answering = false;
  private swallowed: SwallowedCancellation | undefined = undefined;

  /** A request has come; `delivered` says whether something in flight was cancelled by it. */
  request(
    message: string | undefined,
    owner: object | undefined,
    delivered: boolean,
    task: Task<unknown>,
  ): void {
    this.requests++;
    this.message = message;
    if (delivered) this.undelivered = [];
    else this.undelivered.push(owner);
    if (this.controller === undefined || this.controller.signal.aborted) return;
    // A task that cancels itself is not waiting for anything that could answer.
    if (!delivered && currentAwaiter() !== task) {
      this.answering = true;
      task.scheduler.schedule({ run: () => (this.answering = false) });
    }
    // What the abort sets off is part of this turn, even if the turn is that of a generator.
    ambient.touched = true;
    this.controller.abort(cancellation(message));
  }

  /** Takes a request back, and says how many are left. */
  takeBack(owner: object | undefined): number {
    if (this.requests === 0) return 0;
    this.requests--;
    if (owner !== undefined) this.undelivered = this.undelivered.filter((one) => one !== owner);
    if (this.requests === 0) {
      this.undelivered = [];
      this.swallowed = undefined;
      if (this.controller?.signal.aborted === true) this.controller = undefined;
    }
    return this.requests;
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.requests > 0) this.controller.abort(cancellation(this.message));
    }
    return this.controller.signal;
  }

  /** The error for a task that was cancelled before its first step. */
  beforeFirstStep(): CancelledError | undefined {
    return this.undelivered.length > 0 ? cancellation(this.message) : undefined;
  }

  /** The body suspends. */
  suspended(wait: InFlight): void {
    if (this.undelivered.length === 0) return;
    if (this.answering || wait.cancelWait(this.message)) this.undelivered = [];
  }

  /** The body goes on; with "nothing", the error to throw into it, if there is one. */
  resumed(outcome: Outcome, task: Task<unknown>): CancelledError | undefined {
    if (outcome === "value") return undefined;
    const error =
      outcome === "nothing" && this.undelivered.length > 0 ? cancellation(this.message) : undefined;
    this.undelivered = [];
    if (task.scheduler.debug && this.requests > 0 && (error !== undefined || outcome === "cancelled")) {
      this.swallowed ??= new SwallowedCancellation(task);
    }
    return error;
  }

  /** In debug mode: the body calls the library. */
  called(): void {
    this.swallowed?.bodyCalled();
  }

  /** The body has returned a value. */
  returned(): void {
    this.swallowed?.taskReturned();
  }

  /** The cancellation that `error` stands for: an AbortError that the signal caused. */
  causeOf(error: unknown): CancelledError | undefined {
    if (this.controller?.signal.aborted !== true) return undefined;
    return isAbortError(error) ? (this.controller.signal.reason as CancelledError) : undefined;
  }
}

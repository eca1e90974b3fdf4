/**
 * OverdueFailures: reports the errors of tasks that nobody waits for, a second after the tasks have failed.
 *
 * The collector alone tells for certain that nobody will retrieve an error, and in an idle program it may not
 * run for minutes. A task that failed while nobody waited for it, and whose error is still unretrieved a
 * second later, was most likely started and forgotten. If not, the report is true all the same, and the error
 * is still there for whoever awaits the task. See docs/decisions/unretrieved-errors.md.
 *
 * States: idle (`left` is empty), or waiting: the host will call `look` once the first of `left`, which are
 * in the order in which they failed, is a second old.
 */
import { type contract, reportFailure } from "@asyncio-ts/future/internal";
import { Ring, runOutside, type Scheduler } from "@asyncio-ts/future/lowlevel";
import type { Host } from "./host.js";

/** Milliseconds. */
const PATIENCE = 1000;

interface Entry {
  readonly failure: contract.Failure;
  readonly due: number;
}

export class OverdueFailures {
  private readonly scheduler: Scheduler;
  private readonly host: Host;
  private readonly left = new Ring<Entry>();
  private next: Entry | undefined = undefined;

  constructor(scheduler: Scheduler, host: Host) {
    this.scheduler = scheduler;
    this.host = host;
  }

  /** Reports a failure in a second, unless it is retrieved by then. */
  watch(failure: contract.Failure): void {
    const entry = { failure, due: this.host.now() + PATIENCE };
    if (this.next === undefined) this.await(entry);
    else this.left.push(entry);
  }

  private await(entry: Entry): void {
    this.next = entry;
    // Not in the context of the task that failed.
    runOutside(() => this.host.later?.(entry.due - this.host.now(), this.look));
  }

  private readonly look = (): void => {
    let { next } = this;
    const now = this.host.now();
    for (; next !== undefined && (next.due <= now || next.failure.retrieved); next = this.left.shift()) {
      reportFailure(next.failure, this.scheduler, "has retrieved its error for 1 s");
    }
    this.next = undefined;
    if (next !== undefined) this.await(next);
  };
}

/**
 * Arriving: a flow whose values arrive by themselves: from tasks, events or senders.
 *
 * `ready` takes a value that is there. Code that finds none parks in `waiting`. Whatever makes a value ready,
 * or sets `failure` or `ended`, unparks it, and then it looks again.
 */
import type { Future, Steps } from "@asyncio-ts/future";
import { ParkingLot } from "@asyncio-ts/sync/lowlevel";
import { Flow } from "./flow.js";

export abstract class Arriving<T> extends Flow<T> {
  /** The code that waits for a value. @internal */
  protected readonly waiting: ParkingLot;
  /** The error to throw after the values that are there. @internal */
  protected failure: { readonly error: unknown } | undefined = undefined;
  /** True if no value comes after those that are there. @internal */
  protected ended = false;

  /** @internal */
  constructor(name: string) {
    super(name);
    this.waiting = new ParkingLot(`${name}.next`);
  }

  /** Begins to produce values, when one is asked for. @internal */
  protected begin(): void {}

  /** @internal */
  protected override *advance(): Steps<IteratorYieldResult<T> | undefined> {
    this.begin();
    for (;;) {
      const step = this.ready();
      if (step !== undefined) return step;
      if (this.ended) {
        if (this.failure !== undefined) throw this.failure.error;
        return undefined;
      }
      yield* this.park();
    }
  }

  /** Joins the code that waits for a value. @internal */
  protected park(): Future<void> {
    return this.waiting.park();
  }

  /** Ends the flow, after the values that are there. @internal */
  protected end(): void {
    this.ended = true;
    this.waiting.unparkAll();
  }
}

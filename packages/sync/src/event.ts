import type { Coroutine } from "@asyncio-ts/coroutine";
import { PolledCoroutine, pending } from "@asyncio-ts/coroutine/lowlevel";
import type { Future } from "@asyncio-ts/future";
import { inspectAsString, nameCalls, waitFacts, type WaitFacts } from "@asyncio-ts/future/lowlevel";
import { ParkingLot } from "./parking-lot.js";

/**
 * A flag that tasks wait for. Python: `asyncio.Event`.
 *
 * @example
 * ```ts
 * import { Event } from "@asyncio-ts/sync";
 *
 * const ready = new Event();
 * setTimeout(() => ready.set(), 10);
 * await ready.wait();
 * console.log(ready.isSet());
 * // prints: true
 * ```
 */
export class Event {
  static {
    inspectAsString(this.prototype);
  }

  private flag = false;
  private readonly waiters = new ParkingLot("Event.wait", this);

  /** Returns whether the flag is set. Python: `is_set()`. */
  isSet(): boolean {
    return this.flag;
  }

  /** Sets the flag, and wakes all waiters, even if it is cleared before their turn. Python: `set()`. */
  set(): void {
    if (this.flag) return;
    this.flag = true;
    this.waiters.unparkAll();
  }

  /** Clears the flag: later calls of `wait()` wait for the next `set()`. Python: `clear()`. */
  clear(): void {
    this.flag = false;
  }

  /** Waits until the flag is set; does not suspend if it is. Resolves to true. Python: `wait()`. */
  wait(): Coroutine<true> {
    return new EventWait(this, this.waiters);
  }

  /** @internal */
  [waitFacts](): WaitFacts {
    return { kind: "Event" };
  }

  toString(): string {
    return `<Event ${this.flag ? "set" : "unset"}, ${this.waiters.length} waiting>`;
  }
}

/** A call of `wait()`. */
class EventWait extends PolledCoroutine<true> {
  static {
    nameCalls(this.prototype, "Event.wait");
  }

  private readonly event: Event;
  private readonly waiters: ParkingLot;

  constructor(event: Event, waiters: ParkingLot) {
    super();
    this.event = event;
    this.waiters = waiters;
  }

  protected override poll(): true | typeof pending {
    return this.event.isSet() ? true : pending;
  }

  protected override park(): Future<void> {
    return this.waiters.park();
  }

  /** Ends the wait even if the flag has been cleared since. */
  protected override woken(): true {
    return true;
  }
}

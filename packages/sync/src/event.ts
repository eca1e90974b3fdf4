import type { Coroutine } from "@asyncio-ts/coroutine";
import { PolledCoroutine, pending } from "@asyncio-ts/coroutine/lowlevel";
import type { Future } from "@asyncio-ts/future";
import { inspectAsString, nameCalls } from "@asyncio-ts/future/lowlevel";
import { ParkingLot } from "./parking-lot.js";

/**
 * A flag that others wait for. Python: `asyncio.Event`.
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
  private readonly waiters = new ParkingLot("Event.wait()");

  /** Python: `is_set()`. */
  isSet(): boolean {
    return this.flag;
  }

  /** Sets the flag, and lets everybody go on who waits, even if it is cleared before their turn. Python: `set()`. */
  set(): void {
    if (this.flag) return;
    this.flag = true;
    this.waiters.grantAll();
  }

  /** Takes the flag down: who calls `wait()` from now on waits for the next `set()`. Python: `clear()`. */
  clear(): void {
    this.flag = false;
  }

  /** Waits until the flag is set; does not suspend if it is. Resolves to true. Python: `wait()`. */
  wait(): Coroutine<true> {
    return new EventWait(this);
  }

  toString(): string {
    return `<Event ${this.flag ? "set" : "unset"}, ${this.waiters.length} waiting>`;
  }

  /** For EventWait: a place in the line of those who wait for the next `set()`. */
  park(): Future<void> {
    return this.waiters.wait();
  }
}

/** A call of `wait()`. */
class EventWait extends PolledCoroutine<true> {
  static {
    nameCalls(this.prototype, "Event.wait");
  }

  private readonly event: Event;

  constructor(event: Event) {
    super();
    this.event = event;
  }

  protected override poll(): true | typeof pending {
    return this.event.isSet() ? true : pending;
  }

  protected override park(): Future<void> {
    return this.event.park();
  }

  /** Even if the flag has been taken down in between. */
  protected override woken(): true {
    return true;
  }
}

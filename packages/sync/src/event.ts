import { Coroutine, type Steps } from "@asyncio-ts/future";
import { WaitQueue } from "./wait-queue.js";

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
  private flag = false;
  private readonly waiters = new WaitQueue("Event.wait()");

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
    return new Coroutine(this.waiting(), "Event.wait");
  }

  toString(): string {
    return `<Event ${this.flag ? "set" : "unset"}, ${this.waiters.length} waiting>`;
  }

  private *waiting(): Steps<true> {
    if (!this.flag) yield* this.waiters.wait();
    return true;
  }
}

/**
 * ParkingLot: those who wait for one thing, first in, first out. The primitives of this package are thin over it.
 *
 * A doubly linked list of futures: appending, taking the first, and leaving from the middle (a waiter that is
 * cancelled leaves at that moment) are one step each, however many wait. Rejected: an array with tombstones for the
 * cancelled, which makes somebody pay for all of them at once.
 *
 * States of a waiter: in the queue (pending); granted (finished, and out of the queue: it will go on, for nothing that
 * has arrived is taken away by a cancellation); cancelled (and out of the queue).
 */
import { Future } from "@asyncio-ts/future";

export class ParkingLot {
  private first: Waiter | undefined = undefined;
  private last: Waiter | undefined = undefined;
  private readonly name: string;
  /** How many wait. */
  length = 0;

  /** `name` says what is waited for, in reports: `Lock.acquire()`. */
  constructor(name: string) {
    this.name = name;
  }

  /** A new waiter, at the end of the queue: `yield* queue.wait()`. */
  wait(): Future<void> {
    const waiter = new Waiter(this, this.name);
    waiter.previous = this.last;
    if (this.last === undefined) this.first = waiter;
    else this.last.next = waiter;
    this.last = waiter;
    this.length++;
    return waiter;
  }

  /** Lets the first waiter go on. False if there is none. */
  grant(): boolean {
    const waiter = this.first;
    if (waiter === undefined) return false;
    this.leave(waiter);
    waiter.setResult();
    return true;
  }

  /** Lets everybody go on who waits now. */
  grantAll(): void {
    while (this.grant());
  }

  leave(waiter: Waiter): void {
    const { previous, next } = waiter;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.last = previous;
    else next.previous = previous;
    waiter.previous = waiter.next = undefined;
    this.length--;
  }
}

class Waiter extends Future<void> {
  private readonly queue: ParkingLot;
  private readonly name: string;
  previous: Waiter | undefined = undefined;
  next: Waiter | undefined = undefined;

  constructor(queue: ParkingLot, name: string) {
    super();
    this.queue = queue;
    this.name = name;
  }

  override cancel(message?: string): boolean {
    if (!super.cancel(message)) return false;
    this.queue.leave(this);
    return true;
  }

  protected override describe(): string {
    return this.name;
  }
}

import { Future } from "@asyncio-ts/future";
import { LinkedList, waitFacts, type WaitFacts } from "@asyncio-ts/future/lowlevel";

/**
 * A queue of waiters, first in, first out, to build primitives on: each primitive of this package is a thin
 * layer over one. The idea is trio's: `trio.lowlevel.ParkingLot`.
 *
 * A waiter is a future, in one of three states: parked (pending, and in the queue), unparked (finished, and
 * out of the queue), or cancelled (and out of the queue from that moment on). A cancellation can't take back
 * what an unparked waiter was given: `cancel()` returns false then.
 *
 * It is the list of its waiters, rather than having one: a list within a list costs a contended lock 5 %.
 *
 * @example
 * ```ts
 * import { ParkingLot } from "@asyncio-ts/sync/lowlevel";
 *
 * const lot = new ParkingLot("Gate.pass");
 * const pass = async (name: string) => {
 *   await lot.park();
 *   console.log(name, "passes");
 * };
 * const all = Promise.all([pass("Ann"), pass("Bo"), pass("Cy")]);
 * console.log(lot.unpark(), lot.length);
 * lot.unparkAll();
 * await all;
 * // prints: true 2
 * // prints: Ann passes
 * // prints: Bo passes
 * // prints: Cy passes
 * ```
 */
export class ParkingLot extends LinkedList<Waiter> {
  /** The method that parks waiters. */
  readonly name: string;
  /** The primitive that it belongs to, if it was given. */
  readonly owner: object | undefined;

  /**
   * @param name the method that parks waiters, for reports: `Lock.acquire`
   * @param owner the primitive; its `toString()` tells those who look at the program what its state is
   */
  constructor(name: string, owner?: object) {
    super();
    this.name = name;
    this.owner = owner;
  }

  /**
   * Parks a new waiter at the end of the queue. Await the future that it returns; cancelling it leaves the
   * queue.
   */
  park(): Future<void> {
    return new Waiter(this);
  }

  /** Wakes the first waiter. Returns false if none is parked. */
  unpark(): boolean {
    const waiter = this.shift();
    if (waiter === undefined) return false;
    waiter.setResult();
    return true;
  }

  /** Wakes all waiters that are parked now. */
  unparkAll(): void {
    while (this.unpark());
  }
}

/** A waiter: a future of its turn. */
export class Waiter extends Future<void> {
  private readonly lot: ParkingLot;
  previous: this | undefined = undefined;
  next: this | undefined = undefined;

  constructor(lot: ParkingLot) {
    super();
    this.lot = lot;
    lot.add(this);
  }

  override cancel(message?: string): boolean {
    if (!super.cancel(message)) return false;
    this.lot.delete(this);
    return true;
  }

  /** @internal */
  [waitFacts](): WaitFacts {
    const { name, length, owner } = this.lot;
    const facts = (owner as { [waitFacts]?(): WaitFacts } | undefined)?.[waitFacts]?.();
    if (facts === undefined) return { kind: name, waiting: length, of: owner };
    // The owner names its class as it is in the library, which a bundler may rename: that is in `name`.
    return { waiting: length, of: owner, ...facts, kind: `${facts.kind}${name.slice(name.indexOf("."))}` };
  }

  protected override describe(): string {
    return `${this.lot.name}()`;
  }
}

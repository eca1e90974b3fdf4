/**
 * The ready queue: first in, first out, a ring whose size is a power of two.
 *
 * An array with `shift()` moves its elements; a linked list allocates for each. The ring does neither, and wraps its
 * index with one `&`. It grows by doubling, and gives its memory back when it has been drained after a burst.
 */
import type { Runnable } from "@asyncio-ts/future/lowlevel";

/** Returns runnables in another order. */
export type Order = (ready: Runnable[]) => Runnable[];

const SMALLEST = 64;
const LARGEST_KEPT = 4096;

export class ReadyQueue {
  private slots: (Runnable | undefined)[] = new Array<Runnable | undefined>(SMALLEST);
  private mask = SMALLEST - 1;
  private head = 0;
  /** How many runnables are in the queue. */
  length = 0;

  push(runnable: Runnable): void {
    if (this.length > this.mask) this.resize(this.length * 2);
    this.slots[(this.head + this.length++) & this.mask] = runnable;
  }

  shift(): Runnable | undefined {
    if (this.length === 0) return undefined;
    const runnable = this.slots[this.head];
    this.slots[this.head] = undefined;
    this.head = (this.head + 1) & this.mask;
    if (--this.length === 0 && this.mask >= LARGEST_KEPT) this.resize(SMALLEST);
    return runnable;
  }

  /** Puts the runnables into another order. */
  reorder(order: Order): void {
    const ready: Runnable[] = [];
    for (let next = this.shift(); next !== undefined; next = this.shift()) ready.push(next);
    for (const runnable of order(ready)) this.push(runnable);
  }

  private resize(size: number): void {
    const slots = new Array<Runnable | undefined>(size);
    for (let i = 0; i < this.length; i++) slots[i] = this.slots[(this.head + i) & this.mask];
    this.slots = slots;
    this.mask = size - 1;
    this.head = 0;
  }
}

/**
 * Ring: a first-in, first-out queue of anything, in an array whose size is a power of two.
 *
 * An array with `shift()` moves its elements; a linked list allocates for each. The ring does neither, and
 * wraps its index with one `&`. It grows by doubling, and releases its memory when it has been drained after
 * a burst.
 */
const SMALLEST = 16;
const LARGEST_KEPT = 4096;

/** The method of a ring's owner that is called when the ring has become larger than it was made. */
export const hasGrown: unique symbol = Symbol.for("asyncio-ts.hasGrown");

export interface RingOwner {
  [hasGrown](): void;
}

export class Ring<T> {
  private slots: (T | undefined)[] = makeSlots(SMALLEST);
  private mask = SMALLEST - 1;
  private head = 0;
  length = 0;
  private readonly owner: RingOwner | undefined;

  constructor(owner?: RingOwner) {
    this.owner = owner;
  }

  push(item: T): void {
    if (this.length > this.mask) this.resize(this.length * 2);
    this.slots[(this.head + this.length++) & this.mask] = item;
  }

  /** Removes the first item; undefined if there is none. */
  shift(): T | undefined {
    const { slots, mask, head } = this;
    if (this.length === 0) return undefined;
    const item = slots[head];
    slots[head] = undefined;
    this.head = (head + 1) & mask;
    if (--this.length === 0 && mask >= LARGEST_KEPT) this.resize(SMALLEST);
    return item;
  }

  clear(): void {
    this.length = 0;
    this.resize(SMALLEST);
  }

  private resize(size: number): void {
    const slots = makeSlots<T>(size);
    for (let i = 0; i < this.length; i++) slots[i] = this.slots[(this.head + i) & this.mask];
    this.slots = slots;
    this.mask = size - 1;
    this.head = 0;
    if (size > SMALLEST) this.owner?.[hasGrown]();
  }
}

/** Fills the slots, so that V8 has one kind of array for all rings: an empty one would be made for small integers. */
function makeSlots<T>(size: number): (T | undefined)[] {
  return new Array<T | undefined>(size).fill(undefined);
}

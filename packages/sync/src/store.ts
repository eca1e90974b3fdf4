/** The items of a queue, in the order in which it returns them. A `Ring` is the one that is first in, first out. */
export interface Store<T> {
  readonly length: number;
  push(item: T): void;
  /** Removes the next item; undefined if there is none. */
  shift(): T | undefined;
  /** Drops all items. */
  clear(): void;
}

/** Last in, first out. */
export class Stack<T> implements Store<T> {
  private readonly items: T[] = [];

  get length(): number {
    return this.items.length;
  }

  push(item: T): void {
    this.items.push(item);
  }

  shift(): T | undefined {
    return this.items.pop();
  }

  clear(): void {
    this.items.length = 0;
  }
}

interface Entry<T> {
  readonly item: T;
  readonly sequence: number;
}

/**
 * The least first; of equals, the one that was added first. A binary heap.
 *
 * A comparison may run code of the items (`valueOf`), which may throw, or call the queue. An operation whose comparison
 * throws puts back what it has moved so far. `comparing` is set meanwhile, and refuses changes by the comparison itself.
 */
export class Heap<T> implements Store<T> {
  private readonly entries: Entry<T>[] = [];
  private sequence = 0;
  private comparing = false;

  get length(): number {
    return this.entries.length;
  }

  push(item: T): void {
    this.assertNotComparing();
    const { entries } = this;
    const entry: Entry<T> = { item, sequence: this.sequence++ };
    const end = entries.length;
    let position = end;
    this.comparing = true;
    try {
      while (position > 0) {
        const above = (position - 1) >> 1;
        const parent = entries[above] as Entry<T>;
        if (!before(entry, parent)) break;
        entries[position] = parent;
        position = above;
      }
    } catch (error) {
      this.undoRise(end, position);
      throw error;
    } finally {
      this.comparing = false;
    }
    entries[position] = entry;
  }

  shift(): T | undefined {
    this.assertNotComparing();
    const { entries } = this;
    const end = entries.length - 1;
    const [top] = entries;
    if (top === undefined) return undefined;
    const last = entries[end] as Entry<T>;
    let position = 0;
    this.comparing = true;
    try {
      for (;;) {
        let below = position * 2 + 1;
        if (below >= end) break;
        let child = entries[below] as Entry<T>;
        if (below + 1 < end) {
          const right = entries[below + 1] as Entry<T>;
          if (before(right, child)) {
            child = right;
            below++;
          }
        }
        if (!before(child, last)) break;
        entries[position] = child;
        position = below;
      }
    } catch (error) {
      this.undoSink(top, position);
      throw error;
    } finally {
      this.comparing = false;
    }
    entries[position] = last;
    entries.pop();
    return top.item;
  }

  clear(): void {
    this.assertNotComparing();
    this.entries.length = 0;
  }

  /** Puts back those between `end` and `position` that have made room for an entry, each to the place above it. */
  private undoRise(end: number, position: number): void {
    const { entries } = this;
    let entry = entries[end] as Entry<T>;
    for (let place = end; place > position;) {
      place = (place - 1) >> 1;
      const moved = entries[place] as Entry<T>;
      entries[place] = entry;
      entry = moved;
    }
    entries.length = end;
  }

  /** Puts back those from `position` up to the top that have moved up, each to the place below it. */
  private undoSink(top: Entry<T>, position: number): void {
    const { entries } = this;
    for (let place = position; place > 0;) {
      const above = (place - 1) >> 1;
      entries[place] = entries[above] as Entry<T>;
      place = above;
    }
    entries[0] = top;
  }

  private assertNotComparing(): void {
    if (!this.comparing) return;
    throw new Error(
      "a PriorityQueue was changed while it compares its items; a comparison (valueOf, toString) must leave the queue alone",
    );
  }
}

function before<T>(a: Entry<T>, b: Entry<T>): boolean {
  const order = compare(a.item, b.item);
  return order === 0 ? a.sequence < b.sequence : order < 0;
}

function compare(a: unknown, b: unknown): number {
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let i = 0; i < a.length && i < b.length; i++) {
      const order = compare(a[i], b[i]);
      if (order !== 0) return order;
    }
    return a.length - b.length;
  }
  return (a as number) < (b as number) ? -1 : (b as number) < (a as number) ? 1 : 0;
}

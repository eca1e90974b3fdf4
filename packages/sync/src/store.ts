/**
 * The items of a queue, in the order in which it returns them. A `Ring` is the one that is first in, first
 * out.
 */
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
 * A comparison may run code of the items (`valueOf`), which may throw, or call the queue. So an operation
 * makes all of its comparisons before it moves anything: one that throws leaves the heap as it was.
 * `comparing` is set meanwhile, and refuses changes by the comparison itself.
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
    let position = entries.length;
    this.comparing = true;
    try {
      while (position > 0 && before(entry, entries[above(position)] as Entry<T>)) position = above(position);
    } finally {
      this.comparing = false;
    }
    for (let place = entries.length; place > position; place = above(place)) {
      entries[place] = entries[above(place)] as Entry<T>;
    }
    entries[position] = entry;
  }

  shift(): T | undefined {
    this.assertNotComparing();
    const { entries } = this;
    const end = entries.length - 1;
    if (end < 0) return undefined;
    const last = entries[end] as Entry<T>;
    let position = 0;
    this.comparing = true;
    try {
      // Down to the bottom along the lesser children, and then up to the place of the last one, which is
      // mostly near: half the comparisons of looking for its place on the way down.
      for (let child = 1; child < end; child = position * 2 + 1) {
        position = child;
        if (child + 1 < end && before(entries[child + 1] as Entry<T>, entries[child] as Entry<T>)) position++;
      }
      while (position > 0 && before(last, entries[position] as Entry<T>)) position = above(position);
    } finally {
      this.comparing = false;
    }
    // It goes there, and those from there to the top each move up one place; the top falls out.
    let carried = last;
    for (; position >= 0; position = above(position)) {
      const moved = entries[position] as Entry<T>;
      entries[position] = carried;
      carried = moved;
    }
    entries.pop();
    return carried.item;
  }

  clear(): void {
    this.assertNotComparing();
    this.entries.length = 0;
  }

  private assertNotComparing(): void {
    if (!this.comparing) return;
    throw new Error(
      "a PriorityQueue was changed while it compares its items; valueOf and toString must leave it alone",
    );
  }
}

/** Returns the place of the parent; that of the top has none: -1. */
function above(position: number): number {
  return (position - 1) >> 1;
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

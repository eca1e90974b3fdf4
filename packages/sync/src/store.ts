/** The three ways in which a queue keeps its items. */
export interface Store<T> {
  readonly size: number;
  add(item: T): void;
  /** Takes the next item; the store must not be empty. */
  take(): T;
  /** Drops all items. */
  clear(): void;
}

/** First in, first out: a ring whose size is a power of two, so that no item is ever moved but to grow. */
export class Deque<T> implements Store<T> {
  private slots: (T | undefined)[] = new Array<T | undefined>(16);
  private head = 0;
  size = 0;

  add(item: T): void {
    if (this.size === this.slots.length) this.grow();
    this.slots[(this.head + this.size++) & (this.slots.length - 1)] = item;
  }

  take(): T {
    const item = this.slots[this.head] as T;
    this.slots[this.head] = undefined;
    this.head = (this.head + 1) & (this.slots.length - 1);
    this.size--;
    return item;
  }

  clear(): void {
    this.slots = new Array<T | undefined>(16);
    this.head = this.size = 0;
  }

  private grow(): void {
    const { slots, head } = this;
    this.slots = slots.slice(head).concat(slots.slice(0, head));
    this.slots.length = slots.length * 2;
    this.head = 0;
  }
}

/** Last in, first out. */
export class Stack<T> implements Store<T> {
  private readonly items: T[] = [];

  get size(): number {
    return this.items.length;
  }

  add(item: T): void {
    this.items.push(item);
  }

  take(): T {
    return this.items.pop() as T;
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
 * A comparison may run code of the items (`valueOf`), which may throw, or call the queue. So each operation compares first
 * and moves entries afterwards: one that throws has changed nothing. `comparing` is set in between, and refuses changes.
 */
export class Heap<T> implements Store<T> {
  private readonly entries: Entry<T>[] = [];
  private sequence = 0;
  private comparing = false;

  get size(): number {
    return this.entries.length;
  }

  add(item: T): void {
    this.assertNotComparing();
    const { entries } = this;
    const entry: Entry<T> = { item, sequence: this.sequence++ };
    const place = this.placeAbove(entry);
    let position = entries.length;
    while (position > place) {
      const above = (position - 1) >> 1;
      entries[position] = entries[above] as Entry<T>;
      position = above;
    }
    entries[position] = entry;
  }

  take(): T {
    this.assertNotComparing();
    const { entries } = this;
    const top = entries[0] as Entry<T>;
    let entry = entries[entries.length - 1] as Entry<T>;
    let position = entries.length > 2 ? this.placeBelow(entry) : 0;
    entries.pop();
    if (entry === top) return top.item;
    // From there up to the top, each takes the place of the one above it.
    for (;;) {
      const displaced = entries[position] as Entry<T>;
      entries[position] = entry;
      if (position === 0) return top.item;
      entry = displaced;
      position = (position - 1) >> 1;
    }
  }

  clear(): void {
    this.assertNotComparing();
    this.entries.length = 0;
  }

  /** Where a new entry belongs, between the end of the heap and its top. */
  private placeAbove(entry: Entry<T>): number {
    const { entries } = this;
    let position = entries.length;
    this.comparing = true;
    try {
      while (position > 0) {
        const above = (position - 1) >> 1;
        if (!before(entry, entries[above] as Entry<T>)) break;
        position = above;
      }
    } finally {
      this.comparing = false;
    }
    return position;
  }

  /** Where the last entry belongs once the top is gone. */
  private placeBelow(last: Entry<T>): number {
    const { entries } = this;
    const end = entries.length - 1;
    let position = 0;
    this.comparing = true;
    try {
      for (;;) {
        let below = position * 2 + 1;
        if (below >= end) break;
        if (below + 1 < end && before(entries[below + 1] as Entry<T>, entries[below] as Entry<T>)) below++;
        if (!before(entries[below] as Entry<T>, last)) break;
        position = below;
      }
    } finally {
      this.comparing = false;
    }
    return position;
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

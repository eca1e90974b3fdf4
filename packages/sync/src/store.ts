/** The three ways in which a queue keeps its items. */
export interface Store<T> {
  readonly size: number;
  add(item: T): void;
  /** Takes the next item; the store must not be empty. */
  take(): T;
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
}

interface Entry<T> {
  readonly item: T;
  readonly sequence: number;
}

/** The least first; of equals, the one that was added first. A binary heap. */
export class Heap<T> implements Store<T> {
  private readonly entries: Entry<T>[] = [];
  private sequence = 0;

  get size(): number {
    return this.entries.length;
  }

  add(item: T): void {
    const { entries } = this;
    const entry: Entry<T> = { item, sequence: this.sequence++ };
    let position = entries.length;
    while (position > 0) {
      const above = (position - 1) >> 1;
      const parent = entries[above] as Entry<T>;
      if (!before(entry, parent)) break;
      entries[position] = parent;
      position = above;
    }
    entries[position] = entry;
  }

  take(): T {
    const { entries } = this;
    const top = entries[0] as Entry<T>;
    const last = entries.pop() as Entry<T>;
    if (last !== top) this.sink(last);
    return top.item;
  }

  private sink(entry: Entry<T>): void {
    const { entries } = this;
    let position = 0;
    for (;;) {
      let below = position * 2 + 1;
      if (below >= entries.length) break;
      const right = entries[below + 1];
      if (right !== undefined && before(right, entries[below] as Entry<T>)) below++;
      const child = entries[below] as Entry<T>;
      if (!before(child, entry)) break;
      entries[position] = child;
      position = below;
    }
    entries[position] = entry;
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

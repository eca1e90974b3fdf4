import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Deque, Heap, Stack, type Store } from "../src/store.js";

type Item = readonly [priority: number, label: string];

/** The plainest thing that does the same: a list, and where the next item is in it. */
interface Model {
  readonly name: string;
  make(): Store<Item>;
  next(items: readonly Item[]): number;
}

const models: readonly Model[] = [
  { name: "Deque", make: () => new Deque(), next: () => 0 },
  { name: "Stack", make: () => new Stack(), next: (items) => items.length - 1 },
  {
    name: "Heap",
    make: () => new Heap(),
    // The first of the least: findIndex looks from the front.
    next: (items) => items.findIndex((item) => items.every((other) => !isLess(other, item))),
  },
];

function isLess([a, x]: Item, [b, y]: Item): boolean {
  return a < b || (a === b && x < y);
}

const item = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.constantFrom("a", "b", "c"));
const operations = fc.array(fc.option(item, { freq: 3 }), { size: "large", maxLength: 300 });

describe.each(models)("$name", ({ make, next }) => {
  it("gives what a plain list gives, whatever is added and taken in which order", () => {
    fc.assert(
      fc.property(operations, (steps) => {
        const store = make();
        const list: Item[] = [];
        const taken: Item[] = [];
        const expected: Item[] = [];
        const sizes = [];
        const take = () => {
          taken.push(store.take());
          expected.push(...list.splice(next(list), 1));
        };
        for (const added of steps) {
          if (added !== null) {
            store.add(added);
            list.push(added);
          } else if (list.length > 0) take();
          sizes.push(store.size - list.length);
        }
        while (list.length > 0) take();
        // The very same objects: equal items differ by when they were added.
        expect(taken.findIndex((each, index) => each !== expected[index])).toBe(-1);
        expect(new Set(sizes)).toEqual(new Set(steps.length > 0 ? [0] : []));
        expect(store.size).toBe(0);
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it("gives each of 100,000 items once", () => {
    const store = make();
    const taken = new Set<Item>();
    const take = (): void => void taken.add(store.take());
    for (let index = 0; index < 100_000; index++) {
      store.add([index % 1000, String(index)]);
      if (index % 3 === 0) take();
    }
    while (store.size > 0) take();
    expect(taken.size).toBe(100_000);
  });
});

describe("Deque", () => {
  it("keeps the order when it grows while it is wrapped around", () => {
    for (let offset = 0; offset < 40; offset++) {
      const deque = new Deque<number>();
      for (let index = 0; index < offset; index++) deque.add(-1);
      for (let index = 0; index < offset; index++) deque.take();
      for (let index = 0; index < 100; index++) deque.add(index);
      for (let index = 0; index < 100; index++) expect(deque.take()).toBe(index);
    }
  });
});

describe("Heap", () => {
  it("takes the items of a sorted list in the order of a stable sort", () => {
    fc.assert(
      fc.property(fc.array(item), (items) => {
        const heap = new Heap<Item>();
        for (const each of items) heap.add(each);
        const sorted = [...items].sort((a, b) => (isLess(a, b) ? -1 : isLess(b, a) ? 1 : 0));
        const taken = items.map(() => heap.take());
        expect(taken.findIndex((each, index) => each !== sorted[index])).toBe(-1);
      }),
      { seed: 7, numRuns: 200 },
    );
  });
});

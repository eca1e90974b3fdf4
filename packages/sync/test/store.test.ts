import { Ring } from "@asyncio-ts/future/lowlevel";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Heap, Stack, type Store } from "../src/store.js";

type Item = readonly [priority: number, label: string];

/** The plainest thing that does the same: a list, and where the next item is in it. */
interface Model {
  readonly name: string;
  make(): Store<Item>;
  next(items: readonly Item[]): number;
}

const models: readonly Model[] = [
  { name: "Ring", make: () => new Ring(), next: () => 0 },
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
          taken.push(store.shift() as Item);
          expected.push(...list.splice(next(list), 1));
        };
        for (const added of steps) {
          if (added !== null) {
            store.push(added);
            list.push(added);
          } else if (list.length > 0) take();
          sizes.push(store.length - list.length);
        }
        while (list.length > 0) take();
        // The very same objects: equal items differ by when they were added.
        expect(taken.findIndex((each, index) => each !== expected[index])).toBe(-1);
        expect(new Set(sizes)).toEqual(new Set(steps.length > 0 ? [0] : []));
        expect(store.length).toBe(0);
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it("gives undefined when it is empty", () => {
    const store = make();
    expect(store.shift()).toBeUndefined();
    store.push([0, "a"]);
    store.shift();
    expect(store.shift()).toBeUndefined();
    expect(store.length).toBe(0);
  });

  it("gives each of 100,000 items once", () => {
    const store = make();
    const taken = new Set<Item>();
    const take = (): void => void taken.add(store.shift() as Item);
    for (let index = 0; index < 100_000; index++) {
      store.push([index % 1000, String(index)]);
      if (index % 3 === 0) take();
    }
    while (store.length > 0) take();
    expect(taken.size).toBe(100_000);
  });
});

describe("Heap", () => {
  it("takes the items of a sorted list in the order of a stable sort", () => {
    fc.assert(
      fc.property(fc.array(item), (items) => {
        const heap = new Heap<Item>();
        for (const each of items) heap.push(each);
        const sorted = [...items].sort((a, b) => (isLess(a, b) ? -1 : isLess(b, a) ? 1 : 0));
        const taken = items.map(() => heap.shift() as Item);
        expect(taken.findIndex((each, index) => each !== sorted[index])).toBe(-1);
      }),
      { seed: 7, numRuns: 200 },
    );
  });
});

import { expect, it } from "vitest";
import { type Linked, LinkedList } from "../src/linked-list.js";

class Item implements Linked {
  previous: this | undefined = undefined;
  next: this | undefined = undefined;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

it("gives what was put in, in order, without what was taken out", () => {
  const names = [..."abcdef"];
  for (let removed = 0; removed < 2 ** names.length; removed++) {
    const list = new LinkedList<Item>();
    const items = names.map((name) => new Item(name));
    for (const item of items) list.add(item);
    const left = items.filter((_, i) => (removed & (1 << i)) === 0);
    for (const [i, item] of items.entries()) if ((removed & (1 << i)) !== 0) list.delete(item);
    expect([list.length, list.first]).toEqual([left.length, left[0]]);
    const given: string[] = [];
    for (let item = list.shift(); item !== undefined; item = list.shift()) given.push(item.name);
    expect(given).toEqual(left.map(({ name }) => name));
    expect([list.length, list.first, list.shift()]).toEqual([0, undefined, undefined]);
  }
});

it("takes an item in again", () => {
  const list = new LinkedList<Item>();
  const item = new Item("a");
  list.add(item);
  list.delete(item);
  list.add(new Item("b"));
  list.add(item);
  expect([list.shift()?.name, list.shift()?.name]).toEqual(["b", "a"]);
});

it("ignores the removal of an item that is not in the list", () => {
  const list = new LinkedList<Item>();
  const [first, second] = [new Item("a"), new Item("b")];
  list.add(first);
  list.delete(second);
  expect([list.length, list.first]).toEqual([1, first]);
  list.delete(first);
  list.add(second);
  list.delete(first);
  expect([list.length, list.first]).toEqual([1, second]);
});

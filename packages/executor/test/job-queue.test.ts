import { expect, it } from "vitest";
import { JobQueue, type Queued } from "../src/job-queue.js";

class Item implements Queued {
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
    const queue = new JobQueue<Item>();
    const items = names.map((name) => new Item(name));
    for (const item of items) queue.push(item);
    const left = items.filter((_, i) => (removed & (1 << i)) === 0);
    for (const [i, item] of items.entries()) if ((removed & (1 << i)) !== 0) queue.delete(item);
    expect([queue.length, queue.first]).toEqual([left.length, left[0]]);
    const given: string[] = [];
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) given.push(item.name);
    expect(given).toEqual(left.map(({ name }) => name));
    expect([queue.length, queue.first, queue.shift()]).toEqual([0, undefined, undefined]);
  }
});

it("takes an item in again", () => {
  const queue = new JobQueue<Item>();
  const item = new Item("a");
  queue.push(item);
  queue.delete(item);
  queue.push(new Item("b"));
  queue.push(item);
  expect([queue.shift()?.name, queue.shift()?.name]).toEqual(["b", "a"]);
});

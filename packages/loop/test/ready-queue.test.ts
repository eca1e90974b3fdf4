import type { Runnable } from "@asyncio-ts/future/lowlevel";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ReadyQueue } from "../src/ready-queue.js";

function runnable(): Runnable {
  return { run() {} };
}

function drain(queue: ReadyQueue): Runnable[] {
  const all: Runnable[] = [];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) all.push(next);
  return all;
}

describe("ReadyQueue", () => {
  test("an empty queue gives undefined, and stays empty", () => {
    const queue = new ReadyQueue();
    expect(queue.shift()).toBeUndefined();
    expect(queue.length).toBe(0);
  });

  test("what went in first comes out first, across many doublings", () => {
    const queue = new ReadyQueue();
    const all = Array.from({ length: 10_000 }, runnable);
    for (const one of all) queue.push(one);
    expect(queue.length).toBe(10_000);
    expect(drain(queue)).toEqual(all);
  });

  test("it keeps its order when it grows while it wraps around", () => {
    const queue = new ReadyQueue();
    const all = Array.from({ length: 300 }, runnable);
    for (const one of all.slice(0, 60)) queue.push(one);
    const taken = Array.from({ length: 50 }, () => queue.shift());
    for (const one of all.slice(60)) queue.push(one);
    expect([...taken, ...drain(queue)]).toEqual(all);
  });

  test("it works on after it has given back its memory", () => {
    const queue = new ReadyQueue();
    for (let burst = 0; burst < 3; burst++) {
      const all = Array.from({ length: 9000 }, runnable);
      for (const one of all) queue.push(one);
      expect(drain(queue)).toEqual(all);
    }
  });

  test("whatever is pushed and shifted, it does as an array does", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -150, max: 150 }), { maxLength: 60 }), (bursts) => {
        const queue = new ReadyQueue();
        const model: Runnable[] = [];
        for (const burst of bursts) {
          for (let i = 0; i < burst; i++) {
            const one = runnable();
            queue.push(one);
            model.push(one);
          }
          for (let i = 0; i > burst; i--) expect(queue.shift()).toBe(model.shift());
          expect(queue.length).toBe(model.length);
        }
        expect(drain(queue)).toEqual(model);
      }),
      { seed: 20261, numRuns: 200 },
    );
  });
});

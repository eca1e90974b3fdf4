import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Ring } from "../src/ring.js";

let made = 0;

/** An item that equals no other. */
function numbered(): object {
  return { number: made++ };
}

function drain(ring: Ring<object>): object[] {
  const all: object[] = [];
  for (let next = ring.shift(); next !== undefined; next = ring.shift()) all.push(next);
  return all;
}

describe("Ring", () => {
  test("an empty ring gives undefined, and stays empty.", () => {
    const ring = new Ring<object>();
    expect(ring.shift()).toBeUndefined();
    expect(ring.length).toBe(0);
  });

  test("what went in first comes out first, across many doublings.", () => {
    const ring = new Ring<object>();
    const all = Array.from({ length: 10_000 }, numbered);
    for (const one of all) ring.push(one);
    expect(ring.length).toBe(10_000);
    expect(drain(ring)).toEqual(all);
  });

  test("it keeps its order when it grows while it wraps around.", () => {
    const ring = new Ring<object>();
    const all = Array.from({ length: 300 }, numbered);
    for (const one of all.slice(0, 60)) ring.push(one);
    const taken = Array.from({ length: 50 }, () => ring.shift());
    for (const one of all.slice(60)) ring.push(one);
    expect([...taken, ...drain(ring)]).toEqual(all);
  });

  test("it works on after it has given back its memory.", () => {
    const ring = new Ring<object>();
    for (let burst = 0; burst < 3; burst++) {
      const all = Array.from({ length: 9000 }, numbered);
      for (const one of all) ring.push(one);
      expect(drain(ring)).toEqual(all);
    }
  });

  /** Returns the memory of a ring. */
  const slotsOf = (ring: Ring<object>): unknown[] => Reflect.get(ring, "slots") as unknown[];

  test("it keeps nothing of what was taken out.", () => {
    const ring = new Ring<object>();
    const [first, second] = [numbered(), numbered()];
    ring.push(first);
    ring.push(second);
    ring.shift();
    expect([slotsOf(ring).includes(first), slotsOf(ring).includes(second)]).toEqual([false, true]);
  });

  test("it gives back the memory of a burst once it is empty.", () => {
    const ring = new Ring<object>();
    const { length } = slotsOf(ring);
    for (let i = 0; i < 9000; i++) ring.push(numbered());
    drain(ring);
    expect(slotsOf(ring).length).toBe(length);
  });

  test("it is empty after clear, and works on.", () => {
    const ring = new Ring<number>();
    for (let i = 0; i < 40; i++) ring.push(i);
    ring.clear();
    expect([ring.length, ring.shift()]).toEqual([0, undefined]);
    ring.push(1);
    expect(ring.shift()).toBe(1);
  });

  test("whatever is pushed and shifted, it does as an array does.", { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -150, max: 150 }), { maxLength: 60 }), (bursts) => {
        const ring = new Ring<object>();
        const model: object[] = [];
        const shifted: unknown[] = [];
        const expected: unknown[] = [];
        for (const burst of bursts) {
          for (let i = 0; i < burst; i++) {
            const one = numbered();
            ring.push(one);
            model.push(one);
          }
          for (let i = 0; i > burst; i--) {
            shifted.push(ring.shift());
            expected.push(model.shift());
          }
          shifted.push(ring.length);
          expected.push(model.length);
        }
        // One comparison, since each takes longer than all that is compared.
        expect([...shifted, ...drain(ring)]).toEqual([...expected, ...model]);
      }),
      { seed: 20261, numRuns: 200 },
    );
  });
});

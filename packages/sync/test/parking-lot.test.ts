import type { Future } from "@asyncio-ts/future";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ParkingLot } from "../src/parking-lot.js";

describe("ParkingLot", () => {
  it("grants nothing if nobody waits", () => {
    const queue = new ParkingLot("test");
    expect(queue.grant()).toBe(false);
    queue.grantAll();
    expect(queue.length).toBe(0);
  });

  it("lets a waiter that is cancelled leave at once", () => {
    const queue = new ParkingLot("test");
    const [a, b, c] = [queue.wait(), queue.wait(), queue.wait()];
    expect(b.cancel()).toBe(true);
    expect(b.cancel()).toBe(false);
    expect(queue.length).toBe(2);
    expect(queue.grant()).toBe(true);
    expect([a.done(), b.cancelled(), c.done()]).toEqual([true, true, false]);
  });

  it("does not take back what it has granted when the waiter is cancelled then", () => {
    const queue = new ParkingLot("test");
    const waiter = queue.wait();
    queue.grant();
    expect(waiter.cancel()).toBe(false);
    expect([waiter.done(), waiter.cancelled(), queue.length]).toEqual([true, false, 0]);
  });

  it("names what is waited for", () => {
    expect(String(new ParkingLot("Lock.acquire()").wait())).toContain("Lock.acquire()");
  });

  it("does what a plain list does, whoever joins, leaves and is granted in which order", () => {
    const step = fc.oneof(
      fc.constant("wait" as const),
      fc.constant("grant" as const),
      fc.nat({ max: 20 }), // Cancels the one with this number of those that have ever waited.
      { weight: 1, arbitrary: fc.constant("grantAll" as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { size: "large", maxLength: 60 }), (steps) => {
        const queue = new ParkingLot("test");
        const all: Future<void>[] = [];
        let list: Future<void>[] = [];
        const granted = new Set<Future<void>>();
        for (const each of steps) {
          if (each === "wait") {
            const waiter = queue.wait();
            all.push(waiter);
            list.push(waiter);
          } else if (each === "grant") {
            const [first, ...rest] = list;
            expect(queue.grant()).toBe(first !== undefined);
            if (first !== undefined) granted.add(first);
            list = rest;
          } else if (each === "grantAll") {
            queue.grantAll();
            for (const waiter of list) granted.add(waiter);
            list = [];
          } else {
            const waiter = all[each];
            if (waiter !== undefined) expect(waiter.cancel()).toBe(list.includes(waiter));
            list = list.filter((other) => other !== waiter);
          }
          expect(queue.length).toBe(list.length);
          const pending = all.filter((waiter) => !waiter.done());
          expect(pending.map((waiter) => all.indexOf(waiter))).toEqual(
            list.map((waiter) => all.indexOf(waiter)),
          );
        }
        for (const waiter of all) {
          if (waiter.done()) expect(waiter.cancelled()).toBe(!granted.has(waiter));
        }
      }),
      { seed: 7, numRuns: 100 },
    );
  });
});

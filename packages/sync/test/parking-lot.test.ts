import type { Future } from "@asyncio-ts/future";
import { waitFacts } from "@asyncio-ts/future/lowlevel";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ParkingLot } from "@asyncio-ts/sync/lowlevel";

interface WithFacts {
  [waitFacts](): object;
}

describe("ParkingLot", () => {
  it("unparks nobody if nobody waits", () => {
    const lot = new ParkingLot("test");
    expect(lot.unpark()).toBe(false);
    lot.unparkAll();
    expect(lot.length).toBe(0);
  });

  it("tells of a waiter what it waits for", () => {
    const facts = (lot: ParkingLot): unknown => (lot.park() as Future<void> & WithFacts)[waitFacts]();
    expect(facts(new ParkingLot("Gate.pass"))).toEqual({ kind: "Gate.pass", waiting: 1 });
    const owner = { toString: () => "<Bridge open>" };
    const lot = new ParkingLot("Bridge.cross", owner);
    void lot.park();
    expect(facts(lot)).toEqual({ kind: "Bridge.cross", waiting: 2, of: owner });
    const known = { [waitFacts]: () => ({ kind: "Bridge", cars: 3 }) };
    expect(facts(new ParkingLot("a.cross", known))).toEqual({
      kind: "Bridge.cross",
      waiting: 1,
      of: known,
      cars: 3,
    });
  });

  it("lets a waiter that is cancelled leave at once", () => {
    const lot = new ParkingLot("test");
    const [a, b, c] = [lot.park(), lot.park(), lot.park()];
    expect(b.cancel()).toBe(true);
    expect(b.cancel()).toBe(false);
    expect(lot.length).toBe(2);
    expect(lot.unpark()).toBe(true);
    expect([a.done(), b.cancelled(), c.done()]).toEqual([true, true, false]);
  });

  it("does not take back what it has unparked when the waiter is cancelled then", () => {
    const lot = new ParkingLot("test");
    const waiter = lot.park();
    lot.unpark();
    expect(waiter.cancel()).toBe(false);
    expect([waiter.done(), waiter.cancelled(), lot.length]).toEqual([true, false, 0]);
  });

  it("names what is waited for", () => {
    expect(String(new ParkingLot("Lock.acquire").park())).toContain("Lock.acquire()");
  });

  it("does what a plain list does, whoever joins, leaves and is unparked in which order", () => {
    const step = fc.oneof(
      fc.constant("park" as const),
      fc.constant("unpark" as const),
      fc.nat({ max: 20 }), // Cancels the one with this number of those that have ever waited.
      { weight: 1, arbitrary: fc.constant("unparkAll" as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { size: "large", maxLength: 60 }), (steps) => {
        const lot = new ParkingLot("test");
        const all: Future<void>[] = [];
        let list: Future<void>[] = [];
        const unparked = new Set<Future<void>>();
        for (const each of steps) {
          if (each === "park") {
            const waiter = lot.park();
            all.push(waiter);
            list.push(waiter);
          } else if (each === "unpark") {
            const [first, ...rest] = list;
            expect(lot.unpark()).toBe(first !== undefined);
            if (first !== undefined) unparked.add(first);
            list = rest;
          } else if (each === "unparkAll") {
            lot.unparkAll();
            for (const waiter of list) unparked.add(waiter);
            list = [];
          } else {
            const waiter = all[each];
            if (waiter !== undefined) expect(waiter.cancel()).toBe(list.includes(waiter));
            list = list.filter((other) => other !== waiter);
          }
          expect(lot.length).toBe(list.length);
          const pending = all.filter((waiter) => !waiter.done());
          expect(pending.map((waiter) => all.indexOf(waiter))).toEqual(
            list.map((waiter) => all.indexOf(waiter)),
          );
        }
        for (const waiter of all) {
          if (waiter.done()) expect(waiter.cancelled()).toBe(!unparked.has(waiter));
        }
      }),
      { seed: 7, numRuns: 100 },
    );
  });
});

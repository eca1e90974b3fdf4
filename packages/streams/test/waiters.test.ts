import { waitFacts } from "@asyncio-ts/future/lowlevel";
import { describe, expect, test } from "vitest";
import { Waiters } from "../src/waiters.js";

describe("Waiters", () => {
  const make = (): Waiters => new Waiters("Gate.opened", { [waitFacts]: () => ({ kind: "gate" }) });

  test("all that wait are woken together, and none twice", () => {
    const waiters = make();
    const [a, b] = [waiters.park(), waiters.park()];
    expect([String(a), a.done(), waiters.list.length]).toEqual(["<Gate.opened() pending>", false, 2]);
    waiters.wakeAll();
    waiters.wakeAll();
    expect([a.done(), b.done(), waiters.list.length]).toEqual([true, true, 0]);
  });

  test("one that is cancelled leaves, once; one that was woken can't be", () => {
    const waiters = make();
    const [a, b] = [waiters.park(), waiters.park()];
    expect([a.cancel(), a.cancel(), waiters.list.length]).toEqual([true, false, 1]);
    waiters.wakeAll();
    expect([b.cancel(), b.cancelled(), a.cancelled()]).toEqual([false, false, true]);
  });
});

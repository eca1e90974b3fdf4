import type { Trace, TraceEvent } from "@asyncio-ts/inspect";
import { describe, expect, it } from "vitest";
import type { Facts, Look } from "../src/messages.js";
import { describeFacts, objectRowsOf, shareTaken, shortFacts } from "../src/object-rows.js";

const LOCK = 9;

function step(task: number, time: number, waits: boolean): TraceEvent {
  const waitsFor = waits ? { kind: "lock", text: "Lock.acquire()", object: LOCK } : null;
  return { kind: "step", time, duration: 0, task, wokenBy: null, ready: 0, waitsFor };
}

const held = (holder: number | null): Facts => ({ kind: "lock", isLocked: holder !== null, holder });

const look: Look = {
  trace: {
    duration: 30,
    events: [step(1, 0, false), step(2, 0, true), step(3, 0, true), step(2, 10, false), step(3, 20, false)],
  } as unknown as Trace,
  states: [
    { time: 0, object: LOCK, name: "Lock 1", facts: held(1) },
    { time: 10, object: LOCK, name: "Lock 1", facts: held(2) },
    { time: 20, object: LOCK, name: "Lock 1", facts: held(3) },
    { time: 30, object: LOCK, name: "Lock 1", facts: held(null) },
  ],
};

describe("objectRowsOf", () => {
  it("tells who holds a lock, and who waits for it, at each time", () => {
    const [row] = objectRowsOf(look);
    expect(row).toMatchObject({ id: LOCK, name: "Lock 1" });
    expect(row?.spans).toEqual([
      { from: 0, to: 10, facts: held(1), waiting: [2, 3] },
      { from: 10, to: 20, facts: held(2), waiting: [3] },
      { from: 20, to: 30, facts: held(3), waiting: [] },
      { from: 30, to: 30, facts: held(null), waiting: [] },
    ]);
  });

  it("ends the wait of a task that ends", () => {
    const events: TraceEvent[] = [step(2, 0, true), { kind: "end", time: 5, task: 2, outcome: "cancelled" }];
    const [row] = objectRowsOf({ ...look, trace: { ...look.trace, events } });
    expect(row?.spans.slice(0, 2).map(({ to, waiting }) => [to, waiting])).toEqual([
      [5, [2]],
      [10, []],
    ]);
  });
});

describe("the words and bars of a state", () => {
  const nameOf = (task: number): string => `Task-${task}`;
  it.for<[Facts, string, string, number]>([
    [held(2), "held by Task-2", "Task-2", 1],
    [{ kind: "lock", isLocked: true, holder: null }, "held", "held", 1],
    [held(null), "free", "free", 0],
    [{ kind: "semaphore", free: 1, permits: 4 }, "1 of 4 permits free", "1 of 4", 0.75],
    [{ kind: "event", isSet: true }, "set", "set", 1],
    [{ kind: "event", isSet: false }, "not set", "not set", 0],
    [{ kind: "condition", isLocked: true }, "its lock is held", "its lock is held", 1],
    [{ kind: "queue", size: 1 }, "1 item", "1 item", 1],
    [{ kind: "queue", size: 0 }, "0 items", "0 items", 0],
    [{ kind: "barrier", arrived: 1, parties: 2 }, "1 of 2 have arrived", "1 of 2 have arrived", 0.5],
  ])("%j: %s", ([facts, words, short, share]) => {
    expect([describeFacts(facts, nameOf), shortFacts(facts, nameOf), shareTaken(facts)]).toEqual([
      words,
      short,
      share,
    ]);
  });
});

/** Snapshots and samples made by hand. */
import type { Snapshot, TaskSnapshot } from "../../src/snapshot.js";
import type { Sample } from "../../src/top-watch.js";

export function task(id: number, facts: Partial<TaskSnapshot> = {}): TaskSnapshot {
  return {
    id,
    name: `Task-${id}`,
    function: "",
    loop: 1,
    group: null,
    madeBy: null,
    age: 61_000,
    state: "waiting",
    cancelling: 0,
    waitsFor: [],
    awaitedBy: [],
    ...facts,
  };
}

export function snapshotOf(tasks: readonly TaskSnapshot[], facts: Partial<Snapshot> = {}): Snapshot {
  return {
    format: 1,
    pid: 1,
    runtime: "node 20",
    loops: [],
    tasks,
    groups: [],
    queues: [],
    stack: [],
    ...facts,
  };
}

/** A sample at a time; `done` has the steps and busy time of tasks. */
export function sampleAt(
  time: number,
  snapshot: Snapshot,
  done: Readonly<Record<number, readonly [steps: number, busy: number]>> = {},
): Sample {
  const totals = Object.entries(done).map(([id, [steps, busy]]) => ({
    id: Number(id),
    steps,
    busy,
    last: null,
  }));
  return { time, snapshot, totals };
}

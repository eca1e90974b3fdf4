import { describe, expect, test } from "vitest";
import { Watch } from "../src/top-watch.js";
import { sampleAt, snapshotOf, task } from "./support/sample.js";

describe("a watch", () => {
  test("has a row for each task, with its times since the first sample", () => {
    const watch = new Watch();
    const tasks = [task(1, { name: "old", function: "serve" }), task(2, { age: 500 })];
    watch.add(sampleAt(10_000, snapshotOf(tasks)));
    const { rows, watched, warnings } = watch.add(
      sampleAt(12_000, snapshotOf(tasks), { 1: [7, 30], 2: [1, 100] }),
    );
    expect(watched).toBe(2000);
    expect(warnings).toEqual([]);
    expect(rows.map(({ name, total, busy, idle, steps }) => [name, total, busy, idle, steps])).toEqual([
      ["old", 61_000, 30, 1970, 7],
      ["Task-2", 500, 100, 400, 1],
    ]);
  });

  test("warns of a task whose step runs for more than a second, and of none that took another step", () => {
    const watch = new Watch();
    const tasks = [task(1, { state: "running" }), task(2, { state: "running" })];
    watch.add(sampleAt(0, snapshotOf(tasks), { 1: [3, 0], 2: [3, 0] }));
    watch.add(sampleAt(900, snapshotOf(tasks), { 1: [3, 0], 2: [4, 0] }));
    const { rows } = watch.add(sampleAt(1500, snapshotOf(tasks), { 1: [3, 0], 2: [4, 0] }));
    expect(rows.map((row) => row.warnings)).toEqual([["never yields: one step runs for 1.5 s"], []]);
  });

  test("warns of a task whose steps are long, not of one that has many", () => {
    const watch = new Watch();
    const tasks = [task(1), task(2)];
    watch.add(sampleAt(0, snapshotOf(tasks), { 1: [1, 0], 2: [1, 0] }));
    const { rows } = watch.add(sampleAt(1000, snapshotOf(tasks), { 1: [3, 600], 2: [301, 600] }));
    expect(rows.map((row) => row.warnings)).toEqual([["seldom yields: its steps take 300 ms each"], []]);
  });

  test("warns of a task that goes on for a second after it was asked to stop, not of one that stands still", () => {
    const watch = new Watch();
    const tasks = [task(1, { cancelling: 1 }), task(2, { cancelling: 1 }), task(3)];
    watch.add(sampleAt(0, snapshotOf(tasks), { 1: [1, 0], 2: [1, 0], 3: [1, 0] }));
    const { rows } = watch.add(sampleAt(1200, snapshotOf(tasks), { 1: [2, 0], 2: [1, 0], 3: [2, 0] }));
    expect(rows.map((row) => row.warnings)).toEqual([["swallowed its cancellation 1.2 s ago"], [], []]);
  });

  test("warns of a queue that has grown three times in a row", () => {
    const watch = new Watch();
    const warningsAt = (time: number, size: number): readonly string[] =>
      watch.add(
        sampleAt(
          time,
          snapshotOf([], { queues: [{ id: 4, size, maxsize: 0, text: `<Queue ${size} items>` }] }),
        ),
      ).warnings;
    const grows = (size: number): string[] => [`queue 4 grows: <Queue ${size} items>`];
    expect([5, 6, 7].map((size, i) => warningsAt(i, size))).toEqual([[], [], []]);
    expect(warningsAt(3, 8)).toEqual(grows(8));
    expect(warningsAt(4, 8)).toEqual([]);
  });

  test("warns of a lock that nobody releases for a second, not of one that is handed over", () => {
    const watch = new Watch();
    const at = (time: number, handovers: number): readonly string[] => {
      const lock = (object: number, holder: number, count: number): object => ({
        kind: "lock",
        text: "",
        of: "<Lock>",
        object,
        holder,
        handovers: count,
        waiting: 1,
      });
      const tasks = [
        task(1, { name: "holder" }),
        task(2, { waitsFor: [lock(7, 1, 0) as never] }),
        task(3, { waitsFor: [lock(8, 1, handovers) as never] }),
      ];
      return watch.add(sampleAt(time, snapshotOf(tasks))).warnings;
    };
    expect(at(0, 0)).toEqual([]);
    expect(at(800, 1)).toEqual([]);
    expect(at(1100, 2)).toEqual(["lock 7 is held by holder for 1.1 s, 1 waiting"]);
  });
});

import { describe, expect, test } from "vitest";
import type { Snapshot, TaskSnapshot, WaitSnapshot } from "../src/snapshot.js";
import { tableOf } from "../src/table.js";
import { treeOf } from "../src/tree.js";
import { snapshotOf, task as sampleTask } from "./support/sample.js";

function task(id: number, awaitedBy: readonly number[], facts: Partial<TaskSnapshot> = {}): TaskSnapshot {
  return sampleTask(id, { awaitedBy, ...facts });
}

function of(...tasks: readonly TaskSnapshot[]): Snapshot {
  return snapshotOf(tasks);
}

const sleeping: WaitSnapshot = { kind: "timer", delay: 2000, left: 1234, text: "<sleep(2000) pending>" };

describe("the tree", () => {
  test("has each task below the one that awaits it, and what a task waits for below that", () => {
    const group: WaitSnapshot = { kind: "future", text: "<the tasks of a group pending>" };
    const tree = treeOf(
      of(
        task(1, [], { function: "main", waitsFor: [group] }),
        task(2, [1], { waitsFor: [sleeping] }),
        task(3, [1], { state: "running" }),
        task(4, [], { waitsFor: [{ kind: "task", task: 5, text: "" }] }),
        task(5, [4], { waitsFor: [sleeping, { kind: "promise", text: "a native promise" }] }),
      ),
    );
    expect(tree.split("\n")).toEqual([
      "└── (T) Task-1 main",
      "    └── the tasks of a group",
      "        ├── (T) Task-2",
      "        │   └── sleep(2000), 1.2 s left",
      "        └── (T) Task-3",
      "            └── running",
      "└── (T) Task-4",
      "    └── (T) Task-5",
      "        ├── sleep(2000), 1.2 s left",
      "        └── a native promise",
    ]);
  });

  test("writes a task that two await once", () => {
    expect(treeOf(of(task(1, []), task(2, []), task(3, [1, 2]), task(4, [3]))).split("\n")).toEqual([
      "└── (T) Task-1",
      "    └── (T) Task-3",
      "        └── (T) Task-4",
      "└── (T) Task-2",
      "    └── (T) Task-3 (see above)",
    ]);
  });

  test("names a cycle", () => {
    const tree = treeOf(of(task(1, [3]), task(2, [1]), task(3, [2]), task(4, [1]))).split("\n");
    expect(tree).toEqual([
      "a cycle: (T) Task-1 is awaited by (T) Task-3 is awaited by (T) Task-2 is awaited by (T) Task-1",
      "└── (T) Task-1",
      "    ├── (T) Task-2",
      "    │   └── (T) Task-3",
      "    │       └── (T) Task-1 (see above)",
      "    └── (T) Task-4",
    ]);
  });

  test("of 20,000 tasks in a line goes on at the left, and leaves none out", () => {
    const line = Array.from({ length: 20_000 }, (_, i) => task(i + 1, i === 0 ? [] : [i]));
    const lines = treeOf(of(...line)).split("\n");
    const names = lines
      .filter((text) => !text.endsWith("(goes on below)"))
      .map((text) => /Task-\d+/.exec(text)?.[0]);
    expect(names).toEqual(line.map(({ name }) => name));
    expect(lines.slice(60, 62).map((text) => text.trim())).toEqual([
      "└── (T) Task-61 (goes on below)",
      "└── (T) Task-61",
    ]);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(300);
  });

  test("shows control characters as escapes", () => {
    expect(treeOf(of(task(1, [], { name: "a\n\u001b[2J" })))).toBe("└── (T) a\\u000a\\u001b[2J");
    const turned = { name: "a\u202Eb\u2028c\u2066" };
    expect(treeOf(of(task(1, [], turned)))).toBe("└── (T) a\\u202eb\\u2028c\\u2066");
    expect(treeOf(of(task(1, [], { name: "👩‍👩‍👧 שלום" })))).toBe("└── (T) 👩‍👩‍👧 שלום");
  });

  test("of no tasks is empty", () => {
    expect(treeOf(of())).toBe("");
  });
});

test("a table names ten of those that await a task, since each line has room for them", () => {
  const many = Array.from({ length: 1000 }, (_, i) => task(i + 2, []));
  const awaitedBy = many.map(({ id }) => id);
  const lines = tableOf(of(task(1, awaitedBy), ...many), (text) => text).split("\n");
  const names = many.slice(0, 10).map(({ name }) => name);
  expect(lines[1]?.endsWith(`  ${names.join(", ")} and 990 more`)).toBe(true);
});

test("the table has a line for each task, with names in place of numbers", () => {
  const table = tableOf(
    of(
      task(1, [], { name: "main", function: "serve", waitsFor: [{ kind: "task", task: 2, text: "" }] }),
      task(2, [1], {
        name: "child",
        cancelling: 1,
        waitsFor: [sleeping, { kind: "task", task: 9, text: "" }],
      }),
      task(3, [], { waitsFor: [{ kind: "lock", text: "<Lock.acquire() pending>", of: "<Lock locked>" }] }),
    ),
    (text) => text,
  );
  expect(table.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
    ["ID", "NAME", "FUNCTION", "STATE", "AGE", "WAITS FOR", "AWAITED BY"],
    ["1", "main", "serve", "waiting", "61.0 s", "task 2 child"],
    [
      "2",
      "child",
      "waiting, cancelling",
      "61.0 s",
      "sleep(2000), 1.2 s left and a task that is done",
      "main",
    ],
    ["3", "Task-3", "waiting", "61.0 s", "Lock.acquire() of <Lock locked>"],
  ]);
});

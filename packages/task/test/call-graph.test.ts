import { Future } from "@asyncio-ts/future";
import {
  captureCallGraph,
  createTask,
  currentTask,
  formatCallGraph,
  type FutureCallGraph,
  gather,
  printCallGraph,
  shield,
  sleep,
  type Task,
  TaskGroup,
  wait,
} from "@asyncio-ts/task";
import { describe, expect, test } from "vitest";
import { bothKinds, type Scenario } from "./both-kinds.js";
import { runVirtual } from "./virtual-time.js";

/** Names, in the nesting of the graph. */
function names(graph: FutureCallGraph | undefined): unknown {
  if (graph === undefined) return undefined;
  const { future, awaitedBy, cycle } = graph;
  const name = String(future).replace(/^<(?:Task ')?([^']*)'? \w+>$/, "$1");
  if (cycle) return `${name} again`;
  return awaitedBy.length === 0 ? name : [name, ...awaitedBy.map(names)];
}

describe.each(bothKinds)("the call graph of $name", ({ body }) => {
  const waits = (name: string, what: () => PromiseLike<unknown>): Task<void> =>
    createTask(
      body(function* (): Scenario<void> {
        yield what();
      }),
      { name },
    );

  test("tells who awaits a task, and who awaits those.", async () => {
    await runVirtual(
      body(function* (): Scenario<void> {
        const inner = waits("inner", () => sleep(10));
        const middle = waits("middle", () => inner);
        const other = waits("other", () => inner);
        const outer = waits("outer", () => middle);
        yield sleep(1);
        expect(names(captureCallGraph(inner))).toEqual(["inner", ["middle", "outer"], "other"]);
        expect(captureCallGraph(inner)?.waitsFor).toEqual(["<sleep(10) pending>"]);
        expect(formatCallGraph(inner)).toBe(
          [
            "* <Task 'inner' pending> waits for <sleep(10) pending>",
            "  + awaited by",
            "    * <Task 'middle' pending> waits for <Task 'inner' pending>",
            "      + awaited by",
            "        * <Task 'outer' pending> waits for <Task 'middle' pending>",
            "    * <Task 'other' pending> waits for <Task 'inner' pending>",
          ].join("\n"),
        );
        yield gather([outer, other]);
      }),
    );
  });

  test("goes through gather, wait, shield and task groups.", async () => {
    await runVirtual(
      body(function* (): Scenario<void> {
        const inner = waits("inner", () => sleep(10));
        const gatherer = waits("gatherer", () => gather([inner]));
        const shielder = waits("shielder", () => shield(inner));
        const waiter = waits("waiter", () => wait([inner]));
        yield sleep(1);
        const text = formatCallGraph(inner);
        expect(["gatherer", "shielder", "waiter"].filter((name) => !text.includes(`Task '${name}'`))).toEqual(
          [],
        );
        yield gather([gatherer, shielder, waiter]);
        yield new TaskGroup().with(
          body(function* (group: TaskGroup): Scenario<void> {
            (currentTask() as Task<unknown>).name = "parent";
            const child = group.createTask(() => sleep(10));
            yield sleep(1);
            expect(formatCallGraph(child)).toContain("Task 'parent'");
          }),
        );
      }),
    );
  });
});

describe("captureCallGraph()", () => {
  test("is about the current task if none is given, and undefined outside of every task.", async () => {
    expect([captureCallGraph(), formatCallGraph()]).toEqual([undefined, ""]);
    await runVirtual(async () => {
      expect(captureCallGraph()?.future).toBe(currentTask());
    });
  });

  test("works for a plain future, and one that nobody awaits.", async () => {
    await runVirtual(async () => {
      const future = new Future<void>();
      const graph = captureCallGraph(future);
      expect(graph?.future).toBe(future);
      expect([graph?.waitsFor, graph?.awaitedBy, graph?.cycle]).toEqual([[], [], false]);
      expect(formatCallGraph(future)).toBe("* <Future pending>");
      future.setResult();
    });
  });
});

test("printCallGraph() prints it to where it is told.", async () => {
  const printed: string[] = [];
  await runVirtual(async () => {
    const future = new Future<void>();
    printCallGraph(future, (text) => printed.push(text));
    future.setResult();
  });
  expect(printed).toEqual(["* <Future pending>"]);
});

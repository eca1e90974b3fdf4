import { arm } from "@asyncio-ts/future/lowlevel";
import { Future } from "@asyncio-ts/future";
import {
  allTasks,
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
  wait,
} from "@asyncio-ts/task";
import { describe, expect, test } from "vitest";
import { formatTasks } from "../src/call-graph.js";
import { awaited, bothKinds, runVirtual } from "@asyncio-ts/testkit";

/** Names, in the nesting of the graph. */
function names(graph: FutureCallGraph | undefined): unknown {
  if (graph === undefined) return undefined;
  const { future, awaitedBy, cycle } = graph;
  const name = String(future).replace(/^<(?:Task ')?([^']*)'? \w+>$/, "$1");
  if (cycle) return `${name} again`;
  return awaitedBy.length === 0 ? name : [name, ...awaitedBy.map(names)];
}

describe.each(bothKinds)("the call graph of %s", ({ body, inGroup, runProgram }) => {
  const waits = (name: string, what: () => PromiseLike<unknown>): Task<void> =>
    createTask(
      body(function* () {
        yield* awaited(what());
      }),
      { name },
    );

  test("tells who awaits a task, and who awaits those", async () => {
    await runProgram(function* () {
      const inner = waits("inner", () => sleep(10));
      const middle = waits("middle", () => inner);
      const other = waits("other", () => inner);
      const outer = waits("outer", () => middle);
      yield* awaited(sleep(1));
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
      yield* awaited(gather([outer, other]));
    });
  });

  test("goes through gather, wait, shield and task groups", async () => {
    await runProgram(function* () {
      const inner = waits("inner", () => sleep(10));
      const gatherer = waits("gatherer", () => gather([inner]));
      const shielder = waits("shielder", () => shield(inner));
      const waiter = waits("waiter", () => wait([inner]));
      yield* awaited(sleep(1));
      const text = formatCallGraph(inner);
      expect(["gatherer", "shielder", "waiter"].filter((name) => !text.includes(`Task '${name}'`))).toEqual(
        [],
      );
      yield* awaited(gather([gatherer, shielder, waiter]));
      yield* awaited(
        inGroup(function* (group) {
          (currentTask() as Task<unknown>).name = "parent";
          const child = group.createTask(() => sleep(10));
          yield* awaited(sleep(1));
          expect(formatCallGraph(child)).toContain("Task 'parent'");
        }),
      );
    });
  });
});

describe("captureCallGraph()", () => {
  test("is about the current task if none is given, and undefined outside of every task", async () => {
    expect([captureCallGraph(), formatCallGraph()]).toEqual([undefined, ""]);
    await runVirtual(async () => {
      expect(captureCallGraph()?.future).toBe(currentTask());
    });
  });

  test("works for a plain future, and one that nobody awaits", async () => {
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

describe("a large graph", () => {
  const LAYERS = 1000;
  const CHAIN = 100_000;

  /** Layers of two tasks, each of which awaits both of the layer below. */
  function layers(bottom: Future<unknown>): Future<unknown>[] {
    let below: Future<unknown>[] = [bottom, bottom];
    for (let layer = 1; layer <= LAYERS; layer++) {
      const both = below;
      below = ["a", "b"].map((side) => createTask(() => gather(both), { name: `${side}${layer}` }));
    }
    return below;
  }

  function chain(bottom: Future<unknown>): Future<unknown>[] {
    let below = bottom;
    for (let link = 1; link <= CHAIN; link++) {
      const awaited = below;
      below = createTask(
        function* () {
          yield* awaited;
        },
        { name: `link ${link}` },
      );
    }
    return [below];
  }

  /** Returns what `look` sees while the tasks of `make` wait; then they end. */
  async function whileWaiting<T>(
    make: (bottom: Future<unknown>) => Future<unknown>[],
    look: (bottom: Future<unknown>) => T,
  ): Promise<T> {
    return await runVirtual(async () => {
      (currentTask() as Task<unknown>).name = "main";
      const bottom = new Future<void>();
      const tops = make(bottom);
      let seen: T | undefined;
      createTask(
        async () => {
          await sleep(1);
          seen = look(bottom);
          bottom.setResult();
        },
        { name: "observer" },
      );
      await gather(tops);
      return seen as T;
    });
  }

  test("has one node for each future, however many ways lead to it", async () => {
    const nodes = await whileWaiting(layers, (bottom) => {
      const all = new Set<FutureCallGraph>();
      for (const node of all.add(captureCallGraph(bottom) as FutureCallGraph)) {
        for (const above of node.awaitedBy) all.add(above);
      }
      return all;
    });
    // The future; each task and the gather that it awaits; and main with its own.
    expect(nodes.size).toBe(1 + 4 * LAYERS + 2);
    expect(new Set([...nodes].map((node) => node.future)).size).toBe(nodes.size);
  });

  test("is written with each task once, and referred back to", async () => {
    const text = (await whileWaiting(layers, (bottom) => formatCallGraph(bottom))).split("\n");
    const written = text.filter((line) => line.includes(" waits for "));
    expect(new Set(written).size).toBe(written.length);
    expect(written.length).toBeGreaterThan(10);
    expect(text).toContain("    * <gather of 2 pending>");
    expect(text.filter((line) => line.endsWith("* <gather of 2 pending> (see above)"))).not.toEqual([]);
    expect(text.length).toBeLessThanOrEqual(201);
    expect(text.at(-1)).toMatch(/^… and 1,\d\d\d more tasks$/);
  });

  test("is captured, and written in few lines, if it is one long chain", async () => {
    const [depth, lines] = await whileWaiting(chain, (bottom) => {
      let nodes = 0;
      for (let node = captureCallGraph(bottom); node !== undefined; node = node.awaitedBy[0]) nodes++;
      return [nodes, formatCallGraph(bottom).split("\n")];
    });
    expect(depth).toBe(1 + CHAIN + 2);
    expect(lines[4]).toBe("        * <Task 'link 2' pending> waits for <Task 'link 1' pending>");
    expect(lines.at(-2)).toMatch(/^ +\+ awaited by …$/);
    expect(lines.at(-1)).toBe("… and 99,985 more tasks");
  });

  test.each([
    ["layers", layers],
    ["a chain", chain],
  ])("of %s is a report of few lines, which main is in too", async (_, make) => {
    const report = await whileWaiting(make, () => formatTasks(allTasks()));
    expect(report.length).toBeLessThan(30_000);
    expect(report).toContain("* <Task 'main' pending> waits for <gather of");
    expect(report).toMatch(/\n {2}… and [\d,]+ more tasks$/);
  });

  test("of many that wait for one names those that there is room for", async () => {
    const shields = (one: Future<unknown>): Future<unknown>[] =>
      Array.from({ length: 100_000 }, () => shield(one));
    const text = (await whileWaiting(shields, (one) => formatCallGraph(one))).split("\n");
    expect(text.length).toBe(201);
    expect(text.at(-1)).toMatch(/^… and 99,\d\d\d more futures$/);
  });

  test("has long names cut", async () => {
    await runVirtual(async () => {
      const task = createTask(() => sleep(10), { name: "x".repeat(1_000_000) });
      await sleep(1);
      expect(formatCallGraph(task)).toMatch(/^\* <Task 'x{112}… waits for <sleep\(10\) pending>$/);
      await task;
    });
  });
});

test("a circle closes with a node of its own, and the ways into it share one", async () => {
  await runVirtual(async () => {
    const [a, b, c] = ["a", "b", "c"].map((name) => createTask(() => sleep(10), { name })) as Task<unknown>[];
    const awaits = (task: unknown, other: unknown): void =>
      (task as Task<unknown>)[arm]({ run: () => {}, awaiter: other as Task<unknown> });
    awaits(a, b);
    awaits(b, c);
    awaits(c, a);
    awaits(a, c);
    expect(names(captureCallGraph(a))).toEqual(["a", ["b", ["c", "a again"]], ["c", "a again"]]);
    const [ofB, ofC] = captureCallGraph(a)?.awaitedBy ?? [];
    expect(ofB?.awaitedBy[0]).toBe(ofC);
    expect(formatCallGraph(a)).toBe(
      [
        "* <Task 'a' pending> waits for its first step",
        "  + awaited by",
        "    * <Task 'b' pending> waits for its first step",
        "      + awaited by",
        "        * <Task 'c' pending> waits for its first step",
        "          + awaited by",
        "            * <Task 'a' pending> (a cycle)",
        "    * <Task 'c' pending> (see above)",
      ].join("\n"),
    );
    await gather([a, b, c] as Task<unknown>[]);
  });
});

test("printCallGraph() prints it to where it is told", async () => {
  const printed: string[] = [];
  await runVirtual(async () => {
    const future = new Future<void>();
    printCallGraph(future, (text) => printed.push(text));
    future.setResult();
  });
  expect(printed).toEqual(["* <Future pending>"]);
});

test("of the task that is running says that it waits for nothing", async () => {
  await runVirtual(async () => {
    await sleep(1);
    expect(formatCallGraph()).not.toContain("waits for");
    expect(formatCallGraph()).not.toContain("native promise");
  });
});

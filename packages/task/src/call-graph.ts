/**
 * Call graphs: who awaits whom, as a tree, from a future up to those who wait for it.
 *
 * A future knows who waits for it; that is all that is needed, and nothing is recorded while the program runs. What
 * JavaScript does not tell is the stack of a suspended function, so a node names what its task waits for instead.
 */
import type { Future } from "@asyncio-ts/future";
import { hasBrand } from "@asyncio-ts/future/ambient";
import { currentTask, type Task, taskBrand } from "./task.js";

/** A future or task, and the graphs of those that await it. Python: `asyncio.FutureCallGraph`. */
export interface FutureCallGraph {
  readonly future: Future<unknown>;
  /** What the task waits for, in words; empty for futures, and for a task that runs. */
  readonly waitsFor: readonly string[];
  /** Those that await it. Empty in a node that closes a cycle. */
  readonly awaitedBy: readonly FutureCallGraph[];
  /** Whether this future stands in the tree above already: it awaits itself by way of others. */
  readonly cycle: boolean;
}

/**
 * The tree of those who await a future or task; by default the current task. Undefined outside every task. Python:
 * `asyncio.capture_call_graph`.
 *
 * @example
 * ```ts
 * import { captureCallGraph, createTask, sleep } from "@asyncio-ts/task";
 *
 * const inner = createTask(() => sleep(10), { name: "inner" });
 * const outer = createTask(async () => await inner, { name: "outer" });
 * await sleep(1);
 * const graph = captureCallGraph(inner);
 * console.log(graph?.awaitedBy.map((node) => (node.future === outer ? "outer" : "another")));
 * // prints: [ 'outer' ]
 * ```
 */
export function captureCallGraph(
  future: Future<unknown> | undefined = currentTask(),
): FutureCallGraph | undefined {
  return future === undefined ? undefined : capture(future, new Set());
}

function capture(future: Future<unknown>, above: ReadonlySet<Future<unknown>>): FutureCallGraph {
  const waitsFor = hasBrand(future, taskBrand) ? (future as Task<unknown>).waitsFor() : [];
  if (above.has(future)) return { future, waitsFor, awaitedBy: [], cycle: true };
  const path = new Set(above).add(future);
  const awaiters = [...new Set(future.awaitedBy())];
  return { future, waitsFor, awaitedBy: awaiters.map((awaiter) => capture(awaiter, path)), cycle: false };
}

/**
 * The tree as text, a line for each future or task. Python: `asyncio.format_call_graph`.
 *
 * @example
 * ```ts
 * import { createTask, formatCallGraph, sleep } from "@asyncio-ts/task";
 *
 * const inner = createTask(() => sleep(10), { name: "inner" });
 * createTask(async () => await inner, { name: "outer" });
 * await sleep(1);
 * console.log(formatCallGraph(inner));
 * // prints: * <Task 'inner' pending> waits for <sleep(10) pending>
 * // prints:   + awaited by
 * // prints:     * <Task 'outer' pending> waits for <Task 'inner' pending>
 * ```
 */
export function formatCallGraph(future: Future<unknown> | undefined = currentTask()): string {
  const graph = captureCallGraph(future);
  return graph === undefined ? "" : format(graph, "").join("\n");
}

function format(graph: FutureCallGraph, indent: string): string[] {
  const waits = graph.waitsFor.length === 0 ? "" : ` waits for ${graph.waitsFor.join(", ")}`;
  const line = `${indent}* ${graph.future}${waits}${graph.cycle ? " (a cycle)" : ""}`;
  if (graph.awaitedBy.length === 0) return [line];
  return [
    line,
    `${indent}  + awaited by`,
    ...graph.awaitedBy.flatMap((awaiter) => format(awaiter, `${indent}    `)),
  ];
}

/**
 * Writes the tree to `console.log`, or to another function that takes text. Python: `asyncio.print_call_graph`.
 *
 * @example
 * ```ts
 * import { createTask, printCallGraph, sleep } from "@asyncio-ts/task";
 *
 * const task = createTask(() => sleep(10), { name: "rest" });
 * await sleep(1);
 * printCallGraph(task);
 * // prints: * <Task 'rest' pending> waits for <sleep(10) pending>
 * ```
 */
export function printCallGraph(
  future: Future<unknown> | undefined = currentTask(),
  print: (text: string) => void = console.log,
): void {
  print(formatCallGraph(future));
}

/** The trees of these tasks, each of which stands below those that it awaits: at the roots are those that await none. */
export function formatTasks(tasks: Iterable<Task<unknown>>): string {
  const graphs = [...tasks].map((task) => capture(task, new Set()));
  const below = new Set(graphs.flatMap((graph) => graph.awaitedBy.flatMap(futuresIn)));
  const shown = new Set<Future<unknown>>();
  const lines: string[] = [];
  // Then those that are in no tree of a root: the ones that await each other in a circle.
  for (const graph of [...graphs.filter((one) => !below.has(one.future)), ...graphs]) {
    if (shown.has(graph.future)) continue;
    for (const future of futuresIn(graph)) shown.add(future);
    lines.push(...format(graph, "  "));
  }
  return lines.join("\n");
}

function futuresIn(graph: FutureCallGraph): Future<unknown>[] {
  return [graph.future, ...graph.awaitedBy.flatMap(futuresIn)];
}

/**
 * Call graphs: from a future up to the tasks and futures that wait for it.
 *
 * A future knows who waits for it, so nothing is recorded while the program runs. JavaScript can't show the
 * stack of a suspended function, so a node names what its task waits for instead.
 *
 * A graph may have 100,000 tasks in one line, or a thousand layers of two tasks that each await both of the
 * layer below. So nothing here recurses, and a future that several paths lead to has one node: a tree would
 * be exponential. The text is in `call-graph-text.ts`.
 */
import { waitsFor } from "./members.js";
import { type Future, isFuture } from "@asyncio-ts/future";
import { assertFunction, describe } from "@asyncio-ts/future/lowlevel";
import { textOf } from "./call-graph-text.js";
import { currentTask, isTask, type Task } from "./task.js";

/** A future or task, and the graphs of its awaiters. Python: `asyncio.FutureCallGraph`. */
export interface FutureCallGraph {
  readonly future: Future<unknown>;
  /** The descriptions of what the task waits for; empty for futures, and for a task that runs. */
  readonly waitsFor: readonly string[];
  /**
   * The nodes of those that await it. A future that several others lead to has one node, which they share.
   * Empty in a node that closes a cycle.
   */
  readonly awaitedBy: readonly FutureCallGraph[];
  /** True if this node closes a cycle: the future awaits itself by way of others, and has a node above. */
  readonly cycle: boolean;
}

/** A node whose awaiters are being collected. */
interface Node extends FutureCallGraph {
  readonly awaitedBy: Node[];
}

/** A node on the path from the first one to the present one. */
interface Level {
  readonly node: Node;
  readonly awaiters: Iterator<Future<unknown>>;
}

/**
 * Returns the graph of those that await a future or task; by default the current task. Undefined outside
 * every task. Python: `asyncio.capture_call_graph`.
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
  assertFuture(future, "captureCallGraph");
  if (future === undefined) return undefined;
  const first = nodeOf(future, false);
  const nodes = new Map([[future, first]]);
  const closing = new Map<Future<unknown>, Node>();
  // Depth first, so that a future on the present path is known to close a cycle.
  const way: Level[] = [{ node: first, awaiters: awaitersOf(future) }];
  const onWay = new Set([future]);
  for (let level = way.at(-1); level !== undefined; level = way.at(-1)) {
    const next = level.awaiters.next();
    if (next.done === true) {
      onWay.delete(level.node.future);
      way.pop();
      continue;
    }
    const awaiter = next.value;
    const known = onWay.has(awaiter) ? closing.get(awaiter) : nodes.get(awaiter);
    if (known !== undefined) {
      level.node.awaitedBy.push(known);
      continue;
    }
    const node = nodeOf(awaiter, onWay.has(awaiter));
    level.node.awaitedBy.push(node);
    if (node.cycle) closing.set(awaiter, node);
    else {
      nodes.set(awaiter, node);
      onWay.add(awaiter);
      way.push({ node, awaiters: awaitersOf(awaiter) });
    }
  }
  return first;
}

function assertFuture(future: unknown, where: string): void {
  if (future === undefined || isFuture(future)) return;
  throw new TypeError(`${where}() needs a future or a task, got ${describe(future)}`);
}

function nodeOf(future: Future<unknown>, cycle: boolean): Node {
  return { future, waitsFor: isTask(future) ? future[waitsFor]() : [], awaitedBy: [], cycle };
}

function awaitersOf(future: Future<unknown>): Iterator<Future<unknown>> {
  return new Set(future.awaitedBy()).values();
}

/**
 * Returns the graph as text, a line for each future or task, each of which is written out once. A graph that
 * is large or deep is cut, and the last line says how much is left out. Python: `asyncio.format_call_graph`.
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
  assertFuture(future, "formatCallGraph");
  return future === undefined ? "" : textOf([future], "");
}

/**
 * Writes the text of a graph to `console.log`, or to `print`. Python: `asyncio.print_call_graph`.
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
  assertFuture(future, "printCallGraph");
  assertFunction(print, "printCallGraph");
  print(formatCallGraph(future));
}

/** Returns the graphs of tasks as text; a task is below those that it awaits, first those that await none. */
export function formatTasks(tasks: ReadonlySet<Task<unknown>>): string {
  const waiting = new Set<Future<unknown>>();
  for (const future of new Set<Future<unknown>>(tasks)) addAwaiters(future, waiting);
  // The set grows while it is walked.
  for (const future of waiting) addAwaiters(future, waiting);
  const roots = [...tasks].filter((task) => !waiting.has(task));
  // Then those that no root leads to: they await each other in a cycle.
  return textOf(new Set([...roots, ...tasks]), "  ");
}

function addAwaiters(future: Future<unknown>, to: Set<Future<unknown>>): void {
  for (const awaiter of future.awaitedBy()) to.add(awaiter);
}

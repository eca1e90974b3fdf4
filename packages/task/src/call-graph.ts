/**
 * Call graphs: from a future up to the tasks and futures that wait for it.
 *
 * A future knows who waits for it, so nothing is recorded while the program runs. JavaScript can't show the
 * stack of a suspended function, so a node names what its task waits for instead.
 *
 * A graph may have 100,000 tasks in one line, or a thousand layers of two tasks that each await both of the
 * layer below. So nothing here recurses, and a future that several paths lead to has one node: a tree would
 * be exponential.
 *
 * The text has each future once, and is bounded in size and in time. `textOf` walks the futures with a stack
 * of its own, and stops at the first bound that it meets: the number of lines, the depth, the length of a
 * line. The full report of 100,000 tasks in a chain would kill the process that prints it. Only what is left
 * out is counted to the end.
 */
import { waitPlaces, waitsFor } from "./members.js";
import { type Future, isFuture } from "@asyncio-ts/future";
import { assertFunction, describe } from "@asyncio-ts/future/lowlevel";
import { cut, fewOf, more } from "./few-of.js";
import { currentTask, isTask, type Task } from "./task.js";

const MOST_LINES = 200;
const DEEPEST = 16;
/** Of the waits that a task has in flight. */
const MOST_PLACES = 3;

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
  return { future, waitsFor: waitsOf(future), awaitedBy: [], cycle };
}

function awaitersOf(future: Future<unknown>): Iterator<Future<unknown>> {
  return new Set(future.awaitedBy()).values();
}

/**
 * Returns the graph as text, a line for each future or task, each of which is written out once. A graph that
 * is large or deep is cut, and the last line says how much is left out. In debug mode it also has the lines
 * of the program that wait for locks and the like. Python: `asyncio.format_call_graph`.
 *
 * @example
 * ```ts
 * import { createTask, formatCallGraph, sleep } from "@asyncio-ts/task";
 *
 * const fetchPage = async () => await sleep(10);
 * const inner = createTask(fetchPage, { name: "inner" });
 * createTask(async () => await inner, { name: "outer" });
 * await sleep(1);
 * console.log(formatCallGraph(inner));
 * // prints: * <Task 'inner' (fetchPage) pending> waits for <sleep(10) pending>
 * // prints:   + awaited by
 * // prints:     * <Task 'outer' pending> waits for <Task 'inner' (fetchPage) pending>
 * ```
 */
export function formatCallGraph(future: Future<unknown> | undefined = currentTask()): string {
  assertFuture(future, "formatCallGraph");
  return future === undefined ? "" : textOf(new Set([future]), "");
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
 * // prints: * <Task 'rest' (sleep) pending> waits for <sleep(10) pending>
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
  const waiting = withAwaiters([...tasks].flatMap((task) => task.awaitedBy()));
  const roots = [...tasks].filter((task) => !waiting.has(task));
  // Then those that no root leads to: they await each other in a cycle.
  return textOf(new Set([...roots, ...tasks]), "  ");
}

/** Returns the futures, those that wait for them, and so on. */
function withAwaiters(futures: Iterable<Future<unknown>>): Set<Future<unknown>> {
  const all = new Set(futures);
  // The set grows while it is walked.
  for (const future of all) for (const awaiter of future.awaitedBy()) all.add(awaiter);
  return all;
}

/** A future to write, the end of its part of the text, or a line. */
type Step =
  | { readonly future: Future<unknown>; readonly depth: number }
  | { readonly end: Future<unknown> }
  | { readonly line: string };

/** Returns the text of some graphs, each future once. Each line begins with `indent`. */
function textOf(roots: ReadonlySet<Future<unknown>>, indent: string): string {
  const lines: string[] = [];
  const shown = new Set<Future<unknown>>();
  for (const root of roots) {
    if (lines.length >= MOST_LINES) break;
    if (!shown.has(root)) write(root, indent, lines, shown);
  }
  const left = leftOut(roots, shown);
  if (left !== undefined) lines.push(`${indent}… and ${left}`);
  return lines.join("\n");
}

function write(root: Future<unknown>, indent: string, lines: string[], shown: Set<Future<unknown>>): void {
  const above = new Set<Future<unknown>>();
  const steps: Step[] = [{ future: root, depth: 0 }];
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    if ("end" in step) {
      above.delete(step.end);
      continue;
    }
    if (lines.length >= MOST_LINES) return;
    if ("line" in step) {
      lines.push(step.line);
      continue;
    }
    const { future, depth } = step;
    const margin = indent + "    ".repeat(depth);
    if (shown.has(future)) {
      lines.push(`${margin}* ${nameOf(future)} ${above.has(future) ? "(a cycle)" : "(see above)"}`);
      continue;
    }
    shown.add(future);
    const waits = waitsOf(future);
    const waiting = waits.length === 0 ? "" : ` waits for ${fewOf(waits, waits.length)}`;
    lines.push(`${margin}* ${nameOf(future)}${waiting}`);
    if (isTask(future)) {
      for (const place of future[waitPlaces]().slice(0, MOST_PLACES)) lines.push(`${margin}    ${place}`);
    }
    // No more than there are lines for: many may wait for one.
    const awaiters = [...new Set(future.awaitedBy())].slice(0, MOST_LINES - lines.length);
    if (awaiters.length === 0) continue;
    if (depth === DEEPEST) {
      lines.push(`${margin}  + awaited by …`);
      continue;
    }
    above.add(future);
    steps.push({ end: future });
    // Reversed, so that the first one is on top of the stack.
    for (let i = awaiters.length - 1; i >= 0; i--) {
      steps.push({ future: awaiters[i] as Future<unknown>, depth: depth + 1 });
    }
    steps.push({ line: `${margin}  + awaited by` });
  }
}

/** Counts the tasks, or else the futures, that the text leaves out; undefined if there are none. */
function leftOut(roots: Iterable<Future<unknown>>, shown: ReadonlySet<Future<unknown>>): string | undefined {
  let tasks = 0;
  let futures = 0;
  for (const future of withAwaiters(roots)) {
    if (shown.has(future)) continue;
    if (isTask(future)) tasks++;
    else futures++;
  }
  if (tasks > 0) return more(tasks, "task");
  return futures > 0 ? more(futures, "future") : undefined;
}

function waitsOf(future: Future<unknown>): string[] {
  return isTask(future) ? future[waitsFor]() : [];
}

function nameOf(future: Future<unknown>): string {
  return cut(String(future));
}

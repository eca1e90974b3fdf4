/**
 * The text of call graphs: each future once, bounded in size and in time.
 *
 * `textOf` walks the futures with a stack of its own, and stops at the first bound that it meets: the number
 * of lines, the depth, the length of a line. The full report of 100,000 tasks in a chain would kill the
 * process that prints it. Only what is left out is counted to the end.
 */
import { waitsFor } from "./members.js";
import type { Future } from "@asyncio-ts/future";
import { cut, fewOf, more } from "./few-of.js";
import { isTask } from "./task.js";

const MOST_LINES = 200;
const DEEPEST = 16;

/** A future to write, the end of its part of the text, or a line. */
type Step =
  | { readonly future: Future<unknown>; readonly depth: number }
  | { readonly end: Future<unknown> }
  | { readonly line: string };

/** Returns the text of some graphs, each future once. Each line begins with `indent`. */
export function textOf(roots: Iterable<Future<unknown>>, indent: string): string {
  const lines: string[] = [];
  const shown = new Set<Future<unknown>>();
  const starts = [...roots];
  for (const root of starts) {
    if (lines.length >= MOST_LINES) break;
    if (!shown.has(root)) write(root, indent, lines, shown);
  }
  const left = leftOut(starts, shown);
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
    lines.push(`${margin}* ${nameOf(future)}${waitsOf(future)}`);
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
  const all = new Set(roots);
  // The set grows while it is walked.
  for (const future of all) {
    for (const awaiter of future.awaitedBy()) all.add(awaiter);
    if (shown.has(future)) continue;
    if (isTask(future)) tasks++;
    else futures++;
  }
  if (tasks > 0) return more(tasks, "task");
  return futures > 0 ? more(futures, "future") : undefined;
}

function waitsOf(future: Future<unknown>): string {
  if (!isTask(future)) return "";
  const waits = future[waitsFor]();
  return waits.length === 0 ? "" : ` waits for ${fewOf(waits, waits.length)}`;
}

function nameOf(future: Future<unknown>): string {
  return cut(String(future));
}

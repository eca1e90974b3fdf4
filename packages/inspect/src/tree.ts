/**
 * `asyncio-ts pstree`: the tasks as a tree, a task below the one that awaits it. Python: `python -m asyncio
 * pstree`.
 *
 * The roots are the tasks that no other awaits. A task that several await is written out below the first, and
 * named below the others. A cycle is a deadlock: its tasks have no root, and come last, with the cycle in words.
 * Tasks may await each other in a line of many thousands: so nothing recurses, and what is deeper than
 * `DEEPEST` lines goes on further below, at the left.
 */
import { describeWait, printable } from "./describe-wait.js";
import type { Snapshot, TaskSnapshot } from "./snapshot.js";

/** How many lines may be above one another, from a root down. */
const DEEPEST = 60;

/** A line to write: a task, or what one is doing; and the lines below it. */
interface Line {
  readonly text: string;
  readonly task?: TaskSnapshot;
  readonly below: () => readonly Line[];
}

interface Step {
  readonly line: Line;
  /** The lines to the left, which belong to tasks above. */
  readonly margin: string;
  readonly depth: number;
  readonly isLast: boolean;
}

/** Returns the tree as text; the empty text if there are no tasks. */
export function treeOf({ tasks }: Snapshot): string {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const children = new Map<number, TaskSnapshot[]>();
  for (const task of tasks) {
    for (const id of task.awaitedBy) {
      const known = children.get(id);
      if (known === undefined) children.set(id, [task]);
      else known.push(task);
    }
  }
  const lines: string[] = [];
  const shown = new Set<number>();
  const further: TaskSnapshot[] = [];
  const lineOf = (task: TaskSnapshot): Line => ({ text: nameOf(task), task, below: () => linesBelow(task) });
  const linesBelow = (task: TaskSnapshot): Line[] => {
    const awaited = (children.get(task.id) ?? []).map(lineOf);
    const [wait, ...more] = doing(task, byId);
    if (wait === undefined) return awaited;
    // A group, or a `gather`: the tasks that it waits for are below that.
    if (more.length === 0) return [{ text: wait, below: () => awaited }];
    return [...[wait, ...more].map((text): Line => ({ text, below: () => [] })), ...awaited];
  };
  const write = (root: TaskSnapshot): void => {
    const steps: Step[] = [{ line: lineOf(root), margin: "", depth: 0, isLast: true }];
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
      const { line, margin, depth, isLast } = step;
      const { text, task, below } = line;
      const isRepeated = task !== undefined && shown.has(task.id);
      if (task !== undefined && !isRepeated && depth >= DEEPEST) {
        lines.push(`${margin}${isLast ? "└── " : "├── "}${printable(text)} (goes on below)`);
        further.push(task);
        continue;
      }
      lines.push(`${margin}${isLast ? "└── " : "├── "}${printable(text)}${isRepeated ? " (see above)" : ""}`);
      if (isRepeated) continue;
      if (task !== undefined) shown.add(task.id);
      const lower = below();
      const next = `${margin}${isLast ? "    " : "│   "}`;
      // The first one has to be the last on the stack.
      for (let i = lower.length - 1; i >= 0; i--) {
        steps.push({
          line: lower[i] as Line,
          margin: next,
          depth: depth + 1,
          isLast: i === lower.length - 1,
        });
      }
    }
  };
  const writeWhole = (root: TaskSnapshot): void => {
    write(root);
    for (let task = further.shift(); task !== undefined; task = further.shift()) {
      if (!shown.has(task.id)) write(task);
    }
  };
  for (const task of tasks) if (task.awaitedBy.length === 0) writeWhole(task);
  for (const task of tasks) {
    if (shown.has(task.id)) continue;
    lines.push(`a cycle: ${cycleFrom(task, byId).map(nameOf).map(printable).join(" is awaited by ")}`);
    writeWhole(task);
  }
  return lines.join("\n");
}

function nameOf({ name, function: functionName }: TaskSnapshot): string {
  return `(T) ${name}${functionName === "" ? "" : ` ${functionName}`}`;
}

/** Returns what a task does or waits for, but for the tasks, which are below it. */
function doing(task: TaskSnapshot, tasks: ReadonlyMap<number, TaskSnapshot>): string[] {
  if (task.state === "running") return ["running"];
  return task.waitsFor.filter(({ kind }) => kind !== "task").map((wait) => describeWait(wait, tasks));
}

/** Follows the awaiters of a task that no root leads to, until one comes for the second time. */
function cycleFrom(task: TaskSnapshot, tasks: ReadonlyMap<number, TaskSnapshot>): TaskSnapshot[] {
  const path: TaskSnapshot[] = [];
  let next: TaskSnapshot | undefined = task;
  while (next !== undefined && !path.includes(next)) {
    path.push(next);
    next = tasks.get(next.awaitedBy[0] as number);
  }
  const start = next === undefined ? 0 : path.indexOf(next);
  return next === undefined ? path : [...path.slice(start), next];
}

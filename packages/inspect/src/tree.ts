/**
 * `asyncio-ts pstree`: the tasks as a tree, a task below the one that awaits it. Python: `python -m asyncio
 * pstree`.
 *
 * Below a task stands what it waits for; below that, or below the group that they are in, the tasks that it
 * awaits. The body of a group may still be going on: then both its wait and the group stand there.
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
export function treeOf({ tasks, groups }: Snapshot): string {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const parents = new Map(groups.map((group) => [group.id, group]));
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
    const inGroups = new Map<number, TaskSnapshot[]>();
    const others: TaskSnapshot[] = [];
    for (const child of children.get(task.id) ?? []) {
      const { group } = child;
      if (group === null || parents.get(group)?.parent !== task.id) others.push(child);
      else if (!inGroups.has(group)) inGroups.set(group, [child]);
      else inGroups.get(group)?.push(child);
    }
    const below: Line[] = [];
    if (task.state === "running") below.push({ text: "running", below: () => [] });
    const waits = task.state === "running" ? [] : task.waitsFor.filter(({ kind }) => kind !== "task");
    for (const wait of waits) {
      const group = wait.kind === "group" ? (wait["group"] as number) : undefined;
      // A `gather` and the like: the tasks that it waits for are below that.
      const awaited =
        group === undefined ? (waits.length === 1 ? others.splice(0) : []) : inGroups.get(group);
      if (group !== undefined) inGroups.delete(group);
      below.push({ text: describeWait(wait, byId), below: () => (awaited ?? []).map(lineOf) });
    }
    // Groups whose body is still going on.
    for (const [group, members] of inGroups) {
      const text = `the tasks of ${parents.get(group)?.text}`;
      below.push({ text, below: () => members.map(lineOf) });
    }
    return [...below, ...others.map(lineOf)];
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

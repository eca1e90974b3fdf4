/**
 * Tables: the columns of `asyncio-ts ps` and `top`, and the rows of `ps`.
 *
 * Written by hand, since cli-table3 takes five seconds for ten thousand tasks.
 */
import stringWidth from "fast-string-width";
import { describeWait, printable, seconds } from "./describe-wait.js";
import type { Snapshot, TaskSnapshot } from "./snapshot.js";

const HEAD = ["ID", "NAME", "FUNCTION", "STATE", "AGE", "WAITS FOR", "AWAITED BY"];
const GAP = 2;

/** Returns a line for each task, below a line of titles. */
export function tableOf({ tasks }: Snapshot, bold: (text: string) => string): string {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const [titles = "", ...lines] = aligned([HEAD, ...tasks.map((task) => rowOf(task, byId))]);
  return [bold(titles), ...lines].join("\n");
}

/** Returns rows of cells as lines with columns; the first row has a cell for each. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const sizes = rows.map((row) => row.map(widthOf));
  const [titles = []] = rows;
  const widths = titles.map((_, i) => sizes.reduce((most, row) => Math.max(most, row[i] as number), 0) + GAP);
  return rows.map((row, n) =>
    row
      .map((cell, i) => cell + " ".repeat((widths[i] as number) - (sizes[n]?.[i] as number)))
      .join("")
      .trimEnd(),
  );
}

/** Returns how many columns a cell takes. A plain one is not searched for wide characters, which is slow. */
function widthOf(cell: string): number {
  return /^[ -~…]*$/.test(cell) ? cell.length : stringWidth(cell);
}

/** Returns the state of a task in words. */
export function stateText({ state, cancelling }: Pick<TaskSnapshot, "state" | "cancelling">): string {
  return cancelling > 0 ? `${state}, cancelling` : state;
}

/** How many of the tasks that await one are named. */
const MOST_AWAITERS = 10;

/** Names the tasks that await one: thousands may, and each line would be as wide as all their names. */
function awaiters({ awaitedBy }: TaskSnapshot, tasks: ReadonlyMap<number, TaskSnapshot>): string {
  const named = awaitedBy.slice(0, MOST_AWAITERS).map((id) => tasks.get(id)?.name ?? `${id}`);
  const left = awaitedBy.length - named.length;
  return named.join(", ") + (left > 0 ? ` and ${left} more` : "");
}

function rowOf(task: TaskSnapshot, tasks: ReadonlyMap<number, TaskSnapshot>): string[] {
  const waits = task.waitsFor.map((wait) => describeWait(wait, tasks));
  return [
    `${task.id}`,
    task.name,
    task.function,
    stateText(task),
    seconds(task.age),
    waits.join(" and "),
    awaiters(task, tasks),
  ].map(printable);
}

/**
 * `asyncio-ts ps`: the tasks as a table, a row each.
 *
 * Written by hand, since cli-table3 takes five seconds for ten thousand tasks.
 */
import stringWidth from "string-width";
import { describeWait, printable, seconds } from "./describe-wait.js";
import type { Snapshot, TaskSnapshot } from "./snapshot.js";

const HEAD = ["ID", "NAME", "FUNCTION", "STATE", "AGE", "WAITS FOR", "AWAITED BY"];
const GAP = 2;

/** Returns a line for each task, below a line of titles. */
export function tableOf({ tasks }: Snapshot, bold: (text: string) => string): string {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const rows = [HEAD, ...tasks.map((task) => rowOf(task, byId))];
  const columns = HEAD.map((_, i) => rows.map((row) => stringWidth(row[i] as string)));
  const widths = columns.map((column) => column.reduce((most, width) => Math.max(most, width), 0) + GAP);
  const lines = rows.map((row, n) =>
    row
      .map((text, i) => text + " ".repeat((widths[i] as number) - (columns[i]?.[n] as number)))
      .join("")
      .trimEnd(),
  );
  return [bold(lines[0] as string), ...lines.slice(1)].join("\n");
}

function rowOf(task: TaskSnapshot, tasks: ReadonlyMap<number, TaskSnapshot>): string[] {
  const waits = task.waitsFor.map((wait) => describeWait(wait, tasks));
  return [
    `${task.id}`,
    task.name,
    task.function,
    task.cancelling > 0 ? `${task.state}, cancelling` : task.state,
    seconds(task.age),
    waits.join(" and "),
    task.awaitedBy.map((id) => tasks.get(id)?.name ?? `${id}`).join(", "),
  ].map(printable);
}

/** `asyncio-ts ps`: the tasks as a table, a row each. */
import Table from "cli-table3";
import { describeWait } from "./describe-wait.js";
import type { Snapshot, TaskSnapshot } from "./snapshot.js";

const HEAD = ["ID", "NAME", "FUNCTION", "STATE", "WAITS FOR", "AWAITED BY"];
/** Without lines between the columns, so that other programs can read it. */
const bare = {
  chars: Object.fromEntries(
    ["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"]
      .concat(["left", "left-mid", "mid", "mid-mid", "right", "right-mid"])
      .map((name) => [name, ""]),
  ),
  style: { "padding-left": 0, "padding-right": 2, head: [], border: [] },
};

/** Returns a line for each task, below a line of titles. */
export function tableOf({ tasks }: Snapshot, bold: (text: string) => string): string {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const table = new Table({ ...bare, chars: { ...bare.chars, middle: "" }, head: HEAD.map(bold) });
  for (const task of tasks) table.push(rowOf(task, byId));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

function rowOf(task: TaskSnapshot, tasks: ReadonlyMap<number, TaskSnapshot>): string[] {
  const waits = task.waitsFor.map((wait) => describeWait(wait, tasks));
  return [
    `${task.id}`,
    task.name,
    task.function,
    task.cancelling > 0 ? `${task.state}, cancelling` : task.state,
    waits.join(" and "),
    task.awaitedBy.map((id) => tasks.get(id)?.name ?? `${id}`).join(", "),
  ];
}

/** The tasks and locks of a program at a moment, in words. */
import { outcomeText, type Row } from "@asyncio-ts/inspect/internal";
import type { Look } from "./messages.js";
import { describeFacts, type ObjectRow } from "./object-rows.js";

export interface Words {
  readonly id: number;
  readonly name: string;
  readonly text: string;
}

/** Returns a look whose trace has the names of the look's states: the order in which the objects were made. */
export function withNames({ trace, states }: Look): Look {
  const names = new Map(states.map(({ object, name }) => [object, name]));
  const objects = trace.objects.map((object) => ({ ...object, name: names.get(object.id) ?? object.name }));
  return { trace: { ...trace, objects }, states };
}

/** Describes the tasks that had been made by then. */
export function tasksAt(rows: readonly Row[], time: number): Words[] {
  return rows
    .filter(({ from }) => from <= time)
    .map(({ task, to, spans }) => {
      const { id, name } = task;
      if (task.outcome !== null && to <= time) return { id, name, text: outcomeText(task.outcome) };
      // The last span goes on at the end of the picture.
      const span = spans.findLast(({ from, to }) => from <= time && time < to) ?? spans.at(-1);
      return { id, name, text: span === undefined ? "has not begun" : spanText(span) };
    });
}

/** Describes a span of a task: `waits for sleep(1000)`. */
export function spanText({ state, text }: Pick<Row["spans"][number], "state" | "text">): string {
  switch (state) {
    case "running":
      return "runs";
    case "scheduled":
      return "has not begun";
    case "waiting":
    case "blocked":
      return `waits for ${text}`;
  }
}

/** Describes the locks, semaphores and the like that had been made by then. */
export function objectsAt(
  rows: readonly ObjectRow[],
  time: number,
  nameOf: (task: number) => string,
): Words[] {
  return rows.flatMap(({ id, name, spans }) => {
    const span = spans.findLast(({ from }) => from <= time);
    if (span === undefined) return [];
    const { facts, waiting } = span;
    const queue = waiting.length === 0 ? "" : `; waiting: ${waiting.map(nameOf).join(", ")}`;
    return [{ id, name, text: describeFacts(facts, nameOf) + queue }];
  });
}

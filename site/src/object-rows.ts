/** The locks, semaphores and the like of a program as rows of a timeline: their states, and who waits for them. */
import type { TracedWait } from "@asyncio-ts/inspect";
import type { Facts, Look } from "./messages.js";

/** A time in which neither the state changes nor the queue. */
interface ObjectSpan {
  readonly from: number;
  readonly to: number;
  readonly facts: Facts;
  /** The numbers of the tasks that wait, first come first. */
  readonly waiting: readonly number[];
}

export interface ObjectRow {
  readonly id: number;
  readonly name: string;
  readonly spans: readonly ObjectSpan[];
}

interface Wait {
  readonly task: number;
  readonly object: number;
  readonly from: number;
  to: number;
}

/** Returns a row for each object of which a state is known, in the order in which they were made. */
export function objectRowsOf({ trace, states }: Look): ObjectRow[] {
  const waits = waitsOf(trace);
  const ids = [...new Set(states.map(({ object }) => object))];
  return ids.map((id) => {
    const own = states.filter(({ object }) => object === id);
    const queue = waits.filter(({ object }) => object === id);
    const changes = [
      ...new Set([
        ...own.map(({ time }) => time),
        ...queue.flatMap(({ from, to }) => [from, to]),
        trace.duration,
      ]),
    ].sort((one, other) => one - other);
    const spans: ObjectSpan[] = [];
    for (const [index, from] of changes.entries()) {
      // The last one is a moment: the state at the end.
      const to = changes[index + 1] ?? from;
      const state = own.findLast(({ time }) => time <= from);
      if (state === undefined) continue;
      const waiting = queue.filter((wait) => wait.from <= from && wait.to > from).map(({ task }) => task);
      spans.push({ from, to, facts: state.facts, waiting });
    }
    return { id, name: own[0]?.name ?? "", spans };
  });
}

/** The waits of tasks for objects, in the order in which they began. */
function waitsOf({ events, duration }: Look["trace"]): Wait[] {
  const waits: Wait[] = [];
  const open = new Map<number, Wait[]>();
  const begin = (task: number, { object }: TracedWait, from: number): void => {
    if (object === undefined) return;
    const wait = { task, object, from, to: duration };
    waits.push(wait);
    open.set(task, [...(open.get(task) ?? []), wait]);
  };
  const end = (task: number, to: number): void => {
    for (const wait of open.get(task) ?? []) wait.to = to;
    open.delete(task);
  };
  for (const event of events) {
    if (event.kind === "step" && event.task !== null) {
      end(event.task, event.time);
      if (event.waitsFor !== null) begin(event.task, event.waitsFor, event.time + event.duration);
    } else if (event.kind === "wait") begin(event.task, event.waitsFor, event.time);
    else if (event.kind === "end") end(event.task, event.time);
  }
  return waits;
}

/** Describes a state in a few words; `nameOf` names a task. */
export function describeFacts(facts: Facts, nameOf: (task: number) => string): string {
  switch (facts.kind) {
    case "lock":
      if (!facts.isLocked) return "free";
      return facts.holder === null ? "held" : `held by ${nameOf(facts.holder)}`;
    case "semaphore":
      return `${facts.free} of ${facts.permits} permits free`;
    case "event":
      return facts.isSet ? "set" : "not set";
    case "condition":
      return facts.isLocked ? "its lock is held" : "its lock is free";
    case "queue":
      return `${facts.size} ${facts.size === 1 ? "item" : "items"}`;
    case "barrier":
      return `${facts.arrived} of ${facts.parties} have arrived`;
  }
}

/** Describes a state where there is little room. */
export function shortFacts(facts: Facts, nameOf: (task: number) => string): string {
  switch (facts.kind) {
    case "lock":
      return facts.holder === null ? (facts.isLocked ? "held" : "free") : nameOf(facts.holder);
    case "semaphore":
      return `${facts.free} of ${facts.permits}`;
    default:
      return describeFacts(facts, nameOf);
  }
}

/** Returns how much of an object is taken, from 0 to 1. */
export function shareTaken(facts: Facts): number {
  switch (facts.kind) {
    case "lock":
    case "condition":
      return facts.isLocked ? 1 : 0;
    case "semaphore":
      return facts.permits === 0 ? 1 : Math.max(0, 1 - facts.free / facts.permits);
    case "event":
      return facts.isSet ? 1 : 0;
    case "queue":
      return facts.size === 0 ? 0 : 1;
    case "barrier":
      return facts.parties === 0 ? 0 : facts.arrived / facts.parties;
  }
}

/**
 * The tasks of a recording as rows of a timeline: what each picture of a recording is drawn from.
 *
 * A row is a task, and its spans follow one another without a gap from its making to its end, or to the end of the
 * recording. A span is one of:
 *
 * - `scheduled`: it was made, and has not begun;
 * - `running`: a step of its code;
 * - `waiting`: it waits for what no task does: a timer, a socket, a job in a thread, a native promise;
 * - `blocked`: it waits for what another task has to do: a lock, a queue, a task, a future.
 *
 * The last two are told apart because of what a reader wants to know. Of ten tasks that share a `Semaphore(2)`, all
 * ten wait nearly all of the time; but two wait for the network, and eight for these two.
 *
 * A step ends a wait. So a task that is ready but has to queue for the loop still counts as waiting: a recording does
 * not say when it became ready. A wait that is told within a step, or with another, is one thing more to wait for,
 * as in `Promise.all`. One that is told later follows a native promise, of which nothing is told.
 *
 * Rows are in the order of a tree: below a task are those of the groups that it entered, and those that it made
 * outside any group. Whoever has no such task, or is in a circle, as can only be in a file that was tampered with,
 * is at the top. The tree is walked with a stack of its own: a chain of tasks may be as long as the recording.
 */
import type { CancelEvent, Trace, TracedTask, TracedWait } from "./trace.js";

export type SpanState = "scheduled" | "running" | "waiting" | "blocked";

interface Span {
  readonly state: SpanState;
  readonly from: number;
  readonly to: number;
  /** The words for the thing that the task waits for; empty if it runs. */
  readonly text: string;
  /** Of a step: the task whose code let it run. */
  readonly wokenBy: number | null;
}

export interface Row {
  readonly task: TracedTask;
  /** How many tasks are above it in the tree. */
  readonly depth: number;
  /** The index of the row that it is below; -1 if it is at the top. */
  readonly parent: number;
  readonly from: number;
  readonly to: number;
  readonly spans: readonly Span[];
  readonly cancels: readonly CancelEvent[];
}

/** How many tasks are running or waiting, and not blocked, for a time. */
export interface Level {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Returns the rows of a recording. */
export function rowsOf(trace: Trace): Row[] {
  const lives = livesOf(trace);
  return inTree(trace).map(({ task, depth, parent }) => {
    const { spans, cancels } = lives.get(task.id) as Life;
    const from = Math.max(0, task.madeAt);
    const to = Math.max(from, spans.at(-1)?.to ?? from);
    return { task, depth, parent, from, to, spans, cancels };
  });
}

/** Kinds of waits that end without another task. */
const OUTSIDE = new Set(["timer", "promise", "socket", "stream", "server", "process", "job", "thread"]);
const PROMISE = "a native promise";

interface Life {
  readonly task: TracedTask;
  readonly spans: Span[];
  readonly cancels: CancelEvent[];
  /** When the span began that goes on. */
  from: number;
  /** The thing that is waited for in it; undefined before the first step. */
  waits: TracedWait[] | undefined;
  done: boolean;
}

function livesOf(trace: Trace): Map<number, Life> {
  const describe = describerOf(trace);
  const lives = new Map<number, Life>();
  for (const task of trace.tasks) {
    const from = Math.max(0, task.madeAt);
    lives.set(task.id, { task, spans: [], cancels: [], from, waits: undefined, done: false });
  }

  /** Ends the wait that goes on. */
  const closeWait = (life: Life, to: number): void => {
    const { from, waits, task, spans } = life;
    if (to <= from) return;
    let state: SpanState;
    let text: string;
    if (waits === undefined) {
      // Of a task that is older than the recording, or whose first events were dropped, nothing is known.
      const isKnown = task.madeAt >= 0 && trace.dropped === 0;
      [state, text] = ["scheduled", isKnown ? "its first step" : "something before the recording"];
    } else if (waits.length === 0) {
      [state, text] = ["waiting", PROMISE];
    } else {
      state = waits.some(({ kind }) => OUTSIDE.has(kind)) ? "waiting" : "blocked";
      text = [...new Set(waits.map(describe))].join(", ");
    }
    spans.push({ state, from, to, text, wokenBy: null });
    life.from = to;
  };

  for (const event of trace.events) {
    if (event.kind === "size" || event.task === null) continue;
    const life = lives.get(event.task);
    if (life === undefined) continue;
    switch (event.kind) {
      case "step": {
        closeWait(life, event.time);
        const to = event.time + event.duration;
        life.spans.push({ state: "running", from: event.time, to, text: "", wokenBy: event.wokenBy });
        life.from = to;
        life.waits = event.waitsFor === null ? [] : [event.waitsFor];
        break;
      }
      case "wait":
        if (event.time > life.from) {
          closeWait(life, event.time);
          life.waits = [];
        }
        (life.waits ??= []).push(event.waitsFor);
        break;
      case "cancel":
        life.cancels.push(event);
        break;
      case "end":
        closeWait(life, event.time);
        life.done = true;
        break;
      case "made":
        break;
    }
  }
  for (const life of lives.values()) {
    if (!life.done) closeWait(life, life.task.endedAt ?? trace.duration);
  }
  return lives;
}

/** Returns a function that describes a wait: `Lock.acquire() of Lock 2`. */
function describerOf(trace: Trace): (wait: TracedWait) => string {
  const tasks = new Map(trace.tasks.map(({ id, name }) => [id, name]));
  const objects = new Map(trace.objects.map(({ id, name }) => [id, name]));
  return ({ text, task, object }) => {
    const name = task === undefined ? undefined : tasks.get(task);
    if (name !== undefined) return `task ${name}`;
    const of = object === undefined ? undefined : objects.get(object);
    return of === undefined ? text : `${text} of ${of}`;
  };
}

interface Place {
  readonly task: TracedTask;
  readonly depth: number;
  readonly parent: number;
}

function inTree({ tasks, groups }: Trace): Place[] {
  const entered = new Map(groups.map(({ id, parent }) => [id, parent]));
  const known = new Set(tasks.map(({ id }) => id));
  const below = new Map<number | null, TracedTask[]>();
  for (const task of tasks) {
    const above = (task.group === null ? undefined : entered.get(task.group)) ?? task.maker;
    const key = above !== null && known.has(above) ? above : null;
    const siblings = below.get(key);
    if (siblings === undefined) below.set(key, [task]);
    else siblings.push(task);
  }
  const places: Place[] = [];
  const seen = new Set<number>();
  const walk = (root: TracedTask): void => {
    const open: Place[] = [{ task: root, depth: 0, parent: -1 }];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      const { task, depth } = place;
      if (seen.has(task.id)) continue;
      seen.add(task.id);
      const parent = places.push(place) - 1;
      const children = inGroups(below.get(task.id) ?? []);
      for (let index = children.length - 1; index >= 0; index--) {
        open.push({ task: children[index] as TracedTask, depth: depth + 1, parent });
      }
    }
  };
  for (const task of inGroups(below.get(null) ?? [])) walk(task);
  for (const task of tasks) walk(task); // Those of a circle.
  return places;
}

/** Puts the tasks of each group side by side, where the first of them is. */
function inGroups(tasks: readonly TracedTask[]): TracedTask[] {
  const together = new Map<string, TracedTask[]>();
  for (const task of tasks) {
    const key = task.group === null ? `task ${task.id}` : `group ${task.group}`;
    const siblings = together.get(key);
    if (siblings === undefined) together.set(key, [task]);
    else siblings.push(task);
  }
  return [...together.values()].flat();
}

/**
 * Returns how many tasks were at work over time: running or waiting, and not blocked. A level that holds for less
 * than `shortest` is left out: a task that only asks for a lock runs for a moment, too.
 */
export function levelsOf(rows: readonly Row[], duration: number, shortest: number): Level[] {
  const changes = new Map<number, number>();
  const add = (time: number, change: number): void => {
    changes.set(time, (changes.get(time) ?? 0) + change);
  };
  for (const { spans } of rows) {
    for (const { state, from, to } of spans) {
      if (state !== "running" && state !== "waiting") continue;
      add(from, 1);
      add(to, -1);
    }
  }
  const levels: { from: number; to: number; count: number }[] = [];
  let from = 0;
  let count = 0;
  const close = (to: number): void => {
    const last = levels.at(-1);
    if (last !== undefined && (last.count === count || to - from < shortest)) last.to = to;
    else if (to > from) levels.push({ from, to, count });
    from = to;
  };
  for (const time of [...changes.keys()].sort((one, other) => one - other)) {
    if (time > from) close(Math.min(time, duration));
    count += changes.get(time) as number;
  }
  close(duration);
  return levels;
}

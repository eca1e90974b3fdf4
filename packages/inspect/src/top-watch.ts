/**
 * Watch: the knowledge that `asyncio-ts top` has of a program: a row for each task, and warnings, from one sample
 * after the other.
 *
 * Each sample is compared with the ones before. The conditions that make a warning:
 *   a task never yields      one step goes on for `LONG`, or its steps take `LONG_STEP` each
 *   it swallowed its cancellation  it was asked to stop for `LONG`, and took steps meanwhile
 *   a queue grows            its size has risen in each of the last `RISES` samples
 *   a lock is held           tasks wait for it, and nobody has released it for `LONG`
 * A condition that ends is forgotten: each map has only what the last sample still shows.
 */
import type { TaskTotal } from "./recorder.js";
import { describeWait } from "./describe-wait.js";
import type { Snapshot, TaskSnapshot } from "./snapshot.js";

/** Times, in milliseconds. */
const LONG = 1000;
const LONG_STEP = 100;
/** How often a queue has to grow in a row. */
const RISES = 3;

/** A look at the program. */
export interface Sample {
  /** When it was taken: milliseconds on any steady clock. */
  readonly time: number;
  readonly snapshot: Snapshot;
  /** The work of the tasks since the first sample. */
  readonly totals: readonly TaskTotal[];
}

/** A task, as a row of the table. */
export interface Row {
  readonly id: number;
  readonly name: string;
  readonly function: string;
  readonly state: TaskSnapshot["state"];
  readonly cancelling: number;
  /** Its age, in milliseconds. */
  readonly total: number;
  /** How long its steps took since the first sample, in milliseconds. */
  readonly busy: number;
  /** How long it waited since the first sample, in milliseconds. */
  readonly idle: number;
  /** How many steps it took since the first sample. */
  readonly steps: number;
  readonly waitsFor: string;
  readonly warnings: readonly string[];
}

/** The program at one moment. */
export interface Picture {
  readonly snapshot: Snapshot;
  /** How long the program has been watched, in milliseconds. */
  readonly watched: number;
  readonly rows: readonly Row[];
  /** Warnings that are of no single task. */
  readonly warnings: readonly string[];
}

/** The progress of a task, from which on the time of a condition counts. */
interface Progress {
  /** The number of its steps, and their time, in the sample before. */
  readonly steps: number;
  readonly busy: number;
  /** Since when it has been running the same step; undefined if it is not running. */
  readonly running: number | undefined;
  /** Since when it has been asked to stop, and its steps then; undefined if it is not asked. */
  readonly cancelling: { readonly since: number; readonly steps: number } | undefined;
}

interface Held {
  readonly since: number;
  readonly handovers: number;
}

export class Watch {
  private start: number | undefined = undefined;
  private progress = new Map<number, Progress>();
  private held = new Map<number, Held>();
  private queues = new Map<number, { readonly size: number; readonly rises: number }>();

  /** Adds a sample, and returns what is known with it. */
  add({ time, snapshot, totals }: Sample): Picture {
    this.start ??= time;
    const watched = time - this.start;
    const byId = new Map(snapshot.tasks.map((task) => [task.id, task]));
    const totalOf = new Map(totals.map((total) => [total.id, total]));
    const progress = new Map<number, Progress>();
    const rows = snapshot.tasks.map((task): Row => {
      const { steps = 0, busy = 0 } = totalOf.get(task.id) ?? {};
      const before = this.progress.get(task.id);
      const now = progressOf(task, steps, busy, time, before);
      progress.set(task.id, now);
      return {
        id: task.id,
        name: task.name,
        function: task.function,
        state: task.state,
        cancelling: task.cancelling,
        total: task.age,
        busy,
        idle: Math.max(0, Math.min(task.age, watched) - busy),
        steps,
        waitsFor: task.waitsFor.map((wait) => describeWait(wait, byId)).join(" and "),
        warnings: warningsOf(now, before, time),
      };
    });
    this.progress = progress;
    return { snapshot, watched, rows, warnings: [...this.locks(snapshot, time), ...this.growing(snapshot)] };
  }

  private locks({ tasks }: Snapshot, time: number): string[] {
    const names = new Map(tasks.map(({ id, name }) => [id, name]));
    const held = new Map<number, Held>();
    const warnings: string[] = [];
    for (const wait of tasks.flatMap(({ waitsFor }) => waitsFor)) {
      const id = wait["object"] as number;
      if (wait.kind !== "lock" || held.has(id)) continue;
      const handovers = wait["handovers"] as number;
      const before = this.held.get(id);
      const since = before?.handovers === handovers ? before.since : time;
      held.set(id, { since, handovers });
      if (time - since <= LONG) continue;
      const holder = names.get(wait["holder"] as number);
      const by = holder === undefined ? "" : ` by ${holder}`;
      warnings.push(`lock ${id} is held${by} for ${inSeconds(time - since)}, ${wait["waiting"]} waiting`);
    }
    this.held = held;
    return warnings;
  }

  private growing({ queues }: Snapshot): string[] {
    const seen = new Map<number, { size: number; rises: number }>();
    const warnings: string[] = [];
    for (const { id, size, text } of queues) {
      const before = this.queues.get(id);
      const rises = before !== undefined && size > before.size ? before.rises + 1 : 0;
      seen.set(id, { size, rises });
      if (rises >= RISES) warnings.push(`queue ${id} grows: ${text}`);
    }
    this.queues = seen;
    return warnings;
  }
}

function progressOf(
  { state, cancelling }: TaskSnapshot,
  steps: number,
  busy: number,
  time: number,
  before: Progress | undefined,
): Progress {
  const isSameStep = before?.running !== undefined && before.steps === steps;
  return {
    steps,
    busy,
    running: state !== "running" ? undefined : isSameStep ? before.running : time,
    cancelling: cancelling === 0 ? undefined : (before?.cancelling ?? { since: time, steps }),
  };
}

function warningsOf(now: Progress, before: Progress | undefined, time: number): string[] {
  const warnings: string[] = [];
  const running = now.running === undefined ? 0 : time - now.running;
  const steps = now.steps - (before?.steps ?? now.steps);
  const busy = now.busy - (before?.busy ?? now.busy);
  if (running > LONG) warnings.push(`never yields: one step runs for ${inSeconds(running)}`);
  else if (steps > 0 && busy / steps >= LONG_STEP)
    warnings.push(`seldom yields: its steps take ${Math.round(busy / steps)} ms each`);
  const { cancelling } = now;
  if (cancelling !== undefined && time - cancelling.since > LONG && now.steps > cancelling.steps)
    warnings.push(`swallowed its cancellation ${inSeconds(time - cancelling.since)} ago`);
  return warnings;
}

function inSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** Recordings for the tests of the pictures, as a program on the virtual clock leaves them: steps take no time. */
import type {
  Trace,
  TracedGroup,
  TracedObject,
  TracedTask,
  TracedWait,
  TraceEvent,
} from "../../src/trace.js";

type Outcome = NonNullable<TracedTask["outcome"]>;

interface Making {
  readonly function?: string;
  readonly maker?: number;
  readonly group?: number;
}

/** Writes a recording, event by event. */
export class TraceWriter {
  private readonly tasks: TracedTask[] = [];
  private readonly groups: TracedGroup[] = [];
  private readonly objects: TracedObject[] = [];
  private readonly events: TraceEvent[] = [];
  private time = 0;
  private running: number | null = null;

  at(time: number): this {
    this.time = time;
    this.running = null;
    return this;
  }

  made(id: number, name: string, { function: fn = "", maker, group }: Making = {}): this {
    const origin = { maker: maker ?? this.running, group: group ?? null };
    const end = { endedAt: null, outcome: null };
    this.tasks.push({ id, name, function: fn, loop: 1, ...origin, madeAt: this.time, ...end });
    this.events.push({ kind: "made", time: this.time, task: id });
    return this;
  }

  group(id: number, parent: number | null): this {
    this.groups.push({ id, parent });
    return this;
  }

  object(id: number, kind: string, name: string): this {
    this.objects.push({ id, kind, name });
    return this;
  }

  /** A step that begins where the last one ended. */
  step(task: number | null, waitsFor: TracedWait | null, wokenBy: number | null = null, duration = 0): this {
    const { time } = this;
    this.events.push({ kind: "step", time, duration, task, wokenBy, ready: 0, waitsFor });
    this.time += duration;
    this.running = task;
    return this;
  }

  wait(task: number, waitsFor: TracedWait): this {
    this.events.push({ kind: "wait", time: this.time, task, waitsFor });
    return this;
  }

  cancel(task: number, by: number | null, message: string | null = null): this {
    this.events.push({ kind: "cancel", time: this.time, task, by, message });
    return this;
  }

  size(object: number, size: number): this {
    this.events.push({ kind: "size", time: this.time, object, size });
    return this;
  }

  end(id: number, outcome: Outcome = "returned"): this {
    const index = this.tasks.findIndex((task) => task.id === id);
    this.tasks[index] = { ...(this.tasks[index] as TracedTask), endedAt: this.time, outcome };
    this.events.push({ kind: "end", time: this.time, task: id, outcome });
    return this;
  }

  written(more: Partial<Trace> = {}): Trace {
    const { tasks, groups, objects, events, time } = this;
    const process = { pid: 4242, runtime: "node 24.21.0", startedAt: 1_700_000_000_000 };
    const rest = { duration: time, dropped: 0, ended: null, ...more };
    return { format: 1, ...process, ...rest, tasks, groups, objects, events };
  }
}

const sleeps = (ms: number): TracedWait => ({ kind: "timer", text: `sleep(${ms})` });
const takes = (object: number): TracedWait => ({
  kind: "semaphore",
  text: "Semaphore.acquire()",
  object,
});
const gets = (object: number): TracedWait => ({ kind: "queue", text: "Queue.get()", object });
const group: TracedWait = { kind: "future", text: "the tasks of <TaskGroup>" };

/** Five tasks share a `Semaphore(2)`, and each sleeps a second while it holds it. */
export function semaphoreTrace(): Trace {
  const writer = new TraceWriter()
    .object(20, "semaphore", "Semaphore 1")
    .made(1, "Task-1", { function: "main" });
  writer.step(1, { kind: "future", text: "gather()" });
  const ids = [2, 3, 4, 5, 6];
  for (const id of ids) writer.made(id, `Task-${id}`, { function: "accessResource", maker: 1 });
  for (const id of ids) writer.step(id, id < 4 ? sleeps(1000) : takes(20));
  writer.at(1000).step(2, null).end(2).step(4, sleeps(1000), 2).step(3, null).end(3).step(5, sleeps(1000), 3);
  writer.at(2000).step(4, null).end(4).step(6, sleeps(1000), 4).step(5, null).end(5);
  writer.at(3000).step(6, null).end(6).step(1, null, 6).end(1);
  return writer.written();
}

/** Groups in groups, a queue, a wait for several, a failure that cancels, native promises, and a name with markup. */
export function groupsTrace(): Trace {
  const writer = new TraceWriter().object(30, "queue", "Queue 1").group(10, 1).group(11, 4);
  writer.made(1, "Task-1", { function: "main" }).step(1, group, null, 2);
  writer.made(2, "producer", { function: "produce", maker: 1, group: 10 });
  writer.made(3, 'eats </script> & "quotes"', { function: "consume", maker: 1, group: 10 });
  writer.made(4, "albums", { function: "play", maker: 1, group: 10 });
  writer.step(2, sleeps(10), null, 1).step(3, gets(30), null, 1).size(30, 0).step(4, group, null, 2);
  writer.made(5, "side A", { maker: 4, group: 11 }).made(6, "side B", { maker: 4, group: 11 });
  writer.step(5, null, null, 1).wait(5, sleeps(50)).wait(5, { kind: "task", text: "task", task: 6 });
  writer.step(6, { kind: "promise", text: "a native promise" }, null, 1);
  writer.at(13).step(2, sleeps(20), null, 2).size(30, 1).step(3, gets(30), 2, 5);
  writer.at(35).step(2, null, null, 3).end(2, "failed");
  writer.step(null, null, 2, 0.5).cancel(3, 1, "the group stops").cancel(4, 1);
  writer.step(3, null, 1, 1).end(3, "cancelled");
  writer.step(4, group, 1, 0.5).cancel(5, 4).cancel(6, 4).step(5, null, 4, 1).end(5, "cancelled");
  writer.at(45).wait(6, { kind: "lock", text: "Lock.acquire()" }).at(50).step(6, null, 4, 4).end(6);
  writer.step(4, null, 6, 1).end(4, "cancelled").step(1, null, 4, 1).end(1, "failed");
  return writer.written({ ended: "ExceptionGroup: unhandled errors in a TaskGroup" });
}

/** A recording that began when its task had long run, and has not ended. */
export function lateTrace(): Trace {
  const writer = new TraceWriter().at(-5000).made(7, "server", { function: "serve" }).at(0);
  return writer.step(7, sleeps(1), null, 1).at(400_000).written({ dropped: 12_345, pid: null });
}

/** This many tasks in a group of their own maker, each of which has some steps. */
export function manyTrace(tasks: number, steps: number): Trace {
  const writer = new TraceWriter().group(2, 1).made(1, "main").step(1, group, null, 1);
  const ids = Array.from({ length: tasks }, (_, index) => index + 3);
  for (const id of ids) writer.made(id, `worker ${id - 2}`, { function: "work", maker: 1, group: 2 });
  for (let step = 1; step <= steps; step++) {
    for (const id of ids) writer.step(id, step === steps ? null : sleeps(1), 1, 0.001 * (1 + (id % 7)));
  }
  for (const id of ids) writer.end(id, id % 10 === 0 ? "cancelled" : "returned");
  return writer.step(1, null, 3, 1).end(1).written();
}

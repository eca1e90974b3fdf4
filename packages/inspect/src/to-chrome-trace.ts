/**
 * A recording in the Trace Event Format, which Perfetto and chrome://tracing read. Its description is the document
 * "Trace Event Format" of the Chromium project; `ph` is the kind of an event:
 *
 * - `M` names the process and its threads. A thread stands for a task; thread 0 for the callbacks of the loop.
 * - `X` is a step. Steps of a task don't overlap, so they need no nesting.
 * - `b`, `e` are the life of a task, and its waits within it. The waits follow one another without overlap, so the
 *   slices of one `id` always nest.
 * - `s`, `f` are an arrow to a step, from the last step before it of the task that woke its task. Both ends lie in
 *   a slice (`bp: "e"`), else a viewer leaves the arrow out.
 * - `C` is a counter: the tasks that are ready, and the size of each queue.
 * - `i` is a request to cancel a task.
 *
 * Times are microseconds. The events are written in the order of their times. At one time, a slice ends before the
 * next begins; one that has no duration, as on the virtual clock, begins before it ends; and a step is there before
 * the arrows at it.
 *
 * Of a recording that has more than 300,000 events, the last are written.
 */
import { titleOf } from "./picture-text.js";
import { rowsOf } from "./timeline.js";
import type { StepEvent, Trace } from "./trace.js";

/** Viewers get slow with more, and a text has to stay below the engine's limit of half a billion characters. */
const most = 300_000;

/** At one time, the events are written in the order of their ranks. */
const naming = -1;
const endWait = 0;
const endTask = 1;
const beginTask = 2;
const beginWait = 3;
const step = 4;
const arrowStart = 5;
const arrowEnd = 6;
const other = 7;

/**
 * Returns a recording in the Trace Event Format, as JSON, which ui.perfetto.dev and chrome://tracing open: a track
 * for each task with its steps and its waits, arrows from the task that woke another, and counters of the tasks
 * that are ready and of the sizes of queues. Of a recording with more than 300,000 events, it has the last ones.
 *
 * @example
 * ```ts
 * import { toChromeTrace, type Trace } from "@asyncio-ts/inspect";
 *
 * const trace: Trace = {
 *   format: 1, pid: 7, runtime: "node 24.21.0", startedAt: 0, duration: 5, dropped: 0, ended: null,
 *   tasks: [{ id: 1, name: "poller", function: "poll", loop: 2, maker: null, group: null, madeAt: 0, endedAt: 5,
 *     outcome: "returned" }],
 *   groups: [], objects: [],
 *   events: [{ kind: "step", time: 0, duration: 5, task: 1, wokenBy: null, ready: 0, waitsFor: null }],
 * };
 * const { traceEvents } = JSON.parse(toChromeTrace(trace));
 * for (const { ph, name, dur } of traceEvents) if (ph === "X") console.log(name, dur, "µs");
 * // prints: poll 5000 µs
 * ```
 */
export function toChromeTrace(trace: Trace): string {
  const latest = latestOf(trace);
  const pid = trace.pid ?? 1;
  const lines: string[] = [];
  const times: number[] = [];
  const ranks: number[] = [];
  const add: Add = (time, rank, ph, tid, rest) => {
    const ts = microseconds(Math.max(0, time));
    times.push(ts);
    ranks.push(rank);
    lines.push(`{"ph":"${ph}","pid":${pid},"tid":${tid},"ts":${ts},${JSON.stringify(rest).slice(1)}`);
  };
  const name = (kind: string, tid: number, args: object): void =>
    add(0, naming, "M", tid, { name: kind, args });

  name("process_name", 0, { name: `asyncio-ts, ${trace.runtime}` });
  name("thread_name", 0, { name: "callbacks of the loop" });
  name("thread_sort_index", 0, { sort_index: 0 });
  for (const [index, { task, from, to, spans }] of rowsOf(latest).entries()) {
    const title = titleOf(task);
    name("thread_name", task.id, { name: title });
    name("thread_sort_index", task.id, { sort_index: index + 1 });
    const life = { cat: "task", id: String(task.id) };
    const { maker, group, outcome } = task;
    add(from, beginTask, "b", task.id, { ...life, name: title, args: { maker, group } });
    for (const { state, text, from: begin, to: end } of spans) {
      if (state === "running" || microseconds(begin) === microseconds(end)) continue;
      const wait = { ...life, name: text };
      add(begin, beginWait, "b", task.id, wait);
      add(end, endWait, "e", task.id, wait);
    }
    const isMoment = microseconds(from) === microseconds(to);
    add(to, isMoment ? other : endTask, "e", task.id, { ...life, name: title, args: { outcome } });
  }
  addEvents(latest, add);
  const { format, startedAt, duration, dropped, ended } = latest;
  const rest = { displayTimeUnit: "ms", otherData: { format, startedAt, duration, dropped, ended } };
  const at = (of: readonly number[], index: number): number => of[index] as number;
  const order = Array.from(lines, (_, index) => index).sort(
    (one, next) => at(times, one) - at(times, next) || at(ranks, one) - at(ranks, next),
  );
  const events = order.map((index) => lines[index]).join(",\n");
  return `{"traceEvents":[\n${events}\n],${JSON.stringify(rest).slice(1)}\n`;
}

type Add = (time: number, rank: number, ph: string, tid: number, rest: object) => void;

/** A recording without its first events, if it has many, and without the tasks that ended before the rest. */
function latestOf(trace: Trace): Trace {
  const leftOut = trace.events.length - most;
  if (leftOut <= 0) return trace;
  const events = trace.events.slice(leftOut);
  const begin = events[0]?.time ?? 0;
  const tasks = trace.tasks.filter(({ endedAt }) => endedAt === null || endedAt >= begin);
  return { ...trace, tasks, events, dropped: trace.dropped + leftOut };
}

/** Adds the steps, with their arrows, the counters and the requests to cancel. */
function addEvents(trace: Trace, add: Add): void {
  const names = new Map(trace.tasks.map((task) => [task.id, task.function || task.name]));
  const objects = new Map(trace.objects.map(({ id, name }) => [id, name]));
  const lastSteps = new Map<number, StepEvent>();
  let ready = -1;
  let arrows = 0;
  for (const event of trace.events) {
    switch (event.kind) {
      case "step": {
        const { time, duration, task, wokenBy } = event;
        const tid = task ?? 0;
        const name = names.get(tid) ?? "callback";
        add(time, step, "X", tid, { dur: microseconds(duration), name, cat: "step" });
        if (event.ready !== ready) {
          add(time, other, "C", 0, { name: "ready tasks", args: { ready: event.ready } });
          ({ ready } = event);
        }
        const waker = wokenBy === null ? undefined : lastSteps.get(wokenBy);
        if (waker !== undefined) {
          const arrow = { cat: "woken", name: "wakes", id: String((arrows += 1)) };
          // At its end, a slice is closed already.
          const leaves = Math.min(waker.time + waker.duration / 2, time);
          add(leaves, arrowStart, "s", waker.task ?? 0, arrow);
          add(time, arrowEnd, "f", tid, { ...arrow, bp: "e" });
        }
        if (task !== null) lastSteps.set(task, event);
        break;
      }
      case "cancel": {
        const { time, task, by, message } = event;
        add(time, other, "i", task, { s: "t", name: "cancel", args: { by, message } });
        break;
      }
      case "size": {
        const { time, object, size } = event;
        const counter = objects.get(object) ?? `queue ${object}`;
        add(time, other, "C", 0, { name: counter, args: { size } });
        break;
      }
      case "made":
      case "wait":
      case "end":
        break;
    }
  }
}

/** Whole nanoseconds, so that no rounding of doubles shows. */
function microseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1e6) / 1e3;
}

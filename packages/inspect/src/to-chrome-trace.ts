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
 */
import { rowsOf } from "./timeline.js";
import type { StepEvent, Trace, TracedTask } from "./trace.js";

/** At one time, the events are written in the order of their ranks. */
interface Ranked {
  readonly ts: number;
  readonly rank: number;
  readonly text: string;
}

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
 * that are ready and of the sizes of queues.
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
 * console.log(traceEvents.filter(({ ph }: { ph: string }) => ph === "X"));
 * // prints: [ { ph: 'X', pid: 7, tid: 1, ts: 0, dur: 5000, name: 'poll', cat: 'step' } ]
 * ```
 */
export function toChromeTrace(trace: Trace): string {
  const pid = trace.pid ?? 1;
  const events: Ranked[] = [];
  const add = (time: number, rank: number, event: object): void => {
    const ts = microseconds(Math.max(0, time));
    events.push({ ts, rank, text: JSON.stringify({ ...event, pid, ts }) });
  };
  const meta: string[] = [];
  const name = (kind: string, tid: number, args: object): void => {
    meta.push(JSON.stringify({ ph: "M", pid, tid, ts: 0, name: kind, args }));
  };

  name("process_name", 0, { name: `asyncio-ts, ${trace.runtime}` });
  name("thread_name", 0, { name: "callbacks of the loop" });
  name("thread_sort_index", 0, { sort_index: 0 });
  for (const [index, { task, from, to, spans }] of rowsOf(trace).entries()) {
    const title = titleOf(task);
    name("thread_name", task.id, { name: title });
    name("thread_sort_index", task.id, { sort_index: index + 1 });
    const life = { cat: "task", id: String(task.id), tid: task.id };
    const { maker, group, outcome } = task;
    add(from, beginTask, { ph: "b", ...life, name: title, args: { maker, group } });
    for (const { state, text, from: begin, to: end } of spans) {
      if (state === "running" || microseconds(begin) === microseconds(end)) continue;
      add(begin, beginWait, { ph: "b", ...life, name: text, args: { state } });
      add(end, endWait, { ph: "e", ...life, name: text });
    }
    const isMoment = microseconds(from) === microseconds(to);
    add(to, isMoment ? other : endTask, { ph: "e", ...life, name: title, args: { outcome } });
  }
  addEvents(trace, add);
  events.sort((one, next) => one.ts - next.ts || one.rank - next.rank);
  const { format, startedAt, duration, dropped, ended } = trace;
  const rest = { displayTimeUnit: "ms", otherData: { format, startedAt, duration, dropped, ended } };
  const lines = [...meta, ...events.map(({ text }) => text)].join(",\n");
  return `{"traceEvents":[\n${lines}\n],${JSON.stringify(rest).slice(1)}\n`;
}

/** Adds the steps, with their arrows, the counters and the requests to cancel. */
function addEvents(trace: Trace, add: (time: number, rank: number, event: object) => void): void {
  const names = new Map(trace.tasks.map((task) => [task.id, task.function || task.name]));
  const objects = new Map(trace.objects.map(({ id, name }) => [id, name]));
  const lastSteps = new Map<number, StepEvent>();
  let ready = -1;
  let arrows = 0;
  for (const event of trace.events) {
    switch (event.kind) {
      case "step": {
        const { time, duration, task, wokenBy, waitsFor } = event;
        const tid = task ?? 0;
        const then = waitsFor === null ? {} : { args: { then: waitsFor.text } };
        const slice = { ph: "X", tid, dur: microseconds(duration) };
        add(time, step, { ...slice, name: names.get(tid) ?? "callback", cat: "step", ...then });
        if (event.ready !== ready) {
          add(time, other, { ph: "C", tid: 0, name: "ready tasks", args: { ready: event.ready } });
          ({ ready } = event);
        }
        const waker = wokenBy === null ? undefined : lastSteps.get(wokenBy);
        if (waker !== undefined) {
          const arrow = { cat: "woken", name: "wakes", id: String((arrows += 1)) };
          // At its end, a slice is closed already.
          const leaves = Math.min(waker.time + waker.duration / 2, time);
          add(leaves, arrowStart, { ph: "s", tid: wokenBy, ...arrow });
          add(time, arrowEnd, { ph: "f", bp: "e", tid, ...arrow });
        }
        if (task !== null) lastSteps.set(task, event);
        break;
      }
      case "cancel": {
        const { time, task, by, message } = event;
        add(time, other, { ph: "i", s: "t", tid: task, name: "cancel", args: { by, message } });
        break;
      }
      case "size": {
        const { time, object, size } = event;
        const counter = objects.get(object) ?? `queue ${object}`;
        add(time, other, { ph: "C", tid: 0, name: counter, args: { size } });
        break;
      }
      case "made":
      case "wait":
      case "end":
        break;
    }
  }
}

function titleOf({ name, function: fn }: TracedTask): string {
  return fn === "" || fn === name ? name : `${name} (${fn})`;
}

/** Whole nanoseconds, so that no rounding of doubles shows. */
function microseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1e6) / 1e3;
}

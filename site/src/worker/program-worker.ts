/**
 * The worker in which a program runs, on a real loop. One worker runs one program: so a program can't disturb the
 * next one, and one that does not stop is ended with its worker.
 *
 * The program is a function with `require`, made by the transpiler of ES modules, and not a module: an error in a
 * function has the line of the program, whatever was put before it in the same line.
 */
import { type Recording, startRecording } from "@asyncio-ts/inspect";
import { isCancelled } from "@asyncio-ts/future";
import { allTasks } from "@asyncio-ts/task";
import { format } from "node-inspect-extracted";
import type { FromWorker, Look, ToWorker } from "../messages.js";
import { describeFailure } from "./failure.js";
import { makeProgram } from "./make-program.js";
import { modulesFor } from "./modules.js";
import { ProgramTime } from "./program-time.js";
import { ObjectWatch } from "./watch-objects.js";

/** A program that prints without end would fill the page. */
const MOST_LINES = 1000;
/** The events that a picture is drawn from: the latest. */
const MOST_EVENTS = 3000;

interface Run {
  readonly time: ProgramTime;
  readonly watch: ObjectWatch;
  readonly recording: Recording;
  isStopped: boolean;
  lines: number;
}

let running: Run | undefined;

// oxlint-disable-next-line require-post-message-target-origin -- a worker has one page
const post = (message: FromWorker): void => self.postMessage(message);

self.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  switch (data.kind) {
    case "run":
      void run(data);
      break;
    case "look":
      if (running !== undefined) post({ kind: "look", ...look(running) });
      break;
    case "stop":
      if (running !== undefined) stop(running);
      break;
  }
});

self.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  print(true, "Unhandled rejection:", describeFailure(event.reason).text);
});

for (const level of ["log", "info", "debug", "warn", "error"] as const) {
  console[level] = (...values: unknown[]) => print(level === "warn" || level === "error", ...values);
}

post({ kind: "ready" });

async function run({ code, time: kind }: Extract<ToWorker, { kind: "run" }>): Promise<void> {
  const time = new ProgramTime(kind);
  const watch = new ObjectWatch(time.now);
  const recording = startRecording({ limit: MOST_EVENTS, clock: time.now });
  const program: Run = { time, watch, recording, isStopped: false, lines: 0 };
  running = program;
  const end = (outcome: "finished" | "stopped" | "failed", error?: unknown): void => {
    recording.stop();
    const failure = outcome === "failed" ? describeFailure(error) : undefined;
    post({ kind: "ended", outcome, failure, ...look(program) });
  };
  try {
    await makeProgram(code)(modulesFor(time, watch), {});
    end(program.isStopped ? "stopped" : "finished");
  } catch (error) {
    end(program.isStopped && isCancelled(error) ? "stopped" : "failed", error);
  }
}

/** Cancels the main task, which is the oldest of the loop; or all tasks, if the program does not call `run()`. */
function stop(program: Run): void {
  program.isStopped = true;
  const { loop } = program.time;
  const [main, ...others] = allTasks(loop);
  main?.cancel();
  if (loop === undefined) for (const task of others) task.cancel();
}

function look({ recording, watch, time }: Run): Look {
  const trace = recording.trace();
  // A recording ends with its last event; the picture goes on to now, where tasks wait.
  return { trace: { ...trace, duration: Math.max(trace.duration, time.now()) }, states: watch.states };
}

function print(isError: boolean, ...values: unknown[]): void {
  if (running === undefined || running.lines > MOST_LINES) return;
  running.lines += 1;
  const text =
    running.lines > MOST_LINES ? `(more than ${MOST_LINES} lines; no more are shown)` : format(...values);
  post({ kind: "line", isError, text, time: running.time.now() });
}

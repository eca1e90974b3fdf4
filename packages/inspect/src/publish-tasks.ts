/**
 * publishTasks: what tasks do, in channels of `node:diagnostics_channel`.
 *
 * A channel can't tell that somebody subscribes, so the program says when observing begins: by the call, or by
 * `node --import @asyncio-ts/inspect/channels`. A message is made only if its channel has a subscriber.
 */
import {
  currentTask,
  describeTarget,
  describeTask,
  endingOf,
  nativeWait,
  numberOf,
  observe,
  type Runnable,
  Silent,
  type Target,
  type TaskDescription,
  type TaskLike,
  waitsNatively,
  type WaitDescription,
} from "./library.js";

/** The message of `asyncio-ts:task:step:start` and `asyncio-ts:task:step:end`; the others have more. */
export interface TaskMessage {
  /** The task: the object that `createTask()` returned. */
  readonly task: object;
  /** The number of the task, which `snapshot()` and `asyncio-ts ps` show. */
  readonly id: number;
}

/** The message of `asyncio-ts:task:made`. */
export interface TaskMadeMessage extends TaskMessage, TaskDescription {
  /** The number of the task whose code made it; null if no task's code did. */
  readonly by: number | null;
}

/** The message of `asyncio-ts:task:wait`: the task begins to wait for something that is not done. */
export interface TaskWaitMessage extends TaskMessage, WaitDescription {}

/** The message of `asyncio-ts:task:cancel`: the task was asked to stop. */
export interface TaskCancelMessage extends TaskMessage {
  /** The message given to `cancel()`; null without one. */
  readonly message: string | null;
  /** The class of what asked: `Timeout`, `TaskGroup`; null if it was `cancel()`. */
  readonly owner: string | null;
  /** The number of the task whose code asked; null if no task's code did. */
  readonly by: number | null;
}

/** The message of `asyncio-ts:task:end`. */
export interface TaskEndMessage extends TaskMessage {
  readonly outcome: "returned" | "failed" | "cancelled";
  /** The error that the task failed with; undefined if it did not fail. */
  readonly error: unknown;
}

interface Channel {
  readonly hasSubscribers: boolean;
  publish(message: object): void;
}

interface DiagnosticsChannel {
  channel(name: string): Channel;
}

/**
 * Publishes what tasks do in channels of `node:diagnostics_channel`, until the function that this returns is
 * called:
 * - `asyncio-ts:task:made` (`TaskMadeMessage`), by the code that makes the task;
 * - `asyncio-ts:task:step:start` and `asyncio-ts:task:step:end` (`TaskMessage`), around each step;
 * - `asyncio-ts:task:wait` (`TaskWaitMessage`), when a wait begins;
 * - `asyncio-ts:task:cancel` (`TaskCancelMessage`), by the code that asks;
 * - `asyncio-ts:task:end` (`TaskEndMessage`), when the task is done.
 *
 * A subscriber is called while the task's code runs, and must not wait. `node --import
 * @asyncio-ts/inspect/channels app.js` calls this before the program is loaded.
 *
 * @throws Error if the runtime has no `node:diagnostics_channel`, or the version of the library that is loaded
 * can't be observed.
 *
 * @example
 * ```ts
 * import { subscribe } from "node:diagnostics_channel";
 * import { publishTasks, type TaskEndMessage, type TaskMadeMessage } from "@asyncio-ts/inspect";
 * import { run } from "@asyncio-ts/task";
 *
 * subscribe("asyncio-ts:task:made", (message) => {
 *   console.log("made", (message as TaskMadeMessage).function);
 * });
 * subscribe("asyncio-ts:task:end", (message) => {
 *   console.log("end", (message as TaskEndMessage).outcome);
 * });
 * const stop = publishTasks();
 * await run(async function main() {});
 * stop();
 * // prints: made main
 * // prints: end returned
 * ```
 */
export function publishTasks(): () => void {
  const { process } = globalThis as {
    process?: { getBuiltinModule?(name: string): DiagnosticsChannel | undefined };
  };
  const channels = process?.getBuiltinModule?.("node:diagnostics_channel");
  if (channels === undefined) {
    throw new Error("publishTasks() needs node:diagnostics_channel, which this runtime does not have");
  }
  return observe(new Publisher(channels), "publishTasks()");
}

class Publisher extends Silent {
  private readonly made: Channel;
  private readonly stepStart: Channel;
  private readonly stepEnd: Channel;
  private readonly wait: Channel;
  private readonly cancel: Channel;
  private readonly end: Channel;
  /** The task whose step was published, or whose wait may have to be. */
  private turn: TaskLike | undefined = undefined;

  constructor(channels: DiagnosticsChannel) {
    super();
    const channel = (name: string): Channel => channels.channel(`asyncio-ts:task:${name}`);
    this.made = channel("made");
    this.stepStart = channel("step:start");
    this.stepEnd = channel("step:end");
    this.wait = channel("wait");
    this.cancel = channel("cancel");
    this.end = channel("end");
  }

  override taskMade(task: TaskLike): void {
    publish(this.made, task, () => ({ ...describeTask(task), by: numberOfCurrent() }));
  }

  override turnBegins(runnable: Runnable): void {
    this.turn = undefined;
    if (!this.stepStart.hasSubscribers && !this.stepEnd.hasSubscribers && !this.wait.hasSubscribers) return;
    const task = runnable.awaiter ?? runnable;
    // A future may await something too, that of `gather` for instance.
    if (!("origin" in task)) return;
    this.turn = task as TaskLike;
    publish(this.stepStart, this.turn, () => ({}));
  }

  override turnEnded(): void {
    const { turn } = this;
    if (turn === undefined) return;
    this.turn = undefined;
    if (this.wait.hasSubscribers && waitsNatively(turn)) publish(this.wait, turn, () => nativeWait);
    publish(this.stepEnd, turn, () => ({}));
  }

  override waitBegins(target: Target, awaiter: TaskLike | undefined): void {
    if (awaiter !== undefined) publish(this.wait, awaiter, () => describeTarget(target));
  }

  override cancelRequested(task: TaskLike, message: string | undefined, owner: object | undefined): void {
    publish(this.cancel, task, () => ({
      message: message ?? null,
      owner: owner?.constructor.name ?? null,
      by: numberOfCurrent(),
    }));
  }

  override taskEnded(task: TaskLike): void {
    publish(this.end, task, () => endingOf(task));
  }
}

function numberOfCurrent(): number | null {
  const task = currentTask();
  return task === undefined ? null : numberOf(task);
}

/** Publishes a message about a task, if anybody subscribes. An error must not reach the program. */
function publish(channel: Channel, task: TaskLike, more: () => object): void {
  if (!channel.hasSubscribers) return;
  try {
    channel.publish({ task, id: numberOf(task), ...more() });
  } catch {
    // Node reports errors of subscribers by itself. This one is of an object that can't be described.
  }
}

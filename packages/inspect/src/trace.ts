/**
 * The data of a recording: what each task did, and when.
 *
 * All times are milliseconds from the start of the recording, with fractions. Tasks, groups and objects are
 * named by the numbers that `snapshot()` gives them in the same process.
 */

/** A recording, as plain data that JSON can carry. */
export interface Trace {
  /** The version of this format. */
  readonly format: 1;
  /** The process; null in a browser. */
  readonly pid: number | null;
  /** The runtime and its version: `node 24.21.0`. */
  readonly runtime: string;
  /** When the recording began, in milliseconds since 1970. */
  readonly startedAt: number;
  /** How long it took. */
  readonly duration: number;
  /** How many of the earliest events were dropped, since a recording keeps the last million. */
  readonly dropped: number;
  /** The reason why the program ended while it was recorded: `exit`, an error, a signal; null if it did not. */
  readonly ended: string | null;
  /** The tasks that the events name, and those that are not done, in the order in which they were made. */
  readonly tasks: readonly TracedTask[];
  readonly groups: readonly TracedGroup[];
  /** The locks, queues and the like that tasks waited for. */
  readonly objects: readonly TracedObject[];
  /** In the order in which they happened; a step stands where it began. */
  readonly events: readonly TraceEvent[];
}

export interface TracedTask {
  readonly id: number;
  readonly name: string;
  /** The name of its function; empty if nothing tells it. */
  readonly function: string;
  /** The number of its loop. */
  readonly loop: number;
  /** The task whose code made it; null if no task's code did, or it is unknown. */
  readonly maker: number | null;
  /** The group that it is in; null if it is in none. */
  readonly group: number | null;
  /**
   * When it was made; below 0 if that was before the recording began, or 0 if the recording has a clock of its own,
   * which did not run then.
   */
  readonly madeAt: number;
  /** When it ended; null if it did not. */
  readonly endedAt: number | null;
  readonly outcome: "returned" | "failed" | "cancelled" | null;
}

/** A task group: its parent is the task that entered it; null if that is unknown. */
export interface TracedGroup {
  readonly id: number;
  readonly parent: number | null;
}

export interface TracedObject {
  readonly id: number;
  /** `lock`, `queue`, `semaphore` …: the class, in lower case. */
  readonly kind: string;
  /** A name that tells it from the others of its kind: `Lock 2`. */
  readonly name: string;
}

/** Something that a task waits for. */
export interface TracedWait {
  /** As in a snapshot: `timer`, `task`, `lock`, `queue`, `promise`, `step`, `future` … */
  readonly kind: string;
  /** In words: `sleep(100)`, `Lock.acquire()`. */
  readonly text: string;
  /** The task that is waited for. */
  readonly task?: number;
  /** The lock, queue or the like that is waited for. */
  readonly object?: number;
}

export type TraceEvent = MadeEvent | StepEvent | WaitEvent | CancelEvent | EndEvent | SizeEvent;

/** A task was made. */
export interface MadeEvent {
  readonly kind: "made";
  readonly time: number;
  readonly task: number;
}

/** A task ran, from a wait to the next, or to its end. */
export interface StepEvent {
  readonly kind: "step";
  readonly time: number;
  readonly duration: number;
  /** Null for a callback of the loop that is no task's. */
  readonly task: number | null;
  /** The task whose code let it run; null for a timer, code that is no task's, or the task itself. */
  readonly wokenBy: number | null;
  /** How many tasks and callbacks were ready to run when it began, without it. */
  readonly ready: number;
  /**
   * The thing that the task waits for from the step's end on; null if the task ended, if the step was not over, or
   * if the task waits for several things: see `WaitEvent`.
   */
  readonly waitsFor: TracedWait | null;
}

/**
 * A task waits for one thing more, as in `Promise.all`; or it waited for it already when the recording began; or it
 * was resumed by a native promise, of which nothing is told, and now waits for something again.
 */
export interface WaitEvent {
  readonly kind: "wait";
  readonly time: number;
  readonly task: number;
  readonly waitsFor: TracedWait;
}

/** A task was asked to stop. */
export interface CancelEvent {
  readonly kind: "cancel";
  readonly time: number;
  readonly task: number;
  /** The task whose code asked; null for code that is no task's, such as a timeout that expires. */
  readonly by: number | null;
  readonly message: string | null;
}

/** A task ended. */
export interface EndEvent {
  readonly kind: "end";
  readonly time: number;
  readonly task: number;
  readonly outcome: "returned" | "failed" | "cancelled";
}

/** The size of a queue, when a task began to wait for it, or was woken by it. */
export interface SizeEvent {
  readonly kind: "size";
  readonly time: number;
  readonly object: number;
  readonly size: number;
}

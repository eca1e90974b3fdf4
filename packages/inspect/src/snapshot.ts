/** The data of a snapshot: who runs, who waits and for what, at one moment. */

/** The tasks and loops of a process at one moment, as plain data that JSON can carry. */
export interface Snapshot {
  /** The version of this format. */
  readonly format: 1;
  /** The process; null in a browser. */
  readonly pid: number | null;
  /** The runtime and its version: `node 24.21.0`. */
  readonly runtime: string;
  /** The loops that have tasks. */
  readonly loops: readonly LoopSnapshot[];
  /** The tasks that are not done, in the order in which they were made. */
  readonly tasks: readonly TaskSnapshot[];
  /**
   * The stack of the code that was interrupted to take the snapshot, innermost first; empty if no code ran. It
   * is empty, too, in a snapshot that a program takes of itself.
   */
  readonly stack: readonly string[];
}

/** An event loop. */
export interface LoopSnapshot {
  /** Its number, by which tasks name it. */
  readonly id: number;
  /** True if it is running a callback or a step of a task. */
  readonly running: boolean;
  /** How many callbacks and steps it has run. */
  readonly turns: number;
}

/** A task that is not done. */
export interface TaskSnapshot {
  /** Its number, which it keeps in later snapshots of the same process. */
  readonly id: number;
  readonly name: string;
  /** The name of its function; empty if nothing tells it. */
  readonly function: string;
  /** The number of its loop. */
  readonly loop: number;
  /**
   * - `running`: its code is being run;
   * - `ready`: its next step comes without anything else having to happen;
   * - `waiting`: see `waitsFor`.
   */
  readonly state: "running" | "ready" | "waiting";
  /** How many requests to cancel it are under way. */
  readonly cancelling: number;
  /** Its waits: one, or several as in `Promise.all`; none if it runs. */
  readonly waitsFor: readonly WaitSnapshot[];
  /** The numbers of the tasks that wait for it, directly or by way of `gather` and the like. */
  readonly awaitedBy: readonly number[];
}

/** Something that a task waits for. */
export interface WaitSnapshot {
  /**
   * - `task`: another task, whose number is `task`;
   * - `timer`: a sleep of `delay` milliseconds, of which `left` are left;
   * - `lock`, `queue`, `semaphore`, `event`, `condition` …: a primitive, whose state is the text `of`, and for
   *   which `waiting` tasks wait in the same way;
   * - `promise`: a native promise, of which nothing is known;
   * - `step`: its first step, or the next iteration of the loop;
   * - `future`: another future, which `text` describes.
   */
  readonly kind: string;
  /** The description that reports of the library give: `<sleep(10) pending>`. */
  readonly text: string;
  readonly [fact: string]: string | number;
}

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
  /** The groups that these tasks are in. */
  readonly groups: readonly GroupSnapshot[];
  /** The queues that tasks wait for, and those that have, or had, more than 16 items. */
  readonly queues: readonly QueueSnapshot[];
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

/** A task group. */
export interface GroupSnapshot {
  /** Its number, by which tasks name it. */
  readonly id: number;
  /** The number of the task that entered it; null if that is done. */
  readonly parent: number | null;
  /** Its state in words: `<TaskGroup entered, 2 tasks, 0 errors>`. */
  readonly text: string;
}

/** A queue. */
export interface QueueSnapshot {
  /** Its number, which waits have as `object`. */
  readonly id: number;
  /** How many items it has. */
  readonly size: number;
  /** How many items it holds before `put()` waits; 0 for no limit. */
  readonly maxsize: number;
  /** Its state in words: `<Queue 3 items, 0 getting, 0 putting>`. */
  readonly text: string;
}

/** The task whose code made another. */
export interface MakerSnapshot {
  readonly name: string;
  /** Its number, if exactly one task that is not done has this name; else null. */
  readonly id: number | null;
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
  /** The number of its group; null if it is in none. */
  readonly group: number | null;
  /** The task that made it; null if it is in a group, whose parent that is, or was made outside all tasks. */
  readonly madeBy: MakerSnapshot | null;
  /** Its age in milliseconds of real time, as of the slice of the loop in which it was made. */
  readonly age: number;
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
   * - `lock`, `queue`, `semaphore`, `event`, `condition`, `barrier`: a primitive. Its state is the text `of`, its
   *   number `object`, and `waiting` tasks wait for it in the same way. A lock has the number of the task that
   *   holds it as `holder`, if a task does, and `handovers`, how often a waiter has got it. A queue has its `size`
   *   and `maxsize`, a semaphore its free permits as `value`, a barrier `arrived` and `parties`;
   * - `socket`, `stream`, `server`: bytes, a connection, or room to write; a socket has its `peer`;
   * - `process`: the end of a process, with `pid` and `program`;
   * - `job`: a function in a worker, with `function`, `pool`, and `status`: queued or running;
   * - `group`, `gather`, `wait`: other tasks, of which `left` are not done; `group` is the number of the group;
   * - `shield`, `operation`: a shielded future; an operation of the runtime, such as `fetch`;
   * - `promise`: a native promise, of which nothing is known;
   * - `step`: its first step, or the next iteration of the loop;
   * - `future`: another future, which `text` describes.
   */
  readonly kind: string;
  /** The description that reports of the library give: `<sleep(10) pending>`. */
  readonly text: string;
  readonly [fact: string]: string | number;
}

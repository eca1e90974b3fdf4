/**
 * Library: the objects of the library that runs in this process, as observers meet them.
 *
 * This package imports nothing of the library: a program may have other copies of it, or several. All of them
 * share one slot, and find each other's members by symbols (`slot.ts` of the package future). The types below
 * name the members that observers use.
 */

/** A task, a future or anything else that is waited for. */
export interface Target {
  done(): boolean;
  toString(): string;
  readonly [facts]?: () => { readonly kind: string; readonly [fact: string]: unknown };
}

export interface TaskLike extends Target {
  readonly name: string;
  readonly scheduler: Scheduler;
  /** The body before the first step; undefined from then on. */
  readonly coroutine: unknown;
  readonly origin: { readonly functionName: string; readonly origins: object };
  /** The context in which the first step will run. */
  surroundings: AsyncContext | undefined;
  readonly next: TaskLike | undefined;
  readonly [waits]: () => readonly unknown[];
}

export interface JobLike extends Target {
  readonly functionName: string;
  sent?: readonly (readonly [name: string, value: unknown])[] | undefined;
}

export interface Scheduler {
  readonly ready?: { readonly length: number };
  time?(): number;
}

export interface AsyncContext {
  runInAsyncScope<R>(body: () => R): R;
}

/** Something in the ready queue. A timer has a deadline. */
export interface Runnable {
  readonly awaiter?: object | undefined;
  readonly deadline?: number;
}

/** An object that is told what all tasks do: see `observers.ts` of the package loop. */
export interface Observer {
  taskMade(task: TaskLike): void;
  turnBegins(runnable: Runnable): void;
  turnEnded(): void;
  sliceBegins(): void;
  scheduled(runnable: Runnable): void;
  waitBegins(target: Target, awaiter: TaskLike | undefined): void;
  cancelRequested(task: TaskLike, message: string | undefined, owner: object | undefined): void;
  taskEnded(task: TaskLike): void;
  jobMade(job: JobLike): void;
  jobEnded(job: JobLike): void;
}

type Observe = (observer: Observer) => () => void;

interface Slot {
  readonly contract: number;
  readonly liveTasks?: { readonly first: TaskLike | undefined };
  readonly running?: Scheduler | undefined;
  readonly runs?: readonly Scheduler[];
  readonly stepping?: { readonly awaiter?: TaskLike | undefined } | undefined;
  readonly storage?: { getStore(): TaskLike | undefined } | null;
  readonly turn?: TaskLike | undefined;
  readonly observe?: Observe;
  inspected?: { readonly ids: WeakMap<object, number>; last: number };
}

const slotKey: unique symbol = Symbol.for("asyncio-ts.slot");
const observable: unique symbol = Symbol.for("asyncio-ts.observable");
const facts: unique symbol = Symbol.for("asyncio-ts.waitFacts");
const waits: unique symbol = Symbol.for("asyncio-ts.waits");
const hasFailed: unique symbol = Symbol.for("asyncio-ts.hasFailed");
const bringsCancellation: unique symbol = Symbol.for("asyncio-ts.bringsCancellation");

const globals = globalThis as {
  [slotKey]?: Slot;
  [observable]?: (() => void)[];
};

const CONTRACT = 1;

/** Does nothing. Observers extend it, and tell what interests them. */
export class Silent implements Observer {
  taskMade(_task: TaskLike): void {}
  turnBegins(_runnable: Runnable): void {}
  turnEnded(): void {}
  sliceBegins(): void {}
  scheduled(_runnable: Runnable): void {}
  waitBegins(_target: Target, _awaiter: TaskLike | undefined): void {}
  cancelRequested(_task: TaskLike, _message: string | undefined, _owner: object | undefined): void {}
  taskEnded(_task: TaskLike): void {}
  jobMade(_job: JobLike): void {}
  jobEnded(_job: JobLike): void {}
}

/**
 * Has an observer told of what all tasks do, until the function that this returns is called. Before the library
 * is loaded, it waits for it: a program may be started with `node --import`.
 *
 * @throws Error if the library that is loaded has another contract; its message begins with `caller`.
 */
export function observe(observer: Observer, caller: string): () => void {
  const slot = globals[slotKey];
  if (slot !== undefined && slot.contract !== CONTRACT) {
    throw new Error(
      `${caller} can't observe the version of asyncio-ts that is loaded; update the older one: ` +
        "npm ls @asyncio-ts/future @asyncio-ts/inspect",
    );
  }
  if (slot?.observe !== undefined) return slot.observe(observer);
  const waiting = (globals[observable] ??= []);
  let stop: (() => void) | undefined;
  const begin = (): void => {
    stop = globals[slotKey]?.observe?.(observer);
  };
  waiting.push(begin);
  return () => {
    if (stop === undefined) waiting.splice(waiting.indexOf(begin), 1);
    else stop();
  };
}

/** Returns the number of a task, a loop or a group: the one that a snapshot has. */
export function numberOf(object: object): number {
  const slot = globals[slotKey] as Slot;
  const inspected = (slot.inspected ??= { ids: new WeakMap<object, number>(), last: 0 });
  let id = inspected.ids.get(object);
  if (id === undefined) inspected.ids.set(object, (id = ++inspected.last));
  return id;
}

/** Returns the task whose code runs; undefined if no task's does. */
export function currentTask(): TaskLike | undefined {
  const slot = globals[slotKey];
  if (slot === undefined) return undefined;
  const { stepping, storage, turn } = slot;
  if (stepping !== undefined) return stepping.awaiter;
  return storage ? storage.getStore() : turn;
}

/** Returns the loop whose turn it is. */
export function runningLoop(): Scheduler | undefined {
  return globals[slotKey]?.running;
}

/** Returns the tasks that are not done. */
export function* liveTasks(): Generator<TaskLike, void> {
  for (let task = globals[slotKey]?.liveTasks?.first; task !== undefined; task = task.next) yield task;
}

/** Returns the loops that run a program, or have tasks. */
export function loops(): Set<Scheduler> {
  const slot = globals[slotKey];
  const found = new Set<Scheduler>(slot?.runs);
  if (slot?.running !== undefined) found.add(slot.running);
  for (const { scheduler } of liveTasks()) found.add(scheduler);
  return found;
}

/** A task as others' tools see it. Its numbers are those that `snapshot()` and `asyncio-ts ps` have. */
export interface TaskDescription {
  /** The number of the task. */
  readonly id: number;
  readonly name: string;
  /** The name of its function; empty if nothing tells it. */
  readonly function: string;
  /** The number of the task group that it is in; null if it is in none. */
  readonly group: number | null;
  /** The number of its loop. */
  readonly loop: number;
}

/** Describes a task that was made. */
export function describeTask(task: TaskLike): TaskDescription {
  const { functionName, origins } = task.origin;
  // The tasks that are in no group share a plain object.
  const isGroup = Object.getPrototypeOf(origins) !== Object.prototype;
  return {
    id: numberOf(task),
    name: task.name,
    function: functionName,
    group: isGroup ? numberOf(origins) : null,
    loop: numberOf(task.scheduler),
  };
}

/** Something that a task begins to wait for. */
export interface WaitDescription {
  /** `timer`, `task`, `job`, `lock`, `queue`, `promise`, `future` …: as in a snapshot. */
  readonly kind: string;
  /** In words: `sleep(100)`, `Lock.acquire()`. */
  readonly text: string;
  /** The number of the task that is waited for; null if it is something else. */
  readonly on: number | null;
}

/** The wait for a native promise, of which nothing is known. */
export const nativeWait: WaitDescription = { kind: "promise", text: "a native promise", on: null };

/** Describes what a task is about to wait for. */
export function describeTarget(target: Target): WaitDescription {
  if ("origin" in target) {
    return { kind: "task", text: `task ${(target as TaskLike).name}`, on: numberOf(target) };
  }
  if ("functionName" in target) return { kind: "job", text: `${String(target["functionName"])}()`, on: null };
  const known = target[facts]?.();
  if (known?.kind === "timer") return { kind: "timer", text: `sleep(${String(known["delay"])})`, on: null };
  const text = /^<(.*) \w+>$/s.exec(String(target))?.[1] ?? String(target);
  const kind = known === undefined ? "future" : (known.kind.split(".", 1)[0] as string).toLowerCase();
  return { kind, text, on: null };
}

/** Tells whether a task has begun and waits for nothing of the library: only a native promise can resume it. */
export function waitsNatively(task: TaskLike): boolean {
  return !task.done() && task.coroutine === undefined && task[waits]().length === 0;
}

/** The end of a task or a job. */
export interface Ending {
  readonly outcome: "returned" | "failed" | "cancelled";
  /** The error that it failed with; undefined if it did not fail. */
  readonly error: unknown;
}

/** Reads how a task or job ended. Its error still counts as one that nobody has looked at. */
export function endingOf(ended: Target): Ending {
  const future = ended as Target & {
    [hasFailed](): boolean;
    [bringsCancellation](): boolean;
    readonly ending: unknown;
  };
  if (future[bringsCancellation]()) return { outcome: "cancelled", error: undefined };
  if (!future[hasFailed]()) return { outcome: "returned", error: undefined };
  return { outcome: "failed", error: (future.ending as { readonly error: unknown }).error };
}

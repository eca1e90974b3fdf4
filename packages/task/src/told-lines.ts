/**
 * Told lines: the code of a task that was thrown a CancelledError, also after awaits of native promises.
 *
 * A *line* is code of a task that waits for one thing at a time. Most tasks are one line; `Promise.all`,
 * `Promise.race` and an async function that nobody awaits make several. A line has been *told* of a
 * cancellation once a CancelledError was thrown into it; its clean-up must then be left alone. A line that
 * was not told still has to be. The two look alike when a wait begins after a native promise:
 *
 *     try { await sleep(1000) } finally { await native(); await sleep(10) }    // told: cleaning up
 *     await Promise.race([native(), sleep(1000)]); await native(); await sleep(10)    // only the race was
 *
 * V8's promise hooks tell them apart. All code in the microtasks after the throw is told, so each promise
 * made there, such as that of an `await`, is marked (`init`). When a reaction of a marked promise runs
 * (`before`), its code is told, and with it the code that it wakes: an async function that ends wakes the one
 * that awaits it, in a later microtask. But a microtask that was queued before the told code ran was woken by
 * something else, such as one event that resumes two lines. So the told code first queues a microtask of its
 * own: what runs before that is not told (`untold`), nor are the waits that begin there.
 *
 * States of the hooks:
 *   off         no line was told lately, and no told code awaits a native promise
 *   marking     `init` only: in the turns in which a CancelledError is thrown, until the host has polled once
 *   following   `init`, `before` and `after`: while a told task that has made a promise since has neither
 *               ended nor had its requests taken back (`followed` is not empty)
 * So a program pays for them only while it cancels something. Measured on Node 24: a task that is cancelled
 * and ends at once takes 2 % longer, since all turns of a slice share one `createHook` and its end.
 *
 * Told code is followed for PATIENCE to twice that: a task that swallowed its cancellation, and lives on for
 * hours, must not keep the hooks on. Without promise hooks (Bun, browsers), `canFollow` is false, and
 * `Cancellation` leaves a doubtful wait alone for some time instead.
 */
import { type contract, realTime, slot } from "@asyncio-ts/future/internal";
import { hooksOfPromises, type PromiseHooks } from "./storage.js";

const PATIENCE = 10_000;

/** A CancelledError thrown into a task. Made when something has to be marked with it, which is rare. */
export interface Telling {
  /** The cancellation of the task. */
  readonly of: Followed;
  /** The number of the throw, in the count of requests and throws of `of`; less if requests are due again. */
  readonly stamp: number;
  /** The number of the throw, also then. */
  readonly thrown: number;
}

/** The cancellation of a task whose told code is followed. */
export interface Followed {
  readonly task: object;
  /** Returns the telling of the code of the present turn. */
  telling(): Telling;
  /** Called when its code is no longer followed. */
  notFollowed(): void;
}

// Not fake timers, which may never call back.
const { nextTick, setImmediate, setTimeout, clearTimeout } = realTime;
const promiseHooks = workingHooks();
const settled = Promise.resolve();

const telling = Symbol("asyncio-ts.telling");
interface Marked {
  [telling]?: Telling;
}

/** The told code of the present turn, and whether it has made a promise. */
let turnOf: Followed | undefined;
let hasMarked = false;
/** The telling of the present microtask, where it is known for that alone. */
let inMicrotask: Telling | undefined;
/** The telling of other code, by task, until the microtasks have drained: there may be many clean-ups. */
const current: Map<object, Telling> = new Map();
/** Told code, by task, that ran in these microtasks while some run that were queued before it. */
const waking: Map<object, Telling> = new Map();
/** Marks, by task, of code in these microtasks that was queued before told code of its task ran. */
const untold: Map<object, Telling> = new Map();
/** Tasks for which `retell` was called: promises that were marked before say otherwise. */
const retold: Set<object> = new Set();
let willReset = false;
/** False while this module makes a promise of its own. */
let marks = true;
let stopMarking: (() => void) | undefined;
let willEndMarking = false;
let stopFollowing: (() => void) | undefined;
/** The timer of PATIENCE. There is only one: a second would count what the first has just seen as old. */
let patience: contract.Timer | undefined;
/** The tasks whose told code waits natively, and whether they have been here for PATIENCE already. */
const followed: Map<Followed, boolean> = new Map();

/** Tells whether told code can be followed through native promises here. */
export function canFollow(): boolean {
  return promiseHooks !== undefined && Boolean(slot.storage);
}

/** Returns the telling of the running code, after a native promise. */
export function currentTelling(task: object): Telling | undefined {
  return inMicrotask?.of.task === task ? inMicrotask : current.get(task);
}

/** Replaces the telling of the running code, after a native promise. */
export function retell(told: Telling): void {
  if (inMicrotask?.of === told.of) inMicrotask = told;
  waking.delete(told.of.task);
  current.set(told.of.task, told);
  retold.add(told.of.task);
}

/** Begins a turn of told code. */
export function enterTold(of: Followed): void {
  // Without a storage no async function has run in a task.
  if (promiseHooks === undefined || !slot.storage) return;
  turnOf = of;
  hasMarked = false;
  stopMarking ??= promiseHooks.createHook({ init: markPromise });
  if (willEndMarking) return;
  willEndMarking = true;
  setImmediate?.(endMarking);
}

/** Ends a turn of told code, and its microtasks. `goesOn` says whether the telling still matters. */
export function leaveTold(of: Followed, goesOn: boolean): void {
  turnOf = undefined;
  forgetCurrent();
  if (!goesOn || !hasMarked || followed.has(of)) return;
  followed.set(of, false);
  if (promiseHooks === undefined || stopFollowing !== undefined) return;
  stopFollowing = promiseHooks.createHook({ before: enterMicrotask, after: leaveMicrotask });
  startPatience();
}

/** Stops following code whose requests are over. */
export function forget(one: Followed): void {
  if (followed.size > 0 && followed.delete(one)) endHooks();
}

function markPromise(promise: Marked): void {
  // Only code of the task: other code may run in these microtasks.
  const task = marks ? slot.storage?.getStore() : undefined;
  if (task === undefined) return;
  const told = turnOf?.task === task ? turnOf.telling() : currentTelling(task);
  if (told === undefined) return;
  promise[telling] = told;
  hasMarked = true;
}

function enterMicrotask(promise: Marked): void {
  const told = promise[telling];
  if (told === undefined) {
    const task = slot.storage?.getStore();
    inMicrotask = task === undefined ? undefined : untoldIn(task);
    return;
  }
  inMicrotask = untold.get(told.of.task) === told ? told : undefined;
  if (inMicrotask !== undefined) return;
  if (turnOf === told.of || !followed.has(told.of)) return;
  const { task } = told.of;
  // The await was made before the task was told again, which its running code knows.
  if (retold.has(task) || (current.get(task)?.stamp ?? 0) > told.stamp) return;
  inMicrotask = told;
  waking.set(task, told);
  marks = false;
  void settled.then(() => {
    if (waking.get(task) !== told) return;
    waking.delete(task);
    current.set(task, told);
  });
  marks = true;
  if (willReset) return;
  willReset = true;
  // Runs when the microtasks have drained.
  nextTick?.(reset);
}

/** Returns the mark of a microtask that was queued before told code of its task ran. */
function untoldIn(task: object): Telling | undefined {
  const told = waking.get(task);
  // Told code has run before, and may have queued it.
  if (told === undefined || current.has(task)) return undefined;
  const mark = untold.get(task) ?? { of: told.of, stamp: 0, thrown: 0 };
  untold.set(task, mark);
  return mark;
}

function leaveMicrotask(): void {
  inMicrotask = undefined;
}

function reset(): void {
  willReset = false;
  forgetCurrent();
}

function forgetCurrent(): void {
  // V8 makes a new table for each `clear`, even of an empty map. Measured: a tenth of a cancelled task.
  inMicrotask = undefined;
  if (current.size > 0) current.clear();
  if (waking.size > 0) waking.clear();
  if (untold.size > 0) untold.clear();
  if (retold.size > 0) retold.clear();
}

function endMarking(): void {
  willEndMarking = false;
  endHooks();
}

function loseTrack(): void {
  for (const [one, isOld] of followed) {
    if (!isOld) followed.set(one, true);
    else {
      followed.delete(one);
      one.notFollowed();
    }
  }
  if (followed.size > 0) startPatience();
  else endHooks();
}

function startPatience(): void {
  patience = setTimeout(loseTrack, PATIENCE);
  patience.unref?.();
}

function endHooks(): void {
  if (followed.size > 0) return;
  if (patience !== undefined) clearTimeout(patience);
  patience = undefined;
  stopFollowing?.();
  stopFollowing = undefined;
  if (willEndMarking) return;
  stopMarking?.();
  stopMarking = undefined;
}

/** Returns the promise hooks, if the runtime has them and they work. */
function workingHooks(): PromiseHooks | undefined {
  const hooks = hooksOfPromises();
  if (hooks === undefined || nextTick === undefined || setImmediate === undefined) return undefined;
  try {
    let made = 0;
    const stop = hooks.createHook({ init: () => made++ });
    void Promise.resolve().then(() => {});
    stop();
    return made > 0 ? hooks : undefined;
  } catch {
    return undefined;
  }
}

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
 * that awaits it, in a later microtask. Other microtasks were queued by something else, such as an event that
 * resumes two lines, or the code of a line that was not told. Microtasks run in the order in which they were
 * queued. So told code queues a microtask of ours as it begins, and one as it ends (by `queueMicrotask`,
 * which makes no promise that the hooks would see, and which no patch of `then` reaches): those that run
 * between the two are what it has woken, and are told in turn. V8 calls no `before` for an `await` that began
 * while the hooks were off; what such code wakes begins as it first settles a promise (`settled`).
 *
 * States of the hooks:
 *   off         no line was told lately, and no told code awaits a native promise
 *   marking     `init` only: in the turns in which a CancelledError is thrown, until the host has polled once
 *   following   all four: while a told task that has made a promise since has neither ended nor had its
 *               requests taken back (`followed` is not empty)
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
const { queueMicrotask, setImmediate, setTimeout, clearTimeout } = realTime;
const promiseHooks = workingHooks();

const telling = Symbol("asyncio-ts.telling");
interface Marked {
  /** The telling of the code that has made the promise. */
  [telling]?: Telling;
}

/** Told code: that of a microtask, or of the microtasks that such code has woken. */
class Code {
  told: Telling;
  /** The code that it wakes; undefined as long as that is none. */
  wakes: Code | undefined = undefined;
  /** The woken code around it, which goes on when it is over. */
  outer: Code | undefined = undefined;

  constructor(told: Telling) {
    this.told = told;
  }
}

/** The told code of the present turn, and whether it has made a promise. */
let turnOf: Followed | undefined;
let hasMarked = false;
/** The told code of the present microtask, outside such a turn. */
let running: Code | undefined;
/** The promise of that microtask: a `vm` context may drain microtasks of its own in it, and end amid them. */
let runningOf: object | undefined;
/** The woken code to which the present microtask belongs, outside such a turn. */
let woken: Code | undefined;
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

/** Returns the running code, if that is told code of the task, after a native promise. */
export function currentCode(task: object): { told: Telling } | undefined {
  const code = running ?? woken;
  return code?.told.of.task === task ? code : undefined;
}

/** Begins a turn of told code. */
export function enterTold(of: Followed): void {
  // Without a storage no async function has run in a task.
  if (promiseHooks === undefined || !slot.storage) return;
  // A group that fails in the turn of the throw tells its line anew.
  if (turnOf !== of) hasMarked = false;
  turnOf = of;
  stopMarking ??= promiseHooks.createHook({ init: markPromise });
  if (willEndMarking) return;
  willEndMarking = true;
  setImmediate?.(endMarking);
}

/** Ends a turn of told code, and its microtasks. `goesOn` says whether the telling still matters. */
export function leaveTold(of: Followed, goesOn: boolean): void {
  turnOf = undefined;
  if (!goesOn || !hasMarked || followed.has(of)) return;
  followed.set(of, false);
  if (promiseHooks === undefined || stopFollowing !== undefined) return;
  stopFollowing = promiseHooks.createHook({
    before: enterMicrotask,
    after: leaveMicrotask,
    settled: settlePromise,
  });
  startPatience();
}

/** Stops following code whose requests are over. */
export function forget(one: Followed): void {
  if (followed.size > 0 && followed.delete(one)) endHooks();
}

function markPromise(promise: Marked): void {
  // Only code of the task: other code may run in these microtasks.
  const task = runningTask();
  if (task === undefined) return;
  const told = turnOf?.task === task ? turnOf.telling() : currentCode(task)?.told;
  if (told === undefined) return;
  promise[telling] = told;
  hasMarked = true;
}

function enterMicrotask(promise: Marked): void {
  if (running !== undefined) return;
  const told = toldByWaker(promise[telling]);
  if (told === undefined || !followed.has(told.of)) return;
  running = new Code(told);
  runningOf = promise;
  beginWaking(running);
}

/** Returns the telling of the code that begins, whose promise has this mark. */
function toldByWaker(mark: Telling | undefined): Telling | undefined {
  if (woken === undefined || !isOfTask(woken)) return mark;
  const { told } = woken;
  // The one that wakes it need not know of the later requests.
  return mark?.of === told.of && mark.thrown > told.thrown ? mark : told;
}

function leaveMicrotask(promise: object): void {
  if (running === undefined || promise !== runningOf) return;
  endWaking(running);
  running = runningOf = undefined;
}

function settlePromise(): void {
  if (running !== undefined || woken === undefined) return;
  if (isOfTask(woken)) beginWaking(woken);
  else endWaking(woken);
}

/** Returns the task of the running code; undefined if no task is known. */
function runningTask(): object | undefined {
  return slot.storage?.getStore() ?? slot.stepping?.awaiter;
}

/** Tells whether the present microtask may be code of the same task. */
function isOfTask(code: Code): boolean {
  // Reactions that the steps of a generator have made know no task.
  const task = runningTask();
  return task === undefined || task === code.told.of.task;
}

/** Begins what told code wakes, unless it has begun. */
function beginWaking(code: Code): void {
  if (code.wakes !== undefined) return;
  const next = new Code(code.told);
  code.wakes = next;
  queueMicrotask?.(() => {
    if (!followed.has(code.told.of)) return;
    // The code may have been told anew meanwhile.
    next.told = code.told;
    next.outer = woken;
    woken = next;
  });
}

/** Ends what told code wakes, as that is over, or another task wakes something in between. */
function endWaking(code: Code): void {
  const { wakes } = code;
  if (wakes === undefined) return;
  code.wakes = undefined;
  queueMicrotask?.(() => {
    if (woken !== wakes) return;
    woken = wakes.outer;
    endWaking(wakes);
  });
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
  // Perhaps in a microtask that is followed, of which no hook says the end.
  running = runningOf = undefined;
  woken = undefined;
  if (willEndMarking) return;
  stopMarking?.();
  stopMarking = undefined;
}

/** Returns the promise hooks, if the runtime has them and they work. */
function workingHooks(): PromiseHooks | undefined {
  const hooks = hooksOfPromises();
  if (hooks === undefined || queueMicrotask === undefined || setImmediate === undefined) return undefined;
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

/**
 * Told lines: which code of a task has had a CancelledError thrown into it, also after it has awaited native promises.
 *
 * A *line* is a run of code that waits for one thing at a time. Most tasks are one line; `Promise.all`, `Promise.race` and an
 * async function that nobody awaits make several. A line has been *told* of a cancellation once a CancelledError was
 * thrown into it, and what it does from then on (its `finally` blocks) must be left alone. A line that was not told
 * yet still has to be. The two look the same where a wait begins after a native promise:
 *
 *     try { await sleep(1000) } finally { await native(); await sleep(10) }    // told: cleaning up
 *     await Promise.race([native(), sleep(1000)]); await native(); await sleep(10)    // the race's leftover was told
 *
 * V8's promise hooks tell them apart. All that runs in the microtasks after the throw is told, so each promise made
 * there, such as that of an `await`, carries a mark (`init`). When a reaction of a marked promise runs (`before`),
 * the code is told again, and with it what it wakes: an async function that ends wakes the one that awaits it. That one
 * runs in a later microtask. A microtask that was queued before the told code ran was woken by something else, such as one event
 * that resumes two lines. So the told code queues a microtask of its own first: what runs before that is not told (`untold`), nor
 * is what such code begins in these microtasks.
 *
 * States of the hooks:
 *   off         nobody was told lately, and no told code awaits a native promise
 *   marking     `init` only: in the turns in which a CancelledError is thrown, until the host has polled once
 *   following   `init`, `before` and `after`: while a told task that has made a promise since has neither ended nor had its requests
 *               taken back (`followed` is not empty)
 * So a program pays for them only while it cancels something. Measured on Node 24: a task that is cancelled and ends at once
 * takes 2 % longer, since one pair of `createHook` and its end serves all turns of a slice.
 *
 * Told code is followed for PATIENCE to twice that: a task that swallowed its cancellation, and lives on for hours, must
 * not keep the hooks on. Where a runtime has no promise hooks (Bun, Deno, browsers), `canFollow` is false, and `Cancellation`
 * gives a wait that it is not sure about some time instead.
 */
import { type contract, realTime, slot } from "@asyncio-ts/future/internal";

const PATIENCE = 10_000;

/** One CancelledError thrown into a task. Made when something has to be marked with it, which most tasks never need. */
export interface Telling {
  /** Whose task it was. */
  readonly of: Followed;
  /** When it was, in the count of requests and throws of `of`. */
  readonly stamp: number;
}

/** Whose told code is followed: the cancellation of a task. */
export interface Followed {
  readonly task: object;
  /** What the code of the present turn was told. */
  telling(): Telling;
  /** Called when its code is not followed any longer. */
  notFollowed(): void;
}

interface PromiseHooks {
  createHook(hooks: {
    init?(promise: object): void;
    before?(promise: object): void;
    after?(): void;
  }): () => void;
}

interface Runtime {
  readonly process?: {
    getBuiltinModule?(name: "node:v8"): { readonly promiseHooks?: PromiseHooks } | undefined;
  };
}

const { process } = globalThis as unknown as Runtime;
// Not those of fake timers, which may never call back.
const { nextTick, setImmediate, setTimeout, clearTimeout } = realTime;
const promiseHooks = workingHooks();
const settled = Promise.resolve();

const telling = Symbol("asyncio-ts.telling");
interface Marked {
  [telling]?: Telling;
}

/** The told code that runs now: of a turn, and whether that has made a promise; or after a native promise. */
let turnOf: Followed | undefined;
let hasMarked = false;
/** What the code of the present microtask was told, where that is known of it alone. */
let inMicrotask: Telling | undefined;
/** What else runs was told, by task, until the microtasks have drained: one promise may resume the clean-ups of many. */
const current: Map<object, Telling> = new Map();
/** Told code that has run in these microtasks, while some run that were queued before it; by task. */
const waking: Map<object, Telling> = new Map();
/** Marks of code in these microtasks that was queued before told code of its task ran; by task. */
const untold: Map<object, Telling> = new Map();
/** Tasks for which `retell` was called: the promises that were marked before say otherwise. */
const retold: Set<object> = new Set();
let willReset = false;
/** False while this module makes a promise of its own. */
let marks = true;
let stopMarking: (() => void) | undefined;
let willEndMarking = false;
let stopFollowing: (() => void) | undefined;
/** The timer of PATIENCE: one alone, or a second would find old what the first has just seen. */
let patience: contract.Timer | undefined;
/** Those with told code that waits natively, and whether they have been here for PATIENCE already. */
const followed: Map<Followed, boolean> = new Map();

/** Whether told code can be followed through native promises here. */
export function canFollow(): boolean {
  return promiseHooks !== undefined && Boolean(slot.storage);
}

/** The telling of the code that runs now, after a native promise. */
export function currentTelling(task: object): Telling | undefined {
  return inMicrotask?.of.task === task ? inMicrotask : current.get(task);
}

/** The told code that runs now, after a native promise, is from here on what another telling says. */
export function retell(told: Telling): void {
  if (inMicrotask?.of === told.of) inMicrotask = told;
  waking.delete(told.of.task);
  current.set(told.of.task, told);
  retold.add(told.of.task);
}

/** A turn of told code begins. */
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

/** The turn of told code is over, with its microtasks. `goesOn` tells whether anybody still has to know it. */
export function leaveTold(of: Followed, goesOn: boolean): void {
  turnOf = undefined;
  forgetCurrent();
  if (!goesOn || !hasMarked || followed.has(of)) return;
  followed.set(of, false);
  if (promiseHooks === undefined || stopFollowing !== undefined) return;
  stopFollowing = promiseHooks.createHook({ before: enterMicrotask, after: leaveMicrotask });
  startPatience();
}

/** The requests that the lines were told of are over. */
export function forget(one: Followed): void {
  if (followed.size > 0 && followed.delete(one)) endHooks();
}

function markPromise(promise: Marked): void {
  // Only code of the task itself: others may run in the same microtasks.
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
  // The await was made before the task was told again, which the code that runs now knows.
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

/** The mark of a microtask that was queued before told code of its task ran. */
function untoldIn(task: object): Telling | undefined {
  const told = waking.get(task);
  // Something told has run before that may have queued it.
  if (told === undefined || current.has(task)) return undefined;
  const mark = untold.get(task) ?? { of: told.of, stamp: 0 };
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
  // V8 makes a new table for each `clear`, of an empty one too. Measured: a tenth of a cancelled task.
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

/** Promise hooks, where a runtime has them and they do what they should. */
function workingHooks(): PromiseHooks | undefined {
  const hooks = process?.getBuiltinModule?.("node:v8")?.promiseHooks;
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

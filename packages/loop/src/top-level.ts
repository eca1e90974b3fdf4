/**
 * Top level: finds out that nothing is left that could wake a loop, where a module waits at its top level
 * (`await run(main)`).
 *
 * `beforeExit` tells that everywhere once the modules have been evaluated. Before that only Node emits it. So
 * on Bun and Deno a loop that has nothing to do, and no timer, looks from time to time:
 *
 * **Deno** ends a program whose module waits for nothing: "Top-level await promise never resolved". But it
 * takes each listener for a signal for something, though such a listener does not hold a program otherwise.
 * So the listeners of the loops are taken off for a moment, about 0.3 ms: Deno either ends the program in it,
 * or comes back by a notification (`Atomics.waitAsync`), which holds nothing. Nothing tells the program before
 * it ends: there can be no DeadlockError.
 *
 * **Bun** does not end a program whose module waits; if nothing holds the runtime, its loop spins. That can't
 * be asked, but seen: the thread is busy while nothing holds the runtime, and idle while a timer does. So a
 * loop that finds the thread busy tries both, in an order that a coin decides, and compares. The busy times
 * of a program that is busy with something else do not follow the coins: that they do by chance has a
 * probability of about 2 ** -WINDOWS. Tried with Bun 1.4.5 and nearly fifty kinds of what may hold it (timers,
 * sockets, servers, processes, workers, files, …): wherever it spun, it would emit `beforeExit` once the module
 * has run. The reverse does not hold: an open MessagePort with a listener keeps it from spinning, and so a
 * deadlock from being found, but not from `beforeExit`.
 *
 * States:
 *   off       `timer` undefined, not `isLooking`
 *   waiting   `timer` is set. If the loop was woken meanwhile, the next look comes after the same time
 *   looking   `isLooking`
 * The times between the looks double up to LONGEST, so that a server that waits for days is hardly disturbed.
 * Rejected: the runtimes' lists of what is active. Bun's is always empty, and Deno's has no servers, workers
 * and requests of its own.
 */
import { type contract, realTime } from "@asyncio-ts/future/internal";
import { type EventSource, takeSignalListenersOff } from "./process-events.js";

interface Usage {
  readonly user: number;
  readonly system: number;
}

/** The part of the process that this needs. */
export interface LookedAt extends EventSource {
  readonly versions?: { readonly bun?: string; readonly deno?: string };
  cpuUsage?(): Usage;
  threadCpuUsage?(): Usage;
}

/** Newer than the library that TypeScript is told of. */
interface WaitsAsync {
  waitAsync(cell: Int32Array, index: number, value: number): { readonly value: Promise<string> };
}

/** The first and the longest time between two looks, in milliseconds. */
const FIRST = 100;
const LONGEST = 10_000;

/** After how many turns of its loop Deno would have ended: two, and one more to be safe. */
const TURNS_OF_DENO = 3;

/** How often Bun is tried, and how long each time, in milliseconds. */
const WINDOWS = 24;
const WINDOW = 50;
/** The share of its time for which a spinning thread is busy at the least, also on a busy machine. */
const BUSY = 0.05;
/** How much busier a spinning thread is than one that waits. */
const MUCH = 2;

/** Looks whether nothing holds the runtime; `goesOn` says whether the loop still waits. */
type Look = (tell: (exhausted: boolean) => void, goesOn: () => boolean) => void;

/** Makes the watch for this runtime, which calls `found`; undefined where `beforeExit` tells all. */
export function topLevelWatch(process: LookedAt, found: () => void): TopLevelWatch | undefined {
  const { versions } = process;
  if (versions?.deno !== undefined) return new TopLevelWatch((tell) => letDenoEnd(process, tell), found);
  if (versions?.bun === undefined) return undefined;
  const busyTime = busyTimeOf(process);
  return new TopLevelWatch((tell, goesOn) => lookAtBun(busyTime, tell, goesOn), found);
}

export class TopLevelWatch {
  private readonly look: Look;
  private readonly found: () => void;
  private timer: contract.Timer | undefined = undefined;
  private isLooking = false;
  private isIdle = false;
  private delay = FIRST;
  /** How often the loop has been woken, and had been when the timer was set. */
  private wakes = 0;
  private wakesBefore = 0;

  constructor(look: Look, found: () => void) {
    this.look = look;
    this.found = found;
  }

  /** Is called when the loop begins to wait, with no timer; returns the function that ends this. */
  begin(): () => void {
    this.isIdle = true;
    if (this.timer === undefined && !this.isLooking) this.setTimer();
    return this.end;
  }

  private readonly end = (): void => {
    this.isIdle = false;
    this.wakes++;
  };

  private setTimer(): void {
    this.wakesBefore = this.wakes;
    this.timer = realTime.setTimeout(this.timeIsUp, this.delay);
    this.timer.unref?.();
  }

  private readonly timeIsUp = (): void => {
    this.timer = undefined;
    if (!this.isIdle) return;
    if (!this.goesOn()) {
      this.setTimer();
      return;
    }
    this.isLooking = true;
    this.delay = Math.min(2 * this.delay, LONGEST);
    this.look(this.hasLooked, this.goesOn);
  };

  private readonly goesOn = (): boolean => this.isIdle && this.wakes === this.wakesBefore;

  private readonly hasLooked = (exhausted: boolean): void => {
    this.isLooking = false;
    if (exhausted && this.goesOn()) this.found();
    if (this.isIdle && this.timer === undefined) this.setTimer();
  };
}

/** Lets Deno end the program if only the listeners for signals have kept it from that. */
function letDenoEnd(process: EventSource, tell: (exhausted: boolean) => void): void {
  const putBack = takeSignalListenersOff(process);
  const comeBack = (turns: number): void => {
    if (turns > 0) {
      notified(() => comeBack(turns - 1));
      return;
    }
    putBack();
    tell(false);
  };
  comeBack(TURNS_OF_DENO);
}

/** Calls back in the next turn of the runtime's loop, if there is one; holds nothing. */
function notified(callback: () => void): void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  void (Atomics as unknown as WaitsAsync).waitAsync(cell, 0, 0).value.then(callback);
  Atomics.notify(cell, 0);
}

/** Tells whether Bun's loop spins, because nothing holds the runtime. */
function lookAtBun(busyTime: () => number, tell: (exhausted: boolean) => void, goesOn: () => boolean): void {
  let leastFree = Infinity;
  let mostHeld = 0;
  const tryOnce = (left: number, held: boolean): void => {
    const begin = realTime.now();
    const busyBefore = busyTime();
    const timer = realTime.setTimeout(() => {
      const share = (busyTime() - busyBefore) / (realTime.now() - begin);
      if (held) mostHeld = Math.max(mostHeld, share);
      else leastFree = Math.min(leastFree, share);
      if (!goesOn() || leastFree < BUSY || leastFree < MUCH * mostHeld) tell(false);
      else if (left === 0) tell(true);
      else tryOnce(left - 1, Math.random() < 0.5);
    }, WINDOW);
    if (!held) timer.unref?.();
  };
  tryOnce(WINDOWS, false);
}

/** Returns the function that tells for how many milliseconds the thread has been busy. */
function busyTimeOf(process: LookedAt): () => number {
  const usage = process.threadCpuUsage ?? process.cpuUsage;
  return () => {
    const { user, system } = usage?.call(process) ?? { user: 0, system: 0 };
    return (user + system) / 1000;
  };
}

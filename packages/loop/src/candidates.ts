/**
 * Candidates: what may run next in an explored loop, and which of it could also come first.
 *
 * A candidate is in one of three places:
 *   ready    a callback, or a step of a task: in the order in which they became ready
 *   timers   a timer whose time has not come: by deadline, then in the order in which they were set
 *   events   an event from outside: in the order in which the program asked for them
 * A timer becomes ready once the clock has come to its deadline. `take` removes what runs.
 *
 * The first option is what the loop alone would run. The others are what could run in its place, if the work
 * took longer, or the world outside were faster. These promises hold in every order:
 *   - Whoever yields lets others run: `sleep(0)`, or a callback that schedules the next one. So candidates
 *     have rounds, as a loop has iterations: what becomes ready in a round belongs to the next one, and one
 *     that yields runs only when its own round is the earliest. A loop of `sleep(0)` can't spin for ever.
 *   - Time stands still while anything is ready: a timer is an option only if it ties, or nearly ties, with
 *     the time that there is, and what was ready when it was set has run.
 *   - An event from outside may come at any time. If it comes while all else waits for a timer, that one may
 *     become due before anybody has noticed the event.
 *   - Nobody starves: what was passed over in a thousand turns runs.
 */
import type { Runnable } from "@asyncio-ts/future/lowlevel";
import type { Actor } from "./actors.js";
import { Handle } from "./handle.js";
import type { Timed } from "./timer-queue.js";

/** The number of turns after which what was passed over runs. */
export const MOST_PASSED_OVER = 1000;

const wakeReason: unique symbol = Symbol.for("asyncio-ts.wakeReason");

export interface Candidate {
  readonly runnable: Runnable;
  readonly kind: "ready" | "timer" | "event";
  readonly actor: Actor;
  /** The turn in which it became ready, was set, or was asked for. */
  readonly since: number;
  /** The time of a timer; 0 for others. */
  readonly deadline: number;
  readonly round: number;
  readonly yields: boolean;
}

export class Candidates {
  private ready: Candidate[] = [];
  private readonly timers: Candidate[] = [];
  private readonly events: Candidate[] = [];
  private readonly jitter: number;
  private round = 0;
  /**
   * The deadline that came next when nothing was ready. If an event came then, it may have come just before
   * that time.
   */
  private reach = 0;

  /** @param jitter how far apart deadlines may be that nearly tie, in milliseconds; exclusive */
  constructor(jitter: number) {
    this.jitter = jitter;
  }

  /** True if only the clock or the world outside can wake anybody. */
  get isQuiet(): boolean {
    return this.ready.length === 0;
  }

  /** True if there is nothing at all that could run some time. */
  get isEmpty(): boolean {
    return this.isQuiet && this.events.length === 0 && this.nextDeadline() === Infinity;
  }

  /** Returns the tasks that have a step to take. */
  stepping(): Actor[] {
    return this.ready.map(({ actor }) => actor);
  }

  addReady(runnable: Runnable, actor: Actor, since: number): void {
    const yields = runnable instanceof Handle || isTick(runnable);
    this.ready.push({ runnable, kind: "ready", actor, since, deadline: 0, round: this.round + 1, yields });
  }

  addEvent(runnable: Runnable, actor: Actor, since: number): void {
    this.events.push({ runnable, kind: "event", actor, since, deadline: 0, round: 0, yields: false });
  }

  addTimer(timer: Timed, actor: Actor, since: number): void {
    const { deadline } = timer;
    let place = this.timers.length;
    while (place > 0 && (this.timers[place - 1] as Candidate).deadline > deadline) place--;
    const candidate = { runnable: timer, actor, since, deadline, round: 0, yields: false };
    this.timers.splice(place, 0, { ...candidate, kind: "timer" });
  }

  /** Takes a timer back; one that is due already is not run. */
  removeTimer(timer: Timed): void {
    for (const list of [this.timers, this.ready]) {
      const place = list.findIndex((one) => one.kind === "timer" && one.runnable === timer);
      if (place >= 0) list.splice(place, 1);
    }
  }

  /** Returns what may run now; the first is what the loop alone would run. */
  options(now: number, turn: number): readonly Candidate[] {
    this.round = this.ready.reduce((least, { round }) => Math.min(least, round), Infinity);
    if (this.isQuiet) {
      this.round = 0;
      this.reach = this.nextDeadline();
    }
    const ready = this.ready.filter(({ round, yields }) => !yields || round === this.round);
    const oldest = this.ready[0]?.since ?? Infinity;
    const near = (this.isQuiet ? this.reach : now) + this.jitter;
    const due = this.timers.filter(
      ({ deadline, since }) =>
        since < oldest && deadline < Infinity && (deadline <= this.reach || deadline < near),
    );
    const all = [...ready, ...this.events, ...due];
    const starved = all.find(({ since }) => turn - since > MOST_PASSED_OVER);
    return starved === undefined ? all : [starved];
  }

  /** Removes the candidate that runs. */
  take(candidate: Candidate): void {
    for (const list of [this.ready, this.timers, this.events]) {
      const place = list.indexOf(candidate);
      if (place >= 0) list.splice(place, 1);
    }
  }

  /** Moves the timers to what is ready whose deadline the clock has come to. */
  moveDue(now: number, turn: number): void {
    while ((this.timers[0]?.deadline ?? Infinity) <= now) {
      const timer = this.timers.shift() as Candidate;
      this.ready.push({ ...timer, since: turn, round: this.round + 1 });
    }
  }

  /**
   * Writes all on which the options of this turn and of later ones depend, with `tell` for who they are. If not
   * `inOrder`, lists that differ in their order alone are written alike.
   */
  describe(tell: (candidate: Candidate) => string, inOrder: boolean): unknown {
    const { ready, timers, events, reach } = this;
    const least = ready.reduce((round, one) => Math.min(round, one.round), Infinity);
    const list = (texts: string[]): string[] => (inOrder ? texts : texts.sort());
    // A timer is an option once all has run that was ready when it was set.
    const before = (timer: Candidate): string[] =>
      ready
        .filter(({ since }) => since <= timer.since)
        .map(tell)
        .sort();
    return [
      list(ready.map((one) => `${tell(one)} ${one.kind} ${one.round - least} ${one.yields}`)),
      list(timers.map((one) => `${tell(one)} ${one.deadline} ${before(one).join()}`)),
      list(events.map(tell)),
      reach,
    ];
  }

  private nextDeadline(): number {
    return this.timers[0]?.deadline ?? Infinity;
  }
}

/** Tells whether a runnable is the timer of a sleep, which only wakes what waits for it. */
export function isEndOfSleep(runnable: Runnable): boolean {
  return wakeReason in runnable && "deadline" in runnable;
}

/** Tells whether a runnable is the wait of a task, and not something else that concerns the task. */
export function isWait(runnable: Runnable): boolean {
  return typeof (runnable as { target?: unknown }).target === "function";
}

/** Tells whether a runnable is the end of a `sleep(0)`: its task yields, and waits for nothing. */
function isTick(runnable: Runnable): boolean {
  const wait = runnable as { target?: () => { done(): boolean } | undefined };
  if (typeof wait.target !== "function") return false;
  const target = wait.target();
  return target === undefined || !target.done();
}

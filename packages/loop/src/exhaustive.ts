/**
 * Exhaustive: all schedules of a program, the fewest deviations first.
 *
 * It begins with the run that deviates nowhere. A run that has ended tells how many options each of its turns
 * had. Each of those that it did not take, in a turn after its last deviation, is one more schedule to run,
 * and so on: every schedule comes once, since its deviations ascend. Runs are in a queue, so all schedules of
 * one switch come before those of two, and the first that fails has the fewest.
 *
 * **Nothing is cut off by itself.** Other model checkers leave out an order that leads to a state seen before,
 * or that differs from another one only in steps that don't touch the same memory. In JavaScript nobody can
 * see what a step touches, nor compare two heaps: any closure may be shared, and a plain variable is
 * invisible. So no two different orders can be called equal here, and no order comes twice by itself. What
 * keeps the number small is the bound on deviations: with k turns and b switches there are about k^b
 * schedules, and most mistakes need one or two.
 *
 * **Equal states are cut off** if the program tells what its tasks share (`equalStates`). A run that comes to
 * a state that was seen before goes on to its end, but no schedule that deviates from there on is added:
 * the run that has been there leads to all of them. `equal-states.ts` says what a state is, and why that is
 * sound.
 *
 * **Sweep** uses the same places of cancellation, one for each run, in orders that another strategy gives.
 */
import { SeenStates } from "./equal-states.js";
import { following, type Outcome } from "./explored-run.js";
import type { Chooser } from "./explored-loop.js";
import { countOf, type Schedule, withCancel } from "./schedule.js";
import type { Strategy } from "./strategies.js";

export interface Bounds {
  /** The most switches of a schedule. */
  readonly switches: number;
  /** The most cancellations of a schedule. */
  readonly cancels: number;
  /** The most deviations of both kinds. */
  readonly deviations?: number;
}

export class Exhaustive implements Strategy {
  /** True once every schedule within the bounds was run. */
  isComplete = false;
  private readonly bounds: Bounds;
  private readonly outcomes: { readonly outcome: Outcome; readonly end: number }[] = [];
  private readonly seen = new SeenStates();
  private told: Schedule = [];
  private schedules: Iterator<Schedule> = [[]][Symbol.iterator]();

  constructor(bounds: Bounds) {
    this.bounds = bounds;
  }

  next(): Chooser | undefined {
    for (;;) {
      const step = this.schedules.next();
      if (step.done !== true) {
        this.told = step.value;
        return following(step.value);
      }
      const next = this.outcomes.shift();
      if (next === undefined) break;
      this.schedules = this.after(next.outcome, next.end);
    }
    this.isComplete = true;
    return undefined;
  }

  ended(outcome: Outcome): void {
    // One that could not follow its schedule (a task to cancel was done) was another run, which has been.
    if (outcome.schedule.length !== this.told.length) return;
    this.outcomes.push({ outcome, end: this.endOf(outcome) });
  }

  /** Returns the first turn of a run whose state was seen before: what can follow is tried already. */
  private endOf({ schedule, states }: Outcome): number {
    const spent = { switches: countOf(schedule, "switch"), cancels: countOf(schedule, "cancel") };
    for (let turn = firstAfter(schedule); turn < states.length; turn++) {
      const state = states[turn];
      if (state !== undefined && this.seen.isSeen(state, spent)) return turn;
    }
    return Infinity;
  }

  /** Yields the schedules that deviate once more than a run did, before a turn. */
  private *after({ schedule, options, steps, ended }: Outcome, end: number): Generator<Schedule> {
    const { switches, cancels, deviations = Infinity } = this.bounds;
    if (schedule.length >= deviations) return;
    const maySwitch = countOf(schedule, "switch") < switches;
    const places = countOf(schedule, "cancel") < cancels ? placesOfCancels(steps, ended) : new Map();
    for (let turn = firstAfter(schedule); turn <= options.length && turn < end; turn++) {
      for (const task of places.get(turn) ?? []) yield [...schedule, { turn, kind: "cancel", number: task }];
      if (!maySwitch) continue;
      for (let number = 1; number < (options[turn] ?? 0); number++) {
        yield [...schedule, { turn, kind: "switch", number }];
      }
    }
  }
}

/** Returns the first turn that has no deviation behind it. */
function firstAfter(schedule: Schedule): number {
  return (schedule.at(-1)?.turn ?? -1) + 1;
}

/** Runs each order of another strategy, and then again with each task cancelled before each of its steps. */
export class Sweep implements Strategy {
  private readonly orders: Strategy;
  private readonly schedules: Schedule[] = [];
  private isOrder = false;

  constructor(orders: Strategy) {
    this.orders = orders;
  }

  next(): Chooser | undefined {
    const schedule = this.schedules.shift();
    this.isOrder = schedule === undefined;
    return schedule === undefined ? this.orders.next() : following(schedule);
  }

  ended(outcome: Outcome): void {
    if (!this.isOrder) return;
    this.orders.ended?.(outcome);
    const { schedule, steps, ended } = outcome;
    for (const [turn, tasks] of placesOfCancels(steps, ended)) {
      for (const task of tasks) this.schedules.push(withCancel(schedule, turn, task));
    }
  }
}

/**
 * Returns the tasks to cancel, by turn: each task before each of its steps, both as soon as it waits and when
 * what it waits for has come. The main task is spared.
 *
 * @param steps the number of the task that stepped in each turn
 * @param ended the tasks that have ended
 */
export function placesOfCancels(
  steps: readonly number[],
  ended: ReadonlySet<number>,
): Map<number, Set<number>> {
  const places = new Map<number, Set<number>>();
  const add = (turn: number, task: number): void => {
    const tasks = places.get(turn) ?? new Set();
    places.set(turn, tasks.add(task));
  };
  const lasts = new Map<number, number>();
  for (const [turn, task] of steps.entries()) {
    if (task < 1) continue;
    const last = lasts.get(task);
    if (last !== undefined) add(last + 1, task);
    add(turn, task);
    lasts.set(task, turn);
  }
  for (const [task, last] of lasts) if (!ended.has(task)) add(last + 1, task);
  return new Map([...places].sort(([one], [other]) => one - other));
}

/**
 * Equal states: tells the exhaustive strategy that a run has come to a state in which another run has been, so
 * that all that can follow is tried already.
 *
 * **What can't be seen.** In JavaScript any closure may be shared, and no heap can be compared with another.
 * So nothing is cut off unless the program itself tells what its tasks share: `equalStates` returns a text of
 * all that one step can change and another one can read without waiting for it. What each task keeps to
 * itself, its local variables and the line that it has reached, follows from what it has seen.
 *
 * **The view of an actor** is a number for what it has seen in its own steps, one after the other: in each the
 * shared text, the time, which tasks were done, and the view of the actor that woke it. Between two waits code
 * is deterministic. So a step depends on nothing else but the results of what it waited for, and those were
 * made by actors whose views the state has too.
 *
 * **A state** is the shared text, the time, the tasks that are done, the views of all actors, what may run
 * next (with the views of the wakers, the rounds and the deadlines: see `candidates.ts`), and the order in
 * which the tasks that wait began to, which is their order in the queues of locks and futures.
 *
 * **Why it is sound.** In two runs with equal states each actor has taken the same steps and has seen the same
 * in each, so its local variables are equal; what is shared is equal by the text, the queues by the order, and
 * so are the options of the next turn. Each of these makes equal states again. So whatever can follow in one
 * run can follow in the other, by induction, and one of them is enough. (Two schedules of a database with that
 * property are called view equivalent.) The number of steps is part of a state: no run meets itself.
 *
 * There is no state, and nothing is cut off, where something is in no view:
 *   - while a task is being cancelled: how much of that its lines were told is known to nobody else
 *   - once a task has waited for a native promise: its code may run in the turns of others
 *   - after a thousand turns, when what was passed over runs
 * The callbacks and timers of a program share one view, so their order stays: they may touch objects of the
 * library that no text tells of. The timer of a sleep touches only what waits for it. An object that has turns
 * of its own, such as a gather, has a view of its own.
 *
 * **With a bound on switches** the order of what is ready counts, since a switch is what differs from it. And
 * a state cuts off only runs that have spent as many switches and cancellations, or more. Without a bound
 * (`switches: Infinity`) the order does not count, and many more states are equal.
 *
 * Each text has a number of its own, so no two states are equal by chance, as hashes are. What can't be
 * checked is that the text tells everything: a variable that it leaves out may cost the order that fails.
 */
import { describe, type Runnable } from "@asyncio-ts/future/lowlevel";
import { type Actor, type Actors, sleeps, waitsForPromise, waitsOf } from "./actors.js";
import { type Candidate, type Candidates, isEndOfSleep, isWait, MOST_PASSED_OVER } from "./candidates.js";

/** How states of the runs of one exploration are told apart. */
export interface StateOptions {
  /** Tells all that the tasks share. */
  readonly shared: () => unknown;
  /** True if the order of what is ready counts. */
  readonly inOrder: boolean;
  /** True if the explorer cancels tasks: then it counts who has just begun to wait. */
  readonly cancels: boolean;
  /** The numbers that all runs share. */
  readonly numbers: Numbers;
}

/** The numbers of the texts of one exploration. */
export class Numbers {
  private readonly all = new Map<string, number>();

  of(text: string): number {
    const known = this.all.get(text);
    if (known !== undefined) return known;
    this.all.set(text, this.all.size);
    return this.all.size - 1;
  }
}

/** The view of an actor that has seen nothing. */
const NOTHING = -1;

/** The states of one run. */
export class StatesOfRun {
  /** The number of the state before each turn; undefined where nothing may be cut off. */
  readonly numbers: (number | undefined)[] = [];
  /** The error that `shared` has thrown. */
  failure: { readonly error: unknown } | undefined = undefined;

  private readonly options: StateOptions;
  private readonly actors: Actors;
  private readonly views = new Map<Actor, number>();
  /** The view of those that are neither tasks nor the timers of sleeps. */
  private others = NOTHING;
  private readonly wakers = new WeakMap<object, number>();
  /** The actors that wait for something other than the clock, and the turns of others, in their order. */
  private readonly waiting = new Set<Actor | number>();
  private surroundings = "";
  private last = "";
  private isLost = false;

  constructor(options: StateOptions, actors: Actors) {
    this.options = options;
    this.actors = actors;
  }

  /** Notes who has made a runnable ready, or has set a timer. */
  woken(runnable: Runnable, actor: Actor, by: Actor | undefined): void {
    this.wakers.set(runnable, by === undefined ? NOTHING : this.viewOf(by));
    // Its other waits, if it has any, still have their places.
    if (isWait(runnable) && actor.task !== undefined && waitsOf(actor.task) <= 1) this.waiting.delete(actor);
  }

  /** Notes that what runs next was woken by nobody of the program. */
  lost(): void {
    this.isLost = true;
  }

  /** Notes the state before a turn. */
  turnBegins(turn: number, now: number, candidates: Candidates): void {
    const { tasks } = this.actors;
    this.isLost ||= tasks.some(({ task }) => task !== undefined && waitsForPromise(task));
    // Before its first step nothing of the program is there, but perhaps what an earlier run has left.
    const shared = turn === 0 || this.isLost ? "" : this.shared();
    const done = tasks.filter(({ task }) => task?.done() === true).map(({ path }) => path);
    this.surroundings = JSON.stringify([shared, now, done.sort()]);
    this.numbers.push(turn === 0 || this.mayDiffer(turn) ? undefined : this.state(candidates));
  }

  /** Notes that an actor takes a turn. */
  takesTurn(actor: Actor, candidate: Candidate | undefined): void {
    const waker = candidate === undefined ? "cancelled" : this.wakers.get(candidate.runnable);
    if (candidate !== undefined && isEndOfSleep(candidate.runnable)) {
      this.views.set(actor, this.options.numbers.of(`sleep ${waker}`));
      return;
    }
    const isKnown =
      candidate === undefined || candidate.runnable.awaiter !== undefined || actor.task !== undefined;
    const before = isKnown ? this.viewOf(actor) : this.others;
    const view = this.options.numbers.of(JSON.stringify([actor.path, before, waker, this.surroundings]));
    this.views.set(actor, view);
    if (isKnown) return;
    this.others = view;
    this.waiting.add(view);
  }

  /** Notes that the turn of an actor is over. */
  turnEnded(actor: Actor): void {
    const { task, path } = actor;
    this.last = path;
    if (task === undefined) return;
    this.waiting.delete(actor);
    if (!task.done() && !sleeps(task)) this.waiting.add(actor);
  }

  private state(candidates: Candidates): number {
    const tasks = [...this.views.keys()].map((actor) => this.nameOf(actor)).sort();
    const waiting = [...this.waiting].map((one) => (typeof one === "number" ? one : one.path));
    const tell = ({ actor, runnable }: Candidate): string =>
      `${this.nameOf(actor)} by ${this.wakers.get(runnable)}`;
    const { inOrder, cancels, numbers } = this.options;
    const next = candidates.describe(tell, inOrder);
    const last = cancels ? this.last : "";
    return numbers.of(JSON.stringify([this.surroundings, this.others, tasks, waiting, next, last]));
  }

  private mayDiffer(turn: number): boolean {
    return (
      this.isLost ||
      turn >= MOST_PASSED_OVER ||
      this.actors.tasks.some(({ task }) => task?.done() === false && task.cancelling() > 0)
    );
  }

  private nameOf(actor: Actor): string {
    return `${actor.path}=${this.viewOf(actor)}`;
  }

  private viewOf(actor: Actor): number {
    return this.views.get(actor) ?? NOTHING;
  }

  private shared(): string {
    try {
      const text = this.options.shared();
      if (typeof text === "string") return text;
      throw new TypeError(
        `equalStates must return a string that tells what the tasks share, got ${describe(text)}`,
      );
    } catch (error) {
      this.failure ??= { error };
      this.isLost = true;
      return "";
    }
  }
}

/** The states that were seen, each with what had been spent until there. */
export class SeenStates {
  private readonly seen = new Map<number, Spent[]>();

  /** Returns true if a state was seen when no more had been spent; else notes it. */
  isSeen(state: number, spent: Spent): boolean {
    const all = this.seen.get(state) ?? [];
    if (all.some((one) => one.switches <= spent.switches && one.cancels <= spent.cancels)) return true;
    this.seen.set(state, [...all, spent]);
    return false;
  }
}

/** The deviations of a run until a state. */
export interface Spent {
  readonly switches: number;
  readonly cancels: number;
}

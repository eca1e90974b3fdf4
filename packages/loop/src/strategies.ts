/**
 * Strategies: which orders of a program are tried, one run after the other.
 *
 *   random       every option of a turn is equally likely
 *   pct          each actor has a random priority, and in a few random turns the first one loses it
 *   exhaustive   all orders, the fewest switches first: see `Exhaustive`
 *   sweep        cancels each task before each of its steps, in the orders of another strategy: see `Sweep`
 *
 * A strategy gives the chooser of a run, and hears of its outcome before it gives the next one. What a seed
 * gives depends on nothing else, so the run of a seed can be repeated alone.
 *
 * **What PCT promises** (Burckhardt and others, "A randomized scheduler with probabilistic guarantees of
 * finding bugs", 2010). A bug of depth d is one that shows whenever d steps come in a certain order. With n
 * actors and k turns, a run finds it with a probability of at least 1 / (n · k^(d-1)): the right actor has
 * the least priority with 1/n, and each of the d-1 change points is the right turn with 1/k. That holds for
 * orders that `candidates.ts` allows, and for runs of no more turns than the one that was measured. A uniform
 * choice in each turn has no such bound: to hold one actor back for k turns, it has to win k times.
 */
import type { Candidate } from "./candidates.js";
import type { Actor } from "./actors.js";
import type { Chooser } from "./explored-loop.js";
import type { Outcome } from "./explored-run.js";

export interface Strategy {
  /** Returns the chooser of the next run; undefined if there is none. */
  next(): Chooser | undefined;
  /** Hears how the run of the last chooser ended. */
  ended?(outcome: Outcome): void;
}

/** Gives each of `runs` seeds its chooser. */
export function seeded(seed: number, runs: number, chooserOf: (random: Random) => Chooser): Strategy {
  let next = seed;
  return {
    next: () => (next < seed + runs ? chooserOf(randomNumbers(next++)) : undefined),
  };
}

/** Puts one run before those of a strategy. */
export function begunWith(first: Chooser, rest: Strategy): Strategy {
  let begun = false;
  return {
    next() {
      if (begun) return rest.next();
      begun = true;
      return first;
    },
  };
}

/** Picks each option with the same probability. */
export function uniform(random: Random): Chooser {
  return { pick: (_turn, options) => random.below(options.length) };
}

/**
 * Picks the option whose actor has the highest priority.
 *
 * @param depth the number of steps whose order matters: there is one change point less
 * @param turns how many turns the program takes: the change points are among these
 */
export function byPriority(random: Random, depth: number, turns: number): Chooser {
  const priorities = new Map<Actor, number>();
  const changes = new Map<number, number>();
  for (let change = 1; change < depth; change++) changes.set(random.below(turns), -change);
  const priorityOf = ({ actor }: Candidate): number => {
    const priority = priorities.get(actor) ?? random.next();
    priorities.set(actor, priority);
    return priority;
  };
  const highest = (options: readonly Candidate[]): number => {
    const all = options.map(priorityOf);
    return all.indexOf(Math.max(...all));
  };
  return {
    pick(turn, options) {
      const change = changes.get(turn);
      if (change !== undefined) priorities.set((options[highest(options)] as Candidate).actor, change);
      return highest(options);
    },
  };
}

/** Has a random task cancelled in one of the first `turns` turns, or as soon as there is one. */
export function cancelling(chooser: Chooser, random: Random, turns: number): Chooser {
  // One run in four cancels nothing.
  let at = random.below(4) === 0 ? Infinity : random.below(turns);
  return {
    pick: (turn, options) => chooser.pick(turn, options),
    cancel(turn, live, stepping) {
      if (turn < at || live.length === 0) return undefined;
      at = Infinity;
      // Half of them just when a value is on its way: that is the gap where things get lost.
      const granted = live.filter((actor) => stepping.includes(actor));
      return random.oneOf(granted.length > 0 && random.below(2) === 0 ? granted : live).number;
    },
  };
}

/** Random numbers. */
export interface Random {
  /** Returns a number from 0 to below 1. */
  next(): number;
  /** Returns a whole number from 0 to below `end`. */
  below(end: number): number;
  oneOf<T>(items: readonly T[]): T;
}

/** Makes numbers that follow from the seed: a linear congruence, with its high bits mixed down. */
export function randomNumbers(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 16), 0x45d9f3b);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
  const below = (end: number): number => Math.floor(next() * end);
  return { next, below, oneOf: (items) => items[below(items.length)] as (typeof items)[number] };
}

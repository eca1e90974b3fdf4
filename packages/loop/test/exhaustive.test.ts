import { describe, expect, test } from "vitest";
import { SeenStates } from "../src/equal-states.js";
import { type Bounds, Exhaustive, placesOfCancels, Sweep } from "../src/exhaustive.js";
import { following, type Outcome } from "../src/explored-run.js";
import type { Chooser } from "../src/explored-loop.js";
import { type Deviation, formatSchedule } from "../src/schedule.js";
import type { Strategy } from "../src/strategies.js";

/** A run of a program whose turns have so many options, and in which so many tasks step. */
function play(chooser: Chooser, options: readonly number[], steps: readonly number[] = []): Outcome {
  const schedule: Deviation[] = [];
  // What is cancelled after the last turn is cancelled by the end of the program.
  for (let turn = 0; turn < options.length; turn++) {
    const task = chooser.cancel?.(turn, [], []);
    if (task !== undefined) schedule.push({ turn, kind: "cancel", number: task });
    const number = task === undefined ? chooser.pick(turn, []) : 0;
    if (number > 0) schedule.push({ turn, kind: "switch", number });
  }
  const nothing = { failure: undefined, order: "", actors: 0, outOfReach: new Set<string>(), states: [] };
  return { ...nothing, schedule, options, steps, ended: new Set() };
}

function schedulesOf(
  strategy: Strategy,
  options: readonly number[],
  steps: readonly number[] = [],
): string[] {
  const texts: string[] = [];
  for (let chooser = strategy.next(); chooser !== undefined; chooser = strategy.next()) {
    const outcome = play(chooser, options, steps);
    texts.push(formatSchedule(outcome.schedule));
    strategy.ended?.(outcome);
  }
  return texts;
}

const bounded = (bounds: Partial<Bounds>): Exhaustive =>
  new Exhaustive({ switches: 9, cancels: 0, ...bounds });

describe("Exhaustive", () => {
  test("tries every schedule once, the fewest switches first", () => {
    const strategy = bounded({});
    expect(schedulesOf(strategy, [2, 1, 3])).toEqual(["", "0:1", "2:1", "2:2", "0:1 2:1", "0:1 2:2"]);
    expect(strategy.isComplete).toBe(true);
  });

  test("keeps within the bound on switches", () => {
    expect(schedulesOf(bounded({ switches: 1 }), [2, 2, 2])).toEqual(["", "0:1", "1:1", "2:1"]);
    expect(schedulesOf(bounded({ switches: 0 }), [2, 2, 2])).toEqual([""]);
    expect(schedulesOf(bounded({ deviations: 1 }), [2, 2])).toEqual(["", "0:1", "1:1"]);
  });

  test("cancels each task at each place", () => {
    const all = schedulesOf(bounded({ switches: 1, cancels: 1 }), [1, 1, 2, 1], [0, 1, 0, 1]);
    // The last one finds nothing to cancel.
    expect(all).toEqual(["", "1x1", "2x1", "2:1", "3x1", "", "1x1 2:1", "2:1 3x1", "2:1"]);
  });

  test("adds nothing to a run from the turn on whose state was seen before", () => {
    const strategy = bounded({});
    const statesOf: Record<string, (number | undefined)[]> = {
      "": [undefined, 1, 2],
      "0:1": [undefined, 3, 2],
    };
    const tried: string[] = [];
    for (let chooser = strategy.next(); chooser !== undefined; chooser = strategy.next()) {
      const outcome = play(chooser, [2, 2, 2]);
      const text = formatSchedule(outcome.schedule);
      tried.push(text);
      strategy.ended({ ...outcome, states: statesOf[text] ?? [] });
    }
    expect(tried).toEqual(["", "0:1", "1:1", "2:1", "0:1 1:1", "1:1 2:1", "0:1 1:1 2:1"]);
  });

  /** Returns what is tried of a program, whose runs come to these states. */
  function triedOf(
    bounds: Partial<Bounds>,
    steps: readonly number[],
    statesOf: (schedule: string) => readonly (number | undefined)[],
  ): string[] {
    const strategy = bounded(bounds);
    const tried: string[] = [];
    for (let chooser = strategy.next(); chooser !== undefined; chooser = strategy.next()) {
      const outcome = play(chooser, [2, 2, 2, 2], steps);
      tried.push(formatSchedule(outcome.schedule));
      strategy.ended({ ...outcome, states: statesOf(tried.at(-1) as string) });
    }
    return tried;
  }

  test("goes on where there is no state", () => {
    const all = triedOf({}, [], () => []);
    expect(all).toHaveLength(16);
    expect(triedOf({}, [], () => [undefined, undefined, undefined, undefined])).toEqual(all);
  });

  test("goes on from a state to which a run with other deviations has come", () => {
    const bounds = { switches: 2, cancels: 1 };
    const seenBy = (...schedules: string[]): string[] =>
      triedOf(bounds, [0, 1, 0, 0], (schedule) =>
        schedules.includes(schedule) ? [undefined, undefined, undefined, 7] : [],
      );
    const all = seenBy();
    expect(all).toContain("1x1 3:1");
    expect(all).toContain("2:1 3:1");
    // A switch has been spent before by one of them, a cancellation by the other.
    expect(seenBy("0:1", "1x1")).toEqual(all);
    expect(seenBy("1x1", "2:1")).toEqual(all);
    expect(seenBy("0:1", "2:1")).not.toContain("2:1 3:1");
  });

  test("a state cuts off only what has spent as much to come there", () => {
    const seen = new SeenStates();
    const spent = (switches: number, cancels: number): boolean => seen.isSeen(1, { switches, cancels });
    expect([spent(1, 1), spent(2, 0), spent(1, 1), spent(2, 1), spent(0, 1), spent(1, 0)]).toEqual([
      false,
      false,
      true,
      true,
      false,
      false,
    ]);
  });

  test("is complete only when nothing is left", () => {
    const strategy = bounded({});
    strategy.ended(play(strategy.next() as Chooser, [2]));
    strategy.next();
    expect(strategy.isComplete).toBe(false);
  });
});

test("Sweep runs an order, and then again with each cancellation", () => {
  const orders = [following([]), following([{ turn: 0, kind: "switch", number: 1 }])];
  const strategy = new Sweep({ next: () => orders.shift() });
  expect(schedulesOf(strategy, [2, 1], [0, 1])).toEqual(["", "1x1", "", "0:1", "0:1 1x1", "0:1"]);
});

test("a task is cancelled before each of its steps, and as soon as it waits; the main one never", () => {
  const steps = [0, 1, -1, 2, 1, 0, 1];
  const places = [...placesOfCancels(steps, new Set([1]))].map(([turn, tasks]) => [turn, [...tasks]]);
  expect(places).toEqual([
    [1, [1]],
    [2, [1]],
    [3, [2]],
    [4, [1, 2]],
    [5, [1]],
    [6, [1]],
  ]);
});

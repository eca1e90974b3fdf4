import { describe, expect, test } from "vitest";
import type { Actor } from "../src/actors.js";
import type { Candidate } from "../src/candidates.js";
import type { Chooser } from "../src/explored-loop.js";
import { byPriority, cancelling, type Random, randomNumbers, seeded, uniform } from "../src/strategies.js";

const actors: readonly Actor[] = ["a", "b", "c", "d"].map((name, number) => ({
  name,
  number,
  path: `.${number}`,
  task: undefined,
  made: 0,
}));

/** Plays a program of four actors that each take so many steps and are always ready; returns their order. */
function orderOf(chooser: Chooser, steps: number): string {
  const left = actors.map((actor) => ({ actor, steps }));
  let order = "";
  for (let turn = 0; turn < actors.length * steps; turn++) {
    const ready = left.filter((one) => one.steps > 0);
    const options = ready.map(({ actor }) => ({ actor }) as Candidate);
    const picked = ready[options.length > 1 ? chooser.pick(turn, options) : 0] as (typeof left)[number];
    picked.steps--;
    order += picked.actor.name;
  }
  return order;
}

function ordersOf(chooserOf: (seed: number) => Chooser, steps: number): string[] {
  return Array.from({ length: 4000 }, (_, seed) => orderOf(chooserOf(seed), steps));
}

describe("by priority, a bug of depth d shows in one of n · k^(d-1) runs, or more often:", () => {
  const steps = 3;
  const turns = actors.length * steps;
  const n = actors.length;

  test.each([
    { depth: 1, bug: "the first actor takes no step before the others are done", pattern: /^[^a]+aaa$/ },
    { depth: 2, bug: "it is held back after one step", pattern: /a[^a]{9}aa$/ },
    {
      depth: 3,
      bug: "it is held back after one step, and another one before its last",
      pattern: /a[^a]*b[^a]*b[^ab]+a+b$/,
    },
  ])("$depth: $bug", ({ depth, pattern }) => {
    const orders = ordersOf((seed) => byPriority(randomNumbers(seed), depth, turns), steps);
    const hits = orders.filter((order) => pattern.test(order)).length;
    expect(hits / orders.length).toBeGreaterThanOrEqual(1 / (n * turns ** (depth - 1)));
  });

  test("a uniform choice hardly ever holds an actor back for long", () => {
    const count = (chooserOf: (seed: number) => Chooser): number =>
      ordersOf(chooserOf, 8).filter((order) => order.endsWith("aaaaaaaa")).length;
    expect(count((seed) => uniform(randomNumbers(seed)))).toBeLessThan(40);
    expect(count((seed) => byPriority(randomNumbers(seed), 1, 32))).toBeGreaterThan(800);
  });
});

test("a uniform choice gives every order in time", () => {
  const orders = new Set(ordersOf((seed) => uniform(randomNumbers(seed)), 1));
  expect(orders.size).toBe(24);
});

test("the numbers of a seed are always the same, and a seed in the middle continues the sequence", () => {
  const firsts = (seed: number, runs: number): number[] => {
    const numbers: number[] = [];
    const strategy = seeded(seed, runs, (random) => {
      numbers.push(random.below(1000));
      return uniform(random);
    });
    while (strategy.next() !== undefined);
    return numbers;
  };
  expect(firsts(1, 10)).toHaveLength(10);
  expect(firsts(7, 4)).toEqual(firsts(1, 10).slice(6));
});

describe("cancelling", () => {
  /** Random numbers that a test chooses; `oneOf` gives the first. */
  const random = (...numbers: number[]): Random => ({
    next: () => 0,
    below: () => numbers.shift() as number,
    oneOf: ([first]) => first as never,
  });
  const [a, b] = actors as [Actor, Actor];

  test("leaves the choice of what runs as it is", () => {
    const chooser = cancelling({ pick: (turn, { length }) => turn + length }, random(1, 0), 10);
    expect(chooser.pick(5, [1, 2] as never)).toBe(7);
  });

  test("comes in its turn, or as soon as there is a task", () => {
    const at = (...turns: [turn: number, live: readonly Actor[]][]): unknown[] => {
      const chooser = cancelling(uniform(random()), random(1, 5), 10);
      return turns.map(([turn, live]) => chooser.cancel?.(turn, live, []));
    };
    expect(at([4, [a]], [5, [a]], [6, [a]])).toEqual([undefined, 0, undefined]);
    expect(at([5, []], [6, [b]], [7, [b]])).toEqual([undefined, 1, undefined]);
  });

  test("chooses, half of the time, a task to which a value is on its way", () => {
    const cancelled = (coin: number, stepping: readonly Actor[]): unknown =>
      cancelling(uniform(random()), random(1, 0, coin), 10).cancel?.(0, [a, b], stepping);
    expect([cancelled(0, [b]), cancelled(1, [b]), cancelled(0, [])]).toEqual([1, 0, 0]);
  });
});

test("cancelling cancels one task, once, or in one run of four none", () => {
  let cancels = 0;
  for (let seed = 0; seed < 1000; seed++) {
    const chooser = cancelling(uniform(randomNumbers(seed)), randomNumbers(seed), 10);
    const cancelled = Array.from({ length: 20 }, (_, turn) => chooser.cancel?.(turn, actors, []));
    const numbers = cancelled.filter((one) => one !== undefined);
    expect(numbers.length).toBeLessThanOrEqual(1);
    cancels += numbers.length;
  }
  expect(cancels / 1000).toBeCloseTo(0.75, 1);
});

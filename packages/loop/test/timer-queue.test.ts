import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TimerQueue } from "../src/timer-queue.js";
import type { Timed } from "../src/timer-queue.js";

class Timer implements Timed {
  readonly deadline: number;
  readonly id: number;
  sequence = 0;
  position = -1;

  constructor(deadline: number, id = 0) {
    this.deadline = deadline;
    this.id = id;
  }

  run(): void {}
}

function drain(queue: TimerQueue): Timer[] {
  const timers: Timer[] = [];
  for (let next = queue.peek(); next !== undefined; next = queue.peek()) {
    timers.push(next as Timer);
    queue.remove(next);
  }
  return timers;
}

describe("TimerQueue", () => {
  test("an empty queue has nothing to give.", () => {
    const queue = new TimerQueue();
    expect(queue.size).toBe(0);
    expect(queue.peek()).toBeUndefined();
  });

  test("timers come out by deadline, and those of one deadline in the order in which they were added.", () => {
    const queue = new TimerQueue();
    for (const [id, deadline] of [30, 10, 20, 10, 30, 10].entries()) queue.add(new Timer(deadline, id));
    expect(drain(queue).map((timer) => [timer.deadline, timer.id])).toEqual([
      [10, 1],
      [10, 3],
      [10, 5],
      [20, 2],
      [30, 0],
      [30, 4],
    ]);
  });

  test("a timer that is not in the queue can be removed without harm, as often as one likes.", () => {
    const queue = new TimerQueue();
    const stays = new Timer(1);
    const goes = new Timer(2);
    queue.add(stays);
    queue.add(goes);
    queue.remove(goes);
    queue.remove(goes);
    queue.remove(new Timer(1));
    expect(drain(queue)).toEqual([stays]);
  });

  test("a timer that was removed can be added again, and comes after those of its deadline.", () => {
    const queue = new TimerQueue();
    const first = new Timer(5, 1);
    const second = new Timer(5, 2);
    queue.add(first);
    queue.add(second);
    queue.remove(first);
    queue.add(first);
    expect(drain(queue).map((timer) => timer.id)).toEqual([2, 1]);
  });

  test("clear() empties it, and its timers can be removed without harm after that.", () => {
    const queue = new TimerQueue();
    const timers = [3, 1, 2].map((deadline) => new Timer(deadline));
    for (const timer of timers) queue.add(timer);
    queue.clear();
    for (const timer of timers) queue.remove(timer);
    expect(queue.size).toBe(0);
    expect(timers.map((timer) => timer.position)).toEqual([-1, -1, -1]);
  });

  test("infinite deadlines, both ways, take their places at the ends.", () => {
    const queue = new TimerQueue();
    for (const deadline of [Infinity, 0, -Infinity]) queue.add(new Timer(deadline));
    expect(drain(queue).map((timer) => timer.deadline)).toEqual([-Infinity, 0, Infinity]);
  });

  test("whatever is added and removed, the order is that of a sorted list.", () => {
    const operation = fc.oneof(
      { weight: 3, arbitrary: fc.record({ kind: fc.constant("add" as const), deadline: fc.nat(20) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant("remove" as const), which: fc.nat() }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("take" as const) }) },
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
        const queue = new TimerQueue();
        let model: Timer[] = [];
        let id = 0;
        const byDeadline = (a: Timer, b: Timer): number => a.deadline - b.deadline || a.sequence - b.sequence;
        for (const step of operations) {
          if (step.kind === "add") {
            const timer = new Timer(step.deadline, id++);
            queue.add(timer);
            model.push(timer);
          } else if (step.kind === "remove" && model.length > 0) {
            const timer = model[step.which % model.length] as Timer;
            queue.remove(timer);
            model = model.filter((one) => one !== timer);
          } else if (step.kind === "take") {
            const next = queue.peek();
            expect(next).toBe([...model].sort(byDeadline)[0]);
            if (next !== undefined) queue.remove(next);
            model = model.filter((one) => one !== next);
          }
          expect(queue.size).toBe(model.length);
        }
        expect(drain(queue)).toEqual([...model].sort(byDeadline));
      }),
      { seed: 20260, numRuns: 300 },
    );
  });
});

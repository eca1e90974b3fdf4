import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TimerQueue } from "../src/timer-queue.js";
import type { Timed } from "../src/timer-queue.js";

class Timer implements Timed {
  readonly deadline: number;
  readonly id: number;
  readonly delay: number;
  sequence = 0;
  position: number | Timed = -1;
  behind: Timed | undefined = undefined;

  /** Those of one delay may stand in one line. */
  constructor(deadline: number, id = 0, delay = 0) {
    this.deadline = deadline;
    this.id = id;
    this.delay = delay;
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
  test("an empty queue has nothing to give", () => {
    const queue = new TimerQueue();
    expect(queue.size).toBe(0);
    expect(queue.peek()).toBeUndefined();
  });

  test("a timer that fills a gap rises above the timers of the branch that it comes to", () => {
    const queue = new TimerQueue();
    // Each has a delay of its own, so each is alone in its line. Four children: 10, 1, 2 and 3.
    const deadlines = [0, 10, 1, 2, 3, 11, 12, 13, 14, 4];
    const timers = deadlines.map((deadline, i) => new Timer(deadline, i, i));
    for (const timer of timers) queue.add(timer);
    queue.remove(timers[5] as Timer); // 4 comes from below 1 to its place, below 10
    expect(timers.slice(0, 2).map(({ position }) => position)).toEqual([0, 5]);
    expect(timers[9]?.position).toBe(1);
    expect(drain(queue).map(({ deadline }) => deadline)).toEqual([0, 1, 2, 3, 4, 10, 12, 13, 14]);
  });

  test("a gap is filled from below it, and not by a timer of the branch beside it", () => {
    const queue = new TimerQueue();
    // By their places: below the root 1 to 4, below 1 the places 5 to 8, below 8 33 to 36, below 9 37 and on.
    const branches = [100, 1, 2, 3];
    const deadlines = [0, ...branches];
    for (const branch of branches) for (let i = 1; i <= 4; i++) deadlines.push(branch + 10 * i);
    while (deadlines.length < 41) deadlines.push(1 + (deadlines[(deadlines.length - 1) >> 2] as number));
    deadlines.push(1000); // takes the place of 8, and sinks from there
    const timers = deadlines.map((deadline, i) => new Timer(deadline, i, i));
    for (const timer of timers) queue.add(timer);
    expect(timers.map(({ position }) => position)).toEqual(timers.map((_, i) => i));
    queue.remove(timers[8] as Timer);
    const ordered = [...deadlines.slice(0, 8), ...deadlines.slice(9)].sort((a, b) => a - b);
    expect(drain(queue).map(({ deadline }) => deadline)).toEqual(ordered);
  });

  test("timers come out by deadline, and those of one deadline in the order in which they were added", () => {
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

  test("a timer that is not in the queue can be removed without harm, as often as one likes", () => {
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

  test("a timer that was removed can be added again, and comes after those of its deadline", () => {
    const queue = new TimerQueue();
    const first = new Timer(5, 1);
    const second = new Timer(5, 2);
    queue.add(first);
    queue.add(second);
    queue.remove(first);
    queue.add(first);
    expect(drain(queue).map((timer) => timer.id)).toEqual([2, 1]);
  });

  test("clear() empties it, and its timers can be removed without harm after that", () => {
    const queue = new TimerQueue();
    const timers = [3, 1, 2].map((deadline) => new Timer(deadline));
    for (const timer of timers) queue.add(timer);
    queue.clear();
    for (const timer of timers) queue.remove(timer);
    expect(queue.size).toBe(0);
    expect(timers.map((timer) => timer.position)).toEqual([-1, -1, -1]);
  });

  describe("of one delay", () => {
    const three = (): [TimerQueue, Timer[]] => {
      const queue = new TimerQueue();
      const timers = [10, 20, 30].map((deadline, id) => new Timer(deadline, id, 5));
      for (const timer of timers) queue.add(timer);
      return [queue, timers];
    };

    test("timers stand in one line, of which the first is in the heap", () => {
      const [queue, [first, second, third]] = three();
      expect(first?.position).toBe(0);
      expect(second?.position).toBe(first);
      expect(third?.position).toBe(second);
      expect(queue.size).toBe(3);
    });

    test.each([
      [0, [1, 2]],
      [1, [0, 2]],
      [2, [0, 1]],
    ])("when number %i goes, the others stay in line, and the next one joins them", (goes, stay) => {
      const [queue, timers] = three();
      queue.remove(timers[goes] as Timer);
      const newcomer = new Timer(40, 3, 5);
      queue.add(newcomer);
      const [first, second] = stay.map((id) => timers[id]);
      expect([first?.position, second?.position, newcomer.position]).toEqual([0, first, second]);
      expect(drain(queue)).toEqual([first, second, newcomer]);
    });

    test("one whose deadline is earlier than that of the last begins a line of its own", () => {
      const [queue] = three();
      queue.add(new Timer(25, 3, 5));
      queue.add(new Timer(26, 4, 5));
      queue.add(new Timer(35, 5, 5));
      expect(drain(queue).map((timer) => timer.id)).toEqual([0, 1, 3, 4, 2, 5]);
    });

    test("one with the deadline of the last joins its line", () => {
      const [queue, timers] = three();
      const newcomer = new Timer(30, 3, 5);
      queue.add(newcomer);
      expect(newcomer.position).toBe(timers[2]);
    });

    test("clear() takes out all of them", () => {
      const [queue, timers] = three();
      queue.clear();
      expect(queue.size).toBe(0);
      expect(timers.map(({ position, behind }) => [position, behind])).toEqual(
        timers.map(() => [-1, undefined]),
      );
    });

    test("nothing is left of a timer that has gone", () => {
      const [queue, timers] = three();
      for (const timer of timers) queue.remove(timer);
      expect(queue["lasts"].every((last) => last === undefined)).toBe(true);
    });
  });

  test("the delays that programs use have lines of their own", () => {
    const queue = new TimerQueue();
    const delays = [1000, 2000, 5000, 10_000, 30_000, 60_000];
    const timers = delays.map((delay, id) => new Timer(delay, id, delay));
    for (const timer of timers) queue.add(timer);
    expect(timers.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("where most timers are alone in their lines, too, the order is that of a sorted list", () => {
    const deadlines = fc.array(fc.nat(300), { minLength: 20, maxLength: 300, size: "max" });
    fc.assert(
      fc.property(deadlines, fc.array(fc.nat(300), { maxLength: 30 }), (all, removed) => {
        const queue = new TimerQueue();
        const timers = all.map((deadline, id) => new Timer(deadline, id, id));
        for (const timer of timers) queue.add(timer);
        const gone = new Set(removed.map((which) => timers[which % timers.length]));
        for (const timer of gone) queue.remove(timer as Timer);
        const left = timers.filter((timer) => !gone.has(timer));
        expect(drain(queue)).toEqual(left.sort((a, b) => a.deadline - b.deadline || a.id - b.id));
      }),
      { seed: 20261126, numRuns: 200 },
    );
  });

  test("infinite deadlines, both ways, take their places at the ends", () => {
    const queue = new TimerQueue();
    for (const deadline of [Infinity, 0, -Infinity]) queue.add(new Timer(deadline));
    expect(drain(queue).map((timer) => timer.deadline)).toEqual([-Infinity, 0, Infinity]);
  });

  test("whatever is added and removed, the order is that of a sorted list", () => {
    const operation = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({ kind: fc.constant("add" as const), deadline: fc.nat(20), delay: fc.nat(2) }),
      },
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
            const timer = new Timer(step.deadline, id++, step.delay);
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

import { isCancelled } from "@asyncio-ts/future";
import { Barrier, BrokenBarrierError } from "@asyncio-ts/sync";
import { createTask, gather, sleep, wait } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";

import { awaited, bothKinds, errorOf } from "@asyncio-ts/testkit";

const positions = (count: number): number[] => Array.from({ length: count }, (_, position) => position);
const ascending = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

describe.each(bothKinds)("a Barrier, in %s", ({ define, runProgram }) => {
  /** A barrier at rest: nobody waits, and it can be used. */
  const expectAtRest = (barrier: Barrier): void => {
    expect(barrier.nWaiting).toBe(0);
    expect(barrier.broken).toBe(false);
    expect(String(barrier)).toContain("filling");
  };

  it("needs at least one party", () => {
    for (const parties of [0, -4]) expect(() => new Barrier(parties)).toThrow(RangeError);
    expect(new Barrier(5).parties).toBe(5);
  });

  it("says in its text which state it is in and how many wait", () =>
    runProgram(function* () {
      const barrier = new Barrier(3);
      expect(String(barrier)).toBe("<Barrier filling, 0 of 3 waiting>");
      const first = [1, 2].map(() => createTask(barrier.wait()));
      yield* awaited(sleep(0));
      expect(String(barrier)).toBe("<Barrier filling, 2 of 3 waiting>");
      first.push(createTask(barrier.wait()));
      yield* awaited(sleep(0));
      expect(String(barrier)).toBe("<Barrier draining, 0 of 3 waiting>");
      yield* awaited(gather(first));
      expect(String(barrier)).toBe("<Barrier filling, 0 of 3 waiting>");

      const second = [1, 2].map(() => createTask(barrier.wait()));
      yield* awaited(sleep(0));
      yield* awaited(barrier.reset());
      expect(String(barrier)).toBe("<Barrier resetting, 0 of 3 waiting>");
      yield* awaited(barrier.abort());
      expect(String(barrier)).toBe("<Barrier broken, 0 of 3 waiting>");
      for (const task of second) expect(yield* errorOf(task)).toBeInstanceOf(BrokenBarrierError);
    }));

  it("gives each party of with() a position of its own", () =>
    runProgram(function* () {
      const barrier = new Barrier(3);
      const seen: number[] = [];
      const body = define(function* (position: number) {
        seen.push(position);
      });
      yield* awaited(gather(positions(3).map(() => createTask(barrier.with(body)))));
      expect(ascending(seen)).toEqual([0, 1, 2]);
      expectAtRest(barrier);
    }));

  it("of one party holds nobody up", () =>
    runProgram(function* () {
      const barrier = new Barrier(1);
      expect(yield* awaited(barrier.with(() => "passed"))).toBe("passed");
      expectAtRest(barrier);
    }));

  it("of one party can be passed again and again, always at position 0", () =>
    runProgram(function* () {
      const barrier = new Barrier(1);
      const first = createTask(barrier.wait());
      yield* awaited(sleep(0));
      expect(first.result()).toBe(0);
      expectAtRest(barrier);
      const second = createTask(barrier.wait());
      yield* awaited(sleep(0));
      expect(second.result()).toBe(0);
      expectAtRest(barrier);
    }));

  it("counts those who wait, and opens when the last one comes", () =>
    runProgram(function* () {
      const barrier = new Barrier(3);
      const tasks = [createTask(barrier.wait())];
      yield* awaited(sleep(0));
      expect(barrier.nWaiting).toBe(1);
      expect(String(barrier)).toContain("filling");
      tasks.push(createTask(barrier.wait()));
      yield* awaited(sleep(0));
      expect(barrier.nWaiting).toBe(2);
      expect(String(barrier)).toContain("filling");
      expect(tasks.some((task) => task.done())).toBe(false);
      tasks.push(createTask(barrier.wait()));
      const { done, pending } = yield* awaited(wait(tasks));
      expect([done.size, pending.size]).toEqual([3, 0]);
      expectAtRest(barrier);
    }));

  it("serves one round after the other: nobody begins the second before all have passed the first", () =>
    runProgram(function* () {
      const barrier = new Barrier(5);
      const passed: string[] = [];
      const inner = define(function* (position: number) {
        passed.push("second");
        return position;
      });
      const outer = define(function* () {
        passed.push("first");
        return yield* awaited(barrier.with(inner));
      });
      const results = yield* awaited(gather(positions(5).map(() => createTask(barrier.with(outer)))));
      expect(passed).toEqual([...Array<string>(5).fill("first"), ...Array<string>(5).fill("second")]);
      expect(ascending(results)).toEqual([0, 1, 2, 3, 4]);
      expectAtRest(barrier);
    }));

  it("drains until the last party has left", () =>
    runProgram(function* () {
      const barrier = new Barrier(5);
      const states: string[] = [];
      const body = define(function* () {
        states.push(String(barrier).split(/[ ,]/)[1] ?? "");
      });
      yield* awaited(gather(positions(5).map(() => createTask(barrier.with(body)))));
      expect(states).toEqual(["draining", "draining", "draining", "draining", "filling"]);
      expectAtRest(barrier);
    }));

  it("holds back who comes again while it drains, until everybody has left", () =>
    runProgram(function* () {
      const barrier = new Barrier(5);
      const others = new Barrier(3);
      const events: string[] = [];
      let again = 2;
      const party = define(function* () {
        yield* awaited(barrier.wait());
        if (again > 0) {
          again--;
          events.push("comes again");
          yield* awaited(barrier.wait());
        } else {
          // Exactly those who did not come again meet here.
          yield* awaited(others.wait());
          events.push("met");
          yield* awaited(barrier.wait());
        }
        events.push("through");
      });
      yield* awaited(gather(positions(5).map(() => createTask(party()))));
      expect(events).toEqual([
        ...Array<string>(2).fill("comes again"),
        ...Array<string>(3).fill("met"),
        ...Array<string>(5).fill("through"),
      ]);
      expectAtRest(barrier);
      expectAtRest(others);
    }));

  it("goes on filling when one of those who wait is cancelled", () =>
    runProgram(function* () {
      const barrier = new Barrier(3);
      const passed: string[] = [];
      const party = define(function* (name: string) {
        yield* awaited(barrier.wait());
        passed.push(name);
      });
      const quitter = createTask(party("quitter"));
      const others = [createTask(party("Ann"))];
      yield* awaited(sleep(0));
      expect(barrier.nWaiting).toBe(2);
      quitter.cancel();
      yield* awaited(sleep(0));
      expect(barrier.nWaiting).toBe(1);
      expect(isCancelled(yield* errorOf(quitter))).toBe(true);
      others.push(createTask(party("Bo")));
      yield* awaited(sleep(0));
      expect(barrier.nWaiting).toBe(2);
      expect(passed).toEqual([]);
      others.push(createTask(party("Cy")));
      yield* awaited(gather(others));
      expect([...passed].sort()).toEqual(["Ann", "Bo", "Cy"]);
      expectAtRest(barrier);
    }));

  it("is not changed by a reset while nobody waits", () =>
    runProgram(function* () {
      const barrier = new Barrier(1);
      createTask(barrier.reset());
      yield* awaited(sleep(0));
      expectAtRest(barrier);
      expect(yield* awaited(barrier.wait())).toBe(0);
    }));

  it("sends those who wait away with an error when it is reset, and can be filled anew", () =>
    runProgram(function* () {
      const barrier = new Barrier(5);
      const tasks = positions(4).map(() => createTask(barrier.wait()));
      yield* awaited(sleep(0));
      createTask(barrier.reset());
      const outcomes = yield* awaited(gather(tasks, { returnExceptions: true }));
      expect(outcomes.map((outcome) => outcome instanceof BrokenBarrierError)).toEqual([
        true,
        true,
        true,
        true,
      ]);
      expectAtRest(barrier);
      const results = yield* awaited(gather(positions(5).map(() => barrier.wait())));
      expect(ascending(results)).toEqual([0, 1, 2, 3, 4]);
    }));

  it("that is reset while it drains sends those away who have not left yet", () =>
    runProgram(function* () {
      const barrier = new Barrier(5);
      const events: string[] = [];
      let left = 0;
      const party = define(function* () {
        try {
          yield* awaited(barrier.wait());
        } catch (error) {
          if (!(error instanceof BrokenBarrierError)) throw error;
          events.push("sent away");
          return;
        }
        events.push("passed");
        if (++left === 3) yield* awaited(barrier.reset());
      });
      yield* awaited(gather(positions(5).map(() => createTask(party()))));
      expect(events).toEqual(["passed", "passed", "passed", "sent away", "sent away"]);
      expectAtRest(barrier);
    }));

  it("that is reset while it drains keeps those who came again for the next round", () =>
    runProgram(function* () {
      const barrier = new Barrier(5);
      const events: string[] = [];
      let left = 0;
      const party = define(function* () {
        try {
          yield* awaited(barrier.wait());
          events.push(++left === 3 ? "resets" : "comes again");
        } catch (error) {
          expect(error).toBeInstanceOf(BrokenBarrierError);
          events.push("sent away");
        }
        if (events.at(-1) === "resets") yield* awaited(barrier.reset());
        yield* awaited(barrier.wait());
        events.push("second round");
      });
      yield* awaited(gather(positions(5).map(() => createTask(party()))));
      expect(events).toEqual([
        "comes again",
        "comes again",
        "resets",
        "sent away",
        "sent away",
        ...Array<string>(5).fill("second round"),
      ]);
      expectAtRest(barrier);
    }));

  it("lets those it sent away fill it again at once, together with a newcomer", () =>
    runProgram(function* () {
      const barrier = new Barrier(5);
      const events: string[] = [];
      const party = define(function* () {
        try {
          yield* awaited(barrier.wait());
          events.push("passed at once");
        } catch (error) {
          expect(error).toBeInstanceOf(BrokenBarrierError);
          events.push("sent away");
        } finally {
          yield* awaited(barrier.wait());
          events.push("passed");
        }
      });
      const tasks = positions(4).map(() => createTask(party()));
      createTask(barrier.reset());
      yield* awaited(sleep(0));
      const newcomer = createTask(
        barrier.with(
          define(function* () {
            events.push("newcomer passed");
          }),
        ),
      );
      yield* awaited(gather([...tasks, newcomer]));
      expect(events.slice(0, 4)).toEqual(Array<string>(4).fill("sent away"));
      expect(events.slice(4).sort()).toEqual(["newcomer passed", ...Array<string>(4).fill("passed")]);
      expectAtRest(barrier);
    }));

  it("is not disturbed by a reset that the last party makes after it has left", () =>
    runProgram(function* () {
      const barrier = new Barrier(5);
      const events: string[] = [];
      let left = 0;
      const party = define(function* () {
        yield* awaited(barrier.wait());
        if (++left === 5) {
          events.push("resets");
          yield* awaited(barrier.reset());
        }
        yield* awaited(barrier.wait());
        events.push("second round");
        yield* awaited(barrier.wait());
        events.push("third round");
      });
      yield* awaited(gather(positions(5).map(() => createTask(party()))));
      expect(events).toEqual([
        "resets",
        ...Array<string>(5).fill("second round"),
        ...Array<string>(5).fill("third round"),
      ]);
      expectAtRest(barrier);
    }));

  it("is broken from an abort on: nobody gets in", () =>
    runProgram(function* () {
      const barrier = new Barrier(1);
      createTask(barrier.abort());
      yield* awaited(sleep(0));
      expect(barrier.nWaiting).toBe(0);
      expect(barrier.broken).toBe(true);
      expect(yield* errorOf(barrier.wait())).toBeInstanceOf(BrokenBarrierError);
      expect(yield* errorOf(barrier.with(() => undefined))).toBeInstanceOf(BrokenBarrierError);
    }));

  it("that is aborted while it drains sends everybody away, those who have not left and those who came again", () =>
    runProgram(function* () {
      const barrier = new Barrier(5);
      const events: string[] = [];
      let left = 0;
      const party = define(function* () {
        try {
          yield* awaited(barrier.wait());
        } catch (error) {
          expect(error).toBeInstanceOf(BrokenBarrierError);
          events.push("did not pass");
          return;
        }
        if (++left === 3) {
          yield* awaited(barrier.abort());
          return;
        }
        expect(yield* errorOf(barrier.wait())).toBeInstanceOf(BrokenBarrierError);
        events.push("did not pass again");
      });
      yield* awaited(gather(positions(5).map(() => createTask(party()))));
      expect([...events].sort()).toEqual([
        "did not pass",
        "did not pass",
        "did not pass again",
        "did not pass again",
      ]);
      expect(barrier.broken).toBe(true);
      expect(barrier.nWaiting).toBe(0);
      expect(String(barrier)).toContain("broken");
    }));

  it("can be aborted by a party that fails: the others learn of it at their next wait", () =>
    runProgram(function* () {
      const barrier = new Barrier(5);
      const events: string[] = [];
      const body = define(function* (position: number) {
        if (position === 2) throw new Error("party failed");
      });
      const party = define(function* () {
        try {
          yield* awaited(barrier.with(body));
          yield* awaited(barrier.wait());
          events.push("passed twice");
        } catch (error) {
          if (error instanceof BrokenBarrierError) events.push("broken");
          else {
            expect(error).toMatchObject({ message: "party failed" });
            yield* awaited(barrier.abort());
          }
        }
      });
      yield* awaited(gather(positions(5).map(() => createTask(party()))));
      expect(events).toEqual(Array<string>(4).fill("broken"));
      expect(barrier.broken).toBe(true);
      expect(barrier.nWaiting).toBe(0);
    }));

  it("can be used again when it is reset after an abort", () =>
    runProgram(function* () {
      const barrier = new Barrier(5);
      const meeting = new Barrier(5);
      const events: string[] = [];
      const party = define(function* () {
        try {
          const position = yield* awaited(barrier.wait());
          if (position === 2) throw new Error("party failed");
          yield* awaited(barrier.wait());
          events.push("passed twice");
        } catch (error) {
          if (error instanceof BrokenBarrierError) events.push("broken");
          else yield* awaited(barrier.abort());
        }
        // Everybody has left before one mends it, and nobody comes back before that.
        const position = yield* awaited(meeting.wait());
        if (position === 2) {
          expect(barrier.broken).toBe(true);
          yield* awaited(barrier.reset());
        }
        yield* awaited(meeting.wait());
        yield* awaited(barrier.wait());
        events.push("passed");
      });
      yield* awaited(gather(positions(5).map(() => createTask(party()))));
      expect(events).toEqual([...Array<string>(4).fill("broken"), ...Array<string>(5).fill("passed")]);
      expectAtRest(barrier);
    }));
});

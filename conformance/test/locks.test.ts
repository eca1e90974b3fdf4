import { CancelledError, isCancelled } from "@asyncio-ts/future";
import { getRunningLoop, newEventLoop } from "@asyncio-ts/loop";
import { Barrier, BoundedSemaphore, Condition, Event, Lock, Semaphore } from "@asyncio-ts/sync";
import { createTask, gather, run, sleep, Task, timeout, TimeoutError, waitFor } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";

import { awaited, bothKinds, errorOf, runVirtual } from "@asyncio-ts/testkit";

describe.each(bothKinds)("a Lock, in %s", ({ define, runProgram }) => {
  it("says in its text whether it is locked and how many wait", () =>
    runProgram(function* () {
      const lock = new Lock();
      expect(String(lock)).toBe("<Lock unlocked, 0 waiting>");
      yield* awaited(lock.acquire());
      expect(String(lock)).toBe("<Lock locked, 0 waiting>");
      createTask(lock.acquire());
      yield* awaited(sleep(0));
      expect(String(lock)).toBe("<Lock locked, 1 waiting>");
    }));

  it("goes to those who wait in the order in which they asked, one iteration after each release", () =>
    runProgram(function* () {
      const lock = new Lock();
      const holders: string[] = [];
      const worker = define(function* (name: string) {
        const guard = yield* awaited(lock.acquire());
        holders.push(name);
        return guard;
      });
      yield* awaited(lock.acquire());
      const ann = createTask(worker("Ann"));
      const bo = createTask(worker("Bo"));
      yield* awaited(sleep(0));
      expect(holders).toEqual([]);

      lock.release();
      // Someone who asks after the release, but before Ann's turn, does not overtake.
      const cy = createTask(worker("Cy"));
      yield* awaited(sleep(0));
      expect(holders).toEqual(["Ann"]);
      yield* awaited(sleep(0));
      expect(holders).toEqual(["Ann"]);

      lock.release();
      yield* awaited(sleep(0));
      expect(holders).toEqual(["Ann", "Bo"]);
      (yield* awaited(bo)).release();
      yield* awaited(sleep(0));
      expect(holders).toEqual(["Ann", "Bo", "Cy"]);
      expect([ann, bo, cy].map((task) => task.done())).toEqual([true, true, true]);
      expect(lock.locked()).toBe(true);
    }));

  it("forgets a waiter that is cancelled", () =>
    runProgram(function* () {
      const lock = new Lock();
      yield* awaited(lock.acquire());
      const waiter = createTask(lock.acquire());
      getRunningLoop().callSoon(() => waiter.cancel());
      expect(isCancelled(yield* errorOf(waiter))).toBe(true);
      expect(String(lock)).toBe("<Lock locked, 0 waiting>");
      lock.release();
      expect(lock.locked()).toBe(false);
    }));

  it("passes over a waiter that is cancelled in the iteration of the release", () =>
    runProgram(function* () {
      const lock = new Lock();
      const events: string[] = [];
      const gate = getRunningLoop().createFuture<void>();
      const worker = define(function* (name: string, until?: typeof gate) {
        yield* awaited(lock.acquire());
        events.push(`${name} in`);
        try {
          if (until !== undefined) yield* awaited(until);
        } finally {
          events.push(`${name} out`);
          lock.release();
        }
      });
      const ann = createTask(worker("Ann", gate));
      const bo = createTask(worker("Bo"));
      const cy = createTask(worker("Cy"));
      yield* awaited(sleep(0));
      expect(String(lock)).toBe("<Lock locked, 2 waiting>");

      gate.setResult();
      bo.cancel();
      expect(String(lock)).toBe("<Lock locked, 1 waiting>");
      yield* awaited(sleep(0));
      expect(lock.locked()).toBe(false);
      expect(ann.done()).toBe(true);
      expect(bo.cancelled()).toBe(true);
      yield* awaited(cy);
      expect(events).toEqual(["Ann in", "Ann out", "Cy in", "Cy out"]);
      expect(lock.locked()).toBe(false);
    }));

  it("goes to one waiter only if the first is cancelled right before the release", () =>
    runProgram(function* () {
      const lock = new Lock();
      const asked: number[] = [];
      const got: number[] = [];
      const worker = define(function* (number: number) {
        asked.push(number);
        yield* awaited(lock.acquire());
        got.push(number);
      });
      yield* awaited(lock.acquire());
      const [first, second, third] = [1, 2, 3].map((number) => createTask(worker(number))) as [
        Task<void>,
        Task<void>,
        Task<void>,
      ];
      yield* awaited(sleep(0));
      getRunningLoop().callSoon(() => {
        first.cancel();
        lock.release();
      });
      expect(isCancelled(yield* errorOf(first))).toBe(true);
      expect(asked).toEqual([1, 2, 3]);
      expect(got).toEqual([2]);
      expect([first.cancelled(), second.done(), third.done()]).toEqual([true, true, false]);
      third.cancel();
      yield* awaited(sleep(0));
      expect(third.cancelled()).toBe(true);
    }));

  it("is not lost when its next holder is cancelled and a newcomer has not begun to wait", () =>
    runProgram(function* () {
      const lock = new Lock();
      yield* awaited(lock.acquire());
      const cancelled = createTask(lock.acquire());
      yield* awaited(sleep(0));
      const newcomer = createTask(lock.acquire());
      cancelled.cancel();
      lock.release();
      yield* awaited(sleep(0));
      expect(cancelled.cancelled()).toBe(true);
      expect(lock.locked()).toBe(true);
      yield* awaited(newcomer);
    }));

  it("is free again after a release that nobody waits for", () =>
    runProgram(function* () {
      const lock = new Lock();
      yield* awaited(lock.acquire());
      expect(lock.locked()).toBe(true);
      lock.release();
      expect(lock.locked()).toBe(false);
    }));

  it("refuses a release when nobody holds it", () =>
    runProgram(function* () {
      const lock = new Lock();
      expect(() => lock.release()).toThrow("not held");
      yield* awaited(lock.with(() => undefined));
      expect(() => lock.release()).toThrow("not held");
      expect(lock.locked()).toBe(false);
    }));

  it("is held for as long as the body of with() runs, also if that fails", () =>
    runProgram(function* () {
      const lock = new Lock();
      const seen: boolean[] = [lock.locked()];
      const body = define(function* () {
        seen.push(lock.locked());
        yield* awaited(sleep(10));
        seen.push(lock.locked());
        return "result";
      });
      expect(yield* awaited(lock.with(body))).toBe("result");
      seen.push(lock.locked());
      expect(seen).toEqual([false, true, true, false]);

      const failing = define(function* () {
        yield* awaited(sleep(10));
        throw new Error("boom");
      });
      expect(yield* errorOf(lock.with(failing))).toMatchObject({ message: "boom" });
      expect(lock.locked()).toBe(false);
    }));
});

describe("the primitives", () => {
  const all = [
    ["Lock", () => new Lock()],
    ["Condition", () => new Condition()],
    ["Semaphore", () => new Semaphore()],
    ["BoundedSemaphore", () => new BoundedSemaphore()],
    ["Barrier", () => new Barrier(2)],
  ] as const;

  it.each(all)("a %s is no awaitable: waiting for the object itself takes nothing", async (_name, make) => {
    const primitive = make();
    const before = String(primitive);
    await runVirtual(async () => {
      // In an async function it is as harmless as awaiting a number.
      expect(await primitive).toBe(primitive);
      // In a generator coroutine it is an error.
      const wrong = function* () {
        yield* primitive as unknown as Lock & Generator<never, void>;
      };
      await expect(createTask(wrong()).catch((error: unknown) => error)).resolves.toBeInstanceOf(TypeError);
    });
    expect(String(primitive)).toBe(before);
  });

  it("belong to no loop: a lock and its condition serve one loop after the other", async () => {
    const lock = new Lock();
    const condition = new Condition(lock);
    const program = async (): Promise<boolean> => {
      const waiter = createTask(async () => condition.with(async () => condition.wait()));
      await sleep(0);
      await condition.with(() => condition.notify());
      return waiter;
    };
    expect(await runVirtual(program)).toBe(true);
    expect(await run(program, { loopFactory: newEventLoop })).toBe(true);
    expect(lock.locked()).toBe(false);
  });
});

describe.each(bothKinds)("an Event, in %s", ({ define, runProgram }) => {
  it("says in its text whether it is set and how many wait", () =>
    runProgram(function* () {
      const event = new Event();
      expect(String(event)).toBe("<Event unset, 0 waiting>");
      const waiter = createTask(event.wait());
      yield* awaited(sleep(0));
      expect(String(event)).toBe("<Event unset, 1 waiting>");
      event.set();
      expect(String(event)).toBe("<Event set, 0 waiting>");
      yield* awaited(waiter);
    }));

  it("wakes all who wait, in their order, and after someone who comes when it is set already", () =>
    runProgram(function* () {
      const event = new Event();
      expect(event.isSet()).toBe(false);
      const passed: string[] = [];
      const walker = define(function* (name: string) {
        expect(yield* awaited(event.wait())).toBe(true);
        passed.push(name);
      });
      const early = createTask(walker("early"));
      const second = createTask(walker("second"));
      yield* awaited(sleep(0));
      expect(passed).toEqual([]);
      const late = createTask(walker("late"));
      event.set();
      expect(passed).toEqual([]);
      yield* awaited(sleep(0));
      expect(passed).toEqual(["late", "early", "second"]);
      expect([early, second, late].every((task) => task.done())).toBe(true);
    }));

  it("does not hold up who waits for it once it is set", () =>
    runProgram(function* () {
      const event = new Event();
      event.set();
      let others = 0;
      getRunningLoop().callSoon(() => others++);
      expect(yield* awaited(event.wait())).toBe(true);
      expect(others).toBe(0);
    }));

  it("forgets a waiter that is cancelled", () =>
    runProgram(function* () {
      const event = new Event();
      const waiter = createTask(event.wait());
      getRunningLoop().callSoon(() => waiter.cancel());
      expect(isCancelled(yield* errorOf(waiter))).toBe(true);
      expect(String(event)).toBe("<Event unset, 0 waiting>");
    }));

  it("can be set and cleared again and again", () =>
    runProgram(function* () {
      const event = new Event();
      const states = [event.isSet()];
      event.set();
      states.push(event.isSet());
      event.clear();
      states.push(event.isSet());
      expect(states).toEqual([false, true, false]);
      expect(yield* errorOf(waitFor(event.wait(), 10))).toBeInstanceOf(TimeoutError);
      event.set();
      expect(yield* awaited(event.wait())).toBe(true);
    }));

  it("still wakes who waited, once, if it is cleared and set before their turn", () =>
    runProgram(function* () {
      const event = new Event();
      const passed: string[] = [];
      const walker = define(function* () {
        if (yield* awaited(event.wait())) passed.push("through");
        return "done";
      });
      const task = createTask(walker());
      yield* awaited(sleep(0));
      event.set();
      event.clear();
      expect(event.isSet()).toBe(false);
      expect(passed).toEqual([]);
      event.set();
      event.set();
      yield* awaited(sleep(0));
      expect(passed).toEqual(["through"]);
      expect(task.result()).toBe("done");

      event.clear();
      const again = createTask(walker());
      yield* awaited(sleep(0));
      event.set();
      event.clear();
      yield* awaited(sleep(0));
      expect(passed).toEqual(["through", "through"]);
      expect(event.isSet()).toBe(false);
      yield* awaited(again);
    }));
});

describe.each(bothKinds)("a Condition, in %s", ({ define, runProgram }) => {
  /** Waits until it is notified, and gives the lock back. */
  const passing = define(function* (condition: Condition, number: number, awake: number[]) {
    yield* awaited(condition.acquire());
    if (yield* awaited(condition.wait())) awake.push(number);
    condition.release();
  });

  it("lets those who are notified go on one at a time, as each gets the lock", () =>
    runProgram(function* () {
      const condition = new Condition();
      const awake: number[] = [];
      const waiter = define(function* (number: number) {
        yield* awaited(condition.acquire());
        if (yield* awaited(condition.wait())) awake.push(number);
        return number;
      });
      const tasks = [1, 2, 3].map((number) => createTask(waiter(number)));
      yield* awaited(sleep(0));
      expect(condition.locked()).toBe(false);

      yield* awaited(condition.acquire());
      condition.notify();
      yield* awaited(sleep(0));
      // Notified, but the lock is not free.
      expect(awake).toEqual([]);
      expect(condition.locked()).toBe(true);
      condition.release();
      yield* awaited(sleep(0));
      expect(awake).toEqual([1]);
      expect(condition.locked()).toBe(true);

      // The one that is awake holds the lock, so it may notify.
      condition.notify(2);
      yield* awaited(sleep(0));
      expect(awake).toEqual([1]);
      condition.release();
      yield* awaited(sleep(0));
      expect(awake).toEqual([1, 2]);
      condition.release();
      yield* awaited(sleep(0));
      expect(awake).toEqual([1, 2, 3]);
      expect(condition.locked()).toBe(true);
      expect(yield* awaited(gather(tasks))).toEqual([1, 2, 3]);
    }));

  it("takes the lock again before a waiter that is cancelled ends", () =>
    runProgram(function* () {
      const condition = new Condition();
      yield* awaited(condition.acquire());
      const waiter = createTask(condition.wait());
      getRunningLoop().callSoon(() => waiter.cancel());
      expect(isCancelled(yield* errorOf(waiter))).toBe(true);
      expect(condition.locked()).toBe(true);
      expect(String(condition)).toBe("<Condition locked, 0 waiting>");
    }));

  it("takes the lock again even if the waiter is cancelled while it waits for the lock", () =>
    runProgram(function* () {
      const condition = new Condition();
      yield* awaited(condition.acquire());
      const waiter = createTask(condition.wait());
      yield* awaited(sleep(0));
      expect(condition.locked()).toBe(false);

      yield* awaited(condition.acquire());
      condition.notify();
      getRunningLoop().callSoon(() => waiter.cancel());
      getRunningLoop().callSoon(() => condition.release());
      expect(isCancelled(yield* errorOf(waiter))).toBe(true);
      expect(condition.locked()).toBe(true);
    }));

  it("ends a waiter that is cancelled after it was notified, and lets the lock go", () =>
    runProgram(function* () {
      const condition = new Condition();
      const events: string[] = [];
      const body = define(function* () {
        events.push("waits");
        yield* awaited(condition.wait());
        events.push("is not reached");
      });
      const waiter = createTask(condition.with(body));
      yield* awaited(sleep(0));
      yield* awaited(condition.acquire());
      condition.notify();
      yield* awaited(sleep(0));
      waiter.cancel();
      yield* awaited(sleep(0));
      // It may not end before it has the lock.
      expect(waiter.done()).toBe(false);
      condition.release();
      yield* awaited(sleep(0));
      expect(waiter.cancelled()).toBe(true);
      expect(events).toEqual(["waits"]);
      expect(condition.locked()).toBe(false);
    }));

  it("refuses wait() and notify() to who does not hold the lock", () =>
    runProgram(function* () {
      const condition = new Condition();
      expect(yield* errorOf(condition.wait())).toMatchObject({
        message: expect.stringContaining("not held") as string,
      });
      expect(() => condition.notify()).toThrow("not held");
      expect(() => condition.notifyAll()).toThrow("not held");
      expect(condition.locked()).toBe(false);
    }));

  it("goes back to sleep in waitFor() while the predicate says no, and gives what the predicate gave", () =>
    runProgram(function* () {
      const condition = new Condition();
      let answer: string | undefined;
      let asked = 0;
      const events: string[] = [];
      const waiter = createTask(
        condition.with(
          define(function* () {
            const predicate = (): string | undefined => {
              asked++;
              return answer;
            };
            events.push(String(yield* awaited(condition.waitFor(predicate))));
          }),
        ),
      );
      yield* awaited(sleep(0));
      yield* awaited(condition.with(() => condition.notify()));
      yield* awaited(sleep(0));
      expect(asked).toBe(2);
      expect(events).toEqual([]);
      answer = "yes";
      // Nobody has said so.
      yield* awaited(sleep(0));
      expect(asked).toBe(2);
      yield* awaited(condition.with(() => condition.notify()));
      yield* awaited(sleep(0));
      expect(asked).toBe(3);
      expect(events).toEqual(["yes"]);
      expect(waiter.done()).toBe(true);
      expect(condition.locked()).toBe(false);
    }));

  it("needs no lock in waitFor() if the predicate says yes at once", () =>
    runProgram(function* () {
      const condition = new Condition();
      const items = [1, 2, 3];
      expect(yield* awaited(condition.waitFor(() => items))).toBe(items);
      expect(yield* errorOf(condition.waitFor(() => false))).toMatchObject({
        message: expect.stringContaining("not held") as string,
      });
    }));

  it("wakes as many as notify() says, and no error if fewer wait", () =>
    runProgram(function* () {
      const condition = new Condition();
      const awake: number[] = [];
      const tasks = [1, 2, 3].map((number) => createTask(passing(condition, number, awake)));
      yield* awaited(sleep(0));
      yield* awaited(condition.with(() => condition.notify(1)));
      yield* awaited(sleep(0));
      expect(awake).toEqual([1]);
      const rest = (): void => {
        condition.notify(1);
        condition.notify(2048);
      };
      yield* awaited(condition.with(rest));
      yield* awaited(sleep(0));
      expect(awake).toEqual([1, 2, 3]);
      expect(tasks.every((task) => task.done())).toBe(true);
      expect(condition.locked()).toBe(false);
    }));

  it("wakes everybody with notifyAll(), in their order, within one iteration", () =>
    runProgram(function* () {
      const condition = new Condition();
      const awake: number[] = [];
      const tasks = [1, 2].map((number) => createTask(passing(condition, number, awake)));
      yield* awaited(sleep(0));
      yield* awaited(condition.with(() => condition.notifyAll()));
      yield* awaited(sleep(0));
      expect(awake).toEqual([1, 2]);
      expect(tasks.every((task) => task.done())).toBe(true);
    }));

  it("says in its text whether it is locked and how many wait", () =>
    runProgram(function* () {
      const condition = new Condition();
      expect(String(condition)).toBe("<Condition unlocked, 0 waiting>");
      yield* awaited(condition.acquire());
      expect(String(condition)).toBe("<Condition locked, 0 waiting>");
      condition.release();
      const waiter = define(function* () {
        yield* awaited(condition.with(() => condition.wait()));
      });
      createTask(waiter());
      yield* awaited(sleep(0));
      expect(String(condition)).toBe("<Condition unlocked, 1 waiting>");
      createTask(waiter());
      yield* awaited(sleep(0));
      expect(String(condition)).toBe("<Condition unlocked, 2 waiting>");
    }));

  it("is held for as long as the body of with() runs", () =>
    runProgram(function* () {
      const condition = new Condition();
      expect(condition.locked()).toBe(false);
      const body = define(function* () {
        yield* awaited(sleep(1));
        return condition.locked();
      });
      expect(yield* awaited(condition.with(body))).toBe(true);
      expect(condition.locked()).toBe(false);
    }));

  it("shares a lock that it is given: who holds one holds the other", () =>
    runProgram(function* () {
      const lock = new Lock();
      for (const condition of [new Condition(lock), new Condition(lock)]) {
        const state = (): boolean[] => [lock.locked(), condition.locked()];
        expect(state()).toEqual([false, false]);
        expect(yield* awaited(condition.with(state))).toEqual([true, true]);
        expect(state()).toEqual([false, false]);
        expect(yield* awaited(lock.with(state))).toEqual([true, true]);
        expect(state()).toEqual([false, false]);
      }
      // Without one it has its own.
      const other = new Condition();
      expect(yield* awaited(lock.with(() => other.locked()))).toBe(false);
    }));

  it("can be left by a timeout inside its block, with the lock held until the block ends", () =>
    runProgram(function* () {
      const condition = new Condition();
      const body = define(function* () {
        expect(yield* errorOf(waitFor(condition.wait(), 500))).toBeInstanceOf(TimeoutError);
        expect(condition.locked()).toBe(true);
      });
      yield* awaited(condition.with(body));
      expect(condition.locked()).toBe(false);
      expect(getRunningLoop().time()).toBe(500);
    }));

  it.each(["for the notification", "for the lock"])(
    "throws the very CancelledError, with its message, that met it while it waited %s",
    async (where) => {
      await runProgram(function* () {
        const condition = new Condition();
        let ready = false;
        let caught: unknown;
        const body = define(function* () {
          try {
            yield* awaited(condition.waitFor(() => ready));
          } catch (error) {
            caught = error;
            throw error;
          }
        });
        const task = createTask(condition.with(body));
        yield* awaited(sleep(0));
        if (where === "for the lock") {
          yield* awaited(condition.acquire());
          ready = true;
          condition.notify();
          yield* awaited(sleep(0));
        }
        task.cancel("enough");
        if (where === "for the lock") condition.release();
        const error = yield* errorOf(task);
        expect(error).toBeInstanceOf(CancelledError);
        expect(error).toMatchObject({ message: "enough" });
        expect(error).toBe(caught);
        expect(condition.locked()).toBe(false);
      });
    },
  );

  it.each([
    // The notification has arrived first: the waiter takes the item, and the cancellation meets its next
    // wait.
    ["in the moment", 0, "first"],
    // It waits for the lock: the cancellation meets it there, and it passes the notification on.
    ["an iteration after", 1, "second"],
  ])("loses no notification to a waiter that is cancelled %s it is notified", async (_when, later, taker) => {
    await runProgram(function* () {
      const condition = new Condition();
      let items = 0;
      const taken: string[] = [];
      const consumer = define(function* (name: string) {
        for (;;) {
          yield* awaited(condition.waitFor(() => items !== 0));
          if (items < 0) return;
          items--;
          taken.push(name);
          condition.notifyAll();
        }
      });
      const [first, second] = ["first", "second"].map((name) =>
        createTask(condition.with(() => consumer(name))),
      ) as [Task<void>, Task<void>];
      yield* awaited(sleep(0));
      const produce = define(function* () {
        items++;
        condition.notify(1);
        for (let i = 0; i < later; i++) yield* awaited(sleep(0));
        first.cancel();
        yield* awaited(timeout(10).with(() => condition.waitFor(() => items === 0)));
        items = -1;
        condition.notifyAll();
      });
      yield* awaited(condition.with(produce));
      yield* awaited(second);
      expect(taken).toEqual([taker]);
      expect(first.cancelled()).toBe(true);
      expect(getRunningLoop().time()).toBe(0);
    });
  });
});

describe.each(bothKinds)("a Semaphore, in %s", ({ define, runProgram }) => {
  it("of 0 is locked from the start, and opens by a release", async () => {
    const semaphore = new Semaphore(0);
    expect(semaphore.locked()).toBe(true);
    semaphore.release();
    expect(semaphore.locked()).toBe(false);
  });

  it("refuses a negative value", () => {
    expect(() => new Semaphore(-1)).toThrow(RangeError);
    expect(() => new BoundedSemaphore(-1)).toThrow(RangeError);
  });

  it("says in its text how many permits are free and how many wait", () =>
    runProgram(function* () {
      const semaphore = new Semaphore();
      expect(String(semaphore)).toBe("<Semaphore 1 free, 0 waiting>");
      yield* awaited(semaphore.acquire());
      expect(String(semaphore)).toBe("<Semaphore 0 free, 0 waiting>");
      for (const waiting of [1, 2]) {
        createTask(semaphore.acquire());
        yield* awaited(sleep(0));
        expect(String(semaphore)).toBe(`<Semaphore 0 free, ${waiting} waiting>`);
      }
    }));

  it("gives out its permits, then one for each release, in the order of asking", () =>
    runProgram(function* () {
      const semaphore = new Semaphore(3);
      const got: number[] = [];
      const worker = define(function* (number: number) {
        yield* awaited(semaphore.acquire());
        got.push(number);
        return number;
      });
      yield* awaited(semaphore.acquire());
      yield* awaited(semaphore.acquire());
      expect(semaphore.locked()).toBe(false);

      const tasks = [1, 2, 3].map((number) => createTask(worker(number)));
      yield* awaited(sleep(0));
      expect(got).toEqual([1]);
      expect(semaphore.locked()).toBe(true);
      expect(String(semaphore)).toBe("<Semaphore 0 free, 2 waiting>");

      tasks.push(createTask(worker(4)));
      semaphore.release();
      semaphore.release();
      // Both permits are on their way to the two who wait.
      expect(String(semaphore)).toBe("<Semaphore 0 free, 0 waiting>");
      yield* awaited(sleep(0));
      expect(got).toEqual([1, 2, 3]);
      expect(semaphore.locked()).toBe(true);
      expect(String(semaphore)).toBe("<Semaphore 0 free, 1 waiting>");
      expect(tasks.map((task) => task.done())).toEqual([true, true, true, false]);

      semaphore.release();
      expect(yield* awaited(gather(tasks))).toEqual([1, 2, 3, 4]);
    }));

  it("forgets a waiter that is cancelled", () =>
    runProgram(function* () {
      const semaphore = new Semaphore();
      yield* awaited(semaphore.acquire());
      const waiter = createTask(semaphore.acquire());
      getRunningLoop().callSoon(() => waiter.cancel());
      expect(isCancelled(yield* errorOf(waiter))).toBe(true);
      expect(String(semaphore)).toBe("<Semaphore 0 free, 0 waiting>");
    }));

  it("gives a permit to the first waiter that was not cancelled, and to no other", () =>
    runProgram(function* () {
      const semaphore = new Semaphore(0);
      const tasks = [1, 2, 3, 4].map(() => createTask(semaphore.acquire()));
      yield* awaited(sleep(0));
      tasks[0]?.cancel();
      tasks[1]?.cancel();
      semaphore.release();
      yield* awaited(sleep(0));
      yield* awaited(sleep(0));
      expect(tasks.map((task) => task.done())).toEqual([true, true, true, false]);
      expect(tasks.map((task) => task.cancelled())).toEqual([true, true, false, false]);
      tasks[3]?.cancel();
      yield* awaited(sleep(0));
      expect(semaphore.locked()).toBe(true);
    }));

  it("does not hang when the first of two waiters is cancelled as a permit comes", () =>
    runProgram(function* () {
      const semaphore = new Semaphore(0);
      const [first, second] = [createTask(semaphore.acquire()), createTask(semaphore.acquire())];
      yield* awaited(sleep(0));
      first.cancel();
      semaphore.release();
      yield* awaited(sleep(0));
      yield* awaited(sleep(0));
      expect(semaphore.locked()).toBe(true);
      expect(first.cancelled()).toBe(true);
      expect(second.done()).toBe(true);
    }));

  it("keeps its permit when the next holder is cancelled in the moment in which it is released", () =>
    runProgram(function* () {
      const semaphore = new Semaphore(1);
      const events: string[] = [];
      const holder = define(function* () {
        yield* awaited(semaphore.with(define(() => awaited(sleep(0)))));
        next.cancel();
        events.push("released, then cancelled the next");
      });
      const first = createTask(holder());
      const next: Task<void> = createTask(
        semaphore.with(
          define(function* () {
            // The permit has come first, so the body begins; the cancellation meets it where it first
            // suspends.
            events.push("next in");
            yield* awaited(sleep(0));
            events.push("next went on");
          }),
        ),
      );
      const [one, two] = yield* awaited(gather([first, next], { returnExceptions: true }));
      expect(one).toBeUndefined();
      expect(isCancelled(two)).toBe(true);
      expect(events).toEqual(["released, then cancelled the next", "next in"]);
      yield* awaited(waitFor(semaphore.acquire(), 1000));
      expect(getRunningLoop().time()).toBe(0);
    }));

  it("that is bounded refuses more releases than it has permits", () => {
    expect(() => new BoundedSemaphore().release()).toThrow(RangeError);
    const semaphore = new BoundedSemaphore(2);
    expect(() => semaphore.release()).toThrow("2 permits are all free");
  });

  it("has a free permit again after a release that nobody waits for", () =>
    runProgram(function* () {
      for (const semaphore of [new Semaphore(), new BoundedSemaphore()]) {
        yield* awaited(semaphore.acquire());
        expect(semaphore.locked()).toBe(true);
        semaphore.release();
        expect(semaphore.locked()).toBe(false);
      }
    }));

  it("is fair to those who come again and again", () =>
    runProgram(function* () {
      const semaphore = new Semaphore(1);
      const order: string[] = [];
      const worker = define(function* (name: string) {
        for (const round of [1, 2]) {
          yield* awaited(semaphore.acquire());
          order.push(`${name}${round}`);
          yield* awaited(sleep(10));
          semaphore.release();
        }
      });
      yield* awaited(gather(["a", "b", "c"].map((name) => worker(name))));
      expect(order).toEqual(["a1", "b1", "c1", "a2", "b2", "c2"]);
    }));

  it("lets nobody overtake who releases and at once acquires again", () =>
    runProgram(function* () {
      const semaphore = new Semaphore(1);
      const order: string[] = [];
      const taker = define(function* (name: string) {
        yield* awaited(semaphore.acquire());
        order.push(name);
      });
      const greedy = define(function* () {
        yield* awaited(taker("greedy"));
        semaphore.release();
        yield* awaited(taker("greedy again"));
      });
      const tasks = [createTask(taker("first")), createTask(greedy()), createTask(taker("last"))];
      yield* awaited(sleep(0));
      semaphore.release();
      semaphore.release();
      yield* awaited(gather(tasks));
      expect(order).toEqual(["first", "greedy", "last", "greedy again"]);
    }));

  it("keeps the order of those who are left when the first is cancelled", () =>
    runProgram(function* () {
      const semaphore = new Semaphore(0);
      const order: number[] = [];
      const worker = define(function* (number: number) {
        yield* awaited(semaphore.acquire());
        order.push(number);
      });
      const tasks = [1, 2, 3].map((number) => createTask(worker(number)));
      yield* awaited(sleep(0));
      tasks[0]?.cancel();
      yield* awaited(sleep(0));
      semaphore.release();
      semaphore.release();
      yield* awaited(gather(tasks, { returnExceptions: true }));
      expect(order).toEqual([2, 3]);
    }));

  it("has newcomers queue while a permit is on its way, and whoever goes on wakes the next in the same iteration", () =>
    runProgram(function* () {
      const semaphore = new Semaphore(0);
      const order: string[] = [];
      const tasks: Task<void>[] = [];
      const note = define(function* (name: string) {
        order.push(name);
      });
      const first = define(function* () {
        yield* awaited(semaphore.acquire());
        expect(String(semaphore)).toBe("<Semaphore 0 free, 0 waiting>");
        order.push("first");
        // Made after the others were woken, so it runs after them.
        tasks.push(createTask(note("newcomer")));
      });
      const releaser = define(function* () {
        for (let i = 0; i < 3; i++) semaphore.release();
        expect(String(semaphore)).toBe("<Semaphore 2 free, 0 waiting>");
        // Two are free, but the first in line has not had its turn.
        expect(semaphore.locked()).toBe(true);
        yield* awaited(semaphore.acquire());
        order.push("releaser");
      });
      const last = define(function* () {
        yield* awaited(semaphore.acquire());
        expect(semaphore.locked()).toBe(true);
        order.push("last");
      });
      tasks.push(createTask(first()), createTask(releaser()), createTask(last()));
      yield* awaited(sleep(0));
      expect(String(semaphore)).toBe("<Semaphore 2 free, 2 waiting>");
      yield* awaited(sleep(0));
      yield* awaited(sleep(0));
      expect(order).toEqual(["first", "releaser", "last", "newcomer"]);
      yield* awaited(gather(tasks));
    }));
});

import { type Coroutine, coroutine } from "@asyncio-ts/coroutine";
import { Future, isCancelled } from "@asyncio-ts/future";
import { Condition, type Guard, Lock, Semaphore } from "@asyncio-ts/sync";
import { createTask, gather, sleep, type Task, timeout, TimeoutError } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";
import { awaited, bothKinds } from "@asyncio-ts/testkit";

describe.each(bothKinds)("Condition in %s", ({ body, logOf, runProgram, startTask }) => {
  /** Tasks that wait once each, and say how it ended, and that they hold the lock then. */
  function waiters(condition: Condition, log: string[], names: string): Task<void>[] {
    return [...names].map((who) =>
      createTask(
        condition.with(
          body(function* () {
            try {
              const result = yield* awaited(condition.wait());
              log.push(`${who} gets ${result}, held: ${condition.locked()}`);
            } catch (error) {
              if (isCancelled(error)) log.push(`${who} is cancelled, held: ${condition.locked()}`);
              throw error;
            }
          }),
        ),
        { name: who },
      ),
    );
  }

  /** Acquires, calls, and releases. */
  const held = (condition: Condition, call: () => void) =>
    condition.with(
      body(function* () {
        call();
      }),
    );

  it("lets go of the lock while it waits", async () => {
    await runProgram(function* () {
      const condition = new Condition();
      const tasks = waiters(condition, [], "abc");
      yield* awaited(sleep(0));
      expect(String(condition)).toBe("<Condition unlocked, 3 waiting>");
      yield* awaited(held(condition, () => condition.notifyAll()));
      yield* awaited(gather(tasks));
    });
  });

  it.each([
    { call: "notify()", count: undefined, woken: "a" },
    { call: "notify(0)", count: 0, woken: "" },
    { call: "notify(-1)", count: -1, woken: "" },
    { call: "notify(2)", count: 2, woken: "ab" },
    { call: "notify(4)", count: 4, woken: "abcd" },
    { call: "notify(100)", count: 100, woken: "abcd" },
  ])("wakes with $call, in the order in which they came, '$woken'", async ({ count, woken }) => {
    const log: string[] = [];
    await runProgram(function* () {
      const condition = new Condition();
      const tasks = waiters(condition, log, "abcd");
      yield* awaited(sleep(0));
      yield* awaited(held(condition, () => condition.notify(count)));
      yield* awaited(sleep(1000));
      expect(log).toEqual([...woken].map((who) => `${who} gets true, held: true`));
      for (const task of tasks) task.cancel();
      yield* awaited(gather(tasks, { returnExceptions: true }));
      expect(String(condition)).toBe("<Condition unlocked, 0 waiting>");
    });
  });

  it("wakes everybody with notifyAll(), one after the other", async () => {
    const logged = await logOf(function* (log) {
      const condition = new Condition();
      let inside = 0;
      const tasks = [..."abc"].map((who) =>
        createTask(
          condition.with(
            body(function* () {
              yield* awaited(condition.wait());
              expect(++inside).toBe(1);
              log.push(who);
              yield* awaited(sleep(10));
              inside--;
            }),
          ),
        ),
      );
      yield* awaited(sleep(0));
      yield* awaited(held(condition, () => condition.notifyAll()));
      yield* awaited(gather(tasks));
    });
    expect(logged).toEqual(["a", "b", "c"]);
  });

  it("does not wake before the lock is free", async () => {
    const logged = await logOf(function* (log) {
      const condition = new Condition();
      const [waiter] = waiters(condition, log, "a");
      yield* awaited(sleep(0));
      yield* awaited(
        condition.with(
          body(function* () {
            condition.notify();
            yield* awaited(sleep(100));
            log.push("released");
          }),
        ),
      );
      yield* awaited(waiter!);
    });
    expect(logged).toEqual(["released", "a gets true, held: true"]);
  });

  it("skips a cancelled waiter when it notifies", async () => {
    const log: string[] = [];
    await runProgram(function* () {
      const condition = new Condition();
      const tasks = waiters(condition, log, "abc");
      yield* awaited(sleep(0));
      yield* awaited(
        held(condition, () => {
          tasks[0]?.cancel();
          condition.notify();
        }),
      );
      yield* awaited(sleep(1000));
      // The cancelled one can't know that the notification was not for it, and passes one on.
      expect(log).toEqual([
        "a is cancelled, held: true",
        "b gets true, held: true",
        "c gets true, held: true",
      ]);
      yield* awaited(gather(tasks, { returnExceptions: true }));
    });
  });

  it("acquires the lock again before a cancellation comes out", async () => {
    const logged = await logOf(function* (log) {
      const condition = new Condition();
      const [waiter] = waiters(condition, log, "a");
      yield* awaited(sleep(0));
      const guard = yield* awaited(condition.acquire());
      waiter?.cancel();
      yield* awaited(sleep(1000));
      expect(waiter?.done()).toBe(false);
      log.push("released");
      guard.release();
      yield* awaited(gather([waiter!], { returnExceptions: true }));
      expect(waiter?.cancelled()).toBe(true);
      expect(condition.locked()).toBe(false);
    });
    expect(logged).toEqual(["released", "a is cancelled, held: true"]);
  });

  it("acquires the lock again however often it is cancelled meanwhile, and throws the last cancellation", async () => {
    const logged = await logOf(function* (log) {
      const condition = new Condition();
      const waiter = createTask(
        condition.with(
          body(function* () {
            try {
              yield* awaited(condition.wait());
            } catch (error) {
              log.push(`${(error as Error).message}, held: ${condition.locked()}`);
              throw error;
            }
          }),
        ),
      );
      yield* awaited(sleep(0));
      const guard = yield* awaited(condition.acquire());
      for (const message of ["first", "second", "third"]) {
        waiter.cancel(message);
        yield* awaited(sleep(0));
        expect(waiter.done()).toBe(false);
      }
      guard.release();
      yield* awaited(gather([waiter], { returnExceptions: true }));
      expect(waiter.cancelled()).toBe(true);
      expect(waiter.cancelling()).toBe(3);
      expect(String(condition)).toBe("<Condition unlocked, 0 waiting>");
    });
    expect(logged).toEqual(["third, held: true"]);
  });

  it("passes a notification on if it is cancelled while it acquires the lock again", async () => {
    const log: string[] = [];
    await runProgram(function* () {
      const condition = new Condition();
      const tasks = waiters(condition, log, "abc");
      yield* awaited(sleep(0));
      const guard = yield* awaited(condition.acquire());
      condition.notify();
      // The first has been notified and stands in line for the lock.
      yield* awaited(sleep(0));
      tasks[0]?.cancel();
      yield* awaited(sleep(0));
      guard.release();
      yield* awaited(sleep(1000));
      expect(log).toEqual(["a is cancelled, held: true", "b gets true, held: true"]);
      expect(String(condition)).toBe("<Condition unlocked, 1 waiting>");
      tasks[2]?.cancel();
      yield* awaited(gather(tasks, { returnExceptions: true }));
    });
  });

  it("gives the notification that arrived before a cancellation, which comes at the next suspension", async () => {
    const logged = await logOf(function* (log) {
      const condition = new Condition();
      const waiter = createTask(
        condition.with(
          body(function* () {
            log.push(`gets ${yield* awaited(condition.wait())}, held: ${condition.locked()}`);
            yield* awaited(sleep(0));
            log.push("went on");
          }),
        ),
      );
      yield* awaited(sleep(0));
      yield* awaited(held(condition, () => condition.notify()));
      waiter.cancel();
      yield* awaited(gather([waiter], { returnExceptions: true }));
      expect(waiter.cancelled()).toBe(true);
      expect(condition.locked()).toBe(false);
    });
    expect(logged).toEqual(["gets true, held: true"]);
  });

  it("holds the lock when the time of a wait is over", async () => {
    await runProgram(function* () {
      const condition = new Condition();
      yield* awaited(
        condition.with(
          body(function* () {
            const [result] = yield* awaited(
              gather([timeout(10).with(() => condition.wait())], { returnExceptions: true }),
            );
            expect(result).toBeInstanceOf(TimeoutError);
            expect(String(condition)).toBe("<Condition locked, 0 waiting>");
          }),
        ),
      );
      expect(condition.locked()).toBe(false);
    });
  });

  it("waits until a predicate holds, and gives what the predicate gave", async () => {
    const logged = await logOf(function* (log) {
      const condition = new Condition();
      const items: string[] = [];
      let looks = 0;
      const consumer = createTask(
        condition.with(() =>
          condition.waitFor(() => {
            looks++;
            return items[1];
          }),
        ),
      );
      yield* awaited(sleep(0));
      for (const item of ["apple", "pear", "plum"]) {
        yield* awaited(
          held(condition, () => {
            items.push(item);
            condition.notify();
          }),
        );
        yield* awaited(sleep(0));
        log.push(`${item}: done ${consumer.done()}`);
      }
      expect(yield* awaited(consumer)).toBe("pear");
      expect(looks).toBe(3);
    });
    expect(logged).toEqual(["apple: done false", "pear: done true", "plum: done true"]);
  });

  it("does not wait for a predicate that holds already, nor needs the lock for it", async () => {
    await runProgram(function* () {
      const condition = new Condition();
      expect(yield* awaited(condition.waitFor(() => "at once"))).toBe("at once");
      expect(condition.locked()).toBe(false);
    });
  });

  it("passes the error of a predicate on, with the lock held", async () => {
    const logged = await logOf(function* (log) {
      const condition = new Condition();
      let fails = false;
      const waiter = createTask(
        condition.with(
          body(function* () {
            try {
              yield* awaited(
                condition.waitFor(() => {
                  if (fails) throw new Error("cannot tell");
                  return false;
                }),
              );
            } catch (error) {
              log.push(`${error}, held: ${condition.locked()}`);
            }
          }),
        ),
      );
      yield* awaited(sleep(0));
      fails = true;
      yield* awaited(held(condition, () => condition.notify()));
      yield* awaited(waiter);
      expect(condition.locked()).toBe(false);
    });
    expect(logged).toEqual(["Error: cannot tell, held: true"]);
  });

  it("refuses to wait without the lock", async () => {
    await runProgram(function* () {
      const condition = new Condition();
      const results = yield* awaited(
        gather([condition.wait(), condition.waitFor(() => false)], { returnExceptions: true }),
      );
      for (const result of results) {
        expect(String(result)).toBe(
          "Error: wait() of a Condition whose lock is not held; call it inside condition.with(…), or after acquire()",
        );
      }
      expect(String(condition)).toBe("<Condition unlocked, 0 waiting>");
    });
  });

  it("shares its lock with another condition, but not those who wait", async () => {
    const logged = await logOf(function* (log) {
      const lock = new Lock();
      const full = new Condition(lock);
      const empty = new Condition(lock);
      const items: number[] = [];
      const producer = startTask(function* () {
        for (let item = 1; item <= 3; item++) {
          yield* awaited(
            empty.with(
              body(function* () {
                yield* awaited(empty.waitFor(() => items.length === 0));
                items.push(item);
                log.push(`put ${item}`);
                full.notify();
              }),
            ),
          );
        }
      });
      const consumer = startTask(function* () {
        for (let round = 0; round < 3; round++) {
          yield* awaited(
            full.with(
              body(function* () {
                yield* awaited(full.waitFor(() => items.length > 0));
                log.push(`took ${items.shift()}`);
                empty.notify();
              }),
            ),
          );
        }
      });
      yield* awaited(gather([producer, consumer]));
      expect(String(full)).toBe("<Condition unlocked, 0 waiting>");
      expect(String(empty)).toBe("<Condition unlocked, 0 waiting>");
      expect(lock.locked()).toBe(false);
      const guard = yield* awaited(lock.acquire());
      expect([full.locked(), empty.locked()]).toEqual([true, true]);
      empty.notifyAll(); // Held is held, whoever acquired it.
      guard.release();
    });
    expect(logged).toEqual(["put 1", "took 1", "put 2", "took 2", "put 3", "took 3"]);
  });

  it("wakes 10,000 waiters, half of which were cancelled", async () => {
    await runProgram(function* () {
      const condition = new Condition();
      let woken = 0;
      let cancelled = 0;
      const tasks = Array.from({ length: 10_000 }, () =>
        createTask(
          condition.with(
            body(function* () {
              try {
                yield* awaited(condition.wait());
                woken++;
              } catch (error) {
                cancelled++;
                throw error;
              }
            }),
          ),
        ),
      );
      yield* awaited(sleep(0));
      yield* awaited(
        held(condition, () => {
          for (let index = tasks.length - 1; index >= 0; index -= 2) tasks[index]?.cancel();
          condition.notifyAll();
        }),
      );
      yield* awaited(gather(tasks, { returnExceptions: true }));
      expect([woken, cancelled]).toEqual([5000, 5000]);
      expect(String(condition)).toBe("<Condition unlocked, 0 waiting>");
    });
  });
});

describe("Condition", () => {
  it("refuses to notify without the lock", () => {
    const condition = new Condition();
    expect(() => condition.notify()).toThrow(
      "notify() of a Condition whose lock is not held; call it inside condition.with(…), or after acquire()",
    );
    expect(() => condition.notifyAll()).toThrow(/ of a Condition whose lock is not held/);
  });

  it.each([new Semaphore(1), "lock", null])(
    "refuses to be made with something else than a Lock: %s",
    (lock) => {
      expect(() => new Condition(lock as unknown as Lock)).toThrow(/^new Condition\(\) needs a Lock, got /);
    },
  );
});

describe.each(bothKinds)("a condition whose lock fails, in %s", ({ body, logOf, startTask }) => {
  class Failing extends Lock {
    fails = false;

    override acquire(): Coroutine<Guard> {
      if (!this.fails) return super.acquire();
      this.fails = false;
      throw new Error("failed");
    }
  }

  it("ends the wait with that error, and without the lock", async () => {
    const logged = await logOf(function* (log) {
      const lock = new Failing();
      const condition = new Condition(lock);
      const waiter = startTask(function* () {
        yield* awaited(condition.acquire());
        try {
          yield* awaited(condition.wait());
        } catch (error) {
          log.push(`${error}, locked: ${lock.locked()}`);
        }
      });
      yield* awaited(sleep(0));
      yield* awaited(
        condition.with(
          body(function* () {
            condition.notify();
            lock.fails = true;
          }),
        ),
      );
      yield* awaited(waiter);
    });
    expect(logged).toEqual(["Error: failed, locked: false"]);
  });
});

describe("Condition.waitFor()", () => {
  it.each<[string, () => unknown]>([
    ["an async function", async () => false],
    ["a generator function", function* () {}],
    ["an async generator function", async function* () {}],
  ])("refuses %s at once, which would always be true", (_, predicate) => {
    expect(() => new Condition().waitFor(predicate)).toThrow(
      /^the predicate of waitFor\(\) must return its answer, not a promise or a generator, which is always true; write /,
    );
  });

  it.each<[string, () => unknown, string]>([
    ["a promise", () => Promise.resolve(false), "Promise"],
    ["a coroutine object", coroutine(async () => false), "Coroutine"],
    ["a future", () => new Future(), "Future"],
    ["a generator object", () => (function* () {})(), "GeneratorFunction"],
  ])("refuses a predicate that returns %s", async (_, predicate) => {
    const condition = new Condition();
    const waiting = condition.with(() => condition.waitFor(predicate));
    await expect(waiting).rejects.toThrow(/must return its answer, not a promise or a generator/);
    expect(condition.locked()).toBe(false);
  });

  it("takes any other object for true", async () => {
    const condition = new Condition();
    const value = { items: [] };
    expect(await condition.with(() => condition.waitFor(() => value))).toBe(value);
  });
});

it("a wait whose lock can't be acquired again throws the error of that", async () => {
  class Broken extends Lock {
    isBroken = false;
    override acquire(): ReturnType<Lock["acquire"]> {
      if (this.isBroken) throw new Error("the lock is broken");
      return super.acquire();
    }
  }
  const lock = new Broken();
  const condition = new Condition(lock);
  await lock.acquire();
  const waiting = createTask(() => condition.wait());
  await sleep(0);
  lock.isBroken = true;
  await Lock.prototype.acquire.call(lock);
  condition.notify();
  await expect(waiting).rejects.toThrow("the lock is broken");
});

import { Coroutine } from "@asyncio-ts/coroutine";
import { isCancelled, type Steps } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { BoundedSemaphore, type Guard, Lock, Semaphore } from "@asyncio-ts/sync";
import { createTask, gather, sleep, timeout, TimeoutError } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";
import { awaited, bothKinds, type Program, runVirtual } from "@asyncio-ts/testkit";
import { rounds } from "@asyncio-ts/testkit/rounds";
import { type LockLike, lockLikes } from "./lock-likes.js";
import { AsyncLocalStorage } from "node:async_hooks";

describe.each(lockLikes)("$name", ({ name, make }) => {
  describe.each(bothKinds)("in %s", ({ body, logOf, runProgram, startTask }) => {
    /** Takes part under a name: asks, enters, and leaves after a pause. */
    function member(lock: LockLike, log: string[], who: string, pause = 0) {
      return body(function* () {
        try {
          const guard = yield* awaited(lock.acquire());
          log.push(`${who} enters`);
          try {
            yield* awaited(sleep(pause));
          } finally {
            log.push(`${who} leaves`);
            guard.release();
          }
        } catch (error) {
          if (isCancelled(error)) log.push(`${who} is cancelled`);
          throw error;
        }
      });
    }

    it("is acquired without a suspension while it is free", async () => {
      const logged = await logOf(function* (log) {
        const lock = make();
        const other = startTask(function* () {
          log.push("other runs");
        });
        for (let round = 0; round < 3; round++) {
          const guard = yield* awaited(lock.acquire());
          log.push(`held: ${lock.locked()}`);
          guard.release();
        }
        log.push(`held: ${lock.locked()}`);
        yield* awaited(other);
      });
      expect(logged).toEqual(["held: true", "held: true", "held: true", "held: false", "other runs"]);
    });

    it("is not taken by a coroutine object that nobody awaits", async () => {
      const lock = make();
      await runProgram(function* () {
        const unused = lock.acquire();
        yield* awaited(sleep(0));
        expect(lock.locked()).toBe(false);
        expect(unused).toBeInstanceOf(Coroutine);
      });
    });

    it("lets one at a time pass, in the order in which they came", async () => {
      const logged = await logOf(function* (log) {
        const lock = make();
        const tasks = ["a", "b", "c"].map((who, index) => createTask(member(lock, log, who, 3 - index)));
        yield* awaited(gather(tasks));
      });
      expect(logged).toEqual(["a enters", "a leaves", "b enters", "b leaves", "c enters", "c leaves"]);
    });

    it("is not overtaken by the one that releases it and asks again at once", async () => {
      const logged = await logOf(function* (log) {
        const lock = make();
        const guard = yield* awaited(lock.acquire());
        const waiter = createTask(member(lock, log, "waiter"));
        yield* awaited(sleep(0));
        guard.release();
        const again = yield* awaited(lock.acquire());
        log.push("again");
        again.release();
        yield* awaited(waiter);
      });
      expect(logged).toEqual(["waiter enters", "waiter leaves", "again"]);
    });

    it("is not overtaken by a newcomer between the release and the waiter's turn", async () => {
      const logged = await logOf(function* (log) {
        const lock = make();
        const guard = yield* awaited(lock.acquire());
        const waiter = createTask(member(lock, log, "waiter"));
        yield* awaited(sleep(0));
        // Stands in the ready queue before the waiter that the release wakes.
        const newcomer = createTask(member(lock, log, "newcomer"));
        guard.release();
        yield* awaited(gather([waiter, newcomer]));
      });
      expect(logged).toEqual(["waiter enters", "waiter leaves", "newcomer enters", "newcomer leaves"]);
    });

    it("keeps the order of the others when waiters at the front, in the middle and at the end are cancelled", async () => {
      const logged = await logOf(function* (log) {
        const lock = make();
        const guard = yield* awaited(lock.acquire());
        const tasks = ["a", "b", "c", "d", "e", "f"].map((who) => createTask(member(lock, log, who)));
        yield* awaited(sleep(0));
        for (const index of [2, 0, 5]) tasks[index]?.cancel();
        guard.release();
        yield* awaited(gather(tasks, { returnExceptions: true }));
        expect(lock.locked()).toBe(false);
      });
      expect(logged.slice(0, 3)).toEqual(["c is cancelled", "a is cancelled", "f is cancelled"]);
      expect(logged.slice(3).join(", ")).toBe("b enters, b leaves, d enters, d leaves, e enters, e leaves");
    });

    it("is still free after the only waiter was cancelled and the holder released it", async () => {
      await runProgram(function* () {
        const lock = make();
        const guard = yield* awaited(lock.acquire());
        const waiter = createTask(member(lock, [], "waiter"));
        yield* awaited(sleep(0));
        waiter.cancel();
        guard.release();
        expect(lock.locked()).toBe(false);
        const again = yield* awaited(lock.acquire());
        again.release();
        yield* awaited(gather([waiter], { returnExceptions: true }));
      });
    });

    it("belongs to a waiter that is cancelled after the hand-over, until it releases it", async () => {
      const logged = await logOf(function* (log) {
        const lock = make();
        const guard = yield* awaited(lock.acquire());
        const first = createTask(member(lock, log, "first"));
        const second = createTask(member(lock, log, "second"));
        yield* awaited(sleep(0));
        guard.release();
        expect(first.cancel()).toBe(true);
        yield* awaited(gather([first, second], { returnExceptions: true }));
        expect(first.cancelled()).toBe(true);
        expect(lock.locked()).toBe(false);
      });
      expect(logged.join(", ")).toBe(
        "first enters, first leaves, first is cancelled, second enters, second leaves",
      );
    });

    it("comes as the result of a task that is cancelled after the hand-over", async () => {
      await runProgram(function* () {
        const lock = make();
        const guard = yield* awaited(lock.acquire());
        const task = createTask(lock.acquire());
        yield* awaited(sleep(0));
        guard.release();
        task.cancel();
        const handedOver = yield* awaited(task);
        expect(task.cancelled()).toBe(false);
        expect(lock.locked()).toBe(true);
        handedOver.release();
        expect(lock.locked()).toBe(false);
      });
    });

    it("is not asked for by a task that is cancelled before its first step", async () => {
      const logged = await logOf(function* (log) {
        const lock = make();
        const task = createTask(member(lock, log, "task"));
        task.cancel();
        yield* awaited(gather([task], { returnExceptions: true }));
        expect(lock.locked()).toBe(false);
      });
      expect(logged).toEqual([]);
    });

    it("is given up by a waiter whose time is over", async () => {
      const logged = await logOf(function* (log) {
        const lock = make();
        const holder = createTask(member(lock, log, "holder", 10));
        yield* awaited(sleep(0));
        try {
          yield* awaited(timeout(5).with(() => lock.acquire()));
        } catch (error) {
          log.push(`${(error as Error).name} at 5`);
          expect(error).toBeInstanceOf(TimeoutError);
        }
        yield* awaited(holder);
        expect(lock.locked()).toBe(false);
      });
      expect(logged).toEqual(["holder enters", "TimeoutError at 5", "holder leaves"]);
    });

    it("is held by a waiter that was handed it before its deadline in the same iteration", async () => {
      await runProgram(function* () {
        const lock = make();
        const guard = yield* awaited(lock.acquire());
        getRunningLoop().callLater(10, () => guard.release());
        const limit = timeout(10);
        const own = yield* awaited(limit.with(() => lock.acquire()));
        expect(limit.expired()).toBe(true);
        expect(lock.locked()).toBe(true);
        own.release();
        expect(lock.locked()).toBe(false);
      });
    });

    it("gives a guard that releases once, however often it is asked", async () => {
      await runProgram(function* () {
        const lock = make();
        const guard = yield* awaited(lock.acquire());
        guard.release();
        const next = yield* awaited(lock.acquire());
        guard.release();
        guard[Symbol.dispose]();
        expect(lock.locked()).toBe(true);
        next[Symbol.dispose]();
        next.release();
        expect(lock.locked()).toBe(false);
      });
    });

    it("is released by the guard at the end of the block that uses it", async () => {
      const logged = await logOf(function* (log) {
        const lock = make();
        const waiter = createTask(member(lock, log, "waiter"));
        {
          using _ = yield* awaited(lock.acquire());
          yield* awaited(sleep(0));
          log.push(`in the block: ${lock.locked()}`);
        }
        yield* awaited(waiter);
        try {
          using _ = yield* awaited(lock.acquire());
          throw new Error("failed");
        } catch (error) {
          log.push(`${error}, ${lock.locked()}`);
        }
      });
      expect(logged).toEqual([
        "in the block: true",
        "waiter enters",
        "waiter leaves",
        "Error: failed, false",
      ]);
    });

    it("gives what the body of with() returns, and holds during the body alone", async () => {
      await runProgram(function* () {
        const lock = make();
        const value = yield* awaited(
          lock.with(
            body(function* () {
              yield* awaited(sleep(0));
              return lock.locked() ? "held" : "not held";
            }),
          ),
        );
        expect(value).toBe("held");
        expect(lock.locked()).toBe(false);
      });
    });

    it("takes every form of body in with()", async () => {
      await runProgram(function* () {
        const lock = make();
        const steps = (function* (): Steps<string> {
          yield* sleep(0);
          return "a generator object";
        })();
        expect(yield* awaited(lock.with(steps))).toBe("a generator object");
        expect(yield* awaited(lock.with(sleep(0, "a coroutine object")))).toBe("a coroutine object");
        expect(yield* awaited(lock.with(() => sleep(0, "a function")))).toBe("a function");
        expect(yield* awaited(lock.with(() => "a plain function"))).toBe("a plain function");
        expect(yield* awaited(lock.with(async () => "an async function"))).toBe("an async function");
        expect(lock.locked()).toBe(false);
      });
    });

    it("passes the error of the body of with() on, and is released", async () => {
      const failing: Record<string, () => Program<never>> = {
        "at once": function* () {
          throw new Error("failed");
        },
        later: function* () {
          yield* awaited(sleep(0));
          throw new Error("failed");
        },
      };
      const logged = await logOf(function* (log) {
        const lock = make();
        for (const [when, program] of Object.entries(failing)) {
          try {
            yield* awaited(lock.with(body(program)));
          } catch (error) {
            log.push(`${error} ${when}, held: ${lock.locked()}`);
          }
        }
        try {
          yield* awaited(lock.with(42 as unknown as () => void));
        } catch (error) {
          log.push(`${(error as Error).name}, held: ${lock.locked()}`);
        }
      });
      expect(logged).toEqual([
        "Error: failed at once, held: false",
        "Error: failed later, held: false",
        "TypeError, held: false",
      ]);
    });

    it("does not begin the body of with() if it is cancelled while it waits", async () => {
      const logged = await logOf(function* (log) {
        const lock = make();
        const guard = yield* awaited(lock.acquire());
        const waiter = createTask(
          lock.with(
            body(function* () {
              log.push("begun");
            }),
          ),
        );
        yield* awaited(sleep(0));
        waiter.cancel();
        yield* awaited(gather([waiter], { returnExceptions: true }));
        guard.release();
        expect(lock.locked()).toBe(false);
      });
      expect(logged).toEqual([]);
    });

    it("is held until the body of with() has cleaned up after a cancellation", async () => {
      const logged = await logOf(function* (log) {
        const lock = make();
        const task = createTask(
          lock.with(
            body(function* () {
              try {
                yield* awaited(sleep(60_000));
              } finally {
                yield* awaited(sleep(10));
                log.push(`cleaned up, held: ${lock.locked()}`);
              }
            }),
          ),
        );
        yield* awaited(sleep(0));
        const next = createTask(member(lock, log, "next"));
        yield* awaited(sleep(0));
        task.cancel();
        yield* awaited(gather([task, next], { returnExceptions: true }));
      });
      expect(logged).toEqual(["cleaned up, held: true", "next enters", "next leaves"]);
    });

    it("runs the body of with() to its first suspension if it is cancelled after the hand-over", async () => {
      const logged = await logOf(function* (log) {
        const lock = make();
        const guard = yield* awaited(lock.acquire());
        const task = createTask(
          lock.with(
            body(function* () {
              log.push("begun");
              yield* awaited(sleep(0));
              log.push("went on");
            }),
          ),
        );
        yield* awaited(sleep(0));
        guard.release();
        task.cancel();
        yield* awaited(gather([task], { returnExceptions: true }));
        expect(task.cancelled()).toBe(true);
        expect(lock.locked()).toBe(false);
      });
      expect(logged).toEqual(["begun"]);
    });

    it("refuses a coroutine object of acquire() that was awaited before", async () => {
      await runProgram(function* () {
        const acquiring = make().acquire();
        yield* awaited(acquiring);
        const again = createTask(function* () {
          yield* acquiring;
        });
        const [error] = yield* awaited(gather([again], { returnExceptions: true }));
        expect(String(error)).toMatch(/was awaited, or made a task, before/);
      });
    });

    it("excludes a thousand tasks from each other", async () => {
      await runProgram(function* () {
        const lock = make();
        const order: number[] = [];
        let inside = 0;
        let most = 0;
        const tasks = Array.from({ length: 1000 }, (_, index) =>
          createTask(
            lock.with(
              body(function* () {
                most = Math.max(most, ++inside);
                order.push(index);
                yield* awaited(sleep(0));
                inside--;
              }),
            ),
          ),
        );
        yield* awaited(gather(tasks));
        expect(most).toBe(1);
        expect(order).toEqual([...order.keys()]);
        expect(lock.locked()).toBe(false);
      });
    });

    const count = rounds(name === "Lock" ? 100_000 : 2000);
    it(`serves half of ${count} waiters in order after the other half was cancelled`, async () => {
      await runProgram(function* () {
        const lock = make();
        const guard = yield* awaited(lock.acquire());
        const served: number[] = [];
        let cancelled = 0;
        const tasks = Array.from({ length: count }, (_, index) =>
          startTask(function* () {
            let own: Guard;
            try {
              own = yield* awaited(lock.acquire());
            } catch (error) {
              cancelled++;
              throw error;
            }
            served.push(index);
            own.release();
          }),
        );
        yield* awaited(sleep(0));
        // From the end and from the front, so that leaving is tried where it could be slow.
        for (let index = 0; index < count; index += 2) {
          tasks[index % 4 === 0 ? index : count - index]?.cancel();
        }
        guard.release();
        yield* awaited(gather(tasks, { returnExceptions: true }));
        expect(cancelled).toBe(count / 2);
        expect(served).toEqual(Array.from({ length: count / 2 }, (_, index) => 2 * index + 1));
        expect(lock.locked()).toBe(false);
      });
    });
  });

  it("refuses a release without a hold, unless it counts without a bound", async () => {
    await runVirtual(async () => {
      const lock = make();
      if (lock instanceof Semaphore && !(lock instanceof BoundedSemaphore)) {
        expect(() => lock.release()).not.toThrow();
        return;
      }
      expect(() => lock.release()).toThrow(
        /^release\(\) of a .*; call it once for each acquire\(\), or use with\(\)$/,
      );
      const guard = await lock.acquire();
      guard.release();
      expect(() => lock.release()).toThrow(/^release\(\) of a /);
      expect(lock.locked()).toBe(false);
      (await lock.acquire()).release();
    });
  });

  it("names its calls, in reports", () => {
    const own = name === "Condition" ? "Lock" : name.replace("(1)", "");
    const lock = make();
    expect([String(lock.acquire()), lock.acquire().name]).toEqual([
      `<Coroutine ${own}.acquire>`,
      `${own}.acquire`,
    ]);
    expect(String(lock.with(() => {}))).toBe(`<Coroutine ${name.replace("(1)", "")}.with>`);
  });

  it("says in words whether it is held, and how many wait", async () => {
    await runVirtual(async () => {
      const lock = make();
      const held = lock instanceof Semaphore ? "0 free" : "locked";
      const free = lock instanceof Semaphore ? "1 free" : "unlocked";
      const own = name.replace("(1)", "");
      expect(String(lock)).toBe(`<${own} ${free}, 0 waiting>`);
      const guard = await lock.acquire();
      expect(String(lock)).toBe(`<${own} ${held}, 0 waiting>`);
      guard.release();
    });
  });
});

it("a body that had to wait for its turn sees the store of the code that awaits it", async () => {
  const storage = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  await runVirtual(async () => {
    const lock = new Lock();
    const hold = async (name: string) => {
      await storage.run(name, async () => {
        await lock.with(async () => {
          await sleep(10);
          seen.push(storage.getStore());
        });
      });
    };
    await gather([() => hold("first"), () => hold("second")]);
  });
  expect(seen).toEqual(["first", "second"]);
});

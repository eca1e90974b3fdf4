/**
 * Every primitive, alone and together with what waits, groups and limits tasks: cancelled at every step.
 */
import type { Body } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { Barrier, Condition, Event, Lock, QueueShutDown, Semaphore } from "@asyncio-ts/sync";
import {
  allTasks,
  asCompleted,
  createTask,
  ExceptionGroup,
  gather,
  shield,
  sleep,
  type Task,
  TaskGroup,
  timeout,
  TimeoutError,
  wait,
  waitFor,
} from "@asyncio-ts/task";
import { describe, expect, it, vi } from "vitest";
import {
  awaited,
  bothKinds,
  cancelEachTaskBeforeEachTurn,
  type Kind,
  type Program,
  type SweptProgram,
} from "@asyncio-ts/testkit";
import { type LockLike, lockLikes } from "./lock-likes.js";
import { queues } from "./queues.js";
import { ended, expectFree, expectNone, Section, Traffic } from "./scenarios.js";

// Each test is many runs.
vi.setConfig({ testTimeout: 60_000 });

/** Runs a program with every task cancelled before every turn, which is many runs. */
async function sweep(start: () => SweptProgram): Promise<void> {
  expect(await cancelEachTaskBeforeEachTurn(start)).toBeGreaterThan(50);
}

/** Sweeps a program whose tasks hold a lock, each in the section. In the end the lock is free. */
function sweepHolds(
  make: () => LockLike,
  start: (lock: LockLike, section: Section) => Pick<SweptProgram, "main"> & Partial<SweptProgram>,
): Promise<void> {
  return sweep(() => {
    const lock = make();
    const section = new Section();
    const { main, check = expectNone } = start(lock, section);
    return {
      main,
      async check(error) {
        await check(error);
        section.expectEmpty();
        expectFree(lock);
      },
    };
  });
}

/** Returns a program that ends, after a call of `whenOver`, if the given one throws a TimeoutError. */
function mayTimeOut(program: () => Program<unknown>, whenOver = () => {}): () => Program<void> {
  return function* () {
    try {
      yield* program();
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      whenOver();
    }
  };
}

describe.each(bothKinds)("cancelled at every step, in %s,", (kind) => {
  const { body } = kind;

  /** Runs programs as the tasks of a group, and waits for them. */
  const group = (programs: readonly (() => Program<unknown>)[]) =>
    body(function* () {
      yield* awaited(
        new TaskGroup().with(
          body(function* (group: TaskGroup) {
            for (const [index, program] of programs.entries()) {
              group.createTask(body(program), { name: `member ${index}` });
            }
          }),
        ),
      );
      expect(allTasks().size).toBe(1);
    });

  /** Runs a program that starts tasks, which are cancelled at its end, and waits for them. */
  const withTasks = (program: (start: (task: Body<void>) => Task<void>) => Program<void>) =>
    body(function* () {
      const tasks: Task<void>[] = [];
      try {
        yield* program((task) => {
          const started = createTask(task);
          tasks.push(started);
          return started;
        });
      } finally {
        for (const task of tasks) task.cancel();
        yield* ended(tasks);
      }
      expect(allTasks().size).toBe(1);
    });

  describe.each(lockLikes)("$name", ({ make }) => {
    it("is free in the end, after tasks of a group that acquire and release", async () => {
      await sweepHolds(make, (lock, section) => {
        const member = function* (): Program<void> {
          for (let round = 0; round < 2; round++) {
            const guard = yield* awaited(lock.acquire());
            try {
              yield* section.pass(0);
            } finally {
              guard.release();
            }
          }
        };
        return { main: group([member, member, member]) };
      });
    });

    it("is free in the end, after bodies of with() that clean up slowly", async () => {
      await sweepHolds(make, (lock, section) => {
        const member = function* (): Program<void> {
          yield* awaited(
            lock.with(
              body(function* () {
                try {
                  yield* section.pass(5);
                } finally {
                  yield* section.pass(0);
                }
              }),
            ),
          );
        };
        return { main: group([member, member, member]) };
      });
    });

    it.each([4, 5, 6])(
      "is free in the end, after waits with a limit of %i around a hold of 5",
      async (limit) => {
        await sweepHolds(make, (lock, section) => {
          const holder = function* (): Program<void> {
            yield* awaited(lock.with(body(() => section.pass(5))));
          };
          const limited = mayTimeOut(function* () {
            const guard = yield* awaited(timeout(limit).with(() => lock.acquire()));
            try {
              yield* section.pass(1);
            } finally {
              guard.release();
            }
          });
          const waiting = mayTimeOut(function* () {
            using _ = yield* awaited(waitFor(lock.acquire(), limit));
            yield* section.pass(1);
          });
          return { main: group([holder, limited, waiting, holder]) };
        });
      },
    );

    it("is free in the end, after a shielded hold, and the shielded one is through", async () => {
      await sweepHolds(make, (lock, section) => {
        const inner: Task<void>[] = [];
        const member = function* (): Program<void> {
          const task = createTask(lock.with(body(() => section.pass(1))));
          inner.push(task);
          try {
            yield* awaited(shield(task));
          } finally {
            yield* ended([task]);
          }
        };
        return {
          main: group([member, member]),
          check(error) {
            expectNone(error);
            expect(inner.every((task) => task.done())).toBe(true);
          },
        };
      });
    });

    it("is free in the end, after gather() and wait() over several holds", async () => {
      await sweepHolds(make, (lock, section) => {
        const hold = () => lock.with(body(() => section.pass(1)));
        return {
          main: withTasks(function* (start) {
            const three = () => [start(hold()), start(hold()), start(hold())];
            yield* awaited(gather(three(), { returnExceptions: true }));
            yield* awaited(wait(three(), { timeout: 2 }));
          }),
        };
      });
    });

    it("is free in the end, after a group that one failing task ends", async () => {
      await sweepHolds(make, (lock, section) => {
        const member = function* (): Program<void> {
          yield* awaited(lock.with(body(() => section.pass(2))));
        };
        const failing = function* (): Program<void> {
          yield* awaited(
            lock.with(
              body(function* () {
                yield* section.pass(1);
                throw new Error("failed");
              }),
            ),
          );
        };
        return {
          main: group([member, failing, member, member]),
          check(error) {
            if (error !== undefined) expect(error).toBeInstanceOf(ExceptionGroup);
          },
        };
      });
    });
  });

  it("a Semaphore of two permits has two in the end", async () => {
    await sweep(() => {
      const semaphore = new Semaphore(2);
      const section = new Section(2);
      const member = function* (): Program<void> {
        for (let round = 0; round < 2; round++) {
          yield* awaited(semaphore.with(body(() => section.pass(round))));
        }
      };
      return {
        main: group([member, member, member, member]),
        check(error) {
          expectNone(error);
          section.expectEmpty();
          expect(String(semaphore)).toBe("<Semaphore 2 free, 0 waiting>");
          expect(semaphore.locked()).toBe(false);
        },
      };
    });
  });

  it("a Semaphore counts what is released, when several permits are released at once", async () => {
    await sweep(() => {
      const semaphore = new Semaphore(0);
      let released = 0;
      let taken = 0;
      const taker = mayTimeOut(
        function* () {
          yield* awaited(timeout(10).with(() => semaphore.acquire()));
          taken++;
        },
        () => expect(semaphore.locked()).toBe(true),
      );
      const releaser = function* (): Program<void> {
        for (let round = 0; round < 2; round++) {
          yield* awaited(sleep(0));
          semaphore.release();
          semaphore.release();
          released += 2;
        }
      };
      return {
        main: group([taker, taker, releaser, taker, taker, taker]),
        check(error) {
          expectNone(error);
          expect(String(semaphore)).toBe(`<Semaphore ${released - taken} free, 0 waiting>`);
        },
      };
    });
  });

  it("an Event wakes everybody who waited when it was set", async () => {
    await sweep(() => {
      const event = new Event();
      let set = false;
      let late = 0;
      const waiter = mayTimeOut(
        function* () {
          if (!set) yield* awaited(timeout(10).with(() => event.wait()));
        },
        () => {
          if (set) late++;
        },
      );
      const setter = function* (): Program<void> {
        yield* awaited(sleep(0));
        event.set();
        event.clear();
        set = true;
      };
      return {
        main: group([waiter, waiter, setter, waiter]),
        check(error) {
          expectNone(error);
          expect(late).toBe(0);
          expect(String(event)).toBe("<Event unset, 0 waiting>");
        },
      };
    });
  });

  it("a Condition loses no item between producers and consumers, nor a notification", async () => {
    await sweep(() => {
      const condition = new Condition();
      const items: number[] = [];
      const got: number[] = [];
      let put = 0;
      const consume = body(function* () {
        try {
          yield* awaited(condition.waitFor(() => items.length > 0));
          got.push(items.shift() as number);
        } finally {
          expect(condition.locked()).toBe(true);
        }
      });
      const consumer = mayTimeOut(
        () => awaited(timeout(20).with(() => condition.with(consume))),
        // Nobody waits in vain while there is something to take.
        () => expect(items).toEqual([]),
      );
      const producer = function* (): Program<void> {
        for (let round = 0; round < 2; round++) {
          yield* awaited(
            condition.with(
              body(function* () {
                items.push(put++);
                condition.notify();
                yield* awaited(sleep(0));
              }),
            ),
          );
        }
      };
      return {
        main: group([consumer, consumer, producer, consumer]),
        check(error) {
          expectNone(error);
          expect([...got, ...items].sort()).toEqual(Array.from({ length: put }, (_, item) => item));
          expectFree(condition);
        },
      };
    });
  });

  it("two Conditions of one Lock pass a single place back and forth", async () => {
    await sweep(() => {
      const lock = new Lock();
      const [full, empty] = [new Condition(lock), new Condition(lock)];
      const place: number[] = [];
      const got: number[] = [];
      let put = 0;
      const limited = (condition: Condition, steps: () => Program<void>) =>
        function* (): Program<void> {
          for (let round = 0; round < 2; round++) {
            yield* mayTimeOut(() => awaited(timeout(20).with(() => condition.with(body(steps)))))();
          }
        };
      const consumer = limited(full, function* () {
        yield* awaited(full.waitFor(() => place.length > 0));
        got.push(place.pop() as number);
        empty.notify();
      });
      const producer = limited(empty, function* () {
        yield* awaited(empty.waitFor(() => place.length === 0));
        place.push(put++);
        full.notify();
      });
      return {
        main: group([consumer, producer, producer, consumer]),
        check(error) {
          expectNone(error);
          expect([...got, ...place].sort()).toEqual(Array.from({ length: put }, (_, item) => item));
          expectFree(full);
          expectFree(empty);
        },
      };
    });
  });

  it("a Barrier can be filled afterwards", async () => {
    await sweep(() => {
      const barrier = new Barrier(2);
      const party = mayTimeOut(() => awaited(timeout(10).with(() => barrier.wait())));
      return {
        main: group([party, party, party, party, party]),
        async check(error) {
          expectNone(error);
          expect(String(barrier)).toBe("<Barrier filling, 0 of 2 waiting>");
          await expectUsable(barrier, kind);
        },
      };
    });
  });

  it("a Barrier can be filled after it was reset and aborted", async () => {
    await sweep(() => {
      const barrier = new Barrier(3);
      const party = function* (): Program<void> {
        for (let round = 0; round < 2; round++) {
          try {
            yield* awaited(timeout(10).with(() => barrier.wait()));
          } catch (error) {
            if (!(error instanceof Error) || isCancelled(error)) throw error;
          }
        }
      };
      const disturber = function* (): Program<void> {
        yield* awaited(barrier.reset());
        yield* awaited(sleep(0));
        yield* awaited(barrier.abort());
        yield* awaited(sleep(0));
        yield* awaited(barrier.reset());
      };
      return {
        main: group([party, party, disturber, party]),
        async check(error) {
          expectNone(error);
          expect(barrier.nWaiting).toBe(0);
          await expectUsable(barrier, kind);
        },
      };
    });
  });

  describe.each(queues)("$name", (queueKind) => {
    it.each([1, 2, 0])("of the size %i loses no item between producers and consumers", async (maxsize) => {
      await sweep(() => {
        const traffic = new Traffic(queueKind, maxsize);
        const limited = (steps: () => Program<void>) => {
          const twice = body(function* () {
            for (let round = 0; round < 2; round++) yield* steps();
          });
          return mayTimeOut(
            () => awaited(timeout(10).with(twice)),
            // Nobody waits in vain.
            () => expect(traffic.queue.full() || traffic.queue.empty()).toBe(true),
          );
        };
        const producer = limited(() => traffic.putOne());
        const consumer = limited(() => traffic.getOne());
        return {
          main: group([consumer, producer, consumer, producer]),
          check: (error) => traffic.expectNoneLost(error),
        };
      });
    });

    it("loses no item to waitFor() whose time is over when the item comes", async () => {
      await sweep(() => {
        const traffic = new Traffic(queueKind, 1);
        const consumer = (limit: number) =>
          mayTimeOut(function* () {
            traffic.got.push(yield* awaited(waitFor(traffic.queue.get(), limit)));
          });
        const producer = function* (): Program<void> {
          for (let round = 0; round < 3; round++) {
            yield* awaited(sleep(1));
            yield* mayTimeOut(() => awaited(timeout(2).with(body(() => traffic.putOne()))))();
          }
        };
        return {
          main: group([consumer(1), producer, consumer(2), consumer(3)]),
          check: (error) => traffic.expectNoneLost(error),
        };
      });
    });

    it("loses no item to shield() and gather() over several gets", async () => {
      await sweep(() => {
        const traffic = new Traffic(queueKind, 1);
        return {
          main: withTasks((start) => {
            const get = () => start(body(() => traffic.getOne()));
            return mayTimeOut(function* () {
              start(body(() => traffic.putMany(5)));
              yield* awaited(timeout(20).with(() => shield(get())));
              yield* awaited(timeout(20).with(() => gather([get(), get()])));
            })();
          }),
          check: (error) => traffic.expectNoneLost(error),
        };
      });
    });

    it("lets join() go on when all that was got has been dealt with", async () => {
      await sweep(() => {
        const traffic = new Traffic(queueKind);
        const worker = function* (): Program<void> {
          for (;;) {
            try {
              yield* traffic.getOne();
            } catch (error) {
              if (error instanceof QueueShutDown) return;
              throw error;
            }
            try {
              yield* awaited(sleep(1));
            } finally {
              traffic.queue.taskDone();
            }
          }
        };
        const boss = function* (): Program<void> {
          try {
            yield* traffic.putMany(3);
            // The workers may have been cancelled all.
            yield* awaited(waitFor(traffic.queue.join(), 20));
            expect(traffic.got.length).toBe(3);
          } catch (error) {
            if (!(error instanceof TimeoutError)) throw error;
            expect(traffic.queue.empty()).toBe(false);
          }
        };
        return {
          main: body(function* () {
            yield* awaited(
              new TaskGroup().with(
                body(function* (group: TaskGroup) {
                  for (const program of [worker, worker]) group.createTask(body(program));
                  // Cancelled before its first step, it has not shut the queue down.
                  group.createTask(body(boss)).addDoneCallback(() => traffic.queue.shutdown());
                }),
              ),
            );
          }),
          check: (error) => traffic.expectNoneLost(error),
        };
      });
    });
  });

  it.each(lockLikes)("$name is free in the end, after asCompleted() over several holds", async ({ make }) => {
    await sweepHolds(make, (lock, section) => {
      return {
        main: withTasks(function* (start) {
          const tasks = Array.from({ length: 3 }, () => start(lock.with(body(() => section.pass(1)))));
          for (const next of asCompleted(tasks)) {
            try {
              yield* awaited(next);
            } catch (error) {
              if (!isCancelled(error)) throw error;
            }
          }
        }),
      };
    });
  });

  it.each(queues)("$name loses no item to asCompleted() over several gets", async (queueKind) => {
    await sweep(() => {
      const traffic = new Traffic(queueKind, 1);
      return {
        main: withTasks((start) => {
          const get = () => start(body(() => traffic.getOne()));
          return mayTimeOut(function* () {
            start(body(() => traffic.putMany(3)));
            for (const next of asCompleted([get(), get()], { timeout: 20 })) yield* awaited(next);
          })();
        }),
        check: (error) => traffic.expectNoneLost(error),
      };
    });
  });
});

describe.each(queues)("cancelled at every step, $name", ({ make }) => {
  it("loses no item to those who iterate it", async () => {
    await sweep(() => {
      const queue = make(1);
      const put: number[] = [];
      const got: number[] = [];
      const limited = (steps: () => Promise<void>) => async () => {
        try {
          await timeout(10).with(steps);
        } catch (error) {
          if (!(error instanceof TimeoutError || error instanceof QueueShutDown)) throw error;
        }
      };
      const consumer = limited(async () => {
        for await (const item of queue) got.push(item);
      });
      const producer = limited(async () => {
        for (let item = 0; item < 4; item++) {
          await queue.put(item);
          put.push(item);
        }
        queue.shutdown();
      });
      return {
        main: async () => {
          await new TaskGroup().with(async (group) => {
            for (const member of [consumer, producer, consumer]) group.createTask(member);
          });
          expect(allTasks().size).toBe(1);
        },
        check(error) {
          expectNone(error);
          const left: number[] = [];
          while (!queue.empty()) left.push(queue.getNowait());
          expect([...got, ...left].sort()).toEqual(put);
        },
      };
    });
  });
});

/** Fills a barrier as often as it takes parties. */
async function expectUsable(barrier: Barrier, { runProgram }: Kind): Promise<void> {
  await runProgram(function* () {
    yield* awaited(barrier.reset());
    for (let round = 0; round < 2; round++) {
      const parties = Array.from({ length: barrier.parties }, () => barrier.wait());
      expect((yield* awaited(gather(parties))).sort()).toEqual([...parties.keys()]);
    }
  });
}

import { getRunningLoop } from "@asyncio-ts/loop";
import { Event } from "@asyncio-ts/sync";
import { createTask, currentTask, ExceptionGroup, sleep, type Task, TaskGroup, wait } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";

import { endingOf, type Messages, messagesOf } from "./support/endings.js";
import { awaited, bothKinds, type Program } from "@asyncio-ts/testkit";

describe.each(bothKinds)("TaskGroup with %s", ({ define, runProgram }) => {
  const failAfter = define(function* (delay: number, error: unknown) {
    yield* awaited(sleep(delay));
    throw error;
  });

  /** Fails, whatever ends its sleep. */
  const failAtTheEnd = define(function* (message: string) {
    try {
      yield* awaited(sleep(60_000));
    } finally {
      // oxlint-disable-next-line no-unsafe-finally -- an error that takes the place of a cancellation is the point
      throw new Error(message);
    }
  });

  /** Makes a coroutine that sleeps, and writes down if it is cancelled. */
  function sleeping(record: string[], name: string, delay = 60_000) {
    return define(function* () {
      try {
        yield* awaited(sleep(delay));
        record.push(`${name} has slept`);
      } catch (error) {
        record.push(`${name} is cancelled`);
        throw error;
      }
    })();
  }

  /** Runs `body` in a group, in a task of its own. */
  function inGroup(body: (group: TaskGroup) => Program<unknown>): Task<unknown> {
    return createTask(new TaskGroup().with(define(body)));
  }

  /** Waits for a task, and says how it ended. */
  function* ended(task: Task<unknown>): Program<Messages> {
    yield* awaited(wait([task]));
    return endingOf(task);
  }

  /** The same for a task that is cancelled once 100 ms have passed. */
  function* endedByCancel(task: Task<unknown>): Program<Messages> {
    yield* awaited(sleep(100));
    expect(task.done()).toBe(false);
    task.cancel();
    return yield* ended(task);
  }

  it("ends when all its tasks have, those of its beginning and those made later", () =>
    runProgram(function* () {
      const loop = getRunningLoop();
      const ends: [string, number][] = [];
      const work = define(function* (name: string, delay: number) {
        yield* awaited(sleep(delay));
        ends.push([name, loop.time()]);
        return name;
      });
      const tasks = yield* awaited(
        new TaskGroup().with(
          define(function* (group) {
            const early = group.createTask(work("early", 100));
            yield* awaited(sleep(50));
            return [early, group.createTask(work("late", 150))];
          }),
        ),
      );
      expect(loop.time()).toBe(200);
      expect(ends).toEqual([
        ["early", 100],
        ["late", 200],
      ]);
      expect(tasks.map((task) => task.result())).toEqual(["early", "late"]);
    }));

  it("takes the cancellation of one of its tasks for no error, and goes on", () =>
    runProgram(function* () {
      const record: string[] = [];
      const [first, second] = yield* awaited(
        new TaskGroup().with(
          define(function* (group) {
            const first = group.createTask(sleeping(record, "first"));
            yield* awaited(sleep(10));
            first.cancel();
            return [first, group.createTask(sleeping(record, "second", 20))] as const;
          }),
        ),
      );
      expect(record).toEqual(["first is cancelled", "second has slept"]);
      expect(first.cancelled()).toBe(true);
      expect(second.cancelled()).toBe(false);
    }));

  it("cancels the other tasks and the body when a task fails, and throws what failed as a group", () =>
    runProgram(function* () {
      const record: string[] = [];
      let other: Task<void> | undefined;
      const task = inGroup(function* (group) {
        group.createTask(failAfter(10, new Error("broken")));
        other = group.createTask(sleeping(record, "the other task"));
        yield* awaited(sleeping(record, "the body"));
        record.push("the body went on");
      });
      expect(yield* ended(task)).toEqual(["broken"]);
      expect(task.exception()).toBeInstanceOf(ExceptionGroup);
      expect(record.sort()).toEqual(["the body is cancelled", "the other task is cancelled"]);
      expect(other?.cancelled()).toBe(true);
    }));

  it("cancels the other tasks when one fails after the body has ended", () =>
    runProgram(function* () {
      const record: string[] = [];
      const task = inGroup(function* (group) {
        group.createTask(failAfter(10, new Error("broken")));
        group.createTask(sleeping(record, "the other task"));
      });
      expect(yield* ended(task)).toEqual(["broken"]);
      expect(record).toEqual(["the other task is cancelled"]);
    }));

  it("throws the errors of all tasks that failed before they could be cancelled", () =>
    runProgram(function* () {
      const record: string[] = [];
      const task = inGroup(function* (group) {
        for (const name of ["a", "b", "c"]) group.createTask(failAfter(10, new Error(name)));
        group.createTask(sleeping(record, "the other task"));
        yield* awaited(sleeping(record, "the body"));
      });
      expect(yield* ended(task)).toEqual(["a", "b", "c"]);
      expect(record.sort()).toEqual(["the body is cancelled", "the other task is cancelled"]);
    }));

  it("cancelled from outside, it cancels all its tasks and ends as cancelled", () =>
    runProgram(function* () {
      const record: string[] = [];
      const task = inGroup(function* (group) {
        for (const name of ["a", "b", "c"]) group.createTask(sleeping(record, name));
      });
      expect(yield* endedByCancel(task)).toBe("cancelled");
      expect(record).toEqual(["a is cancelled", "b is cancelled", "c is cancelled"]);
    }));

  it("cancelled from outside, it waits for tasks that take their time to clean up", () =>
    runProgram(function* () {
      const record: string[] = [];
      const task = inGroup(function* (group) {
        group.createTask(
          define(function* () {
            try {
              yield* awaited(sleep(60_000));
            } finally {
              yield* awaited(sleep(500));
              record.push("cleaned up");
            }
          })(),
        );
      });
      expect(yield* endedByCancel(task)).toBe("cancelled");
      expect(record).toEqual(["cleaned up"]);
      expect(getRunningLoop().time()).toBe(600);
    }));

  it("cancelled from outside while its body waits, it cancels the body, and then its tasks", () =>
    runProgram(function* () {
      const record: string[] = [];
      const task = inGroup(function* (group) {
        group.createTask(sleeping(record, "a task"));
        yield* awaited(sleeping(record, "the body"));
      });
      expect(yield* endedByCancel(task)).toBe("cancelled");
      expect(record).toEqual(["the body is cancelled", "a task is cancelled"]);
    }));

  it("without tasks it passes a cancellation of its body on", () =>
    runProgram(function* () {
      const record: string[] = [];
      const task = inGroup(function* () {
        yield* awaited(sleeping(record, "the body"));
      });
      expect(yield* endedByCancel(task)).toBe("cancelled");
      expect(record).toEqual(["the body is cancelled"]);
    }));

  it("throws the errors that its tasks throw when they are cancelled from outside", () =>
    runProgram(function* () {
      const task = inGroup(function* (group) {
        group.createTask(failAtTheEnd("a"));
        group.createTask(failAtTheEnd("b"));
        yield* awaited(sleep(60_000));
      });
      expect(yield* endedByCancel(task)).toEqual(["a", "b"]);
    }));

  it.each([
    ["after a pause, its tasks are cancelled", 10, ["a is cancelled", "b is cancelled"]],
    ["at once, its tasks never begin", 0, []],
  ])("throws an error of its body as a group: %s", (_title, pause, expected) =>
    runProgram(function* () {
      const record: string[] = [];
      const tasks: Task<void>[] = [];
      const task = inGroup(function* (group) {
        tasks.push(group.createTask(sleeping(record, "a")), group.createTask(sleeping(record, "b")));
        if (pause > 0) yield* awaited(sleep(pause));
        throw new Error("the body failed");
      });
      expect(yield* ended(task)).toEqual(["the body failed"]);
      expect(record).toEqual(expected);
      expect(tasks.map((task) => task.cancelled())).toEqual([true, true]);
    }),
  );

  it.each([
    ["has no tasks", false],
    ["has tasks of its own", true],
  ])("passes the errors of a group inside it on as a group in its group, when it %s", (_title, ownTasks) =>
    runProgram(function* () {
      const record: string[] = [];
      const task = inGroup(function* (outer) {
        if (ownTasks) outer.createTask(sleeping(record, "a task of the outer group"));
        yield* awaited(
          new TaskGroup().with(
            define(function* (inner) {
              inner.createTask(failAtTheEnd("a"));
              inner.createTask(failAtTheEnd("b"));
              yield* awaited(sleep(60_000));
            }),
          ),
        );
      });
      expect(yield* endedByCancel(task)).toEqual([["a", "b"]]);
      expect(record).toEqual(ownTasks ? ["a task of the outer group is cancelled"] : []);
    }),
  );

  it("a failure in the outer group stops the inner one, which adds no error; one in the inner comes out nested", () =>
    runProgram(function* () {
      const nested = (outerDelay: number, innerDelay: number) =>
        inGroup(function* (outer) {
          outer.createTask(failAfter(outerDelay, new Error("outer")));
          yield* awaited(
            new TaskGroup().with(
              define(function* (inner) {
                inner.createTask(failAfter(innerDelay, new Error("inner")));
              }),
            ),
          );
        });
      expect(yield* ended(nested(10, 1000))).toEqual(["outer"]);
      expect(yield* ended(nested(1000, 10))).toEqual([["inner"]]);
    }));

  it.each([
    ["itself", 0],
    ["through a task that awaits it", 1],
  ])(
    "an error of a task counts more than a cancellation that the body is still cleaning up after: %s",
    (_title, depth) =>
      runProgram(function* () {
        let task = inGroup(function* (group) {
          group.createTask(failAfter(300, new Error("broken")));
          try {
            yield* awaited(sleep(60_000));
          } finally {
            yield* awaited(sleep(500));
          }
        });
        if (depth > 0) {
          const inner = task;
          task = createTask(
            define(function* () {
              yield* awaited(inner);
            })(),
          );
        }
        expect(yield* endedByCancel(task)).toEqual(["broken"]);
      }),
  );

  it("throws an error by which the body answers a cancellation from outside", () =>
    runProgram(function* () {
      const task = inGroup(function* () {
        yield* awaited(failAtTheEnd("in place of the cancellation"));
      });
      expect(yield* endedByCancel(task)).toEqual(["in place of the cancellation"]);
    }));

  it("throws the error of a task, and after it the one by which the body answered being stopped", () =>
    runProgram(function* () {
      const task = inGroup(function* (group) {
        group.createTask(failAfter(10, new Error("the task failed")));
        yield* awaited(failAtTheEnd("the body failed"));
      });
      expect(yield* ended(task)).toEqual(["the task failed", "the body failed"]);
    }));

  it("collects whatever is thrown, be it an Error or not, by a task or by the body", () =>
    runProgram(function* () {
      const task = inGroup(function* (group) {
        group.createTask(failAfter(10, "a string"));
        try {
          yield* awaited(sleep(60_000));
        } finally {
          // oxlint-disable-next-line no-unsafe-finally, no-throw-literal -- that this is possible is the point
          throw 404;
        }
      });
      yield* awaited(wait([task]));
      expect((task.exception() as ExceptionGroup).exceptions).toEqual(["a string", 404]);
    }));

  it("forgets the tasks that are done while others run", () =>
    runProgram(function* () {
      const group = new TaskGroup();
      const sizes: (string | undefined)[] = [];
      const note = () => sizes.push(/\d+ tasks/.exec(String(group))?.[0]);
      yield* awaited(
        group.with(
          define(function* () {
            for (let i = 0; i < 10; i++) {
              group.createTask(sleep(30));
              yield* awaited(sleep(10));
              note();
            }
            yield* awaited(sleep(100));
            note();
          }),
        ),
      );
      expect(sizes.slice(0, 3)).toEqual(["1 tasks", "2 tasks", "3 tasks"]);
      expect(new Set(sizes.slice(3, 10))).toEqual(new Set(["3 tasks"]));
      expect(sizes.at(-1)).toBe("0 tasks");
    }));

  it("waits for the tasks that its tasks make, also once the body has ended", () =>
    runProgram(function* () {
      const record: string[] = [];
      yield* awaited(
        new TaskGroup().with(
          define(function* (group) {
            group.createTask(
              define(function* () {
                yield* awaited(sleep(10));
                group.createTask(sleeping(record, "first", 10));
                group.createTask(sleeping(record, "second", 20));
              })(),
            );
          }),
        ),
      );
      expect(record).toEqual(["first has slept", "second has slept"]);
    }));

  it("stops tasks that make tasks without end as soon as one fails", () =>
    runProgram(function* () {
      let heads = 0;
      const hydra = define(function* (group: TaskGroup): Program<void> {
        heads++;
        yield* awaited(sleep(10));
        group.createTask(hydra(group));
        group.createTask(hydra(group));
      });
      const hercules = define(function* () {
        for (;;) {
          yield* awaited(sleep(15));
          if (heads >= 10) throw new Error("the hydra is dead");
        }
      });
      const task = inGroup(function* (group) {
        group.createTask(hydra(group));
        group.createTask(hercules());
      });
      expect(yield* ended(task)).toEqual(["the hydra is dead"]);
      expect(heads).toBeGreaterThanOrEqual(10);
      const atTheEnd = heads;
      yield* awaited(sleep(100));
      expect(heads).toBe(atTheEnd);
    }));

  it("gives its tasks the name that it is told", () =>
    runProgram(function* () {
      const name = yield* awaited(
        new TaskGroup().with(
          define(function* (group) {
            const task = group.createTask(sleep(0), { name: "fetch" });
            return task.name;
          }),
        ),
      );
      expect(name).toBe("fetch");
    }));

  it("takes no more tasks once one has failed", () =>
    runProgram(function* () {
      let refusal: unknown;
      const task = inGroup(function* (group) {
        group.createTask(failAfter(10, new Error("broken")));
        group.createTask(
          define(function* () {
            try {
              yield* awaited(sleep(60_000));
            } catch {
              try {
                group.createTask(sleep(0));
              } catch (error) {
                refusal = error;
              }
            }
          })(),
        );
      });
      expect(yield* ended(task)).toEqual(["broken"]);
      expect(messagesOf(refusal)).toMatch(/<TaskGroup shutting down/);
    }));

  it("takes its own cancellation of the body back, also when what the body used fails on its way out", () =>
    runProgram(function* () {
      const group = new TaskGroup();
      let error: unknown;
      try {
        yield* awaited(
          group.with(
            define(function* () {
              try {
                group.createTask(failAfter(0, new Error("the task failed")));
                yield* awaited(sleep(1000));
              } finally {
                // oxlint-disable-next-line no-unsafe-finally -- as a resource does that cannot be closed
                throw new Error("the resource failed");
              }
            }),
          ),
        );
      } catch (thrown) {
        error = thrown;
      }
      expect(messagesOf(error)).toEqual(["the task failed", "the resource failed"]);
      expect(currentTask()?.cancelling()).toBe(0);
    }));

  it.each([
    ["while it runs", true],
    ["after it has ended", false],
  ])("cannot be entered a second time: %s", (_title, inside) =>
    runProgram(function* () {
      const group = new TaskGroup();
      const record: string[] = [];
      const again = function* (): Program<void> {
        try {
          yield* awaited(group.with(() => void record.push("entered twice")));
        } catch (error) {
          record.push((error as Error).message);
        }
      };
      yield* awaited(
        group.with(
          define(function* () {
            if (inside) yield* again();
          }),
        ),
      );
      if (!inside) yield* again();
      expect(record).toEqual([expect.stringMatching(/entered before/)]);
    }),
  );

  it("takes no tasks before it is entered", () =>
    runProgram(function* () {
      expect(() => new TaskGroup().createTask(sleep(0))).toThrow(/<TaskGroup not entered/);
    }));

  it("takes no tasks after it has ended", () =>
    runProgram(function* () {
      const group = new TaskGroup();
      yield* awaited(group.with(() => {}));
      expect(() => group.createTask(sleep(0))).toThrow(/<TaskGroup finished/);
    }));

  it("leaves no request for cancellation behind when a task has failed", () =>
    runProgram(function* () {
      const record: unknown[] = [];
      for (const others of [0, 1]) {
        try {
          yield* awaited(
            new TaskGroup().with(
              define(function* (group) {
                group.createTask(failAfter(0, new Error("broken")));
                for (let i = 0; i < others; i++) group.createTask(sleep(1000));
              }),
            ),
          );
        } catch (error) {
          record.push(messagesOf(error), currentTask()?.cancelling());
        }
      }
      expect(record).toEqual([["broken"], 0, ["broken"], 0]);
      yield* awaited(sleep(1));
    }));

  it("an inner and an outer group that stop their body at once each take their own request back", () =>
    runProgram(function* () {
      const record: unknown[] = [];
      const cancelling = () => currentTask()?.cancelling();
      try {
        yield* awaited(
          new TaskGroup().with(
            define(function* (outer) {
              try {
                yield* awaited(
                  new TaskGroup().with(
                    define(function* (inner) {
                      inner.createTask(failAfter(0, new Error("inner")));
                      outer.createTask(failAfter(0, new Error("outer")));
                    }),
                  ),
                );
              } catch (error) {
                record.push(messagesOf(error), cancelling());
              }
            }),
          ),
        );
      } catch (error) {
        record.push(messagesOf(error), cancelling());
      }
      expect(record).toEqual([["inner"], 1, ["outer"], 0]);
    }));

  it("a cancellation from outside that gave way to an error is delivered at the next wait", () =>
    runProgram(function* () {
      const record: unknown[] = [];
      const failing = new Event();
      const task = createTask(
        define(function* () {
          try {
            yield* awaited(
              new TaskGroup().with(
                define(function* (group) {
                  group.createTask(
                    define(function* () {
                      failing.set();
                      yield* awaited(sleep(0));
                      throw new Error("broken");
                    })(),
                  );
                  yield* awaited(sleep(1000));
                  record.push("the body went on");
                }),
              ),
            );
          } catch (error) {
            record.push(messagesOf(error), currentTask()?.cancelling());
          }
          yield* awaited(sleep(1000));
          record.push("the task went on");
        })(),
      );
      yield* awaited(failing.wait());
      task.cancel();
      expect(task.cancelling()).toBe(1);
      expect(yield* ended(task)).toBe("cancelled");
      expect(record).toEqual([["broken"], 1]);
    }));

  it("outside every task it makes one for its body", async () => {
    expect(currentTask()).toBeUndefined();
    const name = await new TaskGroup().with(
      define(function* (group) {
        yield* awaited(group.createTask(sleep(0)));
        return currentTask()?.name;
      }),
    );
    expect(name).toBe("TaskGroup");
  });
});

import { coroutine } from "@asyncio-ts/coroutine";
import { Future, isCancelled, type Steps } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import {
  allTasks,
  createTask,
  currentSignal,
  currentTask,
  ExceptionGroup,
  formatCallGraph,
  KeyboardInterrupt,
  sleep,
  type Task,
  TaskGroup,
  timeout,
} from "@asyncio-ts/task";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  allKinds,
  awaited,
  bothKinds,
  errorOf,
  nameOf,
  needing,
  outcomeOf,
  recordError,
  rejectionOf,
  runVirtual,
} from "@asyncio-ts/testkit";
import { setTimeout as promisedTimeout } from "node:timers/promises";

/** The errors of a group, in a word or two. */
function errorsOf(error: unknown): unknown {
  return error instanceof ExceptionGroup ? error.exceptions.map(errorsOf) : nameOf(error);
}

describe.each(allKinds)("TaskGroup in %s", ({ body, startTask, inGroup, runProgram }) => {
  const child = (name: string, delay: number, events: string[]) =>
    body(function* () {
      try {
        yield* awaited(sleep(delay));
      } catch (error) {
        events.push(`${name} ${nameOf(error)}`);
        throw error;
      }
      events.push(`${name} ends`);
      return name;
    });
  const failing = (delay: number, message: string) =>
    body(function* () {
      yield* awaited(sleep(delay));
      throw new Error(message);
    });
  const failingWhenCancelled = (message: string) =>
    body(function* () {
      yield* errorOf(sleep(1000));
      throw new Error(message);
    });

  test("waits for all its tasks, and gives what the body returns", async () => {
    const events: string[] = [];
    const main = body(function* () {
      const result = yield* awaited(
        inGroup(function* (group) {
          group.createTask(child("a", 20, events));
          group.createTask(child("b", 10, events));
          yield* awaited(sleep(1));
          events.push("body ends");
          return "result";
        }),
      );
      return [result, getRunningLoop().time()];
    });
    expect(await runVirtual(main)).toEqual(["result", 20]);
    expect(events).toEqual(["body ends", "b ends", "a ends"]);
  });

  test("without tasks it gives what the body returns, and does not suspend", async () => {
    const main = body(function* () {
      const events: string[] = [];
      getRunningLoop().callSoon(() => events.push("another"));
      const result = yield* awaited(
        inGroup(function* () {
          return 1;
        }),
      );
      return [result, ...events];
    });
    expect(await runVirtual(main)).toEqual([1]);
  });

  test("the first task that fails cancels the others and the body; all errors come out in their order", async () => {
    const events: string[] = [];
    const main = body(function* () {
      const error = yield* errorOf(
        inGroup(function* (group) {
          group.createTask(child("sibling", 1000, events));
          group.createTask(failing(10, "first"));
          group.createTask(
            body(function* () {
              try {
                yield* awaited(sleep(1000));
              } finally {
                yield* awaited(sleep(5));
                // oxlint-disable-next-line no-unsafe-finally -- what is tested
                throw new Error("while stopping");
              }
            }),
          );
          yield* recordError(events, sleep(1000), "body");
        }),
      );
      return [
        (error as Error).message,
        errorsOf(error),
        getRunningLoop().time(),
        currentTask()?.cancelling(),
      ];
    });
    expect(await runVirtual(main)).toEqual([
      "unhandled errors in a TaskGroup (2 sub-exceptions: Error: first; Error: while stopping)",
      ["Error: first", "Error: while stopping"],
      15,
      0,
    ]);
    expect(events.sort()).toEqual(["body cancelled", "sibling cancelled"]);
  });

  test("an error of the body cancels the tasks, and comes last among the errors", async () => {
    const events: string[] = [];
    const main = body(function* () {
      const error = yield* errorOf(
        inGroup(function* (group) {
          group.createTask(child("child", 1000, events));
          group.createTask(failingWhenCancelled("the child's"));
          yield* awaited(sleep(10));
          throw new Error("the body's");
        }),
      );
      return [errorsOf(error), getRunningLoop().time()];
    });
    expect(await runVirtual(main)).toEqual([["Error: the child's", "Error: the body's"], 10]);
    expect(events).toEqual(["child cancelled"]);
  });

  test("a task that fails after the body has ended cancels the others", async () => {
    const events: string[] = [];
    const main = body(function* () {
      const error = yield* errorOf(
        inGroup(function* (group) {
          group.createTask(child("a", 1000, events));
          group.createTask(failing(10, "b"));
        }),
      );
      return [errorsOf(error), getRunningLoop().time(), currentTask()?.cancelling()];
    });
    expect(await runVirtual(main)).toEqual([["Error: b"], 10, 0]);
    expect(events).toEqual(["a cancelled"]);
  });

  test("the last task that fails is counted as a request to the parent, until the group ends", async () => {
    const counts: (number | undefined)[] = [];
    const main = body(function* () {
      const parent = startTask(function* () {
        const group = inGroup(function* (tasks) {
          const last = tasks.createTask(failing(10, "x"));
          last.addDoneCallback(() => counts.push(parent.cancelling()));
          yield* awaited(sleep(0));
        });
        yield* errorOf(group);
        counts.push(currentTask()?.cancelling());
      });
      yield* awaited(parent);
    });
    await runVirtual(main);
    expect(counts).toEqual([1, 0]);
  });

  test("a task that was cancelled is no error, and the others run on", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      yield* awaited(
        inGroup(function* (group) {
          const one = group.createTask(child("one", 1000, events));
          group.createTask(child("other", 20, events));
          yield* awaited(sleep(1));
          one.cancel();
        }),
      );
    });
    expect(events).toEqual(["one cancelled", "other ends"]);
  });

  test("tasks may make tasks in the group, also while it waits for them", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      yield* awaited(
        inGroup(function* (group) {
          group.createTask(
            body(function* () {
              yield* awaited(sleep(10));
              group.createTask(child("grandchild", 10, events));
              events.push("child ends");
            }),
          );
        }),
      );
      events.push("group ends");
    });
    expect(events).toEqual(["child ends", "grandchild ends", "group ends"]);
  });

  test("a cancellation from outside cancels the tasks, waits for them, and passes through", async () => {
    const events: string[] = [];
    const main = body(function* () {
      const task = startTask(function* () {
        yield* awaited(
          inGroup(function* (group) {
            group.createTask(
              body(function* () {
                try {
                  yield* awaited(sleep(1000));
                } finally {
                  yield* awaited(sleep(5));
                  events.push("child cleaned up");
                }
              }),
            );
            yield* recordError(events, sleep(1000), "body");
          }),
        );
      });
      yield* awaited(sleep(10));
      task.cancel("outside");
      const error = yield* errorOf(task);
      return [nameOf(error), task.cancelled(), task.cancelling(), getRunningLoop().time()];
    });
    expect(await runVirtual(main)).toEqual(["cancelled: outside", true, 1, 15]);
    expect(events).toEqual(["body cancelled: outside", "child cleaned up"]);
  });

  test("so does one that comes while the group waits for its tasks", async () => {
    const events: string[] = [];
    const main = body(function* () {
      const task = startTask(function* () {
        yield* awaited(
          inGroup(function* (group) {
            group.createTask(child("a", 1000, events));
          }),
        );
      });
      yield* awaited(sleep(10));
      task.cancel("outside");
      const error = yield* errorOf(task);
      return [nameOf(error), getRunningLoop().time()];
    });
    expect(await runVirtual(main)).toEqual(["cancelled: outside", 10]);
    expect(events).toEqual(["a cancelled"]);
  });

  test("with errors present, a cancellation from outside gives way to them, and comes at the next suspension", async () => {
    const events: unknown[] = [];
    await runProgram(function* () {
      const task = startTask(function* () {
        const error = yield* errorOf(
          inGroup(function* (group) {
            group.createTask(failingWhenCancelled("while stopping"));
            yield* awaited(sleep(1000));
          }),
        );
        events.push(errorsOf(error), task.cancelling());
        yield* awaited(sleep(1000));
        events.push("must not come here");
      });
      yield* awaited(sleep(10));
      task.cancel();
      const error = yield* errorOf(task);
      events.push(nameOf(error), task.cancelling());
    });
    expect(events).toEqual([["Error: while stopping"], 1, "cancelled", 1]);
  });

  test("nested groups: an error inside the inner one comes out of the outer one, in groups", async () => {
    const events: string[] = [];
    const main = body(function* () {
      const error = yield* errorOf(
        inGroup(function* (outer) {
          outer.createTask(child("outer child", 1000, events));
          outer.createTask(
            body(function* () {
              yield* awaited(
                inGroup(function* (inner) {
                  inner.createTask(child("inner child", 1000, events));
                  inner.createTask(failing(10, "deep"));
                }),
              );
            }),
          );
        }),
      );
      return errorsOf(error);
    });
    expect(await runVirtual(main)).toEqual([["Error: deep"]]);
    expect(events).toEqual(["inner child cancelled", "outer child cancelled"]);
  });

  test("nested groups in one task: the inner one's failure is caught between, and the outer one goes on", async () => {
    const events: unknown[] = [];
    await runProgram(function* () {
      yield* awaited(
        inGroup(function* (outer) {
          outer.createTask(child("outer child", 30, events as string[]));
          const error = yield* errorOf(
            inGroup(function* (inner) {
              inner.createTask(failing(10, "inner"));
              yield* awaited(sleep(1000));
            }),
          );
          events.push(errorsOf(error));
          yield* awaited(sleep(1));
          events.push("outer body goes on");
        }),
      );
    });
    expect(events).toEqual([["Error: inner"], "outer body goes on", "outer child ends"]);
  });

  describe("cancel()", () => {
    test("ends the group without an error: tasks and body are cancelled", async () => {
      const events: string[] = [];
      const main = body(function* () {
        const result = yield* awaited(
          inGroup(function* (group) {
            group.createTask(child("a", 1000, events));
            group.createTask(
              body(function* () {
                yield* awaited(sleep(10));
                group.cancel();
                events.push("cancel() returns");
              }),
            );
            yield* recordError(events, sleep(1000), "body");
            return "not reached";
          }),
        );
        yield* awaited(sleep(1));
        return [result, currentTask()?.cancelling(), getRunningLoop().time()];
      });
      expect(await runVirtual(main)).toEqual([undefined, 0, 11]);
      expect(events).toEqual(["cancel() returns", "a cancelled", "body cancelled"]);
    });

    test("in the body it ends the body at its next suspension", async () => {
      const events: string[] = [];
      await runProgram(function* () {
        yield* awaited(
          inGroup(function* (group) {
            group.cancel();
            events.push("goes on");
            yield* awaited(sleep(1000));
            events.push("must not come here");
          }),
        );
        events.push(`at ${getRunningLoop().time()}`);
      });
      expect(events).toEqual(["goes on", "at 0"]);
    });

    test("while the group waits, the body's result is kept", async () => {
      const events: string[] = [];
      const main = body(function* () {
        const result = yield* awaited(
          inGroup(function* (group) {
            group.createTask(child("a", 1000, events));
            getRunningLoop().callLater(10, () => group.cancel());
            return "result";
          }),
        );
        return [result, getRunningLoop().time()];
      });
      expect(await runVirtual(main)).toEqual(["result", 10]);
      expect(events).toEqual(["a cancelled"]);
    });

    test("errors of tasks come out all the same, and a cancellation from outside too", async () => {
      const main = body(function* () {
        const withError = yield* errorOf(
          inGroup(function* (group) {
            group.createTask(failingWhenCancelled("while stopping"));
            yield* awaited(sleep(1));
            group.cancel();
          }),
        );
        const task = startTask(function* () {
          yield* awaited(
            inGroup(function* (group) {
              getRunningLoop().callLater(10, () => {
                group.cancel();
                task.cancel("outside");
              });
              yield* awaited(sleep(1000));
            }),
          );
        });
        const cancelled = yield* errorOf(task);
        return [errorsOf(withError), isCancelled(cancelled), task.cancelling()];
      });
      expect(await runVirtual(main)).toEqual([["Error: while stopping"], true, 1]);
    });

    test("twice is once, and after the end it does nothing", async () => {
      const main = body(function* () {
        const group = new TaskGroup();
        yield* awaited(
          group.with(
            body(function* () {
              group.cancel();
              group.cancel();
              yield* awaited(sleep(1000));
            }),
          ),
        );
        group.cancel();
        yield* awaited(sleep(1));
        return currentTask()?.cancelling();
      });
      expect(await runVirtual(main)).toBe(0);
    });
  });

  test("a value that has arrived for the body is not lost when a task fails in the same moment", async () => {
    const events: string[] = [];
    const main = body(function* () {
      const future = new Future<string>();
      const error = yield* errorOf(
        inGroup(function* (group) {
          group.createTask(
            body(function* () {
              yield* awaited(sleep(10));
              getRunningLoop().callSoon(() => future.setResult("arrived"));
              throw new Error("in the same moment");
            }),
          );
          const value = yield* awaited(future);
          events.push(value);
          yield* awaited(sleep(1000));
          events.push("must not come here");
        }),
      );
      return [errorsOf(error), getRunningLoop().time()];
    });
    expect(await runVirtual(main)).toEqual([["Error: in the same moment"], 10]);
    expect(events.filter((event) => event !== "arrived")).toEqual([]);
  });
});

describe("TaskGroup.createTask()", () => {
  const refused = (group: TaskGroup): string => {
    try {
      group.createTask(() => sleep(1));
      return "allowed";
    } catch (error) {
      return (error as Error).message;
    }
  };

  test("is refused before the group is entered, and after it has finished", async () => {
    await runVirtual(async () => {
      const group = new TaskGroup();
      expect(refused(group)).toBe(
        "createTask() on <TaskGroup not entered, 0 tasks, 0 errors>; call it inside group.with(…), " +
          "before the group ends",
      );
      expect(() => group.cancel()).toThrow(
        /cancel\(\) on <TaskGroup not entered.*call it inside group.with\(…\)/,
      );
      await group.with(async () => {});
      expect(refused(group)).toBe(
        "createTask() on <TaskGroup finished, 0 tasks, 0 errors>; call it inside group.with(…), " +
          "before the group ends",
      );
    });
  });

  test("is refused once the group shuts down", async () => {
    await runVirtual(async () => {
      let message = "";
      await new TaskGroup()
        .with(async (group) => {
          group.createTask(async () => {
            try {
              await sleep(1000);
            } finally {
              message = refused(group);
            }
          });
          await sleep(1);
          throw new Error("body");
        })
        .catch(() => {});
      expect(message).toMatch(
        /^createTask\(\) on <TaskGroup shutting down, .*>; call it .*, before the group ends$/,
      );
    });
  });

  test("takes the options of createTask(), and gives a typed task", async () => {
    await runVirtual(() =>
      new TaskGroup().with(async (group) => {
        const task = group.createTask(() => sleep(1, "x"), { name: "named" });
        expectTypeOf(task).toEqualTypeOf<Task<string>>();
        expect(task.name).toBe("named");
        const events: string[] = [];
        const eager = group.createTask(
          function* () {
            events.push("ran");
          },
          { eagerStart: true },
        );
        expect([events, eager.done()]).toEqual([["ran"], true]);
      }),
    );
  });

  test("an eager task that fails at once ends the group", async () => {
    await runVirtual(async () => {
      const failed = new TaskGroup().with(async (group) => {
        group.createTask(
          // oxlint-disable-next-line require-yield -- a generator that fails at once
          function* () {
            throw new Error("at once");
          },
          { eagerStart: true },
        );
        await sleep(1000);
      });
      const error: unknown = await failed.then(
        () => undefined,
        (error: unknown) => error,
      );
      expect([errorsOf(error), getRunningLoop().time()]).toEqual([["Error: at once"], 0]);
    });
  });

  test("refuses what is no body, and the group goes on", async () => {
    await runVirtual(() =>
      new TaskGroup().with(async (group) => {
        expect(() => group.createTask(Promise.resolve() as unknown as () => void)).toThrow(/running already/);
        await group.createTask(() => sleep(1));
      }),
    );
  });
});

describe("TaskGroup", () => {
  test("can be used once", async () => {
    await runVirtual(async () => {
      const group = new TaskGroup();
      await group.with(async () => {
        await expect(group.with(async () => {})).rejects.toThrow(
          /^with\(\) on <TaskGroup entered, .*>, which was entered before; make a new TaskGroup$/,
        );
      });
      await expect(group.with(async () => {})).rejects.toThrow(/which was entered before/);
    });
  });

  test("outside of every task, a task is made for the body", async () => {
    const events: string[] = [];
    await new TaskGroup().with(async (group) => {
      events.push(currentTask()?.name ?? "none");
      group.createTask(async () => {
        await sleep(0);
        events.push("child");
      });
    });
    expect(events).toEqual(["TaskGroup", "child"]);
  });

  test("leaves no task behind, however it ends", async () => {
    await runVirtual(async () => {
      for (const ending of ["value", "error", "cancel", "timeout"]) {
        await timeout(10)
          .with(() =>
            new TaskGroup().with(async (group) => {
              for (let i = 0; i < 5; i++) group.createTask(() => sleep(ending === "value" ? i : 1000));
              if (ending === "error") throw new Error("body");
              if (ending === "cancel") group.cancel();
            }),
          )
          .catch(() => {});
        expect([ending, allTasks().size]).toEqual([ending, 1]);
      }
    });
  });

  test("a thousand tasks that fail together are a group of a thousand errors, in order", async () => {
    await runVirtual(async () => {
      const error: unknown = await new TaskGroup()
        .with(async (group) => {
          for (let i = 0; i < 1000; i++) {
            group.createTask(async () => {
              throw new Error(`${i}`);
            });
          }
        })
        .catch((error: unknown) => error);
      expect((error as ExceptionGroup).exceptions.map((one) => (one as Error).message)).toEqual(
        Array.from({ length: 1000 }, (_, i) => `${i}`),
      );
    });
  });

  test("with() has the type of the body's result", () => {
    expectTypeOf(new TaskGroup().with(async () => 5)).resolves.toEqualTypeOf<number>();
    new TaskGroup().with(async (group) => expectTypeOf(group).toEqualTypeOf<TaskGroup>());
    new TaskGroup().with(coroutine(async (group) => expectTypeOf(group).toEqualTypeOf<TaskGroup>()));
    // The type for a body that may be ended by `cancel()`.
    expectTypeOf(
      new TaskGroup().with<number | undefined>(async (group) => group.createTask(() => 5)),
    ).resolves.toEqualTypeOf<number | undefined>();
  });
});

describe.each(bothKinds)("a child of a group in %s", ({ body, inGroup }) => {
  test("that awaits a sibling which is cancelled is cancelled with it, and that is no error", async () => {
    const main = body(function* () {
      const cancelled: boolean[] = [];
      yield* awaited(
        inGroup(function* (group) {
          const a = group.createTask(() => sleep(1000));
          const b = group.createTask(
            body(function* () {
              yield* awaited(a);
            }),
          );
          yield* awaited(sleep(1));
          a.cancel();
          yield* awaited(sleep(1));
          cancelled.push(a.cancelled(), b.cancelled());
        }),
      );
      return cancelled;
    });
    expect(await runVirtual(main)).toEqual([true, true]);
  });
});

test("an AbortError in the body of a group that aborts is no error of the group", async () => {
  await runVirtual(async () => {
    const error = await rejectionOf(
      new TaskGroup().with(async (group) => {
        group.createTask(async () => {
          throw new Error("x");
        });
        await promisedTimeout(60_000, undefined, { signal: currentSignal() });
      }),
    );
    expect((error as ExceptionGroup).exceptions).toHaveLength(1);
  });
});

describe("the error of a group", () => {
  const fails = async (): Promise<never> => {
    throw new TypeError("x is not a function");
  };
  async function waits(): Promise<void> {
    await new TaskGroup().with((group) => void group.createTask(fails));
  }
  function* yields(): Steps<void> {
    yield* new TaskGroup().with((group) => void group.createTask(fails));
  }

  const names = async (body: typeof waits | typeof yields): Promise<void> => {
    const main = async (): Promise<unknown> => await rejectionOf(createTask<void>(body));
    const error = (await runVirtual(main)) as ExceptionGroup;
    expect([error.message, error.text]).toEqual([
      "unhandled errors in a TaskGroup (1 sub-exception: TypeError: x is not a function)",
      "unhandled errors in a TaskGroup",
    ]);
    expect(error.cause).toBe(error.exceptions[0]);
    expect(error.stack).toMatch(new RegExp(`at (async )?${body.name} \\(.*task-group\\.test\\.ts`));
  };

  test(
    "names the errors, and has in its stack the async function that waits for the group",
    needing("stacks that go through `await`"),
    () => names(waits),
  );

  test("names the errors, and has in its stack the generator that waits for the group", () => names(yields));
});

test("a coroutine that a finished group refuses is not reported as never awaited", async () => {
  const { reports } = await outcomeOf(
    async () => {
      const group = new TaskGroup();
      await group.with(async () => {});
      const refused = coroutine(async () => {})();
      expect(() => group.createTask(refused)).toThrow(/^createTask\(\) on <TaskGroup/);
    },
    { debug: true },
  );
  expect(reports).toEqual([]);
});

test("a KeyboardInterrupt of the body comes out as it is, once the tasks have stopped", async () => {
  const events: string[] = [];
  const { error } = await outcomeOf(() =>
    new TaskGroup().with(async (group) => {
      group.createTask(async () => {
        try {
          await sleep(1000);
        } finally {
          await sleep(5);
          events.push("the task has stopped");
        }
      });
      await sleep(1);
      throw new KeyboardInterrupt("SIGINT");
    }),
  );
  expect(error).toBeInstanceOf(KeyboardInterrupt);
  expect(events).toEqual(["the task has stopped"]);
});

describe("a task group", () => {
  test("says what its call is, and what its end waits for", async () => {
    await runVirtual(async () => {
      const group = new TaskGroup();
      const call = group.with(async () => void group.createTask(() => sleep(10), { name: "child" }));
      expect([String(call), String(group)]).toEqual([
        "<Coroutine TaskGroup.with>",
        "<TaskGroup not entered, 0 tasks, 0 errors>",
      ]);
      const task = createTask(call, { name: "parent" });
      await sleep(5);
      expect(formatCallGraph(task)).toContain("the tasks of <TaskGroup entered, 1 tasks, 0 errors>");
      await task;
    });
  });

  test("names itself in the error for what is no body", () => {
    expect(() => new TaskGroup().with(5 as never)).toThrow("TaskGroup.with()");
  });

  test("that is cancelled after its end leaves the task alone that entered it", async () => {
    await runVirtual(async () => {
      const group = new TaskGroup();
      await group.with(async () => {});
      group.cancel();
      expect(currentTask()?.cancelling()).toBe(0);
      await sleep(1);
    });
  });

  test("fails with an eager task that fails at once", async () => {
    const events: string[] = [];
    await runVirtual(async () => {
      const failed = new TaskGroup().with(async (group) => {
        group.createTask(
          function* () {
            throw new Error("at once");
          },
          { eagerStart: true },
        );
        events.push(String(group));
        await sleep(1000);
      });
      events.push(String(errorsOf(await rejectionOf(failed))), `at ${getRunningLoop().time()}`);
    });
    expect(events).toEqual(["<TaskGroup shutting down, 0 tasks, 1 errors>", "Error: at once", "at 0"]);
  });

  test("does not cancel its parent for an error that a task throws while the group ends", async () => {
    const seen: unknown[] = [];
    await runVirtual(async () => {
      const parent = currentTask() as Task<unknown>;
      const failed = new TaskGroup().with(async (group) => {
        group.createTask(() => sleep(1000).finally(() => Promise.reject(new Error("clean-up"))));
        group.createTask(() =>
          sleep(1000)
            .finally(() => sleep(10))
            .finally(() => seen.push(parent.cancelling())),
        );
        await sleep(1);
        throw new Error("body");
      });
      seen.push(errorsOf(await rejectionOf(failed)));
    });
    expect(seen).toEqual([0, ["Error: clean-up", "Error: body"]]);
  });

  test("throws the interrupt of an eager task as it is", async () => {
    await runVirtual(async () => {
      const interrupt = new KeyboardInterrupt("SIGINT");
      const failed = new TaskGroup().with(async (group) => {
        group.createTask(
          function* () {
            throw interrupt;
          },
          { eagerStart: true },
        );
        await sleep(1000);
      });
      expect(await rejectionOf(failed)).toBe(interrupt);
    });
  });
});

/** Which code a signal of `currentSignal()` belongs to, and what aborts it. */
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { slot } from "@asyncio-ts/future/internal";
import { getRunningLoop } from "@asyncio-ts/loop";
import {
  createTask,
  currentSignal,
  currentTask,
  ensureFuture,
  sleep,
  TaskGroup,
  timeout,
} from "@asyncio-ts/task";
import { describe, expect, test } from "vitest";
import { allKinds, awaited, errorOf, nameOf, outcomeOf, runVirtual } from "@asyncio-ts/testkit";
import { native } from "./native.js";

/** Records when a signal is aborted. */
function note(events: string[], name: string, signal: AbortSignal = currentSignal()): void {
  const loop = getRunningLoop();
  const say = () => events.push(`${name} at ${loop.time()}`);
  if (signal.aborted) say();
  else signal.addEventListener("abort", say);
}

describe.each(allKinds)("in %s", ({ body, startTask, runProgram }) => {
  test("what an abort starts ends in the turn that cancels, before another task goes on", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const task = startTask(function* () {
        currentSignal().addEventListener("abort", () =>
          queueMicrotask(() => events.push("the abort's microtask")),
        );
        yield* awaited(sleep(1000));
      });
      const other = startTask(function* () {
        yield* awaited(sleep(0));
        events.push("another task");
      });
      yield* awaited(sleep(0));
      task.cancel();
      yield* awaited(other);
      yield* errorOf(task);
    });
    expect(events).toEqual(["the abort's microtask", "another task"]);
  });

  test("an inner timeout aborts what was started inside of it, and nothing else", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      note(events, "task");
      const outer = timeout(100).with(
        body(function* () {
          note(events, "outer");
          const inner = timeout(10).with(
            body(function* () {
              note(events, "inner");
              yield* awaited(sleep(1000));
            }),
          );
          events.push(nameOf(yield* errorOf(inner)));
          note(events, "outer again");
          yield* awaited(sleep(1000));
        }),
      );
      events.push(nameOf(yield* errorOf(outer)));
      events.push(`the task's is aborted: ${currentTask()?.signal.aborted}`);
    });
    expect(events).toEqual([
      "inner at 10",
      "TimeoutError: timed out after 10 ms",
      "outer at 100",
      "outer again at 100",
      "TimeoutError: timed out after 100 ms",
      "the task's is aborted: false",
    ]);
  });

  test("what cancels the task aborts all signals of its scopes", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const task = startTask(function* () {
        note(events, "task");
        yield* awaited(
          new TaskGroup().with(
            body(function* () {
              note(events, "group");
              yield* awaited(
                timeout(1000).with(
                  body(function* () {
                    note(events, "timeout");
                    yield* awaited(sleep(1000));
                  }),
                ),
              );
            }),
          ),
        );
      });
      yield* awaited(sleep(10));
      task.cancel("enough");
      yield* errorOf(task);
    });
    expect(events).toEqual(["task at 10", "group at 10", "timeout at 10"]);
  });

  test("a task that fails aborts the signal of its group, and not what is around that", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      note(events, "task");
      const group = new TaskGroup().with(
        body(function* (tasks: TaskGroup) {
          tasks.createTask(
            body(function* () {
              note(events, "child");
              yield* awaited(sleep(10));
              throw new Error("no");
            }),
          );
          note(events, "group");
          yield* awaited(sleep(1000));
        }),
      );
      yield* errorOf(group);
      events.push(`ended at ${getRunningLoop().time()}`);
    });
    expect(events).toEqual(["group at 10", "ended at 10"]);
  });

  test("what cancels the task aborts the signal of no scope that was left before", async () => {
    const main = body(function* () {
      const task = startTask(function* () {
        let inside!: AbortSignal;
        yield* awaited(
          timeout(1000).with(
            body(function* () {
              inside = currentSignal();
            }),
          ),
        );
        const outside = currentSignal();
        yield* errorOf(sleep(1000));
        return [inside.aborted, outside.aborted];
      });
      yield* awaited(sleep(1));
      task.cancel();
      return yield* awaited(task);
    });
    expect(await runVirtual(main)).toEqual([false, true]);
  });

  test("scopes side by side may be left in any order", async () => {
    const events: string[] = [];
    const main = body(function* () {
      const whole = currentSignal();
      const branch = (name: string, delay: number) =>
        timeout(1000).with(
          body(function* () {
            const signal = currentSignal();
            yield* awaited(sleep(delay));
            events.push(`${name}: ${currentSignal() === signal && signal !== whole}`);
          }),
        );
      // Entered in this order, and left in another one.
      const all = Promise.all([branch("first", 1), branch("second", 3), branch("third", 2)]);
      yield* awaited(ensureFuture(all));
      events.push(`the task: ${currentSignal() === whole}`);
    });
    await runVirtual(main);
    expect(events).toEqual(["first: true", "third: true", "second: true", "the task: true"]);
  });

  test("a task that is made in a scope has a signal of its own", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const [task] = [
        startTask(function* () {
          yield* awaited(sleep(1));
          note(events, "task");
          yield* awaited(sleep(50));
        }),
      ];
      const limit = timeout(10).with(
        body(function* () {
          const child = startTask(function* () {
            yield* awaited(sleep(1));
            note(events, "child");
            yield* awaited(sleep(50));
            return currentSignal().aborted;
          });
          yield* errorOf(sleep(1000));
          events.push(`the child's is aborted: ${yield* awaited(child)}`);
        }),
      );
      yield* awaited(limit);
      yield* awaited(task);
    });
    expect(events).toEqual(["the child's is aborted: false"]);
  });
});

describe.each(allKinds)("in %s, of scopes side by side", ({ body }) => {
  test.each([false, true])(
    "each code has the signal of its own scope (asked for before: %s)",
    async (asked) => {
      const signals = new Map<string, AbortSignal>();
      const aborted: [name: string, time: number][] = [];
      const keep = (name: string): void => {
        const signal = currentSignal();
        signals.set(name, signal);
        signal.addEventListener("abort", () => aborted.push([name, getRunningLoop().time()]));
      };
      const branch = (delay: number) =>
        timeout(delay).with(
          body(function* () {
            yield* awaited(sleep(1));
            keep(`timeout(${delay})`);
            yield* awaited(
              coroutine(async () => {
                await native(1);
                keep(`an async function in timeout(${delay})`);
                await coroutine(function* () {
                  yield* sleep(1);
                  keep(`a generator in an async function in timeout(${delay})`);
                })();
              })(),
            );
            yield* errorOf(sleep(1000));
          }),
        );
      await runVirtual(async () => {
        if (asked) currentSignal();
        // The first timeout cancels what the others wait for, since they are of one task.
        await Promise.allSettled([
          branch(30),
          branch(10),
          (async () => {
            await native(2);
            keep("beside them");
            await native(50);
          })(),
        ]);
      });
      if (asked) {
        expect(signals.size).toBe(7);
        expect(new Set(signals.values()).size).toBe(3);
      }
      expect(aborted.filter(([name]) => name.includes("timeout(10)")).map(([, time]) => time)).toEqual([
        10, 10, 10,
      ]);
      if (asked) expect(aborted).toHaveLength(3);
    },
  );
});

test("code that a scope has left behind is in the scope around it", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const whole = currentSignal();
    await timeout(20)
      .with(async () => {
        const outer = currentSignal();
        await timeout(10).with(async () => {
          void (async () => {
            await native(15);
            note(events, "left behind");
            events.push(`in the outer scope: ${currentSignal() === outer}`);
            await native(10);
            events.push(`in the task: ${currentSignal() === whole}`);
          })();
        });
        await sleep(1000);
      })
      .catch(() => {});
    await timeout(1000).with(() => sleep(10));
  });
  expect(events).toEqual(["in the outer scope: true", "left behind at 20", "in the task: true"]);
});

test("the first async function of a program is in the scope of the generator that calls it", async () => {
  const { storage } = slot;
  slot.storage = undefined;
  try {
    const isOwn = await runVirtual(function* () {
      const whole = currentSignal();
      return yield* timeout(1000).with(function* () {
        const inside = currentSignal();
        return yield* coroutine(async () => {
          await native(1);
          return currentSignal() === inside && inside !== whole;
        })();
      });
    });
    expect(isOwn).toBe(true);
  } finally {
    slot.storage = storage;
  }
});

test("once a request has been taken back, there is a new signal", async () => {
  await runVirtual(async () => {
    const task = createTask(async () => {
      const signals = [currentSignal()];
      await sleep(1000).catch(() => {});
      signals.push(currentSignal());
      currentTask()?.uncancel();
      signals.push(currentSignal());
      return signals.map((signal) => signal.aborted);
    });
    await sleep(1);
    task.cancel();
    expect(await task).toEqual([true, true, false]);
  });
});

test("a signal that is first asked for after the cancellation is aborted already", async () => {
  await runVirtual(async () => {
    const task = createTask(async () => {
      await sleep(1000).catch(() => {});
      const inside = await timeout(1000).with(() => currentSignal().aborted);
      return [inside, currentSignal().aborted, nameOf(currentSignal().reason)];
    });
    await sleep(1);
    task.cancel("enough");
    expect(await task).toEqual([true, true, "cancelled: enough"]);
  });
});

test("outside every task, it is never aborted", () => {
  expect(currentSignal().aborted).toBe(false);
});

describe("an error that an aborted signal has caused counts as the cancellation", () => {
  class CanceledError extends Error {
    override name = "CanceledError";
  }
  class ExecaError extends Error {
    override name = "ExecaError";
  }
  const errors: [string, (reason: unknown) => unknown][] = [
    ["the reason itself", (reason) => reason],
    ["an AbortError", () => new DOMException("stopped", "AbortError")],
    ["axios's CanceledError", () => new CanceledError("canceled")],
    ["openai's APIUserAbortError", () => Object.assign(new Error("x"), { name: "APIUserAbortError" })],
    ["an error whose cause is the reason", (reason) => new ExecaError("killed", { cause: reason })],
    ["an error with such a cause", (reason) => new Error("x", { cause: new Error("y", { cause: reason }) })],
  ];

  test.each(errors)("%s", async (_title, errorFor) => {
    await runVirtual(async () => {
      const ended = await errorIn(errorFor);
      expect(isCancelled(ended.thrown)).toBe(true);
      // The error can be found, and the chain of causes has an end.
      expect(ended.thrown === ended.error || causes(ended.thrown).has(ended.error)).toBe(
        nameOf(ended.error) !== "AbortError: stopped",
      );
    });
  });

  test("but not an AbortError of a scope that nothing has cancelled", async () => {
    await runVirtual(async () => {
      currentSignal();
      const own = new DOMException("mine", "AbortError");
      const [, second] = await Promise.allSettled([
        timeout(10).with(async () => {
          currentSignal();
          await native(50);
        }),
        timeout(1000).with(async () => {
          await native(20);
          throw own;
        }),
      ]);
      expect(second).toEqual({ status: "rejected", reason: own });
    });
  });

  test("but not an error of such a name in a scope that nothing has cancelled", async () => {
    const own = new CanceledError("mine");
    const { error } = await outcomeOf(() =>
      timeout(1000).with(async () => {
        currentSignal();
        throw own;
      }),
    );
    expect(error).toBe(own);
  });

  test("but not an error of another kind", async () => {
    await runVirtual(async () => {
      const ended = await errorIn(() => new TypeError("no"));
      expect(ended.thrown).toBe(ended.error);
    });
  });

  /** Cancels a task whose operation answers with an error. */
  async function errorIn(
    errorFor: (reason: unknown) => unknown,
  ): Promise<{ thrown: unknown; error: unknown }> {
    let error: unknown;
    const task = createTask(async () => {
      const signal = currentSignal();
      await new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject((error = errorFor(signal.reason))));
      });
    });
    await sleep(1);
    task.cancel("enough");
    const thrown = await task.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return { thrown, error };
  }

  function causes(error: unknown): Set<unknown> {
    const all = new Set<unknown>();
    for (; error !== undefined && all.size < 20; error = (error as Error).cause) all.add(error);
    return all;
  }
});

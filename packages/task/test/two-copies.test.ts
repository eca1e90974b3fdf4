/**
 * Two copies of the library in one process, as npm installs them if two versions are needed: `First` and
 * `Second` are all the modules, loaded twice. Each test gives what it would give with one copy.
 */
import { isCoroutine } from "@asyncio-ts/coroutine";
import { CancelledError, Future, isCancelled, isFuture } from "@asyncio-ts/future";
import { getRunningLoop, newEventLoop } from "@asyncio-ts/loop";
import * as First from "@asyncio-ts/task";
import { describe, expect, test, vi } from "vitest";
import { outcomeOf, runVirtual } from "@asyncio-ts/testkit";

vi.resetModules();
const Second = {
  ...(await import("@asyncio-ts/coroutine")),
  ...(await import("@asyncio-ts/future")),
  ...(await import("@asyncio-ts/loop")),
  ...(await import("@asyncio-ts/loop/testing")),
  ...(await import("@asyncio-ts/task")),
};

test("there are two copies", () => {
  expect(Second.Task).not.toBe(First.Task);
  expect(Second.Future).not.toBe(Future);
  expect(Second.EventLoop).not.toBe(getRunningLoop().constructor);
});

describe("the loop", () => {
  test("is the same inside a task, a callback and a plain function", async () => {
    const seen: boolean[] = [];
    const look = (): number => seen.push(Second.getRunningLoop() === getRunningLoop());
    await runVirtual(async () => {
      look();
      await Second.sleep(1);
      look();
      getRunningLoop().callSoon(look);
      await First.sleep(1);
    });
    await Second.run(async () => look());
    look();
    expect(seen).toEqual([true, true, true, true, true]);
  });

  test("is made once as the default one, with one listener for the exit of the process", async () => {
    getRunningLoop();
    const before = process.listenerCount("exit");
    const loops = new Set([getRunningLoop(), Second.getRunningLoop(), Second.getRunningLoop()]);
    await First.run(async () => {
      for (let i = 0; i < 20; i++) await Second.sleep(0);
      Second.getRunningLoop();
    });
    loops.add(Second.getRunningLoop());
    expect([loops.size, process.listenerCount("exit") - before]).toEqual([1, 0]);
  });

  test("runs until a future of the other copy is done", async () => {
    const loop = newEventLoop();
    const future = new Second.Future<number>({ loop });
    loop.callSoon(() => future.setResult(5));
    expect(await loop.runUntilComplete(future)).toBe(5);
    loop.close();
  });

  test("runs a coroutine of the other copy", async () => {
    const loop = newEventLoop();
    const main = Second.coroutine(async () => {
      await First.sleep(1);
      return 5;
    });
    expect(await loop.runUntilComplete(main())).toBe(5);
    loop.close();
  });

  test("may be a virtual loop of the other copy", async () => {
    const main = async (): Promise<number> => {
      await First.sleep(5000);
      return getRunningLoop().time();
    };
    expect(await First.run(main, { loopFactory: Second.virtualLoop })).toBe(5000);
  });
});

describe("waits", () => {
  test("an async function awaits a future of the other copy", async () => {
    const main = async (): Promise<number> => {
      const future = new Second.Future<number>();
      getRunningLoop().callLater(5, () => future.setResult(1));
      return future;
    };
    expect(await runVirtual(main)).toBe(1);
  });

  test("a generator awaits a future of the other copy", async () => {
    const main = function* () {
      const future = new Second.Future<number>();
      getRunningLoop().callLater(5, () => future.setResult(1));
      return yield* future;
    };
    expect(await runVirtual(main)).toBe(1);
  });

  test("both kinds of coroutine sleep by the other copy, on the clock of their loop", async () => {
    const asynchronous = async (): Promise<string> => Second.sleep(5000, "slept");
    const generator = function* () {
      return yield* Second.sleep(5000, "slept");
    };
    for (const main of [asynchronous, generator]) {
      expect(await outcomeOf<string>(main)).toMatchObject({ result: "slept", time: 5000 });
    }
  });

  test("sleep(0) of the other copy lets others run", async () => {
    const events: string[] = [];
    const steps = async (name: string): Promise<void> => {
      for (let i = 0; i < 3; i++) {
        events.push(name);
        await (name === "a" ? First : Second).sleep(0);
      }
    };
    await runVirtual(() => First.gather([() => steps("a"), () => steps("b")]));
    expect(events.join("")).toBe("ababab");
  });

  test("gather takes futures, coroutines and tasks of both", async () => {
    const main = (): Future<unknown> =>
      First.gather([
        Second.sleep(2, "b"),
        First.sleep(1, "a"),
        Second.createTask(async () => {
          await Second.sleep(1);
          return "task";
        }),
      ]);
    expect(await runVirtual(main)).toEqual(["b", "a", "task"]);
  });

  test("cancelling a task cancels a wait of the other copy", async () => {
    const main = async (): Promise<unknown[]> => {
      const task = First.createTask(() => Second.sleep(100_000));
      await First.sleep(1);
      task.cancel();
      await task.catch(() => {});
      return [task.cancelled(), getRunningLoop().time()];
    };
    expect(await runVirtual(main)).toEqual([true, 1]);
  });

  test("what isFuture(), isCoroutine() and isCancelled() say holds for both", () => {
    expect(isFuture(new Second.Future())).toBe(true);
    expect(isCoroutine(Second.sleep(0))).toBe(true);
    expect(isCancelled(new Second.CancelledError())).toBe(true);
    expect(Second.isCancelled(new CancelledError())).toBe(true);
  });
});

describe("tasks", () => {
  test("the current task is the same", async () => {
    expect(await runVirtual(async () => First.currentTask() === Second.currentTask())).toBe(true);
  });

  test("tasks of both are in one list, and are numbered by one count", async () => {
    const main = async (): Promise<unknown[]> => {
      const tasks = [First.createTask(() => First.sleep(50)), Second.createTask(() => Second.sleep(50))];
      const [first = 0, second = 0] = tasks.map(({ name }) => Number(name.slice("Task-".length)));
      const all = [First.allTasks(), Second.allTasks()].map((list) => tasks.every((task) => list.has(task)));
      const loops = new Set(tasks.map((task) => task.getLoop()));
      for (const task of tasks) task.cancel();
      return [...all, second - first, loops.size];
    };
    expect(await runVirtual(main)).toEqual([true, true, 1, 1]);
  });

  test("a task of the other copy that is left at the end of a run is cancelled, and cleans up", async () => {
    const events: string[] = [];
    await runVirtual(async () => {
      Second.createTask(async () => {
        try {
          await Second.sleep(60_000);
        } finally {
          await Second.sleep(1);
          events.push("cleaned up");
        }
      });
      await First.sleep(1);
      events.push("main ends");
    });
    events.push("over");
    expect(events).toEqual(["main ends", "cleaned up", "over"]);
  });

  test("a run inside a run of the other copy is refused", async () => {
    const { error } = await outcomeOf(() => Second.run(async () => 1));
    expect(String(error)).toMatch(/^Error: run\(\) was called inside <Task 'Task-\d+' pending>;/);
  });

  test("a deadlock names the tasks of both, and what each waits for", async () => {
    const main = async (): Promise<void> => {
      const future = new Second.Future<void>();
      await Second.createTask(() => future.then(), { name: "stuck" });
    };
    const { error } = await outcomeOf(main);
    expect(error).toBeInstanceOf(Second.DeadlockError);
    expect(String(error)).toContain("* <Task 'stuck' pending> waits for <Future pending>");
  });

  test("a call graph tells what a task of the other copy waits for", async () => {
    const main = async (): Promise<string> => {
      const task = Second.createTask(() => Second.sleep(50), { name: "theirs" });
      await First.sleep(1);
      return First.formatCallGraph(task);
    };
    expect(await runVirtual(main)).toBe("* <Task 'theirs' (sleep) pending> waits for <sleep(50) pending>");
  });
});

describe("scopes", () => {
  const copies = { First, Second };

  for (const [inner, outer] of [
    ["First", "Second"],
    ["Second", "First"],
  ] as const) {
    test(`a timeout of ${outer} ends a sleep of ${inner}, and its error is known to both`, async () => {
      const main = () => copies[outer].timeout(1000).with(() => copies[inner].sleep(100_000));
      const { error, time } = await outcomeOf(main);
      expect(time).toBe(1000);
      expect(error).toBeInstanceOf(First.TimeoutError);
      expect(error).toBeInstanceOf(Second.TimeoutError);
    });
  }

  test("a group of the other copy stops its tasks, and its error is known to both", async () => {
    const events: string[] = [];
    const main = () =>
      new Second.TaskGroup().with(async (group) => {
        group.createTask(async () => {
          try {
            await First.sleep(60_000);
          } finally {
            events.push("stopped");
          }
        });
        group.createTask(async () => {
          throw new RangeError("x");
        });
      });
    const { error, time } = await outcomeOf(main);
    expect([events, time]).toEqual([["stopped"], 0]);
    expect(error).toBeInstanceOf(First.ExceptionGroup);
    expect(error).toBeInstanceOf(Second.ExceptionGroup);
  });

  test("the group of errors of the other copy inside one is split", async () => {
    const main = () =>
      new First.TaskGroup().with(async (group) => {
        group.createTask(() =>
          new Second.TaskGroup().with(async (inner) => {
            inner.createTask(async () => {
              throw new RangeError("x");
            });
            inner.createTask(async () => {
              throw new First.TimeoutError("y");
            });
          }),
        );
      });
    const { error } = await outcomeOf(main);
    const [chosen, rest] = (error as First.ExceptionGroup).split(Second.TimeoutError);
    const messages = (group: First.ExceptionGroup | undefined): unknown =>
      group?.exceptions.flatMap((one) => (one as First.ExceptionGroup<Error>).exceptions.map(String));
    expect([messages(chosen), messages(rest)]).toEqual([["TimeoutError: y"], ["RangeError: x"]]);
  });

  test("an interrupt of the other copy comes out of a group and of run() as it is", async () => {
    const interrupt = new Second.KeyboardInterrupt("SIGINT");
    const main = () =>
      new First.TaskGroup().with(async (group) => {
        group.createTask(async () => {
          throw interrupt;
        });
      });
    expect((await outcomeOf(main)).error).toBe(interrupt);
  });
});

test("debug mode knows where a task was made, whichever copy made it, and whichever ends with its error", async () => {
  const places: string[] = [];
  for (const copy of [First, Second]) {
    const main = async (): Promise<void> => {
      const broken = copy.createTask(async function failing() {
        throw new Error("broken");
      });
      await broken.catch((error: unknown) =>
        places.push((error as Error).stack?.split("\n    --- ")[1] ?? "unknown"),
      );
    };
    await copy.run(main, { debug: true });
  }
  expect(places).toEqual(
    Array(2).fill(expect.stringMatching(/\(failing\) was created ---\n +at .*(?:main|two-copies)/)),
  );
});

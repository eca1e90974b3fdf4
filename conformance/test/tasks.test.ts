import { CancelledError, Future, type Steps } from "@asyncio-ts/future";
import { getRunningLoop, newEventLoop } from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import {
  allTasks,
  createTask,
  currentTask,
  ensureFuture,
  formatCallGraph,
  gather,
  sleep,
  Task,
  wait,
} from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";
import {
  awaited,
  bothKinds,
  errorOf,
  oneIteration,
  type Program,
  reportsOf,
  runVirtual,
} from "@asyncio-ts/testkit";

describe.each(bothKinds)("tasks of %s", ({ define, runProgram }) => {
  const gives = define(function* <T>(value: T): Program<T> {
    return value;
  });

  it("a task runs by itself and holds the result of its body", () =>
    runProgram(function* () {
      const events: string[] = [];
      const task = createTask(
        define(function* () {
          events.push("body");
          yield* oneIteration();
          return "ok";
        })(),
      );
      events.push("made");
      expect(task.done()).toBe(false);
      expect(yield* awaited(task)).toBe("ok");
      expect(events).toEqual(["made", "body"]);
      expect([task.done(), task.cancelled(), task.result()]).toEqual([true, false, "ok"]);
      expect(task).toBeInstanceOf(Task);
    }));

  it("a task belongs to the loop that it was made for, and only that one runs it", async () => {
    const [first, second] = [virtualLoop(), virtualLoop()];
    const one = new Task(gives("one"), first);
    const two = new Task(gives("two"), second);
    expect([one.getLoop(), two.getLoop()]).toEqual([first, second]);
    expect(await first.runUntilComplete(one)).toBe("one");
    expect(two.done()).toBe(false);
    expect(await second.runUntilComplete(two)).toBe("two");
    first.close();
    second.close();
  });

  it("coroutines awaited one after the other run inside the awaiting task and hand on their results", () =>
    runProgram(function* () {
      const outer = currentTask();
      const inner = define(function* (value: number): Program<number> {
        expect(currentTask()).toBe(outer);
        return value;
      });
      const before = allTasks().size;
      expect((yield* awaited(inner(42))) + (yield* awaited(inner(1000)))).toBe(1042);
      expect(allTasks().size).toBe(before);
    }));

  it("a value arrives as the very object that the future was set with", () =>
    runProgram(function* () {
      const value = { some: "object" };
      const future = new Future<typeof value>();
      const task = createTask(
        define(function* () {
          return { got: yield* awaited(future) };
        })(),
      );
      yield* oneIteration();
      expect(task.done()).toBe(false);
      future.setResult(value);
      expect((yield* awaited(task)).got).toBe(value);
    }));

  it("a future of a subclass is awaited like any other, even if its getLoop() does not work", () =>
    runProgram(function* () {
      class Odd extends Future<number> {
        override getLoop(): never {
          throw new Error("nothing to see here");
        }
      }
      const future = new Odd();
      getRunningLoop().callLater(100, () => future.setResult(1));
      expect(yield* awaited(future)).toBe(1);
    }));

  it("setResult() and setException() on a task are errors, and change nothing", () =>
    runProgram(function* () {
      const task = createTask(gives("its own"));
      expect(() => task.setResult("another")).toThrow(/a task's result is what its body returns/);
      expect(() => task.setException(new Error("another"))).toThrow(/a task's error is what its body throws/);
      expect(task.done()).toBe(false);
      expect(yield* awaited(task)).toBe("its own");
    }));

  it("an error of a task carries the stack of the place that threw it", () =>
    runProgram(function* () {
      function divide(): never {
        throw new RangeError("division by zero");
      }
      const task = createTask(
        define(function* (): Program<void> {
          divide();
        })(),
      );
      yield* oneIteration();
      yield* oneIteration();
      const error = task.exception() as Error;
      expect(error).toBeInstanceOf(RangeError);
      expect(error.stack).toMatch(/at divide .*tasks\.test\.ts/);
    }));

  // ---- createTask ----

  it("createTask() takes a coroutine object, time and again", () =>
    runProgram(function* () {
      for (const value of [1, 2]) {
        const task = createTask(gives(value));
        expect(task).toBeInstanceOf(Task);
        expect(yield* awaited(task)).toBe(value);
      }
    }));

  it("createTask() refuses what is no body with a TypeError that names it, time and again", () =>
    runProgram(function* () {
      const before = allTasks().size;
      for (const attempt of [1, 2]) {
        expect(() => createTask(123 as never), `attempt ${attempt}`).toThrow(TypeError);
        expect(() => createTask(123 as never)).toThrow(/needs a coroutine object, .* got 123/);
      }
      expect(allTasks().size).toBe(before);
    }));

  it("an object that behaves like a generator will do as a body, time and again", () =>
    runProgram(function* () {
      const lookAlike = (): Steps<number> => ({
        next: () => ({ done: true, value: 42 }),
        return: (value) => ({ done: true, value }),
        throw: (error) => {
          throw error;
        },
        [Symbol.iterator]() {
          return this;
        },
        [Symbol.dispose]() {},
      });
      for (const attempt of [1, 2]) {
        const task = createTask(lookAlike());
        expect(task).toBeInstanceOf(Task);
        expect(yield* awaited(task), `attempt ${attempt}`).toBe(42);
      }
    }));

  it("a task keeps the name that it is given", () =>
    runProgram(function* () {
      const task = createTask(gives(1), { name: "No-op" });
      expect(task.name).toBe("No-op");
      expect(String(task)).toBe("<Task 'No-op' pending>");
      task.name = "renamed";
      yield* awaited(task);
      expect(task.name).toBe("renamed");
    }));

  it("a name of nothing but digits is taken as it is, at the start and later", () =>
    runProgram(function* () {
      const task = createTask(gives(1), { name: "987654321" });
      expect(task.name).toBe("987654321");
      task.name = "123456789";
      expect(task.name).toBe("123456789");
      yield* awaited(task);
    }));

  it("tasks without a name are numbered, later ones higher", () =>
    runProgram(function* () {
      const tasks = [createTask(gives(1)), createTask(gives(2))];
      const numbers = tasks.map((task) => Number(/^<Task 'Task-(\d+)' pending>$/.exec(String(task))?.[1]));
      expect(numbers[0]).toBeGreaterThan(0);
      expect(numbers[1]).toBeGreaterThan(numbers[0] as number);
      yield* awaited(gather(tasks));
    }));

  it("the text of a task is its name and its state", () =>
    runProgram(function* () {
      const finished = createTask(gives("abc"), { name: "a" });
      const cancelled = createTask(gives("abc"), { name: "b" });
      const failed = createTask(
        define(function* (): Program<void> {
          throw new Error("oops");
        })(),
        { name: "c" },
      );
      const all = [finished, cancelled, failed];
      expect(all.map(String)).toEqual(["<Task 'a' pending>", "<Task 'b' pending>", "<Task 'c' pending>"]);
      cancelled.cancel();
      yield* awaited(wait(all));
      expect(all.map(String)).toEqual(["<Task 'a' finished>", "<Task 'b' cancelled>", "<Task 'c' failed>"]);
      expect(failed.exception()).toEqual(new Error("oops"));
    }));

  it("the call graph of a suspended task shows the future that it waits for", () =>
    runProgram(function* () {
      const future = new Future<void>();
      const task = createTask(
        define(function* () {
          yield* awaited(future);
        })(),
        { name: "waiter" },
      );
      yield* oneIteration();
      expect(formatCallGraph(task)).toBe("* <Task 'waiter' pending> waits for <Future pending>");
      future.setResult();
      yield* awaited(task);
      expect(formatCallGraph(task)).toBe("* <Task 'waiter' finished>");
    }));

  it("inside a task the call graph tells the task and who awaits it, where Python prints its stack", () =>
    runProgram(function* () {
      const printed: string[] = [];
      (currentTask() as Task<unknown>).name = "main";
      const inner = createTask(
        define(function* () {
          printed.push(formatCallGraph());
        })(),
        { name: "inner" },
      );
      const outer = createTask(
        define(function* () {
          yield* awaited(inner);
        })(),
        { name: "outer", eagerStart: true },
      );
      yield* awaited(outer);
      expect(printed).toEqual([
        [
          "* <Task 'inner' pending>",
          "  + awaited by",
          "    * <Task 'outer' pending> waits for <Task 'inner' pending>",
          "      + awaited by",
          "        * <Task 'main' pending> waits for <Task 'outer' pending>",
        ].join("\n"),
      ]);
    }));

  it("task.coroutine is the body until the first step, and gone from then on", () =>
    runProgram(function* () {
      const body = (): string => "ok";
      const task = createTask(body);
      expect(task.coroutine).toBe(body);
      expect(yield* awaited(task)).toBe("ok");
      expect(task.coroutine).toBeUndefined();
    }));

  // ---- ensureFuture ----

  it("ensureFuture() makes a coroutine a task of the loop that runs", () =>
    runProgram(function* () {
      const future = ensureFuture(gives("ok"));
      expect(future).toBeInstanceOf(Task);
      expect(future.getLoop()).toBe(getRunningLoop());
      expect(yield* awaited(future)).toBe("ok");
    }));

  it("ensureFuture() gives futures and tasks back as they are, done or not", () =>
    runProgram(function* () {
      const done = new Future<string>();
      done.setResult("ok");
      const pending = new Future<string>();
      const task = createTask(gives("ok"));
      for (const future of [done, pending, task]) expect(ensureFuture(future)).toBe(future);
      yield* awaited(task);
      expect(ensureFuture(task)).toBe(task);
    }));

  it("ensureFuture() follows any object that can be awaited", () =>
    runProgram(function* () {
      const direct: PromiseLike<string> = {
        // oxlint-disable-next-line unicorn/no-thenable -- something that can be awaited is what is needed
        then: (onFulfilled, onRejected) => Promise.resolve("ok").then(onFulfilled, onRejected),
      };
      const future = ensureFuture(direct);
      expect(future.done()).toBe(false);
      expect(yield* awaited(future)).toBe("ok");
    }));

  it("ensureFuture() follows an object that waits on the loop when it is awaited", () =>
    runProgram(function* () {
      const slow: PromiseLike<string> = {
        // oxlint-disable-next-line unicorn/no-thenable -- something that can be awaited is what is needed
        then: (onFulfilled, onRejected) => sleep(1000, "ok").then(onFulfilled, onRejected),
      };
      const future = ensureFuture(slow);
      expect(yield* awaited(future)).toBe("ok");
      expect(getRunningLoop().time()).toBe(1000);
    }));

  it("ensureFuture() refuses what cannot be awaited", () =>
    runProgram(function* () {
      expect(() => ensureFuture("ok" as never)).toThrow(TypeError);
      expect(() => ensureFuture("ok" as never)).toThrow(/got "ok"/);
    }));

  // ---- the current task, and all tasks ----

  it("currentTask() is the task inside it, also after a suspension, and undefined outside", async () => {
    expect(currentTask()).toBeUndefined();
    await runProgram(function* () {
      const task: Task<void> = createTask(
        define(function* () {
          expect(currentTask()).toBe(task);
          yield* oneIteration();
          expect(currentTask()).toBe(task);
        })(),
      );
      const inCallback = new Future<unknown>();
      getRunningLoop().callSoon(() => inCallback.setResult(currentTask()));
      yield* awaited(task);
      expect(yield* awaited(inCallback)).toBeUndefined();
    });
    expect(currentTask()).toBeUndefined();
  });

  it("tasks that wake each other each find themselves as the current task", () =>
    runProgram(function* () {
      const toFirst = new Future<void>();
      const toSecond = new Future<void>();
      const seen: [string, string | undefined][] = [];
      const first = createTask(
        define(function* () {
          seen.push(["before", currentTask()?.name]);
          yield* awaited(toFirst);
          seen.push(["after", currentTask()?.name]);
          toSecond.setResult();
          seen.push(["after it has woken another", currentTask()?.name]);
        })(),
        { name: "first" },
      );
      const second = createTask(
        define(function* () {
          seen.push(["before", currentTask()?.name]);
          toFirst.setResult();
          yield* awaited(toSecond);
          seen.push(["after", currentTask()?.name]);
        })(),
        { name: "second" },
      );
      yield* awaited(wait([first, second]));
      expect(seen).toEqual([
        ["before", "first"],
        ["before", "second"],
        ["after", "first"],
        ["after it has woken another", "first"],
        ["after", "second"],
      ]);
    }));

  it("a task that nobody refers to is held until it is done, and a deadlock names it", async () => {
    const names: string[][] = [];
    const main = define(function* () {
      createTask(
        define(function* () {
          yield* awaited(new Future<void>());
        })(),
        { name: "lost" },
      );
      yield* oneIteration();
      names.push([...allTasks()].map((task) => task.name));
      yield* awaited(new Future<void>());
    });
    await expect(runVirtual(main())).rejects.toThrow(/<Task 'lost' pending> waits for <Future pending>/);
    expect(names).toEqual([[expect.stringMatching(/^Task-\d+$/), "lost"]]);
  });

  // ---- what a body returns ----

  it("a body that returns a future gives, to who awaits its task, what that future gives", () =>
    runProgram(function* () {
      const future = new Future<string>();
      const task = createTask<unknown>(
        define(function* () {
          return future;
        })(),
      );
      createTask(
        define(function* () {
          future.setResult("test");
        })(),
      );
      const follower = createTask(async () => await task);
      expect(yield* awaited(follower)).toBe("test");
    }));

  // ---- sleep ----

  it("sleep() takes the time that it is given, and gives the result that it is given", () =>
    runProgram(function* () {
      const loop = getRunningLoop();
      const sleeper = define(function* (delay: number, result: string) {
        yield* awaited(sleep(delay / 2));
        expect(loop.time()).toBe(delay / 2);
        return yield* awaited(sleep(delay / 2, result));
      });
      expect(yield* awaited(createTask(sleeper(100, "yeah")))).toBe("yeah");
      expect(loop.time()).toBe(100);
    }));

  it("sleep(0) lets what is ready run once, and gives its result", () =>
    runProgram(function* () {
      const events: string[] = [];
      const loop = getRunningLoop();
      loop.callSoon(() => {
        events.push("first iteration");
        loop.callSoon(() => events.push("second iteration"));
      });
      const result = yield* awaited(sleep(0, 10));
      expect([...events, result]).toEqual(["first iteration", 10]);
      expect(loop.time()).toBe(0);
    }));

  it("sleep() refuses a delay that is no number", () =>
    runProgram(function* () {
      expect(() => sleep(Number.NaN)).toThrow(TypeError);
      const task = createTask(
        define(function* () {
          yield* awaited(sleep(Number.NaN));
        })(),
      );
      expect(yield* errorOf(task)).toBeInstanceOf(TypeError);
    }));

  it("a cancelled sleep takes its timer back: the clock does not go on to its deadline", async () => {
    let end = -1;
    const main = define(function* () {
      const sleeper = createTask(sleep(10_000, "yeah"));
      yield* oneIteration();
      sleeper.cancel();
      expect(yield* errorOf(sleeper)).toBeInstanceOf(CancelledError);
      try {
        // Nothing is left that could wake this: with a timer set, the clock would go on to that first.
        yield* awaited(new Future<void>());
      } finally {
        end = getRunningLoop().time();
      }
    });
    await expect(runVirtual(main())).rejects.toThrow(/nothing is left/);
    expect(end).toBe(0);
  });

  // ---- loops ----

  it("a run that is stopped says that its task is not done, and can be taken up again", async () => {
    const loop = virtualLoop({ patience: 100 });
    let steps = 0;
    const task = new Task(
      define(function* () {
        while (steps < 10) {
          yield* awaited(sleep(100));
          steps += 1;
          if (steps === 2) loop.stop();
        }
        return "all steps";
      })(),
      loop,
    );
    await expect(loop.runUntilComplete(task)).rejects.toThrow(/stopped before <Task .* pending> was done/);
    expect([task.done(), steps, loop.time()]).toEqual([false, 2, 200]);
    expect(await loop.runUntilComplete(task)).toBe("all steps");
    expect([steps, loop.time()]).toEqual([10, 1000]);
    loop.close();
  });

  it("a task may await a future of another loop; debug mode reports it", async () => {
    const other = newEventLoop();
    const main = define(function* () {
      const future = other.createFuture<string>();
      getRunningLoop().callLater(10, () => future.setResult("from there"));
      const running = other.runForever();
      // The turn in which the task goes on is one of the other loop.
      expect(yield* awaited(future)).toBe("from there");
      other.stop();
      yield* awaited(ensureFuture(running));
    });
    const reports = await reportsOf(main(), { debug: true });
    expect(reports.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/awaits <Future pending>, which belongs to another event loop/),
    );
    other.close();
  });
});

describe("a task of a generator coroutine", () => {
  it("gets an error that says so when it awaits itself", () =>
    runVirtual(function* () {
      const task: Task<void> = createTask(function* () {
        yield* task;
      });
      let error: unknown;
      try {
        yield* task;
      } catch (thrown) {
        error = thrown;
      }
      expect(String(error)).toMatch(/<Task '.*' pending> awaits itself, so it could never go on/);
    }));
});

describe("tasks outside run()", () => {
  it("there is no current task, and that is no error", () => {
    expect(currentTask()).toBeUndefined();
  });

  it("tasks are futures", () => {
    expect(Task.prototype).toBeInstanceOf(Future);
  });
});

import { type Body, coroutine } from "@asyncio-ts/coroutine";
import { CancelledError, Future, isFuture, type Steps } from "@asyncio-ts/future";
import { getRunningLoop, newEventLoop } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import {
  allTasks,
  createTask,
  currentSignal,
  currentTask,
  formatCallGraph,
  DeadlockError,
  gather,
  run,
  shield,
  sleep,
  Task,
  TaskGroup,
  timeout,
  wait,
} from "@asyncio-ts/task";
import { setTimeout as promisedTimeout } from "node:timers/promises";
import { inspect, types } from "node:util";
import { describe, expect, expectTypeOf, test, vi } from "vitest";
import {
  allKinds,
  awaited,
  bothKinds,
  collectGarbage,
  errorOf,
  nameOf,
  needing,
  oneIteration,
  outcomeOf,
  type Program,
  recordError,
  rejectionOf,
  runVirtual,
} from "@asyncio-ts/testkit";
import { virtualLoop } from "@asyncio-ts/loop/testing";

describe.each(allKinds)("a task of %s", ({ body, startTask, runProgram }) => {
  test("begins in the next iteration, and its result is what the body returns", async () => {
    const events: string[] = [];
    const main = body(function* () {
      const task = startTask(function* () {
        events.push("body");
        yield* awaited(sleep(10));
        return "result";
      });
      events.push("created");
      const result = yield* awaited(task);
      events.push(`awaited: ${result}`);
      return task.result();
    });
    expect(await runVirtual(main)).toBe("result");
    expect(events).toEqual(["created", "body", "awaited: result"]);
  });

  test("fails with what the body throws, and whoever awaits it gets that error", async () => {
    const error = new RangeError("failed");
    const main = body(function* () {
      const task = startTask(function* () {
        yield* awaited(sleep(1));
        throw error;
      });
      const caught: unknown[] = [];
      for (let i = 0; i < 2; i++) {
        try {
          yield* awaited(task);
        } catch (thrown) {
          caught.push(thrown);
        }
      }
      return [...caught, task.exception(), task.cancelled()];
    });
    expect(await runVirtual(main)).toEqual([error, error, error, false]);
  });

  test("tasks take turns: each step of one ends before the next one's begins", async () => {
    const events: string[] = [];
    const worker = (name: string) =>
      body(function* () {
        for (let i = 0; i < 3; i++) {
          events.push(`${name}${i}`);
          yield* awaited(sleep(0));
        }
      });
    await runProgram(function* () {
      yield* awaited(gather([worker("a"), worker("b"), worker("c")]));
    });
    expect(events).toEqual(["a0", "b0", "c0", "a1", "b1", "c1", "a2", "b2", "c2"]);
  });

  test("awaiting a task that is done does not suspend", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const done = startTask(function* () {
        return 1;
      });
      yield* awaited(sleep(1));
      startTask(function* () {
        events.push("another");
      });
      const one = yield* awaited(done);
      const again = yield* awaited(done);
      events.push(`got ${one} and ${again}`);
      yield* awaited(sleep(0));
    });
    expect(events).toEqual(["got 1 and 1", "another"]);
  });

  test("cancel() throws a CancelledError with the message where it is suspended; finally blocks run", async () => {
    const events: unknown[] = [];
    await runProgram(function* () {
      const task = startTask(function* () {
        try {
          yield* awaited(sleep(1000));
        } catch (error) {
          events.push(nameOf(error), task.cancelling());
          throw error;
        } finally {
          yield* awaited(sleep(5));
          events.push(`cleaned up at ${getRunningLoop().time()}`);
        }
      });
      yield* awaited(sleep(10));
      events.push(task.cancel("stop"), task.cancelling(), task.done());
      events.push(`awaiter got ${nameOf(yield* errorOf(task))}`);
      events.push(task.cancelled(), task.cancel());
    });
    expect(events).toEqual([
      true,
      1,
      false,
      "cancelled: stop",
      1,
      "cleaned up at 15",
      "awaiter got cancelled: stop",
      true,
      false,
    ]);
  });

  test("a task that is cancelled before its first step never runs its body", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const task = startTask(function* () {
        events.push("must not run");
      });
      task.cancel("too late to begin");
      events.push(nameOf(yield* errorOf(task)));
      events.push(`${task.cancelled()}`);
    });
    expect(events).toEqual(["cancelled: too late to begin", "true"]);
  });

  test("a cancellation of it that is taken back before its first step lets it run", async () => {
    const main = body(function* () {
      const task = startTask(function* () {
        yield* awaited(sleep(1));
        return "ran";
      });
      task.cancel();
      task.uncancel();
      const result = yield* awaited(task);
      return result;
    });
    expect(await runVirtual(main)).toBe("ran");
  });

  test("a task that swallows its cancellation goes on, and keeps its result", async () => {
    const events: unknown[] = [];
    const main = body(function* () {
      const task = startTask(function* () {
        events.push(nameOf(yield* errorOf(sleep(1000))));
        yield* awaited(sleep(10));
        return "survived";
      });
      yield* awaited(sleep(1));
      task.cancel();
      const result = yield* awaited(task);
      events.push(task.cancelled(), task.cancelling());
      return result;
    });
    expect(await runVirtual(main)).toBe("survived");
    expect(events).toEqual(["cancelled", false, 1]);
  });

  test("an error that takes the place of the cancellation makes it fail", async () => {
    const main = body(function* () {
      const task = startTask(function* () {
        try {
          yield* awaited(sleep(1000));
        } finally {
          // oxlint-disable-next-line no-unsafe-finally -- what is tested
          throw new Error("while cleaning up");
        }
      });
      yield* awaited(sleep(1));
      task.cancel();
      return [nameOf(yield* errorOf(task)), task.cancelled()];
    });
    expect(await runVirtual(main)).toEqual(["Error: while cleaning up", false]);
  });

  test("two requests in one iteration are one CancelledError; the next one comes at the next wait", async () => {
    const events: unknown[] = [];
    await runProgram(function* () {
      const task = startTask(function* () {
        for (let i = 0; i < 2; i++) {
          events.push(nameOf(yield* errorOf(sleep(1000))), task.cancelling());
        }
        yield* awaited(sleep(1));
        events.push("end");
      });
      yield* awaited(sleep(1));
      task.cancel("a");
      task.cancel("b");
      yield* awaited(sleep(1));
      task.cancel("c");
      yield* awaited(task);
    });
    expect(events).toEqual(["cancelled: a", 2, "cancelled: c", 3, "end"]);
  });

  test("awaiting another task, it is cancelled by cancelling that one", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const inner = startTask(function* () {
        yield* recordError(events, sleep(1000), "inner");
      });
      const outer = startTask(function* () {
        yield* recordError(events, inner, "outer");
      });
      yield* awaited(sleep(1));
      outer.cancel("why");
      yield* awaited(sleep(1));
      events.push(`${inner.cancelled()} ${outer.cancelled()}`);
    });
    expect(events).toEqual(["inner cancelled: why", "outer cancelled: why", "true true"]);
  });

  test("if what it awaits swallows the cancellation, it gets the value", async () => {
    const main = body(function* () {
      const inner = startTask(function* () {
        try {
          yield* awaited(sleep(1000));
        } catch {
          yield* awaited(sleep(1));
        }
        return "kept";
      });
      const outer = startTask(function* () {
        const value = yield* awaited(inner);
        yield* awaited(sleep(1));
        return value;
      });
      yield* awaited(sleep(1));
      outer.cancel();
      const result = yield* awaited(outer);
      return [result, outer.cancelling()];
    });
    expect(await runVirtual(main)).toEqual(["kept", 1]);
  });

  test("shield() keeps what it awaits from being cancelled", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const inner = startTask(function* () {
        yield* awaited(sleep(20));
        events.push("inner ended");
      });
      const outer = startTask(function* () {
        events.push(`outer ${nameOf(yield* errorOf(shield(inner)))}`);
      });
      yield* awaited(sleep(1));
      outer.cancel();
      yield* awaited(outer);
      yield* awaited(inner);
    });
    expect(events).toEqual(["outer cancelled", "inner ended"]);
  });

  test("a task that cancels itself is interrupted at its next suspension, not before", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const task = startTask(function* () {
        const finished = new Future<number>();
        finished.setResult(1);
        currentTask()?.cancel("myself");
        yield* awaited(finished);
        events.push("still runs");
        yield* awaited(sleep(1000));
        events.push("must not come here");
      });
      events.push(nameOf(yield* errorOf(task)));
      events.push(`at ${getRunningLoop().time()}`);
    });
    expect(events).toEqual(["still runs", "cancelled: myself", "at 0"]);
  });

  test("a task that cancels itself and returns keeps its result", async () => {
    const main = body(function* () {
      const task = startTask(function* () {
        yield* awaited(sleep(0));
        currentTask()?.cancel();
        return "kept";
      });
      const result = yield* awaited(task);
      return [result, task.cancelled()];
    });
    expect(await runVirtual(main)).toEqual(["kept", false]);
  });

  test("during sleep(0) it is interrupted one iteration later", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const task = startTask(function* () {
        yield* recordError(events, sleep(0));
      });
      yield* awaited(sleep(0));
      task.cancel("in a tick");
      getRunningLoop().callSoon(() => events.push("next iteration"));
      yield* errorOf(task);
    });
    expect(events).toEqual(["cancelled: in a tick", "next iteration"]);
  });

  describe("lossless cancellation", () => {
    test("a value that has arrived is delivered first; the cancellation comes at the next suspension", async () => {
      const events: unknown[] = [];
      await runProgram(function* () {
        const future = new Future<string>();
        const task = startTask(function* () {
          const value = yield* awaited(future);
          events.push(value);
          yield* recordError(events, sleep(1000));
        });
        yield* awaited(sleep(1));
        future.setResult("arrived");
        task.cancel("after");
        yield* awaited(sleep(1));
        events.push(task.cancelled());
      });
      expect(events).toEqual(["arrived", "cancelled: after", true]);
    });

    test("an error that has arrived is delivered first, too", async () => {
      const events: unknown[] = [];
      await runProgram(function* () {
        const future = new Future<string>();
        const task = startTask(function* () {
          events.push(nameOf(yield* errorOf(future)));
          yield* awaited(sleep(1000));
        });
        yield* awaited(sleep(1));
        future.setException(new Error("arrived"));
        task.cancel();
        yield* awaited(sleep(1));
        events.push(task.cancelled());
      });
      expect(events).toEqual(["Error: arrived", true]);
    });

    test("a task that returns with what has arrived keeps its result", async () => {
      const main = body(function* () {
        const future = new Future<string>();
        const task = startTask(function* () {
          const value = yield* awaited(future);
          return value;
        });
        yield* awaited(sleep(1));
        future.setResult("arrived");
        const accepted = task.cancel();
        const result = yield* awaited(task);
        return [accepted, result, task.cancelled(), task.cancelling()];
      });
      expect(await runVirtual(main)).toEqual([true, "arrived", false, 1]);
    });

    test("the result of a task that has arrived is not lost either", async () => {
      const main = body(function* () {
        const inner = startTask(function* () {
          yield* awaited(sleep(10));
          return "opened";
        });
        const outer = startTask(function* () {
          const value = yield* awaited(inner);
          return value;
        });
        inner.addDoneCallback(() => outer.cancel());
        const result = yield* awaited(outer);
        return result;
      });
      expect(await runVirtual(main)).toBe("opened");
    });

    test("a CancelledError that is on its way serves for the request too", async () => {
      const events: unknown[] = [];
      await runProgram(function* () {
        const future = new Future<string>();
        const task = startTask(function* () {
          events.push(nameOf(yield* errorOf(future)), task.cancelling());
          yield* awaited(sleep(10));
          events.push("not interrupted again");
        });
        yield* awaited(sleep(1));
        future.cancel("the future's own");
        task.cancel("the task's");
        yield* awaited(task);
      });
      expect(events).toEqual(["cancelled: the future's own", 1, "not interrupted again"]);
    });

    test("uncancel() down to 0 withdraws a cancellation that was not delivered", async () => {
      const events: unknown[] = [];
      await runProgram(function* () {
        const future = new Future<string>();
        const task = startTask(function* () {
          yield* awaited(future);
          events.push(task.uncancel());
          yield* awaited(sleep(10));
          events.push("not interrupted");
        });
        yield* awaited(sleep(1));
        future.setResult("arrived");
        task.cancel();
        yield* awaited(task);
      });
      expect(events).toEqual([0, "not interrupted"]);
    });

    test("of two requests that were not delivered, one uncancel() leaves one", async () => {
      const events: unknown[] = [];
      await runProgram(function* () {
        const future = new Future<string>();
        const task = startTask(function* () {
          yield* awaited(future);
          events.push(task.uncancel());
          yield* awaited(sleep(1000));
        });
        yield* awaited(sleep(1));
        future.setResult("arrived");
        task.cancel();
        task.cancel();
        yield* awaited(sleep(1));
        events.push(task.cancelled());
      });
      expect(events).toEqual([1, true]);
    });
  });

  test("in a chain of tasks that await each other, each goes on one iteration after the one it awaits", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const link = (name: string, previous: PromiseLike<void>): Task<void> =>
        startTask(function* () {
          yield* awaited(previous);
          events.push(name);
        });
      const c = link("c", sleep(0));
      const b = link("b", c);
      const a = link("a", b);
      for (let i = 0; i < 4; i++) {
        yield* awaited(sleep(0));
        events.push(`iteration ${i}`);
      }
      yield* awaited(a);
    });
    expect(events).toEqual(["iteration 0", "c", "iteration 1", "b", "iteration 2", "a", "iteration 3"]);
  });
});

describe.each(bothKinds)("currentTask() and allTasks() in %s", ({ body, runProgram }) => {
  test("tell the task at every point of its body, also inside what it awaits", async () => {
    const seen: (string | undefined)[] = [];
    const note = (): void => void seen.push(currentTask()?.name);
    const inner = coroutine(async () => {
      note();
      await sleep(1);
      note();
    });
    const innerSteps = coroutine(function* () {
      note();
      yield* sleep(1);
      note();
    });
    const program = body(function* () {
      note();
      yield* awaited(sleep(0));
      note();
      yield* awaited(inner());
      note();
      yield* awaited(innerSteps());
      note();
    });
    await runProgram(function* () {
      const one = createTask(program, { name: "one" });
      const two = createTask(program, { name: "two" });
      yield* awaited(gather([one, two]));
    });
    expect(seen.filter((name) => name === "one")).toHaveLength(8);
    expect(seen.filter((name) => name === "two")).toHaveLength(8);
  });

  test("a callback belongs to no task, and neither does code after the task", async () => {
    const seen: unknown[] = [];
    await runProgram(function* () {
      getRunningLoop().callSoon(() => seen.push(currentTask()));
      const future = new Future<void>();
      future.addDoneCallback(async () => {
        seen.push(currentTask());
        await undefined;
        seen.push(currentTask());
      });
      future.setResult();
      yield* awaited(sleep(1));
    });
    expect(currentTask()).toBeUndefined();
    expect(seen).toEqual([undefined, undefined, undefined]);
  });

  test("allTasks() are those of the loop that are not done, in the order in which they were made", async () => {
    const main = body(function* () {
      const names = (): string[] => [...allTasks()].map((task) => task.name);
      const main = currentTask();
      if (main !== undefined) main.name = "main";
      const first = createTask(() => sleep(10), { name: "first" });
      createTask(() => sleep(20), { name: "second" });
      const before = names();
      yield* awaited(first);
      const after = names();
      yield* awaited(sleep(100));
      return [before, after, names()];
    });
    expect(await runVirtual(main)).toEqual([["main", "first", "second"], ["main", "second"], ["main"]]);
  });
});

describe("createTask", () => {
  test.each([
    ["a number", 5, "5"],
    ["nothing", undefined, "undefined"],
    ["a string", "fetchData", '"fetchData"'],
    ["an array", [], "an object of class Array"],
  ])("refuses %s, and says what it needs", (_, value, name) => {
    expect(() => createTask(value as unknown as () => void)).toThrow(
      new TypeError(
        "createTask() needs a coroutine object, a generator object or a function that returns a promise, " +
          `got ${name}`,
      ),
    );
  });

  test("infers the type of the result", () => {
    expectTypeOf(createTask(async () => 1)).toEqualTypeOf<Task<number>>();
    expectTypeOf(createTask(() => sleep(1, "x"))).toEqualTypeOf<Task<string>>();
    expectTypeOf(createTask(sleep(1, "x"))).toEqualTypeOf<Task<string>>();
    expectTypeOf(
      createTask(function* () {
        return (yield* sleep(1, [5]))[0];
      }),
    ).toEqualTypeOf<Task<number | undefined>>();
    const anyBody = <T>(body: Body<T>) => createTask(body);
    expectTypeOf(anyBody<number>).returns.toEqualTypeOf<Task<number>>();
    const named: <T>(body: Body<T>) => Task<T> = createTask;
    expect(named).toBe(createTask);
    const wide: Task<string | number> = createTask(() => 1);
    expect(wide).toBeInstanceOf(Task);
    expectTypeOf(createTask<void>(() => sleep(1))).toEqualTypeOf<Task<void>>();
  });

  test("refuses yield without the star", () => {
    const types = () => {
      // @ts-expect-error it yields a coroutine object
      createTask(function* () {
        yield sleep(1);
      });
      // @ts-expect-error it yields a task
      run(function* () {
        yield createTask(() => 1);
      });
    };
    expect(types).toBeTypeOf("function");
  });

  test("refuses a running promise, and says what to write instead", () => {
    const fetchData = async (): Promise<number> => 1;
    // @ts-expect-error a promise is no body
    expect(() => createTask(fetchData())).toThrow(
      new TypeError(
        "createTask() needs a coroutine object, a generator object or a function that returns a promise, " +
          "got a promise, which is running already and could not be cancelled; " +
          "write `() => f()` instead of `f()`, or make f a coroutine function with `coroutine(f)`",
      ),
    );
  });

  test("refuses a future and a task, and says what to write instead", async () => {
    await runVirtual(async () => {
      const task = createTask(async () => 1);
      expect(() => createTask(task as unknown as () => void)).toThrow(
        /await it, or write `ensureFuture\(it\)`/,
      );
      expect(() => createTask(new Future<void>() as unknown as () => void)).toThrow(/got <Future pending>/);
    });
  });

  test("refuses a coroutine that was awaited or made a task before, at once", async () => {
    await runVirtual(async () => {
      const fetchData = coroutine(async function fetchData() {
        return 1;
      });
      const call = fetchData();
      await createTask(call);
      expect(() => createTask(call)).toThrow(
        /was awaited, or made a task, before; call its function again for a new one, or keep the task and await that$/,
      );
      await expect((async () => await call)()).rejects.toThrow(/was awaited, or made a task, before/);
    });
  });

  test.each<[string, () => Parameters<typeof createTask<string>>[0]]>([
    ["a coroutine object", () => coroutine(async () => "result")()],
    [
      "a generator object",
      () =>
        (function* (): Steps<string> {
          return "result";
        })(),
    ],
    ["an async function", () => async () => "result"],
    [
      "a generator function",
      () =>
        function* (): Steps<string> {
          return "result";
        },
    ],
    ["a function that returns a value", () => () => "result"],
    ["a function that returns a coroutine", () => () => sleep(1, "result")],
    [
      "a function that returns a future",
      () => () => {
        const future = new Future<string>();
        future.setResult("result");
        return future;
      },
    ],
    ["a function that returns a task", () => () => createTask(async () => "result")],
    ["sleep()", () => sleep(5, "result")],
  ])("takes %s.", async (_, makeBody) => {
    expect(await runVirtual(async () => await createTask(makeBody()))).toBe("result");
  });

  test("a function that throws at once makes a task that fails", async () => {
    const main = async (): Promise<unknown> => {
      const task = createTask((): Promise<void> => {
        throw new Error("at once");
      });
      await sleep(1);
      return task.exception();
    };
    expect(await runVirtual(main)).toEqual(new Error("at once"));
  });

  test("names count up, and can be given and changed", async () => {
    await runVirtual(async () => {
      const first = createTask(async () => {});
      const second = createTask(async () => {});
      const numbers = [first, second].map((task) => Number(/^Task-(\d+)$/.exec(task.name)?.[1]));
      expect(numbers[1]).toBe((numbers[0] ?? 0) + 1);
      const named = createTask(async () => {}, { name: "fetch" });
      expect([named.name, String(named)]).toEqual(["fetch", "<Task 'fetch' pending>"]);
      named.name = "renamed";
      expect(String(named)).toMatch(/^<Task 'renamed' pending/);
      await named;
      expect(String(named)).toMatch(/^<Task 'renamed' finished/);
    });
  });

  test("a task tells the name of its body's function, before, while and after it runs", async () => {
    const fetchPage = async (): Promise<void> => {};
    const crawl = coroutine(fetchPage);
    function* steps(): Steps<void> {
      yield* sleep(1);
    }
    const bodies: [body: Body<unknown>, before: string, after?: string][] = [
      [fetchPage, " (fetchPage)"],
      [crawl(), " (fetchPage)"],
      [crawl, " (fetchPage)"],
      [steps, " (steps)"],
      [coroutine(steps)(), " (steps)"],
      [sleep(1), " (sleep)"],
      [fetchPage.bind(undefined), " (bound fetchPage)"],
      // Not before it is called: what an anonymous function returns.
      [() => crawl(), "", " (fetchPage)"],
      [() => sleep(1), "", " (sleep)"],
      // Nothing tells these.
      [steps(), ""],
      [() => steps(), ""],
      [async () => await fetchPage(), ""],
      [() => 5, ""],
      [() => undefined, ""],
    ];
    await runVirtual(async () => {
      for (const [body, before, after = before] of bodies) {
        const task = createTask(body, { name: "t" });
        expect(String(task)).toBe(`<Task 't'${before} pending>`);
        await task;
        expect([String(task), inspect(task)]).toEqual(Array(2).fill(`<Task 't'${after} finished>`));
      }
      const eager = createTask(function* eager() {}, { name: "t", eagerStart: true });
      expect(String(eager)).toBe("<Task 't' (eager) finished>");
    });
  });

  test("the name of a function may be anything", async () => {
    const throws = Object.defineProperty(async () => {}, "name", {
      get() {
        throw new Error("in the getter");
      },
    });
    const { proxy, revoke } = Proxy.revocable(async () => {}, {});
    await runVirtual(async () => {
      const names = [throws, Object.defineProperty(async () => {}, "name", { value: 5 }), proxy].map((body) =>
        String(createTask(body, { name: "t" })),
      );
      expect(names).toEqual(Array(3).fill("<Task 't' pending>"));
      await sleep(0);
      revoke();
    });
  });

  test("a task is a future, whose result cannot be set", async () => {
    await runVirtual(async () => {
      const task = createTask(async () => 1, { name: "t" });
      expect(task).toBeInstanceOf(Task);
      expect(task).toBeInstanceOf(Future);
      expect(isFuture(task)).toBe(true);
      expect(() => task.setResult(1)).toThrow(
        "setResult() on <Task 't' pending>: a task's result is what its body returns; use a Future instead",
      );
      expect(() => task.setException(new Error("e"))).toThrow(
        "setException() on <Task 't' pending>: a task's error is what its body throws; use a Future instead",
      );
    });
  });

  test("`coroutine` is the body until it begins", async () => {
    await runVirtual(async () => {
      const body = async (): Promise<void> => {};
      const task = createTask(body);
      expect(task.coroutine).toBe(body);
      await task;
      expect(task.coroutine).toBeUndefined();
    });
  });

  test("it works without run(), on the default loop", async () => {
    const events: string[] = [];
    const task = createTask(async () => {
      events.push("begins");
      await sleep(0);
      events.push("goes on");
      return "result";
    });
    const steps = createTask(function* () {
      events.push("steps begin");
      yield* sleep(0);
      events.push("steps go on");
    });
    events.push("synchronous");
    expect(await task).toBe("result");
    await steps;
    expect(events).toEqual(["synchronous", "begins", "steps begin", "goes on", "steps go on"]);
  });

  test("a task for a closed loop is an error, and is not among all tasks", () => {
    const loop = newEventLoop();
    loop.close();
    expect(() => new Task(async () => {}, loop)).toThrow(/closed/);
    expect(allTasks(loop).size).toBe(0);
  });
});

describe.each(bothKinds)("an eager task of %s", ({ body, runProgram }) => {
  test("runs to its first suspension inside the call", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const task = createTask(
        body(function* () {
          events.push(`first step of ${currentTask()?.name}`);
          yield* awaited(sleep(1));
          events.push(`second step of ${currentTask()?.name}`);
        }),
        { eagerStart: true, name: "eager" },
      );
      events.push(currentTask() === task ? "wrong task" : "created");
      yield* awaited(task);
    });
    expect(events).toEqual(["first step of eager", "created", "second step of eager"]);
  });

  test("can be cancelled after its first step", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const task = createTask(
        body(function* () {
          yield* recordError(events, sleep(1000));
        }),
        { eagerStart: true },
      );
      task.cancel("at once");
      try {
        yield* awaited(task);
      } catch {
        events.push(`at ${getRunningLoop().time()}`);
      }
    });
    expect(events).toEqual(["cancelled: at once", "at 0"]);
  });
});

test("an eager generator coroutine that does not wait is done when createTask() returns", async () => {
  await runVirtual(function* () {
    const task = createTask(
      function* () {
        return 5;
      },
      { eagerStart: true },
    );
    expect([task.done(), task.result(), allTasks().has(task)]).toEqual([true, 5, false]);
  });
});

describe("uncancel", () => {
  test("counts down, and not below 0", async () => {
    await runVirtual(async () => {
      const task = createTask(() => sleep(1));
      expect([task.uncancel(), task.cancelling()]).toEqual([0, 0]);
      task.cancel();
      task.cancel();
      task.cancel();
      expect([task.cancelling(), task.uncancel(), task.uncancel(), task.uncancel(), task.uncancel()]).toEqual(
        [3, 2, 1, 0, 0],
      );
      await task;
    });
  });

  test("a task that has taken its cancellation back can be cancelled again", async () => {
    const events: string[] = [];
    await runVirtual(async () => {
      const task = createTask(async () => {
        for (let i = 0; i < 3; i++) {
          try {
            await sleep(1000);
          } catch (error) {
            events.push(nameOf(error));
            task.uncancel();
          }
        }
      });
      for (const message of ["a", "b", "c"]) {
        await sleep(1);
        task.cancel(message);
      }
      await task;
      expect(task.cancelling()).toBe(0);
    });
    expect(events).toEqual(["cancelled: a", "cancelled: b", "cancelled: c"]);
  });
});

describe("waits of an async function that are not `await`", () => {
  test("Promise.all: all of its waits are cancelled", async () => {
    const events: string[] = [];
    await runVirtual(async () => {
      const futures = [new Future<void>(), new Future<void>(), new Future<void>()];
      const task = createTask(async () => {
        try {
          await Promise.all([...futures, sleep(1000)]);
        } catch (error) {
          events.push(nameOf(error));
          throw error;
        }
      });
      await sleep(1);
      task.cancel("all");
      await sleep(0);
      await sleep(0);
      events.push(...futures.map(String), String(task.cancelled()));
    });
    expect(events).toEqual([
      "cancelled: all",
      "<Future cancelled>",
      "<Future cancelled>",
      "<Future cancelled>",
      "true",
    ]);
  });

  test("Promise.all of coroutines runs them side by side, in the calling task", async () => {
    const events: string[] = [];
    const worker = coroutine(async (name: string, delay: number) => {
      events.push(`${name} begins in ${currentTask()?.name}`);
      await sleep(delay);
      events.push(`${name} ends in ${currentTask()?.name}`);
      return name;
    });
    const workerSteps = coroutine(function* (name: string, delay: number) {
      events.push(`${name} begins in ${currentTask()?.name}`);
      yield* sleep(delay);
      events.push(`${name} ends in ${currentTask()?.name}`);
      return name;
    });
    await runVirtual(async () => {
      const task = createTask(
        async () => Promise.all([worker("a", 20), workerSteps("b", 10), worker("c", 30)]),
        {
          name: "t",
        },
      );
      expect(await task).toEqual(["a", "b", "c"]);
      expect(getRunningLoop().time()).toBe(30);
    });
    expect(events.slice().sort()).toEqual(
      ["a", "b", "c"].flatMap((name) => [`${name} begins in t`, `${name} ends in t`]).sort(),
    );
    expect(events.filter((event) => event.includes("ends"))).toEqual([
      "b ends in t",
      "a ends in t",
      "c ends in t",
    ]);
  });

  test("Promise.all of coroutines: a cancellation goes through each of them, and their finally blocks run", async () => {
    const events: string[] = [];
    const worker = coroutine(async (name: string) => {
      try {
        await sleep(1000);
      } catch (error) {
        events.push(`${name} ${nameOf(error)}`);
        throw error;
      }
    });
    const workerSteps = coroutine(function* (name: string) {
      try {
        yield* sleep(1000);
      } catch (error) {
        events.push(`${name} ${nameOf(error)}`);
        throw error;
      }
    });
    await runVirtual(async () => {
      const task = createTask(async () => Promise.all([worker("a"), workerSteps("b"), worker("c")]));
      await sleep(1);
      task.cancel("stop");
      await sleep(1);
      expect(task.cancelled()).toBe(true);
    });
    expect(events).toEqual(["a cancelled: stop", "b cancelled: stop", "c cancelled: stop"].sort(byEvents));

    function byEvents(a: string, b: string): number {
      return events.indexOf(a) - events.indexOf(b);
    }
    expect(events).toHaveLength(3);
  });

  test("Promise.race: the first wins; a cancellation reaches all", async () => {
    await runVirtual(async () => {
      expect(await Promise.race([sleep(20, "slow"), sleep(10, "fast")])).toBe("fast");
      const future = new Future<void>();
      const task = createTask(async () => {
        await Promise.race([future, sleep(1000)]);
      });
      await sleep(1);
      task.cancel();
      await sleep(1);
      expect([task.cancelled(), future.cancelled()]).toEqual([true, true]);
    });
  });

  test("the rest of a race is still cancelled while the task waits for something else", async () => {
    await runVirtual(async () => {
      const left = new Future<void>();
      const task = createTask(async () => {
        await Promise.race([sleep(1), left]);
        await sleep(1000);
      });
      await sleep(10);
      task.cancel();
      await sleep(1);
      expect([task.cancelled(), left.cancelled()]).toEqual([true, true]);
    });
  });

  test("a promise that is not ours is waited for, and the cancellation comes at the next suspension", async () => {
    const events: string[] = [];
    await runVirtual(async () => {
      let settle!: (value: string) => void;
      const promise = new Promise<string>((resolve) => (settle = resolve));
      const task = createTask(async () => {
        events.push(await promise);
        events.push(await Promise.resolve("and this"));
        try {
          await sleep(1000);
        } catch (error) {
          events.push(nameOf(error));
          throw error;
        }
      });
      await sleep(1);
      task.cancel("later");
      await sleep(1);
      events.push("still waits");
      settle("the promise's value");
      await sleep(1);
      expect(task.cancelled()).toBe(true);
    });
    expect(events).toEqual(["still waits", "the promise's value", "and this", "cancelled: later"]);
  });

  test("a thenable that belongs to another task is not cancelled with this one", async () => {
    await runVirtual(async () => {
      const theirs = new Future<string>();
      const other = createTask(async () => await theirs);
      const mine = createTask(async () => await sleep(1000));
      await sleep(1);
      mine.cancel();
      await sleep(1);
      theirs.setResult("untouched");
      expect(await other).toBe("untouched");
    });
  });
});

describe("the stack of an error", () => {
  test("tells in debug mode where the task was made that failed with it, once", async () => {
    const broken = new RangeError("broken");
    const [error] = await rejectionsOf([broken]);
    async function rejectionsOf(errors: Error[]): Promise<unknown[]> {
      return run(
        async () => {
          const seen: unknown[] = [];
          for (const one of errors) {
            const inner = createTask(
              async function failing() {
                throw one;
              },
              { name: "inner" },
            );
            const outer = createTask(async () => await inner, { name: "outer" });
            seen.push(await outer.catch((caught: unknown) => caught));
          }
          return seen;
        },
        { loopFactory: virtualLoop, debug: true },
      );
    }
    expect(error).toBe(broken);
    const [, ...made] = (broken.stack ?? "").split("\n    --- ");
    expect(made).toEqual([
      expect.stringMatching(
        /^Task 'inner' \(failing\) was created ---\n +at .*(?:rejectionsOf|task\.test\.ts)/,
      ),
    ]);
  });

  test.each<[string, () => unknown]>([
    ["is frozen", () => Object.freeze(new Error("frozen"))],
    ["is no object", () => "text"],
    [
      "has a stack that throws",
      () =>
        Object.defineProperty(new Error("hostile"), "stack", {
          get() {
            throw new Error("in the getter");
          },
        }),
    ],
  ])("is left as it is in debug mode if the error %s", async (_, make) => {
    const error = make();
    const main = async (): Promise<unknown> =>
      await createTask(() => {
        throw error;
      }).catch((caught: unknown) => caught);
    expect(await run(main, { loopFactory: virtualLoop, debug: true })).toBe(error);
  });

  test.each([
    ["before its first await", 0],
    ["after an await", 1],
  ])(
    "names the three async functions that led to it, thrown %s",
    needing("stacks that go through `await`"),
    async (_, waits) => {
      const deepest = coroutine(async function deepest(): Promise<void> {
        if (waits > 0) await sleep(1);
        throw new Error("traced");
      });
      const middle = coroutine(async function middle(): Promise<void> {
        await sleep(1);
        await deepest();
      });
      const outermost = coroutine(async function outermost(): Promise<void> {
        await middle();
      });
      const { error } = await outcomeOf(outermost());
      const stack = (error as Error).stack ?? "";
      const named = ["deepest", "middle", "outermost"].map((name) => stack.indexOf(name));
      expect(named.every((position) => position > 0)).toBe(true);
      expect([...named].sort((a, b) => a - b)).toEqual(named);
    },
  );

  test(
    "plain async functions between coroutines are named too",
    needing("stacks that go through `await`"),
    async () => {
      const bottom = coroutine(async function bottom(): Promise<void> {
        await sleep(1);
        throw new Error("traced");
      });
      async function plain(): Promise<void> {
        await bottom();
      }
      const top = coroutine(async function top(): Promise<void> {
        await plain();
      });
      const { error } = await outcomeOf(top());
      const stack = (error as Error).stack ?? "";
      expect(["bottom", "plain", "top"].filter((name) => !stack.includes(name))).toEqual([]);
    },
  );
});

describe("await using", () => {
  test("cancels the task at the end of the block, and waits until it has stopped", async () => {
    const events: string[] = [];
    await runVirtual(async () => {
      {
        await using task = createTask(async () => {
          try {
            await sleep(1000);
          } finally {
            await sleep(5);
            events.push(`stopped at ${getRunningLoop().time()}`);
          }
        });
        await sleep(1);
        events.push(`in the block: ${task.done()}`);
      }
      events.push("after the block");
    });
    expect(events).toEqual(["in the block: false", "stopped at 6", "after the block"]);
  });

  test("a task that is done keeps its result", async () => {
    await runVirtual(async () => {
      let kept: Task<string>;
      {
        await using task = createTask(async () => "result");
        kept = task;
        await task;
      }
      expect([kept.result(), kept.cancelling()]).toEqual(["result", 0]);
    });
  });

  test("a task that has failed before the end of the block throws nothing there", async () => {
    await runVirtual(async () => {
      await using task = createTask(async () => {
        throw new Error("failed");
      });
      expect(nameOf(await task.catch((error: unknown) => error))).toBe("Error: failed");
    });
  });
});

describe("errors that nobody retrieves", () => {
  test.each<[string, (task: Task<void>) => unknown, number]>([
    ["nothing is done with it", () => {}, 1],
    ["it is asked whether it is done", (task) => task.done(), 1],
    ["it is awaited", (task) => task.catch(() => {}), 0],
    ["its exception is asked for", (task) => task.exception(), 0],
    ["it is gathered", (task) => gather([task], { returnExceptions: true }), 0],
  ])("a task that failed is reported once at the end if %s.", async (_, use, count) => {
    const { reports, result } = await outcomeOf(async () => {
      const task = createTask(
        async () => {
          throw new Error("lost");
        },
        { name: "loser" },
      );
      await sleep(1);
      use(task);
      await sleep(1);
      return "main is not bothered";
    });
    expect(result).toBe("main is not bothered");
    expect(reports.map((report) => [report.message, report.exception])).toEqual(
      Array.from({ length: count }, () => [
        "Task 'loser' failed and nobody retrieved its error (await it, or call exception())",
        new Error("lost"),
      ]),
    );
  });

  describe.each(bothKinds)("of %s, a second after the task has failed,", ({ startTask, body }) => {
    const startFailing = (name: string, error: Error = new Error(name)): Task<void> => {
      const task = startTask<void>(function* () {
        yield* awaited(sleep(10));
        throw error;
      });
      task.name = name;
      return task;
    };
    const overdue = (name: string): [string, unknown] => [
      `Task '${name}' failed and nobody has retrieved its error for 1 s (await it, or call exception())`,
      new Error(name),
    ];
    /** Runs a program, and returns what was reported, with the time. */
    const reportsIn = async (program: () => Program<void>): Promise<unknown[]> => {
      const reports: unknown[] = [];
      const loop = virtualLoop();
      loop.setExceptionHandler((_, { message, exception }) => {
        reports.push([message.replace(/ \(\w+\)/, ""), exception], loop.time());
      });
      await run(body(program), { loopFactory: () => loop });
      return reports;
    };

    test("are reported, once, although the program goes on", async () => {
      const reports = await reportsIn(function* () {
        startFailing("lost");
        yield* awaited(sleep(5000));
        startFailing("lost too");
        yield* awaited(sleep(5000));
      });
      expect(reports).toEqual([overdue("lost"), 1010, overdue("lost too"), 6010]);
    });

    test("are thrown all the same where somebody awaits the task later", async () => {
      const error = new Error("held");
      const reports = await reportsIn(function* () {
        const task = startFailing("held", error);
        yield* awaited(sleep(5000));
        expect(yield* errorOf(task)).toBe(error);
        expect(task.exception()).toBe(error);
      });
      expect(reports).toEqual([overdue("held"), 1010]);
    });

    test("are not reported if somebody waits for the task when it fails, or asks within the second", async () => {
      const reports = await reportsIn(function* () {
        const asked = startFailing("asked");
        const awaitedTask = startFailing("awaited");
        const waitedFor = startFailing("waited for");
        yield* awaited(wait([waitedFor, awaitedTask]));
        yield* errorOf(awaitedTask);
        yield* awaited(sleep(900));
        asked.exception();
        yield* awaited(sleep(5000));
        waitedFor.exception();
        const inGroup = new TaskGroup().with((group) => {
          group.createTask(() => startFailing("in a group"));
        });
        yield* errorOf(inGroup);
        yield* awaited(sleep(5000));
      });
      expect(reports).toEqual([]);
    });

    test("are not reported if they are cancellations, or those of futures that others fail", async () => {
      const reports = await reportsIn(function* () {
        startTask(() => awaited(sleep(10_000))).cancel();
        const closed = new Future<void>();
        closed.setException(new Error("connection lost"));
        yield* awaited(sleep(5000));
        closed.exception();
      });
      expect(reports).toEqual([]);
    });

    test("are no timer: neither a deadlock nor the end of the program waits for them", async () => {
      const { error, time } = await outcomeOf(
        body(function* () {
          startFailing("lost");
          yield* awaited(new Future<void>());
        }),
      );
      expect([error instanceof DeadlockError, time]).toEqual([true, 10]);
    });
  });

  test("a task that was cancelled is not reported", async () => {
    const { reports } = await outcomeOf(async () => {
      createTask(() => sleep(1000)).cancel();
      await sleep(1);
    });
    expect(reports).toEqual([]);
  });

  test(
    "the error of a task that nobody retrieved is printed when the task is collected, if that is sooner",
    needing("errors that hold nothing once their stack was read"),
    async () => {
      const loop = virtualLoop();
      const failing = () => {
        throw new RangeError("broken");
      };
      const print = vi.spyOn(console, "error").mockImplementation(() => {});
      await loop.runUntilComplete(async () => {
        createTask(async () => failing(), { name: "lost" });
        await sleep(10);
      });
      for (let i = 0; i < 20 && print.mock.calls.length === 0; i++) {
        await collectGarbage();
      }
      const expected = [expect.stringMatching(/^Task 'lost' failed/), new RangeError("broken")];
      expect(print.mock.calls).toEqual([expected]);
      loop.close();
      expect(print.mock.calls).toEqual([expected]);
      print.mockRestore();
    },
  );
});

describe("many tasks", () => {
  test("a hundred thousand that sleep at once all end", async () => {
    let ended = 0;
    await runVirtual(function* () {
      const tasks = Array.from({ length: 100_000 }, (_, i) =>
        createTask(function* () {
          yield* sleep(1 + (i % 100));
          ended++;
        }),
      );
      yield* gather(tasks);
      expect(allTasks().size).toBe(1);
    });
    expect(ended).toBe(100_000);
  });

  test("a hundred thousand async ones that sleep at once all end", async () => {
    let ended = 0;
    await runVirtual(async () => {
      await gather(
        Array.from({ length: 100_000 }, (_, i) => async () => {
          await sleep(1 + (i % 100));
          ended++;
        }),
      );
    });
    expect(ended).toBe(100_000);
  });

  test("ten times as many take about ten times as many turns", async () => {
    const turns = async (count: number): Promise<number> => {
      let total = 0;
      await runVirtual(function* () {
        const { scheduler } = partsOf(getRunningLoop());
        const tasks = Array.from({ length: count }, (_, i) => createTask(() => sleep(i % 7)));
        yield* gather(tasks);
        total = scheduler.turns;
      });
      return total;
    };
    const [few, many] = [await turns(1000), await turns(10_000)];
    expect(many / few).toBeLessThan(11);
  });
});

describe("task.signal and currentSignal()", () => {
  test("the signal is aborted by cancel(), with the CancelledError as its reason", async () => {
    await runVirtual(async () => {
      let signal: AbortSignal | undefined;
      const task = createTask(async () => {
        signal = currentSignal();
        await sleep(1000);
      });
      await sleep(1);
      expect([signal === task.signal, signal?.aborted]).toEqual([true, false]);
      task.cancel("why");
      expect(signal?.aborted).toBe(true);
      expect(nameOf(signal?.reason)).toBe("cancelled: why");
      await sleep(1);
    });
  });

  test("asked for after the cancellation, it is aborted", async () => {
    await runVirtual(async () => {
      const task = createTask(() => sleep(1000));
      task.cancel("before");
      expect([task.signal.aborted, nameOf(task.signal.reason)]).toEqual([true, "cancelled: before"]);
      await sleep(1);
    });
  });

  test("it is another one after uncancel(), and stays the same until then", async () => {
    await runVirtual(async () => {
      const signals: AbortSignal[] = [];
      const task = createTask(async () => {
        signals.push(currentSignal(), currentSignal());
        try {
          await sleep(1000);
        } catch {
          signals.push(currentSignal());
          task.uncancel();
          signals.push(currentSignal());
        }
        await sleep(1);
      });
      await sleep(1);
      task.cancel();
      await task;
      expect(signals.map((signal) => signals.indexOf(signal))).toEqual([0, 0, 0, 3]);
      expect(signals.map((signal) => signal.aborted)).toEqual([true, true, true, false]);
    });
  });

  test("uncancel() that does not come down to 0 does not renew it", async () => {
    await runVirtual(async () => {
      const task = createTask(() => sleep(1000));
      const { signal } = task;
      task.cancel();
      task.cancel();
      task.uncancel();
      expect(task.signal).toBe(signal);
      task.uncancel();
      expect(task.signal).not.toBe(signal);
      task.cancel();
      await sleep(1);
    });
  });

  test("outside of every task, currentSignal() is never aborted", () => {
    expect(currentSignal().aborted).toBe(false);
  });

  test("an AbortError that the signal caused counts as the cancellation", async () => {
    await runVirtual(async () => {
      const task = createTask(async () => {
        await promisedTimeout(60_000, undefined, { signal: currentSignal() });
      });
      await sleep(1);
      task.cancel("enough");
      await expect(task).rejects.toThrow(new CancelledError("enough"));
      expect(task.cancelled()).toBe(true);
    });
  });

  test("an AbortError of another cause is a failure", async () => {
    await runVirtual(async () => {
      const task = createTask(async () => {
        currentSignal();
        await promisedTimeout(60_000, undefined, { signal: AbortSignal.abort() });
      });
      await expect(task).rejects.toMatchObject({ name: "AbortError" });
      expect(task.cancelled()).toBe(false);
    });
  });

  test("a finally block that waits after a foreign wait was aborted is not interrupted again", async () => {
    const events: string[] = [];
    await runVirtual(async () => {
      const task = createTask(async () => {
        try {
          await promisedTimeout(60_000, undefined, { signal: currentSignal() });
        } catch (error) {
          events.push((error as Error).name);
          throw error;
        } finally {
          await sleep(10);
          events.push("cleaned up");
        }
      });
      await sleep(1);
      task.cancel();
      try {
        await task;
      } catch (error) {
        events.push(nameOf(error));
      }
    });
    expect(events).toEqual(["AbortError", "cleaned up", "cancelled"]);
  });

  test("a task that has a signal, and waits for something of ours, is cancelled once", async () => {
    const events: string[] = [];
    await runVirtual(async () => {
      const task = createTask(async () => {
        currentSignal();
        try {
          await sleep(1000);
        } finally {
          await sleep(1);
          events.push("cleaned up");
        }
      });
      await sleep(1);
      task.cancel();
      await sleep(10);
      expect(task.cancelled()).toBe(true);
    });
    expect(events).toEqual(["cleaned up"]);
  });
});

describe.each(bothKinds)(
  "a task that has asked for its signal, in %s",
  ({ startTask, inGroup, runProgram }) => {
    test("and cancels itself, is interrupted at its next suspension", async () => {
      const events: string[] = [];
      await runProgram(function* () {
        const task = startTask(function* () {
          currentSignal();
          currentTask()?.cancel();
          yield* recordError(events, sleep(1000));
        });
        yield* awaited(sleep(10));
        events.push(`${task.cancelled()}`);
      });
      expect(events).toEqual(["cancelled", "true"]);
    });

    test("and cancels the group that it is in, ends its body at its next suspension", async () => {
      const events: string[] = [];
      await runProgram(function* () {
        yield* awaited(
          inGroup(function* (group) {
            currentSignal();
            group.cancel();
            yield* awaited(sleep(1000));
            events.push("must not come here");
          }),
        );
        events.push(`at ${getRunningLoop().time()}`);
      });
      expect(events).toEqual(["at 0"]);
    });
  },
);

describe.each(bothKinds)("a task that awaits itself, in %s", ({ body }) => {
  test("gets an error that says so, and goes on", async () => {
    const main = body(function* () {
      return ((yield* errorOf(currentTask() as Task<unknown>)) as Error).message;
    });
    expect(await runVirtual(main)).toMatch(/^<Task '.*' .*> awaits itself/);
  });
});

test("an async function that returns its own task fails, since the task would wait for itself", async () => {
  const { error, left } = await outcomeOf(async () => currentTask());
  expect([nameOf(error), left]).toEqual([expect.stringMatching(/awaits itself/), 0]);
});

describe("async functions that a task calls and does not await", () => {
  test("run on beside it, and outlive it as code of no task", async () => {
    const events: unknown[] = [];
    await runVirtual(async () => {
      const task = createTask(async () => {
        void (async () => {
          await sleep(10);
          events.push(currentTask());
        })();
      });
      await task;
      events.push("task ended");
      await sleep(20);
    });
    expect(events).toEqual(["task ended", undefined]);
  });
});

test("a timeout inside a task does not leak into another one that was created inside it", async () => {
  await runVirtual(async () => {
    let child: Task<string> | undefined;
    await expect(
      timeout(10).with(async () => {
        child = createTask(() => sleep(100, "child"));
        await sleep(1000);
      }),
    ).rejects.toThrow("timed out after 10 ms");
    expect(await child).toBe("child");
  });
});

test("run() inside a task is refused, and says what to do", async () => {
  await runVirtual(async () => {
    await expect(run(async () => 1)).rejects.toThrow(
      /^run\(\) was called inside <Task '.*' pending>; a loop runs already there: await the coroutine itself$/,
    );
  });
});

test("an async generator function is no body", async () => {
  await runVirtual(async () => {
    const task = createTask(async function* () {
      yield 1;
    } as unknown as () => void);
    expect(await rejectionOf(task)).toBeInstanceOf(TypeError);
  });
});

test("an error that a task throws while `await using` stops it is not lost", async () => {
  const outcome = await outcomeOf(async () => {
    await using task = createTask(async () => {
      try {
        await sleep(1000);
      } finally {
        // oxlint-disable-next-line no-unsafe-finally -- the point of the test
        throw new Error("while stopping");
      }
    });
    await sleep(1);
    expect(task.done()).toBe(false);
  });
  expect([nameOf(outcome.error), outcome.reports]).toEqual(["Error: while stopping", []]);
});

test("finally() and then().catch() of a generator coroutine that fails at once retrieve its error", async () => {
  const fail = coroutine(function* (): Steps<number> {
    throw new Error("failed");
  });
  const { reports } = await outcomeOf(async () => {
    await fail()
      .finally(() => {})
      .catch(() => {});
    await fail()
      .then((value) => value)
      .catch(() => {});
  });
  expect(reports.map((report) => report.message)).toEqual([]);
});

test("a coroutine function given as a callback runs, or is an error", async () => {
  const events: string[] = [];
  const { reports } = await outcomeOf(async () => {
    const loop = getRunningLoop();
    try {
      loop.callSoon(coroutine(async () => void events.push("ran")));
    } catch (error) {
      events.push(String(error));
    }
    await sleep(1);
  });
  expect(events.length + reports.length).toBe(1);
});

describe.each(bothKinds)("the text of a task of %s", ({ define, runProgram }) => {
  test("says that it is being cancelled, until it takes that back or is done", () =>
    runProgram(function* () {
      const task = createTask(
        define(function* () {
          yield* errorOf(sleep(10_000));
          task.uncancel();
          yield* awaited(sleep(10_000));
        })(),
        { name: "a" },
      ) as ReturnType<typeof createTask<void>>;
      yield* oneIteration();
      expect(String(task)).toBe("<Task 'a' pending>");
      task.cancel();
      expect(String(task)).toBe("<Task 'a' cancelling>");
      yield* oneIteration();
      expect(String(task)).toBe("<Task 'a' pending>");
      task.cancel();
      yield* awaited(wait([task]));
      expect(String(task)).toBe("<Task 'a' cancelled>");
    }));
});

describe.each(bothKinds)("a future that is done, in %s", ({ runProgram }) => {
  test("can be awaited again by the same coroutine, and does not suspend it then", () =>
    runProgram(function* () {
      const future = new Future<number>();
      const events: string[] = [];
      getRunningLoop().callSoon(() => {
        future.setResult(42);
        events.push("set");
        getRunningLoop().callSoon(() => events.push("next iteration"));
      });
      events.push(`first ${yield* awaited(future)}`, `second ${yield* awaited(future)}`);
      yield* awaited(sleep(0));
      expect(events).toEqual(["set", "first 42", "second 42", "next iteration"]);
    }));
});

test("a task may stand where a type asks for a promise, and shows as itself", () => {
  expectTypeOf<Task<number>>().toExtend<Promise<number>>();
  const handler: () => Promise<number> = () => createTask(() => 1);
  const task = handler();
  expect(task).toBeInstanceOf(Task);
  expect([inspect(task), Object.prototype.toString.call(task)]).toEqual([String(task), "[object Task]"]);
  // What takes it for a native promise reads slots that it does not have.
  expect(types.isPromise(task)).toBe(false);
});

test("code that is cancelled while it disposes of a task leaves that to stop by itself", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const slow = createTask(async () => {
      try {
        await sleep(1000);
      } finally {
        await sleep(10);
        events.push("the task has stopped");
      }
    });
    const disposing = createTask(() => slow[Symbol.asyncDispose]());
    await sleep(1);
    disposing.cancel();
    events.push(nameOf(await rejectionOf(disposing)));
    await sleep(20);
  });
  expect(events).toEqual(["cancelled", "the task has stopped"]);
});

test("a task can be disposed of in another loop, also if its own loop ends with it", async () => {
  const outcome = await outcomeOf(async () => {
    getRunningLoop().debug = true;
    const other = newEventLoop();
    const task = new Task(() => sleep(1000), other);
    const ending = rejectionOf(other.runUntilComplete(task));
    await task[Symbol.asyncDispose]();
    other.close();
    return [task.cancelled(), nameOf(await ending)];
  });
  expect([outcome.result, outcome.reports]).toEqual([[true, "cancelled"], []]);
});

test("an eager task whose function returns a future that is done is done at once", async () => {
  await runVirtual(async () => {
    const future = new Future<string>();
    future.setResult("there");
    const task = createTask(() => future, { eagerStart: true });
    expect([task.done(), await task]).toEqual([true, "there"]);
  });
});

test("once several waits at once have ended, a task waits for what it awaits next, and for nothing else", async () => {
  await runVirtual(async () => {
    const task = createTask(
      async () => {
        await Promise.all([sleep(10), sleep(20), sleep(30)]);
        await new Promise<void>((resolve) => void getRunningLoop().callLater(10, resolve));
      },
      { name: "waits" },
    );
    await sleep(25);
    const graphs = [formatCallGraph(task)];
    await sleep(10);
    graphs.push(formatCallGraph(task));
    expect(graphs.map((graph) => graph.match(/sleep\(\d+\)|native promise/g))).toEqual([
      ["sleep(30)"],
      ["native promise"],
    ]);
    await task;
  });
});

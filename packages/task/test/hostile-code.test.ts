/* oxlint-disable unicorn/no-thenable -- thenables are what is tested */
/**
 * Code of the program's that does what it should not: bodies, callbacks and handlers. Every task ends, in
 * order.
 */
import { returned, threw } from "../src/members.js";
import { type Body, Coroutine, coroutine } from "@asyncio-ts/coroutine";
import { runBody } from "@asyncio-ts/coroutine/lowlevel";
import { Future, isCancelled, type Steps } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import {
  abortable,
  allTasks,
  createTask,
  currentTask,
  ensureFuture,
  gather,
  run,
  shield,
  sleep,
  Task,
  timeout,
  TimeoutError,
  waitFor,
} from "@asyncio-ts/task";
import { describe, expect, test } from "vitest";
import { nameOf, outcomeOf, runVirtual } from "@asyncio-ts/testkit";

type Resolve = (value: unknown) => void;
type Reject = (error: unknown) => void;

const thenable = (then: (resolve: Resolve, reject: Reject) => unknown): PromiseLike<unknown> =>
  ({ then }) as never;

const twice = (): PromiseLike<unknown> =>
  thenable((resolve, reject) => {
    resolve("first");
    reject(new Error("second"));
    resolve("third");
  });

/** Ways in which what a function returns may be awaited. */
const entries: [string, (body: () => PromiseLike<unknown>) => Body<unknown>][] = [
  ["run()", (body) => body],
  ["createTask()", (body) => async () => createTask(body)],
  ["createTask(), eagerly", (body) => async () => createTask(body, { eagerStart: true })],
  ["a coroutine awaited in an async function", (body) => async () => coroutine(body)()],
  [
    "a coroutine awaited in a generator",
    (body) =>
      function* () {
        return yield* coroutine(body)();
      },
  ],
  ["timeout() in an async function", (body) => async () => timeout(null).with(body)],
  [
    "timeout() in a generator",
    (body) =>
      function* () {
        return yield* timeout(null).with(body);
      },
  ],
  ["gather()", (body) => async () => (await gather([body]))[0]],
  ["gather() of what it returns", (body) => async () => (await gather([body()]))[0]],
  ["ensureFuture()", (body) => async () => ensureFuture(body())],
  ["shield()", (body) => async () => shield(body())],
  ["waitFor()", (body) => async () => waitFor(body(), 10)],
  ["abortable()", (body) => async () => abortable(body)],
];

describe.each(entries)("%s and thenables", (_, entry) => {
  test("of one that calls back three times the first call counts, and no other task is touched", async () => {
    const events: unknown[] = [];
    const main = async (): Promise<void> => {
      const other = createTask(() => sleep(5, "other"));
      const task = createTask(entry(twice));
      events.push(await task, task.done(), other.done(), allTasks().size);
      events.push(await other, allTasks().size);
    };
    expect(await outcomeOf(main)).toMatchObject({ reports: [], left: 0 });
    expect(events).toEqual(["first", true, false, 2, "other", 1]);
  });

  test("a chain of ten thousand gives what its end gives", async () => {
    let body = twice;
    for (let i = 0; i < 10_000; i++) {
      const next = body;
      body = () => thenable((resolve) => resolve(next()));
    }
    expect(await runVirtual(entry(body))).toBe("first");
  });

  test("one that resolves with itself is a TypeError", async () => {
    const itself = thenable((resolve) => resolve(itself));
    const { error } = await outcomeOf(entry(() => itself));
    expect(error).toBeInstanceOf(TypeError);
  });

  test("then is read once", async () => {
    let reads = 0;
    const counting = {
      get then(): PromiseLike<unknown>["then"] {
        reads++;
        return twice().then.bind(null);
      },
    };
    expect([await runVirtual(entry(() => counting)), reads]).toEqual(["first", 1]);
  });

  test("a derived class's then is called, once", async () => {
    let calls = 0;
    class Derived<T> extends Promise<T> {
      override then<A, B>(...handlers: Parameters<Promise<T>["then"]>): Promise<A | B> {
        calls++;
        return super.then(...handlers) as never;
      }
      static override get [Symbol.species](): PromiseConstructor {
        return Promise;
      }
    }
    const made: Promise<unknown> = Derived.resolve("derived");
    calls = 0;
    expect([await runVirtual(entry(() => made)), calls]).toEqual(["derived", 1]);
  });

  test("a promise is known where a polyfill has taken the place of the global Promise", async () => {
    const native = globalThis.Promise;
    class Polyfill<T> extends native<T> {
      static override get [Symbol.species](): PromiseConstructor {
        return native;
      }
    }
    const outcome = outcomeOf(async () => {
      globalThis.Promise = Polyfill;
      const results = [];
      for (const body of [async () => "async", () => Polyfill.resolve("polyfill")]) {
        results.push(await createTask(entry(body)));
      }
      return results;
    });
    try {
      expect(await outcome).toMatchObject({ result: ["async", "polyfill"], reports: [], left: 0 });
    } finally {
      globalThis.Promise = native;
    }
  });
});

test.each(
  entries.filter(
    ([name]) => name.includes("(") && !name.includes("of what") && !/ensure|shield|gather|waitFor/.test(name),
  ),
)("in %s the then of a thenable runs inside the task", async (_, entry) => {
  const seen: unknown[] = [];
  const body = (): PromiseLike<unknown> =>
    thenable(async (resolve) => {
      seen.push(currentTask()?.name);
      await sleep(1);
      seen.push(currentTask()?.name);
      resolve(seen);
    });
  await runVirtual(entry(body));
  expect(seen[0]).toMatch(/^Task-/);
  expect(seen[1]).toBe(seen[0]);
});

test("a task that is done stays as it is when it is told of a second end", async () => {
  await runVirtual(async () => {
    const task = createTask(async () => "value");
    await task;
    task[returned]("other");
    task[threw](new Error("late"));
    expect([task.result(), allTasks().size]).toEqual(["value", 1]);
  });
});

describe("a message that is no string", () => {
  const throwing = {
    toString() {
      throw new Error("in toString");
    },
  };
  const messages: unknown[] = [Symbol("why"), Object.create(null), throwing, 5, null, {}];

  test.each<[string, () => Future<unknown>]>([
    ["a future", () => new Future()],
    ["a task", () => createTask(() => sleep(10))],
    ["a gather", () => gather([sleep(10), sleep(10)])],
    ["a shield", () => shield(createTask(() => sleep(10)))],
    ["a promise's future", () => ensureFuture(sleep(10).then())],
    [
      "a future that is done",
      () => {
        const future = new Future<void>();
        future.setResult();
        return future;
      },
    ],
  ])("is refused by cancel() of %s, and nothing is changed.", async (_, make) => {
    await runVirtual(async () => {
      const future = make();
      const before = String(future);
      for (const message of messages) {
        expect(() => future.cancel(message as string)).toThrow(
          /^cancel\(\) needs a string as its message, or none/,
        );
      }
      expect([String(future), future instanceof Task ? future.cancelling() : 0]).toEqual([before, 0]);
      if (!future.done()) {
        future.cancel("text");
        expect(await future.catch(nameOf)).toBe("cancelled: text");
      }
    });
  });
});

/** Returns what the engine says of a generator that is resumed while it runs. */
function errorOfRunning(): string {
  function* body(): Generator<unknown> {
    yield steps.next();
  }
  const steps = body();
  try {
    return String(steps.next());
  } catch (error) {
    return nameOf(error);
  }
}

describe("generators", () => {
  /** Runs a body in a task that is cancelled while it sleeps, and tells how it ended. */
  const cancelled = (body: Body<unknown>): Promise<unknown> =>
    runVirtual(async () => {
      const task = createTask(body);
      await sleep(1);
      task.cancel();
      return task.catch(nameOf);
    });

  test("one that returns in finally while it is cancelled ends with that", async () => {
    const body = function* (): Steps<string> {
      try {
        yield* sleep(1000);
      } finally {
        // oxlint-disable-next-line no-unsafe-finally -- what is tested
        return "kept";
      }
    };
    expect(await cancelled(body)).toBe("kept");
  });

  test("one that waits again in finally is waited for", async () => {
    const events: unknown[] = [];
    const body = function* (): Steps<void> {
      try {
        yield* sleep(1000);
      } finally {
        events.push(yield* sleep(5, "cleaned up"));
      }
    };
    expect([await cancelled(body), events]).toEqual(["cancelled", ["cleaned up"]]);
  });

  test("one that runs already is a TypeError", async () => {
    function* body(): Steps<unknown> {
      return yield* createTask(steps, { eagerStart: true });
    }
    const steps = body();
    const error = nameOf((await outcomeOf(steps)).error);
    expect(error).toMatch(/^TypeError: Generator is /);
    expect(error).toBe(errorOfRunning());
  });

  test("one that is given twice ends both tasks; in debug mode the second is refused", async () => {
    const program = async (): Promise<unknown> => {
      const steps = (function* (): Steps<string> {
        return yield* sleep(5, "once");
      })();
      const tasks = [createTask(steps)];
      try {
        tasks.push(createTask(steps));
      } catch (error) {
        tasks[0]?.cancel();
        return (error as Error).message.split(";")[0];
      }
      return (await gather(tasks, { returnExceptions: true })).length;
    };
    expect((await outcomeOf(program)).result).toBe(2);
    expect((await outcomeOf(program, { debug: true })).result).toBe(
      "this generator object was awaited, or made a task, before",
    );
  });

  test("one that has finished is done at once", async () => {
    const steps = (function* (): Steps<string> {
      return "once";
    })();
    steps.next();
    expect(await runVirtual(steps)).toBeUndefined();
  });

  test.each<[string, unknown]>([
    ["an async generator", (async function* () {})()],
    ["an object without throw()", { next: () => ({}), [Symbol.iterator]: () => null }],
    ["an object without next()", { throw: () => ({}), [Symbol.iterator]: () => null }],
  ])("%s is no body.", async (_, body) => {
    expect((await outcomeOf(async () => createTask(body as never))).error).toBeInstanceOf(TypeError);
  });

  test("a function that returns an async generator is an error", async () => {
    const body = async function* (): AsyncGenerator<void> {};
    expect(nameOf((await outcomeOf(body as never)).error)).toMatch(
      /^TypeError: an async generator is no coroutine/,
    );
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["a number", 5],
  ])("a step that is %s is an error of the task.", async (_, step) => {
    const steps = {
      next: () => step,
      throw(error: unknown) {
        throw error;
      },
      [Symbol.iterator]: () => steps,
    };
    const { error, left } = await outcomeOf(steps as never);
    expect([error instanceof TypeError, left]).toEqual([true, 0]);
  });

  test("a yield of what throws when it is looked at is an error of the generator", async () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const events: unknown[] = [];
    const body = function* (): Steps<string> {
      for (const value of [proxy, new Proxy({}, { has: () => true }), Symbol("x")]) {
        try {
          yield value as never;
        } catch (error) {
          events.push(error instanceof TypeError);
        }
      }
      return "went on";
    };
    expect([await runVirtual(body), events]).toEqual(["went on", [true, true, true]]);
  });
});

describe("bodies that return what is to be awaited", () => {
  test("coroutines within coroutines may be a hundred thousand deep", async () => {
    const nested = (depth: number): Coroutine<unknown> =>
      new Coroutine(() => (depth === 0 ? "deep" : nested(depth - 1)));
    expect(await runVirtual(() => nested(100_000))).toBe("deep");
    expect(await runVirtual(async () => nested(100_000))).toBe("deep");
    expect(
      await runVirtual(function* () {
        return yield* nested(100_000);
      }),
    ).toBe("deep");
  });

  test("tasks within tasks may be ten thousand deep", async () => {
    const nested = (depth: number): Body<unknown> =>
      depth === 0 ? () => "deep" : () => createTask(nested(depth - 1));
    expect(await runVirtual(nested(10_000))).toBe("deep");
  });

  test.each<[string, (itself: () => Task<unknown>) => Body<unknown>]>([
    ["a plain function", (itself) => () => itself()],
    ["an async function", (itself) => async () => itself()],
    [
      "a generator",
      (itself) =>
        function* () {
          return yield* itself();
        },
    ],
    ["a coroutine", (itself) => coroutine(async () => itself())()],
    ["a thenable", (itself) => () => thenable((resolve) => resolve(itself()))],
  ])("%s that gives the very task is an error.", async (_, body) => {
    const { error, left } = await outcomeOf(async () => {
      const task: Task<unknown> = createTask(body(() => task));
      return task;
    });
    expect([nameOf(error), left]).toEqual([
      expect.stringMatching(/ awaits itself, so it could never go on$/),
      0,
    ]);
  });

  test("a promise that never settles holds up nobody but its task", async () => {
    const events: string[] = [];
    let settle!: (value: string) => void;
    const outcome = outcomeOf(async () => {
      const task = createTask(() => new Promise<string>((resolve) => (settle = resolve)));
      await sleep(1);
      task.cancel();
      await sleep(1000);
      events.push(String(task.done()));
      settle("after all");
      events.push(await task);
    });
    expect((await outcome).left).toBe(0);
    expect(events).toEqual(["false", "after all"]);
  });
});

describe("callbacks", () => {
  test("a done callback may add, remove and cancel", async () => {
    const events: string[] = [];
    await runVirtual(async () => {
      const future = new Future<void>();
      const never = (): void => void events.push("never");
      future.addDoneCallback(() => {
        events.push("first", String(future.cancel()), String(future.removeDoneCallback(never)));
        future.addDoneCallback(() => events.push("added"));
      });
      future.addDoneCallback(() => events.push("second"));
      future.setResult();
      await sleep(0);
      events.push("|");
      await sleep(0);
    });
    expect(events).toEqual(["first", "false", "0", "second", "|", "added"]);
  });

  test.each<[string, () => unknown, string]>([
    ["a promise that is rejected", () => Promise.reject(new Error("async")), "Error: async"],
    ["a thenable that rejects", () => thenable((_, reject) => reject(new Error("async"))), "Error: async"],
    [
      "a thenable that throws",
      () =>
        thenable(() => {
          throw new Error("async");
        }),
      "Error: async",
    ],
  ])("one that returns %s is reported.", async (_, callback, what) => {
    const { reports } = await outcomeOf(async () => {
      getRunningLoop().callSoon(callback);
      await sleep(1);
    });
    expect(reports.map(({ exception }) => nameOf(exception))).toEqual([what]);
  });

  test("one that returns a task leaves its error to the task", async () => {
    const { reports } = await outcomeOf(async () => {
      getRunningLoop().callSoon(() =>
        createTask(
          () => {
            throw new Error("of the task");
          },
          { name: "made" },
        ),
      );
      await sleep(1);
    });
    expect(reports.map(({ message }) => message.split(" failed")[0])).toEqual(["Task 'made'"]);
  });
});

describe("exception handlers", () => {
  const written: unknown[][] = [];
  /**
   * Runs a program that reports "one" and "two", with a handler; what the console is told is in `written`.
   */
  async function withHandler(handler: () => unknown, broken = false): Promise<unknown> {
    written.length = 0;
    const { error } = console;
    console.error = (...args: unknown[]) => {
      written.push(args);
      if (broken) throw new Error("the console is broken");
    };
    try {
      const loop = virtualLoop();
      loop.setExceptionHandler(handler as never);
      return await run(
        async () => {
          loop.callExceptionHandler({ message: "one" });
          loop.callSoon(() => {
            throw new Error("two");
          });
          return sleep(5, "ended");
        },
        { loopFactory: () => loop },
      );
    } finally {
      console.error = error;
    }
  }
  const told = (): string[] => written.map(([message, error]) => [message, error].map(String).join(": "));

  test("what an async one throws is reported, and so is what it was told", async () => {
    expect(
      await withHandler(async () => {
        throw new Error("in the handler");
      }),
    ).toBe("ended");
    expect(told()).toEqual([
      "the exception handler of the loop threw an error: Error: in the handler",
      "one: undefined",
      "the exception handler of the loop threw an error: Error: in the handler",
      expect.stringMatching(/threw an error: Error: two$/),
    ]);
  });

  test.each<[string, () => unknown]>([
    ["closes the loop", () => getRunningLoop().close()],
    ["runs the loop", () => getRunningLoop().runForever()],
    ["runs a program", () => run(async () => {})],
    [
      "throws a revoked proxy",
      () => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        throw proxy;
      },
    ],
  ])("one that %s does not end the program.", async (_, handler) => {
    expect(await withHandler(handler)).toBe("ended");
  });

  test("one that stops the loop ends the program with an error", async () => {
    await expect(withHandler(() => getRunningLoop().stop())).rejects.toThrow(
      /the event loop was stopped before/,
    );
  });

  test("a console that throws stops nothing", async () => {
    expect(
      await withHandler(() => {
        throw new Error("in the handler");
      }, true),
    ).toBe("ended");
    expect(written.length).toBeGreaterThan(0);
  });
});

test("an error that can't be printed is reported by its message", async () => {
  const { error } = console;
  const written: unknown[][] = [];
  console.error = (...args: unknown[]) => {
    if (args.length > 1 && typeof args[1] === "object") throw new Error("can't print that");
    written.push(args);
  };
  try {
    await run(async () => {
      getRunningLoop().callExceptionHandler({ message: "message", exception: {} });
    });
  } finally {
    console.error = error;
  }
  expect(written).toEqual([["message", "(which can't be printed)"]]);
});

test.each<[string, () => unknown]>([
  [
    "throws",
    () => {
      throw new Error("in prepareStackTrace");
    },
  ],
  ["gives no text", () => [1, 2, 3]],
])(
  "where the program writes stacks in a way that %s, tasks fail and are cancelled as ever.",
  async (_, prepare) => {
    const { prepareStackTrace } = Error;
    const failure = new Error("failed");
    const program = async (): Promise<unknown> => {
      const failing = createTask(async () => {
        await sleep(1);
        throw failure;
      });
      const cancelled = createTask(() => sleep(10));
      await sleep(2);
      cancelled.cancel();
      return [
        await failing.catch((error: unknown) => error === failure),
        await cancelled.catch(isCancelled),
        await waitFor(sleep(10), 1).catch((error) => error instanceof TimeoutError),
        await createTask(function* () {
          try {
            yield* waitFor(sleep(10), 1);
          } catch (error) {
            return error instanceof TimeoutError;
          }
          return false;
        }),
      ];
    };
    for (const debug of [false, true]) {
      Error.prepareStackTrace = prepare;
      const outcome = await outcomeOf(program, { debug }).finally(
        () => (Error.prepareStackTrace = prepareStackTrace),
      );
      expect(outcome).toMatchObject({ result: [true, true, true, true], reports: [], left: 0 });
    }
  },
);

test("a body written for the low level gives a thenable to runBody()", async () => {
  const body = function* (): Steps<unknown> {
    return yield* runBody(twice as never);
  };
  expect(await runVirtual(body)).toBe("first");
});

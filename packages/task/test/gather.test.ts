import { setTimeout as promisedTimeout } from "node:timers/promises";
import { coroutine } from "@asyncio-ts/coroutine";
import { Future, isFuture, type Steps } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, DeadlockError, gather, sleep, type Task, type Waitable } from "@asyncio-ts/task";
import { describe, expect, expectTypeOf, test } from "vitest";
import { awaited, bothKinds, errorOf, nameOf, outcomeOf, runVirtual } from "@asyncio-ts/testkit";

describe.each(bothKinds)("gather() in %s", ({ body, startTask, runProgram }) => {
  const slow = <T>(delay: number, result: T, events: string[] = []) =>
    coroutine(
      body(function* () {
        try {
          yield* awaited(sleep(delay));
        } catch (error) {
          events.push(`${String(result)} ${nameOf(error)}`);
          throw error;
        }
        events.push(String(result));
        return result;
      }) as () => Promise<T>,
    )();
  const failing = (delay: number, message: string) =>
    body(function* () {
      yield* awaited(sleep(delay));
      throw new Error(message);
    });
  /** Starts a task that awaits a gather, and records when that fails. */
  const gathering = (events: string[], make: () => PromiseLike<unknown>) =>
    startTask(function* () {
      try {
        yield* awaited(make());
      } catch (error) {
        events.push(`gather ${nameOf(error)} at ${getRunningLoop().time()}`);
        throw error;
      }
    });

  test("gives the results in the order in which the bodies were given, and runs them side by side", async () => {
    const events: string[] = [];
    const main = body(function* () {
      const results = yield* awaited(
        gather([slow(30, "a", events), slow(10, "b", events), slow(20, "c", events)]),
      );
      return [results, getRunningLoop().time()];
    });
    expect(await runVirtual(main)).toEqual([["a", "b", "c"], 30]);
    expect(events).toEqual(["b", "c", "a"]);
  });

  test("gives a record for a record", async () => {
    const main = body(function* () {
      const results = yield* awaited(gather({ user: slow(10, "Ann"), age: slow(5, 42) }));
      return results;
    });
    expect(await runVirtual(main)).toEqual({ user: "Ann", age: 42 });
  });

  test("takes any iterable, tasks, futures, promises and bodies together", async () => {
    const main = body(function* () {
      const future = new Future<number>();
      getRunningLoop().callLater(5, () => future.setResult(4));
      function* steps(): Steps<number> {
        return 5;
      }
      const all = new Set([createTask(() => 1), Promise.resolve(2), async () => 3, future, steps(), steps]);
      const results = yield* awaited(gather(all));
      return results;
    });
    expect(await runVirtual(main)).toEqual([1, 2, 3, 4, 5, 5]);
  });

  test("of nothing gives nothing, and does not suspend", async () => {
    const events: unknown[] = [];
    await runProgram(function* () {
      getRunningLoop().callSoon(() => events.push("another"));
      const list = yield* awaited(gather([]));
      const record = yield* awaited(gather({}));
      events.push(list, record);
    });
    expect(events.slice(0, 2)).toEqual([[], {}]);
  });

  test("of finished things does not suspend", async () => {
    const events: unknown[] = [];
    await runProgram(function* () {
      const done = createTask(() => 1);
      const future = new Future<number>();
      future.setResult(2);
      yield* awaited(sleep(1));
      getRunningLoop().callSoon(() => events.push("another"));
      const results = yield* awaited(gather([done, future]));
      events.push(results);
      yield* awaited(sleep(0));
    });
    expect(events).toEqual([[1, 2], "another"]);
  });

  test("the first error goes out at once, and the others run on", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const survivor = createTask(slow(20, "survivor", events));
      const error = yield* errorOf(gather([survivor, failing(10, "first"), failing(15, "second")]));
      events.push(`${nameOf(error)} at ${getRunningLoop().time()}`);
      yield* awaited(survivor);
    });
    expect(events).toEqual(["Error: first at 10", "survivor"]);
  });

  test("with returnExceptions errors and cancellations stand in the results", async () => {
    const main = body(function* () {
      const cancelled = createTask(() => sleep(1000));
      getRunningLoop().callLater(5, () => cancelled.cancel("one of them"));
      const results = yield* awaited(
        gather([slow(20, "value"), failing(10, "failed"), cancelled], {
          returnExceptions: true,
        }),
      );
      return [results[0], nameOf(results[1]), nameOf(results[2]), getRunningLoop().time()];
    });
    expect(await runVirtual(main)).toEqual(["value", "Error: failed", "cancelled: one of them", 20]);
  });

  test("cancelling who awaits it cancels all, and it ends with the first that stops", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const stubborn = startTask(function* () {
        try {
          yield* awaited(sleep(1000));
        } catch {
          events.push("stubborn goes on");
          yield* awaited(sleep(10));
        }
        events.push("stubborn ends");
        return "stubborn";
      });
      const task = gathering(events, () =>
        gather([stubborn, slow(1000, "b", events), slow(1000, "c", events)]),
      );
      yield* awaited(sleep(1));
      task.cancel("stop");
      yield* awaited(sleep(100));
      events.push(`${task.cancelled()}`);
    });
    expect(events).toEqual([
      "stubborn goes on",
      "b cancelled: stop",
      "c cancelled: stop",
      "gather cancelled: stop at 1",
      "stubborn ends",
      "true",
    ]);
  });

  test("with returnExceptions, cancelled, it waits for all, and then ends as cancelled", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const stubborn = startTask(function* () {
        try {
          yield* awaited(sleep(1000));
        } finally {
          yield* awaited(sleep(10));
          events.push("slow to stop");
        }
      });
      const task = gathering(events, () =>
        gather([stubborn, slow(1000, "b", events)], { returnExceptions: true }),
      );
      yield* awaited(sleep(1));
      task.cancel("stop");
      yield* awaited(sleep(100));
    });
    expect(events).toEqual(["b cancelled: stop", "slow to stop", "gather cancelled: stop at 11"]);
  });

  test("cancelling a child cancels the gather, as an error, and not its other children", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const child = createTask(slow(1000, "child", events));
      const other = createTask(slow(10, "other", events));
      const gathered = gather([child, other]);
      getRunningLoop().callLater(5, () => child.cancel());
      events.push(`gather ${nameOf(yield* errorOf(gathered))}`, String(gathered.cancelled()));
      yield* awaited(other);
    });
    expect(events).toEqual(["child cancelled", "gather cancelled", "false", "other"]);
  });

  test("a function that is given twice is called twice", async () => {
    let calls = 0;
    const work = body(function* () {
      const call = ++calls;
      yield* awaited(sleep(10));
      return call;
    });
    await runProgram(function* () {
      expect(yield* awaited(gather([work, work, work]))).toEqual([1, 2, 3]);
      expect(yield* awaited(gather({ a: work, b: work }))).toEqual({ a: 4, b: 5 });
    });
  });

  test("one that is given twice runs once, and its result stands twice", async () => {
    const events: string[] = [];
    const main = body(function* () {
      const one = slow(5, "one", events);
      const results = yield* awaited(gather([one, slow(1, "two", events), one]));
      return results;
    });
    expect(await runVirtual(main)).toEqual(["one", "two", "one"]);
    expect(events).toEqual(["two", "one"]);
  });

  test("gathers of gathers pass values and cancellations on", async () => {
    const events: string[] = [];
    const main = body(function* () {
      const nested = yield* awaited(
        gather([gather([slow(1, 1), slow(2, 2)]), gather({ three: slow(3, 3) })]),
      );
      const task = startTask(function* () {
        yield* awaited(gather([gather([slow(1000, "a", events)]), slow(1000, "b", events)]));
      });
      yield* awaited(sleep(1));
      task.cancel();
      yield* awaited(sleep(1));
      return nested;
    });
    expect(await runVirtual(main)).toEqual([[1, 2], { three: 3 }]);
    expect(events.sort()).toEqual(["a cancelled", "b cancelled"]);
  });

  test("results that have all arrived are not lost by a cancellation that comes after them", async () => {
    const main = body(function* () {
      const futures = [new Future<string>(), new Future<string>()] as const;
      const task = startTask(function* () {
        const results = yield* awaited(gather(futures));
        return results;
      });
      yield* awaited(sleep(1));
      futures[0].setResult("a");
      futures[1].setResult("b");
      task.cancel();
      const results = yield* awaited(task);
      return results;
    });
    expect(await runVirtual(main)).toEqual(["a", "b"]);
  });
});

describe("gather()", () => {
  test("is a future: it runs at once, without being awaited", async () => {
    const events: string[] = [];
    await runVirtual(async () => {
      const gathered = gather([async () => void events.push("ran")]);
      expect(isFuture(gathered)).toBe(true);
      await sleep(1);
      expect([events, gathered.done()]).toEqual([["ran"], true]);
    });
  });

  test("cancel() of one that is done, or whose children all are, is false", async () => {
    await runVirtual(async () => {
      const future = new Future<number>();
      const gathered = gather([future]);
      future.setResult(1);
      expect(gathered.cancel()).toBe(false);
      expect(await gathered).toEqual([1]);
      expect(gathered.cancel()).toBe(false);
    });
  });

  test("the errors of the others are not reported once it has failed", async () => {
    const { reports, error } = await outcomeOf(async () => {
      const fail = (delay: number) => async (): Promise<never> => {
        await sleep(delay);
        throw new Error(`after ${delay}`);
      };
      try {
        await gather([fail(1), fail(2), fail(2)]);
      } finally {
        await sleep(10);
      }
    });
    expect([nameOf(error), reports]).toEqual(["Error: after 1", []]);
  });

  test("an error of it that nobody retrieves is reported once", async () => {
    const { reports } = await outcomeOf(async () => {
      gather([
        async () => {
          throw new Error("lost");
        },
      ]);
      await sleep(1);
    });
    expect(reports.map((report) => report.message)).toEqual([
      "gather of 1 failed and nobody retrieved its error (await it, or call exception())",
    ]);
  });

  test.each<[string, unknown, string]>([
    ["a coroutine", coroutine(async () => {})(), "an object of class Coroutine"],
    ["a promise", Promise.resolve(), "an object of class Promise"],
    ["a function", async () => {}, "a function"],
    ["a number", 5, "5"],
    ["a string", "ab", '"ab"'],
    ["nothing", undefined, "undefined"],
  ])("refuses %s instead of a list, and says how to write it.", (_, value, name) => {
    const gatherAnything = gather as (first: unknown, second: unknown) => unknown;
    expect(() => gatherAnything(value, sleep(1))).toThrow(
      new TypeError(`gather() needs a list of things to wait for, got ${name}; write gather([a, b])`),
    );
  });

  test("refuses an element that cannot be waited for", async () => {
    await runVirtual(async () => {
      expect(() => gather([5 as unknown as Promise<void>])).toThrow(
        /needs a coroutine object, a generator object or a function that returns a promise, got 5/,
      );
    });
  });

  test("infers tuples, records and lists", () => {
    const number = coroutine(async () => 1);
    const text = coroutine(function* () {
      return "x";
    });
    type Made = [ReturnType<typeof gather<[ReturnType<typeof number>, ReturnType<typeof text>]>>];
    expectTypeOf<Made[0]>().resolves.toEqualTypeOf<[number, string]>();
    const types = (task: Task<boolean>) => {
      expectTypeOf(gather([number(), text(), task, Promise.resolve(null)])).resolves.toEqualTypeOf<
        [number, string, boolean, null]
      >();
      expectTypeOf(gather({ number: number(), text: text() })).resolves.toEqualTypeOf<{
        number: number;
        text: string;
      }>();
      expectTypeOf(gather([1, 2].map(() => number()))).resolves.toEqualTypeOf<number[]>();
      expectTypeOf(gather(new Set([text()]))).resolves.toEqualTypeOf<string[]>();
      expectTypeOf(gather([number, async () => "x"])).resolves.toEqualTypeOf<[number, string]>();
      expectTypeOf(gather([number(), text()], { returnExceptions: true })).resolves.toEqualTypeOf<
        [number | Error, string | Error]
      >();
      expectTypeOf(gather({ a: number() }, { returnExceptions: true })).resolves.toEqualTypeOf<{
        a: number | Error;
      }>();
      expectTypeOf(gather({ text: text() }, { returnExceptions: task.done() })).resolves.toEqualTypeOf<
        { text: string } | { text: string | Error }
      >();
      expectTypeOf(
        gather([
          function* () {
            yield* sleep(1);
            return 1;
          },
        ]),
      ).resolves.toEqualTypeOf<[number]>();
      // @ts-expect-error it takes a list
      gather(number(), text());
      // @ts-expect-error it takes a list
      gather(task, task, task);
      // @ts-expect-error it takes a list
      gather(Promise.resolve(1), Promise.resolve(2));
      // @ts-expect-error the entries of a map are no waitables
      gather(new Map([["a", number()]]));
      // @ts-expect-error a number can't be waited for
      gather([5, number()]);
    };
    function anyList<W extends readonly Waitable<unknown>[]>(...waitables: W) {
      return gather<W>(waitables);
    }
    expectTypeOf(anyList([number, text][0]!, Promise.resolve(true))).resolves.toEqualTypeOf<
      [string | number, boolean]
    >();
    expect(types).toBeTypeOf("function");
  });
});

test("gather() refuses two generators in place of a list", async () => {
  await runVirtual(async () => {
    const steps = function* () {
      yield* sleep(1);
    };
    expect(() => (gather as (a: unknown, b: unknown) => unknown)(steps(), steps())).toThrow(
      /write gather\(\[a, b\]\)/,
    );
  });
});

test("gather() of what nothing can end is a deadlock, of a promise from outside is none", async () => {
  await expect(runVirtual(() => gather([new Future<void>()]))).rejects.toBeInstanceOf(DeadlockError);
  expect(await runVirtual(() => gather([promisedTimeout(5, "here")]))).toEqual(["here"]);
});

test("a gather whose own children are done is not cancelled any more, but what stands beside it is", async () => {
  await runVirtual(async () => {
    const future = new Future<string>();
    const sleeping = createTask(() => sleep(1000));
    const inner = gather([future]);
    const outer = gather([sleeping, inner], { returnExceptions: true });
    await sleep(1);
    future.setResult("arrived");
    // The reaction that ends the inner one is still on its way.
    expect([inner.done(), inner.cancel(), outer.cancel()]).toEqual([false, false, true]);
    expect(await outer.then(String, nameOf)).toBe("cancelled");
    expect([await inner, sleeping.cancelled()]).toEqual([["arrived"], true]);
  });
});

test("gather() refuses a function beside a list, and an object with a then, instead of a record", () => {
  const gatherAnything = gather as (first: unknown, second?: unknown) => unknown;
  expect(() => gatherAnything([], async () => {})).toThrow(/^gather\(\) needs a list of things to wait for/);
  // oxlint-disable-next-line unicorn/no-thenable -- what is refused
  expect(() => gatherAnything({ then() {} })).toThrow(/^gather\(\) needs a list of things to wait for/);
});

test("gather() names the place of what cannot be waited for", async () => {
  const wrong = 5 as unknown as Promise<void>;
  await runVirtual(async () => {
    expect(() => gather([Promise.resolve(), wrong])).toThrow(/^gather\(\), at 1, needs/);
    expect(() => gather({ a: Promise.resolve(), b: wrong })).toThrow(/^gather\(\), at b, needs/);
  });
});

test("cancel() of a gather that has failed is false, and leaves the others running", async () => {
  await runVirtual(async () => {
    const failing = new Future<void>();
    const other = createTask(() => sleep(10, "other"));
    const gathered = gather([failing, other]);
    failing.setException(new Error("no"));
    expect(await gathered.then(String, nameOf)).toBe("Error: no");
    expect(gathered.cancel()).toBe(false);
    expect(await other).toBe("other");
  });
});

test("cancel() of a gather of futures is true, and ends it as cancelled", async () => {
  await runVirtual(async () => {
    const gathered = gather([new Future<void>()], { returnExceptions: true });
    expect(gathered.cancel("enough")).toBe(true);
    expect(await gathered.then(String, nameOf)).toBe("cancelled: enough");
  });
});

test.each(["the gather", "the task"])(
  "a gather and a task of it that awaits it: cancelling %s ends both",
  async (first) => {
    await runVirtual(async () => {
      const child: Task<unknown> = createTask(async () => gathered);
      const gathered: Future<unknown> = gather([child]);
      await sleep(1);
      expect((first === "the task" ? child : gathered).cancel("enough")).toBe(true);
      expect(await gathered.then(String, nameOf)).toBe("cancelled: enough");
      expect(await child.then(String, nameOf)).toBe("cancelled: enough");
      expect(child.cancelled()).toBe(true);
    });
  },
);

test.each([1, 2])(
  "a child that answers a cancellation with an error has answered it for who awaits the gather (depth %i)",
  async (depth) => {
    const events: string[] = [];
    await runVirtual(async () => {
      const task = createTask(async () => {
        const answers = async () => {
          await sleep(1000).catch(() => {});
          throw new Error("no");
        };
        const gathered = gather([answers]);
        await (depth === 1 ? gathered : gather([gathered])).catch((error: unknown) =>
          events.push(nameOf(error)),
        );
        await sleep(10);
        events.push(`slept until ${getRunningLoop().time()}`);
      });
      await sleep(1);
      task.cancel();
      await task;
    });
    expect(events).toEqual(["Error: no", "slept until 11"]);
  },
);

describe.each(bothKinds)("a gather that a task in %s waits for", ({ startTask, runProgram }) => {
  test("keeps its results if the task is cancelled when it is done, and the next wait is cancelled", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const future = new Future<string>();
      const task = startTask(function* () {
        events.push(...(yield* awaited(gather([future]))));
        events.push(nameOf(yield* errorOf(sleep(1000))));
      });
      yield* awaited(sleep(1));
      future.setResult("done");
      yield* awaited(sleep(0));
      task.cancel();
      yield* awaited(task);
    });
    expect(events).toEqual(["done", "cancelled"]);
  });

  test("ends with its children, also if it is in another one that is cancelled twice", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const child = startTask(function* () {
        yield* errorOf(sleep(1000));
        yield* errorOf(sleep(1000));
        yield* awaited(sleep(30));
      });
      const task = startTask(function* () {
        events.push(nameOf(yield* errorOf(gather([gather([child])]))));
        events.push(`ends at ${getRunningLoop().time()}`);
      });
      for (let count = 0; count < 2; count++) {
        yield* awaited(sleep(10));
        task.cancel();
      }
      yield* awaited(task);
    });
    expect(events).toEqual(["cancelled", "ends at 50"]);
  });
});

test("a gather that is cancelled, and that a child of it awaits, ends when that child has cleaned up", async () => {
  await runVirtual(async () => {
    const child: Task<unknown> = createTask(async () => {
      try {
        await all;
      } finally {
        await sleep(10);
      }
    });
    const all: Future<unknown> = gather([child]);
    await sleep(1);
    all.cancel();
    await all.catch(() => {});
    expect([child.cancelled(), getRunningLoop().time()]).toEqual([true, 11]);
  });
});

test("a task that waits for itself by way of gathers is cancelled once, also if they return errors", async () => {
  await runVirtual(async () => {
    const task: Task<unknown> = createTask(
      async () => await gather([gather([task])], { returnExceptions: true }),
    );
    await sleep(1);
    task.cancel();
    await sleep(1);
    expect([task.cancelled(), task.cancelling()]).toEqual([true, 1]);
  });
});

import { setTimeout as promisedTimeout } from "node:timers/promises";
import { waitsFor } from "../src/members.js";
import { coroutine } from "@asyncio-ts/coroutine";
import { Future } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, DeadlockError, sleep, type Task, wait, type Waited } from "@asyncio-ts/task";
import { describe, expect, expectTypeOf, test } from "vitest";
import { awaited, bothKinds, errorOf, nameOf, outcomeOf, runVirtual } from "@asyncio-ts/testkit";

type Names = [done: string[], pending: string[]];

function names({ done, pending }: Waited<Task<unknown>>): Names {
  const list = (set: Set<Task<unknown>>): string[] => [...set].map((task) => task.name);
  return [list(done), list(pending)];
}

describe.each(bothKinds)("wait() in %s", ({ body, startTask }) => {
  const ends = (name: string, delay: number): Task<unknown> => createTask(() => sleep(delay), { name });
  const fails = (name: string, delay: number): Task<unknown> =>
    createTask(
      body(function* () {
        yield* awaited(sleep(delay));
        throw new Error(`${name} failed`);
      }),
      { name },
    );

  test("waits for all by default, and throws no error of them", async () => {
    const main = body(function* () {
      const waited = yield* awaited(wait([ends("a", 30), fails("b", 10), ends("c", 20)]));
      const errors = [...waited.done].map((task) => nameOf(task.exception()));
      return [names(waited), errors, getRunningLoop().time()];
    });
    expect(await runVirtual(main)).toEqual([
      [["a", "b", "c"], []],
      ["undefined", "Error: b failed", "undefined"],
      30,
    ]);
  });

  test("FIRST_COMPLETED ends with the first, be it an error or not, and cancels none", async () => {
    const main = body(function* () {
      const tasks = [ends("a", 30), ends("b", 10), ends("c", 20)];
      const waited = yield* awaited(wait(tasks, { returnWhen: "FIRST_COMPLETED" }));
      const at = getRunningLoop().time();
      const rest = yield* awaited(wait(waited.pending));
      return [names(waited), at, names(rest), getRunningLoop().time()];
    });
    expect(await runVirtual(main)).toEqual([[["b"], ["a", "c"]], 10, [["a", "c"], []], 30]);
  });

  test("FIRST_EXCEPTION ends with the first error, and a cancellation is none", async () => {
    const main = body(function* () {
      const cancelled = ends("cancelled", 1000);
      getRunningLoop().callLater(5, () => cancelled.cancel());
      const tasks = [ends("a", 30), fails("b", 20), ends("c", 10), cancelled];
      const waited = yield* awaited(wait(tasks, { returnWhen: "FIRST_EXCEPTION" }));
      return [names(waited), getRunningLoop().time()];
    });
    const { result, reports } = await outcomeOf(main);
    expect(result).toEqual([[["b", "c", "cancelled"], ["a"]], 20]);
    expect(reports).toEqual([]);
  });

  test("FIRST_EXCEPTION without one waits for all", async () => {
    const main = body(function* () {
      const waited = yield* awaited(
        wait([ends("a", 30), ends("b", 10)], {
          returnWhen: "FIRST_EXCEPTION",
        }),
      );
      return names(waited);
    });
    expect(await runVirtual(main)).toEqual([["a", "b"], []]);
  });

  test("when the time is over it says what is pending; nothing is cancelled or thrown", async () => {
    const main = body(function* () {
      const slow = ends("slow", 50);
      const waited = yield* awaited(wait([slow, ends("fast", 5)], { timeout: 10 }));
      const at = getRunningLoop().time();
      yield* awaited(slow);
      return [names(waited), at, slow.cancelled()];
    });
    expect(await runVirtual(main)).toEqual([[["fast"], ["slow"]], 10, false]);
  });

  test("a timeout of 0 looks once, one of null waits for ever", async () => {
    const main = body(function* () {
      const task = ends("task", 1000);
      const now = yield* awaited(wait([task], { timeout: 0 }));
      const at = getRunningLoop().time();
      const later = yield* awaited(wait([task], { timeout: null }));
      return [names(now), at, names(later)];
    });
    expect(await runVirtual(main)).toEqual([[[], ["task"]], 0, [["task"], []]]);
  });

  test("cancelled, it leaves what it waits for running, and its timer is gone", async () => {
    const main = body(function* () {
      const slow = ends("slow", 50);
      const waiting = startTask(function* () {
        yield* awaited(wait([slow], { timeout: 10_000 }));
      });
      yield* awaited(sleep(1));
      waiting.cancel();
      yield* awaited(slow);
      return [waiting.cancelled(), slow.cancelled(), getRunningLoop().time()];
    });
    expect(await runVirtual(main)).toEqual([true, false, 50]);
  });

  test("that everything was done is not lost by a cancellation that comes after it", async () => {
    const main = body(function* () {
      const future = new Future<string>();
      const waiting = startTask(function* () {
        const { done } = yield* awaited(wait([future]));
        return done.size;
      });
      yield* awaited(sleep(1));
      future.setResult("x");
      yield* awaited(sleep(0));
      waiting.cancel();
      const size = yield* awaited(waiting);
      return size;
    });
    expect(await runVirtual(main)).toBe(1);
  });

  test("a cancellation in the moment in which everything is done comes before it", async () => {
    const main = body(function* () {
      const future = new Future<string>();
      const waiting = startTask(function* () {
        yield* awaited(wait([future]));
      });
      yield* awaited(sleep(1));
      future.setResult("x");
      waiting.cancel();
      return nameOf(yield* errorOf(waiting));
    });
    expect(await runVirtual(main)).toBe("cancelled");
  });

  test("what is given twice counts once", async () => {
    const main = body(function* () {
      const task = ends("task", 5);
      const waited = yield* awaited(wait([task, task]));
      return names(waited);
    });
    expect(await runVirtual(main)).toEqual([["task"], []]);
  });
});

describe("wait()", () => {
  test("leaves nothing behind on a future that outlives many waits", async () => {
    await runVirtual(async () => {
      const future = new Future<void>();
      for (let i = 0; i < 100; i++) await wait([future], { timeout: 1 });
      expect(future.awaitedBy()).toEqual([]);
      const waiting = createTask(async () => await wait([future]));
      await sleep(1);
      expect(future.awaitedBy()).toHaveLength(1);
      waiting.cancel();
      await sleep(1);
      expect(future.awaitedBy()).toEqual([]);
    });
  });

  test("takes promises, as futures", async () => {
    await runVirtual(async () => {
      const { done, pending } = await wait([Promise.resolve(1), Promise.resolve(2)]);
      expect([[...done].map((future) => future.result()), pending.size]).toEqual([[1, 2], 0]);
    });
  });

  test("of what nothing can end is a deadlock, of a promise from outside is none", async () => {
    await expect(runVirtual(() => wait([new Future<void>()]))).rejects.toBeInstanceOf(DeadlockError);
    const { done } = await runVirtual(() => wait([promisedTimeout(5, "here")]));
    expect([...done].map((future) => future.result())).toEqual(["here"]);
  });

  test("refuses coroutines, and says to make them tasks", async () => {
    await runVirtual(async () => {
      const fetchData = coroutine(async function fetchData() {});
      // @ts-expect-error they are no tasks
      await expect(wait([fetchData()])).rejects.toThrow(
        new TypeError(
          "wait() needs tasks and futures, got <Coroutine fetchData>; make it a task first: wait([createTask(it)])",
        ),
      );
      await expect(wait([fetchData as unknown as Promise<void>])).rejects.toThrow(
        /got a function; make it a task/,
      );
      for (const [other, name] of [
        [5, "5"],
        [null, "null"],
        [{}, "an object of class Object"],
      ] as const) {
        await expect(wait([other as unknown as Promise<void>])).rejects.toThrow(
          `wait() needs tasks and futures, got ${name}; make it a task first: wait([createTask(it)])`,
        );
      }
    });
  });

  test("refuses an empty list, and one future instead of a list", async () => {
    await runVirtual(async () => {
      await expect(wait([])).rejects.toThrow(
        new TypeError("wait() needs at least one task or future to wait for"),
      );
      await expect(wait(new Future<void>() as unknown as Future<void>[])).rejects.toThrow(
        /write wait\(\[a, b\]\)/,
      );
    });
  });

  test("refuses another returnWhen, and another timeout", async () => {
    await runVirtual(async () => {
      const futures = [new Future<void>()];
      await expect(wait(futures, { returnWhen: "ANY" as unknown as "FIRST_COMPLETED" })).rejects.toThrow(
        'wait() needs returnWhen "FIRST_COMPLETED", "FIRST_EXCEPTION" or "ALL_COMPLETED", got "ANY"',
      );
      await expect(wait(futures, { timeout: "1s" as unknown as number })).rejects.toThrow(
        'wait() needs a number of milliseconds, got "1s"',
      );
    });
  });

  test("names the first three of those that it waits for", async () => {
    await runVirtual(async () => {
      const futures = Array.from({ length: 100_000 }, () => new Future<void>());
      const [few, many] = [futures.slice(0, 2), futures].map((some) => createTask(wait(some)));
      await sleep(1);
      expect([few?.[waitsFor](), many?.[waitsFor]()]).toEqual([
        ["<wait for <Future pending>, <Future pending> pending>"],
        ["<wait for <Future pending>, <Future pending>, <Future pending>, … and 99,997 more pending>"],
      ]);
      for (const future of futures) future.setResult();
    });
  });

  test("gives sets of what it was given", () => {
    const types = (task: Task<number>, promise: Promise<string>) => {
      expectTypeOf(wait([task])).resolves.toEqualTypeOf<Waited<Task<number>>>();
      expectTypeOf(wait([promise])).resolves.toEqualTypeOf<Waited<Future<string>>>();
      // @ts-expect-error one of them is a coroutine
      wait([task, sleep(1)]);
      // @ts-expect-error it takes a list
      wait(task, task);
    };
    function ofTasks<T>(tasks: Task<T>[]) {
      return wait(tasks);
    }
    expectTypeOf(ofTasks<number>).returns.resolves.toEqualTypeOf<Waited<Task<number>>>();
    expect(types).toBeTypeOf("function");
  });
});

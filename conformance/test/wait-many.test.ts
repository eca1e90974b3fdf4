import { type Coroutine, coroutine } from "@asyncio-ts/coroutine";
import { Future } from "@asyncio-ts/future";
import { getRunningLoop, type TimerHandle } from "@asyncio-ts/loop";
import {
  asCompleted,
  createTask,
  ensureFuture,
  sleep,
  type Task,
  TimeoutError,
  wait,
} from "@asyncio-ts/task";
import { describe, expect, it, vi } from "vitest";
import { awaited, bothKinds, errorOf, oneIteration, type Program, runVirtual } from "@asyncio-ts/testkit";

/**
 * Compares by identity: a comparison by content would iterate the futures, and for ever those that are
 * pending.
 */
function expectExactly(actual: Iterable<unknown>, ...expected: unknown[]): void {
  const left = new Set(actual);
  expect(left.size).toBe(expected.length);
  for (const one of expected) expect(left.has(one)).toBe(true);
}

const now = (): number => getRunningLoop().time();

describe.each(bothKinds)("wait() in %s", ({ define, runProgram }) => {
  const sleeps = define(function* (delay: number): Program<number> {
    yield* awaited(sleep(delay));
    return delay;
  });
  const fails = define(function* (delay: number): Program<void> {
    if (delay > 0) yield* awaited(sleep(delay));
    throw new Error(`failed after ${delay}`);
  });
  /** Cancels what a test has left running. */
  const stop = define(function* (...tasks: Task<unknown>[]) {
    for (const task of tasks) task.cancel();
    yield* awaited(wait(tasks));
  });

  it("it ends when the last one is done, and at once when all are done already", () =>
    runProgram(function* () {
      const a = createTask(sleeps(100));
      const b = createTask(sleeps(150));
      for (let round = 0; round < 2; round++) {
        const { done, pending } = yield* awaited(wait([b, a]));
        expectExactly(done, a, b);
        expect(pending.size).toBe(0);
        expect(now()).toBe(150);
      }
    }));

  it("one that is given twice counts once", () =>
    runProgram(function* () {
      const ham = createTask(sleeps(1));
      const spam = createTask(sleeps(2));
      const { done, pending } = yield* awaited(wait([ham, ham, spam]));
      expectExactly(done, ham, spam);
      expect(pending.size).toBe(0);
    }));

  it.each([
    ["an iterator", (tasks: Task<number>[]) => tasks.values()],
    [
      "a generator that makes the tasks as it goes",
      function* (tasks: Task<number>[]) {
        for (const task of tasks) yield ensureFuture(task) as Task<number>;
      },
    ],
    ["a set", (tasks: Task<number>[]) => new Set(tasks)],
  ])("it takes %s", (_title, give) =>
    runProgram(function* () {
      const tasks = [10, 30, 20].map((delay) => createTask(sleeps(delay)));
      const { done, pending } = yield* awaited(wait(give(tasks)));
      expectExactly(done, ...tasks);
      expect(pending.size).toBe(0);
      expect(now()).toBe(30);
    }),
  );

  it("it may be the body of a task that makes its tasks in a generator", () =>
    runProgram(function* () {
      const tasks = function* (): Generator<Task<number>> {
        for (let delay = 0; delay < 10; delay++) yield createTask(sleeps(delay));
      };
      const { done, pending } = yield* awaited(createTask(wait(tasks())));
      expect([done.size, pending.size]).toEqual([10, 0]);
    }));

  it("it refuses nothing to wait for, something that is no list, a coroutine, and an unknown returnWhen", () =>
    runProgram(function* () {
      const call = sleeps(1);
      const task = createTask(sleeps(1));
      expect(yield* errorOf(wait([]))).toBeInstanceOf(TypeError);
      expect(yield* errorOf(wait(new Set<Task<number>>()))).toBeInstanceOf(TypeError);
      expect(yield* errorOf(wait(new Future() as never))).toBeInstanceOf(TypeError);
      expect(yield* errorOf(wait(call as never))).toBeInstanceOf(TypeError);
      expect(yield* errorOf(wait([call as never]))).toBeInstanceOf(TypeError);
      expect(yield* errorOf(wait([task], { returnWhen: -1 as never }))).toBeInstanceOf(TypeError);
      yield* awaited(call);
      yield* awaited(task);
    }));

  it("FIRST_COMPLETED ends it with the first that is done, and leaves the others running", () =>
    runProgram(function* () {
      const a = createTask(sleeps(10_000));
      const b = createTask(sleeps(100));
      const { done, pending } = yield* awaited(wait([b, a], { returnWhen: "FIRST_COMPLETED" }));
      expectExactly(done, b);
      expectExactly(pending, a);
      expect([b.result(), a.done(), now()]).toEqual([100, false, 100]);
      yield* awaited(stop(a));
    }));

  it("a task that has ended before the wait goes on counts as done, though another one ended it", () =>
    runProgram(function* () {
      const a = createTask(
        define(function* () {
          yield* oneIteration();
        })(),
      );
      const b = createTask(
        define(function* () {
          yield* oneIteration();
          yield* oneIteration();
        })(),
      );
      const { done, pending } = yield* awaited(createTask(wait([b, a], { returnWhen: "FIRST_COMPLETED" })));
      expectExactly(done, a, b);
      expect(pending.size).toBe(0);
    }));

  it.each([0, 10])("FIRST_EXCEPTION ends it with the first that fails, here after %i ms", (delay) =>
    runProgram(function* () {
      const a = createTask(sleeps(10_000));
      const b = createTask(fails(delay));
      const { done, pending } = yield* awaited(wait([b, a], { returnWhen: "FIRST_EXCEPTION" }));
      expectExactly(done, b);
      expectExactly(pending, a);
      expect(now()).toBe(delay);
      expect(b.exception()).toEqual(new Error(`failed after ${delay}`));
      yield* awaited(stop(a));
    }),
  );

  it("an error does not end the wait for all, nor come out of it", () =>
    runProgram(function* () {
      const a = createTask(sleeps(100));
      const b = createTask(fails(50));
      for (let round = 0; round < 2; round++) {
        const { done, pending } = yield* awaited(wait([b, a]));
        expect([done.size, pending.size]).toEqual([2, 0]);
        expectExactly(
          [...done].filter((task) => task.exception() !== undefined),
          b,
        );
        expect(now()).toBe(100);
      }
    }));

  it("when the time is over it gives what is done and what is not, without an error", () =>
    runProgram(function* () {
      const a = createTask(sleeps(100));
      const b = createTask(sleeps(150));
      const { done, pending } = yield* awaited(wait([b, a], { timeout: 110 }));
      expectExactly(done, a);
      expectExactly(pending, b);
      expect([now(), b.done()]).toEqual([110, false]);
      expect(yield* awaited(b)).toBe(150);
    }));

  it("a task that ends in the moment in which the time is over is done", () =>
    runProgram(function* () {
      const a = createTask(sleeps(100));
      const b = createTask(sleeps(150));
      // Both have set their timers before the wait sets its own.
      yield* oneIteration();
      const { done, pending } = yield* awaited(wait([b, a], { timeout: 100 }));
      expectExactly(done, a);
      expectExactly(pending, b);
      expect(now()).toBe(100);
      yield* awaited(stop(b));
    }));
});

/** Says which of its two loops is meant: the compiler takes the one that it has met first in the program. */
function asynchronous<T>(iterable: AsyncIterable<T>): AsyncIterable<T> {
  return iterable;
}

describe.each(bothKinds)("asCompleted() in %s", ({ define, runProgram }) => {
  const delayed = define(function* <T>(delay: number, value: T): Program<T> {
    yield* awaited(sleep(delay));
    return value;
  });

  type Given = Iterable<Coroutine<string> | Future<string>>;
  interface Collected {
    readonly results: string[];
    readonly error: unknown;
  }

  /** Takes the results as they come, up to `most` of them. */
  type Collect = (
    from: ReturnType<typeof asCompleted<Coroutine<string> | Future<string>>>,
    most?: number,
  ) => Coroutine<Collected>;

  const plainly: Collect = define(function* (from, most = Infinity) {
    const results: string[] = [];
    for (const next of from) {
      try {
        results.push(yield* awaited(next));
      } catch (error) {
        return { results, error };
      }
      if (results.length === most) break;
    }
    return { results, error: undefined };
  });

  // Only async functions have such a loop.
  const asynchronously: Collect = coroutine(async (from, most = Infinity) => {
    const results: string[] = [];
    try {
      for await (const { task } of asynchronous(from)) {
        results.push(task.result());
        if (results.length === most) break;
      }
    } catch (error) {
      return { results, error };
    }
    return { results, error: undefined };
  });

  describe.each([
    ["for", plainly],
    ["for await", asynchronously],
  ])("with %s", (_loop, collect) => {
    it("the results come in the order in which they are there", () =>
      runProgram(function* () {
        const given: Given = [delayed(10, "b"), delayed(150, "c"), delayed(5, "a")];
        expect((yield* awaited(collect(asCompleted(given)))).results).toEqual(["a", "b", "c"]);
        expect(now()).toBe(150);
      }));

    it("when the time is over there is a TimeoutError, and what is not done runs on", () =>
      runProgram(function* () {
        const a = createTask(sleep(100, "a"));
        const b = createTask(sleep(150, "b"));
        const { results, error } = yield* awaited(collect(asCompleted([a, b], { timeout: 120 })));
        expect(results).toEqual(["a"]);
        expect(error).toBeInstanceOf(TimeoutError);
        expect([now(), b.done()]).toEqual([120, false]);
        expect(yield* awaited(b)).toBe("b");
      }));

    it("a timeout that is not needed leaves no timer behind", () =>
      runProgram(function* () {
        const loop = getRunningLoop();
        const callLater = vi.spyOn(loop, "callLater");
        const given: Given = [delayed(10, "a")];
        expect((yield* awaited(collect(asCompleted(given, { timeout: 1000 })))).results).toEqual(["a"]);
        const timers = callLater.mock.results.map(({ value }) => value as TimerHandle);
        expect(timers.map((timer) => [timer.when(), timer.cancelled()])).toEqual([[1000, true]]);
        expect(loop.time()).toBe(10);
      }));

    it("a loop that was left can be taken up again with the same iterable", () =>
      runProgram(function* () {
        const iterable = asCompleted([4, 1, 3, 2].map((delay) => delayed(delay, `after ${delay}`)));
        expect((yield* awaited(collect(iterable, 2))).results).toEqual(["after 1", "after 2"]);
        expect((yield* awaited(collect(iterable))).results).toEqual(["after 3", "after 4"]);
        expect((yield* awaited(collect(iterable))).results).toEqual([]);
      }));

    it("one that is given twice comes once", () =>
      runProgram(function* () {
        const ham = delayed(1, "ham");
        const given: Given = [ham, ham, delayed(2, "spam")];
        expect((yield* awaited(collect(asCompleted(given)))).results).toEqual(["ham", "spam"]);
      }));

    it("a future or a coroutine in the place of the list is a TypeError", () =>
      runProgram(function* () {
        const call = delayed(1, "a");
        const attempt = (given: unknown): Coroutine<Collected> =>
          define(function* () {
            return yield* awaited(collect(asCompleted(given as Given)));
          })();
        expect(yield* errorOf(attempt(new Future()))).toBeInstanceOf(TypeError);
        expect(yield* errorOf(attempt(call))).toBeInstanceOf(TypeError);
        yield* awaited(call);
      }));
  });

  it("the awaitables of a plain loop can be awaited in any order: the first awaited gets the first result", () =>
    runProgram(function* () {
      const [first, second] = [...asCompleted([delayed(100, "b"), delayed(50, "a")])];
      expect(yield* awaited(second as Coroutine<string>)).toBe("a");
      expect(now()).toBe(50);
      expect(yield* awaited(first as Coroutine<string>)).toBe("b");
      expect(now()).toBe(100);
    }));

  it("the awaitables of a plain loop can be awaited at the same time", () =>
    runProgram(function* () {
      const all = [...asCompleted([delayed(50, "a"), delayed(50, "b")])];
      expect(all).toHaveLength(2);
      const { done } = yield* awaited(wait(all.map((one) => ensureFuture(one))));
      expect([...done].map((future) => future.result())).toEqual(["a", "b"]);
      expect(now()).toBe(50);
    }));

  it("what an asynchronous loop has given can be awaited at the same time", () =>
    runVirtual(
      coroutine(async () => {
        const tasks: Future<string>[] = [];
        for await (const { task } of asynchronous(asCompleted([delayed(50, "a"), delayed(50, "b")])))
          tasks.push(task);
        const { done } = await wait(tasks);
        expect([...done].map((future) => future.result())).toEqual(["a", "b"]);
        expect(now()).toBe(50);
      })(),
    ));

  it("an asynchronous loop gives the tasks and futures that it was given, and tasks of its own for coroutines", () =>
    runVirtual(
      coroutine(async () => {
        const future = new Future<string>();
        future.setResult("c");
        const task = createTask(delayed(0, "b"));
        const given = [delayed(0, "a"), task, future];
        const out = new Map<string, unknown>();
        for await (const { task: one } of asynchronous(asCompleted(given))) {
          expect(one.done()).toBe(true);
          out.set(one.result(), one);
        }
        expect(out.size).toBe(3);
        expect(out.get("b")).toBe(task);
        expect(out.get("c")).toBe(future);
        expect(given.includes(out.get("a") as (typeof given)[number])).toBe(false);
      })(),
    ));
});

describe("asCompleted() outside run()", () => {
  it("it runs coroutines on the default loop", async () => {
    const results: number[] = [];
    for (const next of asCompleted([coroutine(async () => 42)()])) results.push(await next);
    expect(results).toEqual([42]);
  });
});

import { Coroutine, coroutine, isCoroutine } from "@asyncio-ts/coroutine";
import { Future, type Steps } from "@asyncio-ts/future";
import { BoundedSemaphore, Condition, Lock, Semaphore } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";
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

const locks: [string, () => Lock | Condition | Semaphore][] = [
  ["Lock", () => new Lock()],
  ["Condition", () => new Condition()],
  ["Semaphore", () => new Semaphore()],
  ["BoundedSemaphore", () => new BoundedSemaphore()],
];

describe.each(bothKinds)("coroutines of %s", ({ define, runProgram }) => {
  it("a call of a coroutine function is a coroutine object, and runs nothing until it is awaited", async () => {
    let ran = false;
    const call = define(function* () {
      ran = true;
      return "test";
    })();
    expect(isCoroutine(call)).toBe(true);
    expect(call).toBeInstanceOf(Coroutine);
    await Promise.resolve();
    expect(ran).toBe(false);
    expect(await runVirtual(call)).toBe("test");
    expect(ran).toBe(true);
  });

  it.each([false, true])(
    "one coroutine awaits another and gets its result, with debug mode %j",
    async (debug) => {
      const bar = define(function* () {
        return "spam";
      });
      const foo = define(function* () {
        return yield* awaited(bar());
      });
      expect(await runVirtual(foo(), { debug })).toBe("spam");
      expect(await reportsOf(foo(), { debug })).toEqual([]);
    },
  );

  it("a function that returns a generator makes coroutines too", () =>
    runProgram(function* () {
      const generator = function* (): Steps<string> {
        yield* sleep(10);
        return "spam";
      };
      const call = coroutine(() => generator())();
      expect(isCoroutine(call)).toBe(true);
      expect(yield* awaited(call)).toBe("spam");
    }));

  it("a coroutine that has been made a task cannot be awaited, and the task is none the worse for it", () =>
    runProgram(function* () {
      const call = define(function* () {
        yield* awaited(sleep(100));
        return "done";
      })();
      const task = createTask(call);
      yield* oneIteration();
      const attempt = define(function* () {
        return yield* awaited(call);
      })();
      expect(yield* errorOf(attempt)).toEqual(
        expect.objectContaining({ message: expect.stringMatching(/was awaited, or made a task, before/) }),
      );
      expect(yield* awaited(task)).toBe("done");
    }));

  it("in debug mode a coroutine that nobody awaits is reported with the place of its call, and else not", async () => {
    const forgotten = define(function* forgotten(): Program<void> {});
    const main = define(function* () {
      forgotten();
    });
    const reports = await reportsOf(main(), { debug: true });
    expect(reports.map(({ message }) => message)).toEqual([
      expect.stringMatching(/was never awaited[^]*coroutines\.test\.ts/),
    ]);
    // The debug mode of one loop ends with it.
    expect(await reportsOf(main())).toEqual([]);
  });

  describe.each(locks)("%s", (_name, make) => {
    it("it is held while the body of with() runs, and free before and after", () =>
      runProgram(function* () {
        const lock = make();
        yield* awaited(sleep(10));
        const states = [lock.locked()];
        const body = define(function* () {
          states.push(lock.locked());
          yield* awaited(sleep(10));
          states.push(lock.locked());
          return "result";
        });
        expect(yield* awaited(lock.with(body))).toBe("result");
        states.push(lock.locked());
        expect(states).toEqual([false, true, true, false]);
      }));
  });
});

describe.each(locks)("awaiting a %s itself", (_name, make) => {
  it("it gives that object and acquires nothing", () =>
    runVirtual(async () => {
      const lock: unknown = make();
      expect(await lock).toBe(lock);
      expect((lock as Lock).locked()).toBe(false);
    }));

  it("it is a TypeError in a generator coroutine", () =>
    runVirtual(function* () {
      const lock = make();
      let error: unknown;
      try {
        yield* lock as unknown as Future<void>;
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(TypeError);
      expect(lock.locked()).toBe(false);
    }));
});

describe("isCoroutine()", () => {
  it("knows the coroutine objects of another copy of the library", () => {
    const brand = Object.getOwnPropertySymbols(Coroutine.prototype).find(
      (symbol) => Symbol.keyFor(symbol) === "asyncio-ts.Coroutine",
    ) as symbol;
    class CoroutineOfAnotherCopy {
      get [brand](): true {
        return true;
      }
    }
    const other = new CoroutineOfAnotherCopy();
    expect(other instanceof Coroutine).toBe(false);
    expect(isCoroutine(other)).toBe(true);
  });

  it("tells coroutine objects from generators, promises, futures and functions", () => {
    const generator = (function* () {})();
    for (const other of [
      generator,
      Promise.resolve(),
      new Future(),
      coroutine(async () => {}),
      undefined,
      null,
      "x",
    ]) {
      expect(isCoroutine(other)).toBe(false);
    }
  });
});

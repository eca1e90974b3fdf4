import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { all } from "@asyncio-ts/flow";
import { getRunningLoop } from "@asyncio-ts/loop";
import { explore } from "@asyncio-ts/loop/testing";
import { Semaphore } from "@asyncio-ts/sync";
import { allTasks, createTask, run, sleep, timeout, TimeoutError } from "@asyncio-ts/task";
import {
  awaited,
  bothKinds,
  cancelBeforeEachTurn,
  cancelEachTaskBeforeEachTurn,
  errorOf,
  nameOf,
  outcomeOf,
} from "@asyncio-ts/testkit";
import { describe, expect, expectTypeOf, test } from "vitest";
import { sleeper } from "./scenarios.js";

describe.each(bothKinds)("all() in %s", (kind) => {
  const { body, define, logOf, runProgram } = kind;

  test("resolves to the results in the order given, whatever finishes first", () =>
    runProgram(function* () {
      const late = define(function* (name: string) {
        return yield* awaited(sleep(20, name));
      });
      const results = yield* awaited(all([late("a"), () => sleep(10, 2), late("c")[Symbol.iterator]()]));
      expect(results).toEqual(["a", 2, "c"]);
      expect(getRunningLoop().time()).toBe(20);
    }));

  test("of nothing does not suspend", () =>
    runProgram(function* () {
      const other = createTask(() => "ran");
      expect(yield* awaited(all([]))).toEqual([]);
      expect(other.done()).toBe(false);
      yield* awaited(other);
    }));

  test("runs nothing before it is awaited", () =>
    runProgram(function* () {
      let begun = false;
      const call = all([() => (begun = true)]);
      yield* awaited(sleep(10));
      expect(begun).toBe(false);
      yield* awaited(call);
      expect(begun).toBe(true);
    }));

  test("throws the first error as it is, once the others are cancelled and have cleaned up", async () => {
    const error = new Error("first");
    const log = await logOf(function* (log) {
      const fails = body(function* () {
        yield* awaited(sleep(10));
        log.push("fails");
        throw error;
      });
      const thrown = yield* errorOf(all([sleeper(kind, log, "slow", 60_000, 5), fails]));
      log.push(`caught ${nameOf(thrown)} at ${getRunningLoop().time()}`);
      expect(thrown).toBe(error);
      expect(allTasks().size).toBe(1);
    });
    expect(log).toEqual(["fails", "slow stops", "slow has stopped", "caught Error: first at 15"]);
  });

  test("reports the errors of those that it stops", async () => {
    const { error, reports } = await outcomeOf(
      body(function* () {
        const fails = (delay: number) =>
          body(function* () {
            try {
              yield* awaited(sleep(delay));
            } finally {
              // oxlint-disable-next-line no-unsafe-finally -- an error while it stops
              throw new Error(`after ${delay}`);
            }
          });
        yield* awaited(all([fails(1), fails(2), fails(3)]));
      }),
    );
    expect(nameOf(error)).toBe("Error: after 1");
    expect(reports.map(({ exception }) => nameOf(exception))).toEqual(["Error: after 2", "Error: after 3"]);
    expect(reports[0]?.message).toMatch(/^Task 'Task-\d+' of all\(\) failed while it was being stopped$/);
  });

  test("a body that is cancelled by itself ends it with that cancellation", () =>
    runProgram(function* () {
      const forever = createTask(() => sleep(60_000));
      const waits = body(() => awaited(forever));
      const call = createTask(() => all([waits, () => sleep(60_000)]));
      yield* awaited(sleep(1));
      forever.cancel();
      expect(isCancelled(yield* errorOf(call))).toBe(true);
      expect(getRunningLoop().time()).toBe(1);
    }));

  test("a cancellation ends all of them, with its message, and then comes out", async () => {
    const log = await logOf(function* (log) {
      const task = createTask(() => all([sleeper(kind, log, "a", 100, 2), sleeper(kind, log, "b", 100, 1)]));
      yield* awaited(sleep(10));
      task.cancel("enough");
      log.push(nameOf(yield* errorOf(task)));
      log.push(`at ${getRunningLoop().time()}`);
    });
    expect(log).toEqual([
      "a stops",
      "b stops",
      "b has stopped",
      "a has stopped",
      "cancelled: enough",
      "at 12",
    ]);
  });

  test("keeps the results if all of them finish although they were cancelled", async () => {
    const log = await logOf(function* (log) {
      const stubborn = body(function* () {
        try {
          yield* awaited(sleep(100));
        } catch {
          return "kept";
        }
        return "slept";
      });
      const task = createTask(
        body(function* () {
          log.push(String(yield* awaited(all([stubborn, stubborn]))));
          yield* awaited(sleep(1));
        }),
      );
      yield* awaited(sleep(10));
      task.cancel();
      log.push(nameOf(yield* errorOf(task)));
    });
    expect(log).toEqual(["kept,kept", "cancelled"]);
  });

  test("an error of the cleaning up comes out in place of a cancellation, which stays due", async () => {
    const log = await logOf(function* (log) {
      const fails = body(function* () {
        try {
          yield* awaited(sleep(100));
        } catch {
          throw new Error("cleaning up failed");
        }
      });
      const task = createTask(
        body(function* () {
          // The first has stopped, as it was asked to, before the second fails.
          log.push(nameOf(yield* errorOf(all([() => sleep(100), fails]))));
          yield* awaited(sleep(1));
          log.push("not reached");
        }),
      );
      yield* awaited(sleep(10));
      task.cancel();
      log.push(nameOf(yield* errorOf(task)));
    });
    expect(log).toEqual(["Error: cleaning up failed", "cancelled"]);
  });

  test("a second cancellation does not make it leave before all have stopped", async () => {
    const log = await logOf(function* (log) {
      const task = createTask(() => all([sleeper(kind, log, "a", 100, 10)]));
      yield* awaited(sleep(1));
      task.cancel();
      yield* awaited(sleep(5));
      task.cancel();
      yield* errorOf(task);
      log.push(`at ${getRunningLoop().time()}`);
    });
    expect(log).toEqual(["a stops", "a has stopped", "at 11"]);
  });

  test("a timeout around it stops all of them", async () => {
    const log = await logOf(function* (log) {
      const error = yield* errorOf(timeout(10).with(() => all([sleeper(kind, log, "a", 100, 1)])));
      expect(error).toBeInstanceOf(TimeoutError);
    });
    expect(log).toEqual(["a stops", "a has stopped"]);
  });

  test("a coroutine that was awaited before is an error like any other", () =>
    runProgram(function* () {
      const used = define(function* () {})();
      yield* awaited(used);
      const error = yield* errorOf(all([() => sleep(60_000), used]));
      expect(nameOf(error)).toMatch(/was awaited, or made a task, before/);
      expect(allTasks().size).toBe(1);
    }));

  test("loses no permit, wherever a task is cancelled", async () => {
    const hits = await cancelEachTaskBeforeEachTurn(() => {
      const semaphore = new Semaphore(2);
      const hold = body(function* () {
        yield* awaited(semaphore.with(body(() => awaited(sleep(1)))));
      });
      return {
        main: body(() => awaited(all([hold, hold, hold]))),
        check: () => expect(String(semaphore)).toBe("<Semaphore 2 free, 0 waiting>"),
      };
    });
    expect(hits).toBeGreaterThan(30);
  });

  test("has the same outcome in every order of what is ready", () =>
    explore(
      body(function* () {
        const started: string[] = [];
        const one = (name: string, delay: number) =>
          body(function* () {
            started.push(name);
            yield* awaited(sleep(delay));
            return name;
          });
        expect(yield* awaited(all([one("a", 1), one("b", 1), one("c", 0)]))).toEqual(["a", "b", "c"]);
        expect(started.sort()).toEqual(["a", "b", "c"]);
        expect(allTasks().size).toBe(1);
      }),
      { runs: 30 },
    ));

  test("of many levels does not overflow the stack when it is cancelled", () =>
    runProgram(function* () {
      const nested = (depth: number): (() => unknown) =>
        body(function* () {
          if (depth === 0) yield* awaited(sleep(60_000));
          else yield* awaited(all([nested(depth - 1)]));
        });
      const task = createTask(nested(2000));
      yield* awaited(sleep(1));
      task.cancel();
      expect(isCancelled(yield* errorOf(task))).toBe(true);
    }));

  test("cancelled before any of its turns, it leaves no task", async () => {
    const { outcomes } = await cancelBeforeEachTurn(() =>
      body(function* () {
        yield* awaited(all([() => sleep(1), () => sleep(2)]));
        return "ended";
      }),
    );
    expect(outcomes.map(({ left }) => left)).toEqual(outcomes.map(() => 0));
  });
});

test("all() works outside a run, and of a set", async () => {
  expect(await all(new Set([async () => 1, async () => 2]))).toEqual([1, 2]);
});

test("the results of all() have the types of the bodies", async () => {
  const text = coroutine(async () => "text");
  const calls = () =>
    all([
      text(),
      () => 1,
      async () => true,
      (function* () {
        return null;
      })(),
    ]);
  expectTypeOf(calls).returns.resolves.toEqualTypeOf<[string, number, boolean, null]>();
  expectTypeOf(all([1, 2].map((n) => async () => n))).resolves.toEqualTypeOf<number[]>();
  expectTypeOf(all(new Set([text()]))).resolves.toEqualTypeOf<string[]>();
  expect(await run(() => calls())).toEqual(["text", 1, true, null]);
});

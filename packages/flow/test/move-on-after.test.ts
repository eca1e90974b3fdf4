import { moveOnAfter, type MoveOnAfter } from "@asyncio-ts/flow";
import { getRunningLoop } from "@asyncio-ts/loop";
import { Lock } from "@asyncio-ts/sync";
import { createTask, sleep, timeout, TimeoutError } from "@asyncio-ts/task";
import { awaited, bothKinds, cancelEachTaskBeforeEachTurn, errorOf, nameOf } from "@asyncio-ts/testkit";
import { describe, expect, expectTypeOf, test } from "vitest";
import { sleeper } from "./scenarios.js";

describe.each(bothKinds)("moveOnAfter() in %s", (kind) => {
  const { body, logOf, runProgram } = kind;

  test("resolves to the result of a body that is in time", () =>
    runProgram(function* () {
      const scope = moveOnAfter(10);
      expect(yield* awaited(scope.with(() => sleep(5, "in time")))).toBe("in time");
      expect(scope.expired()).toBe(false);
    }));

  test("cancels a late body, waits until it has cleaned up, and resolves to undefined", async () => {
    const log = await logOf(function* (log) {
      const scope = moveOnAfter(10);
      const result = yield* awaited(scope.with(sleeper(kind, log, "late", 100, 5, "result")));
      log.push(`${result} at ${getRunningLoop().time()}, ${scope.expired()}`);
      yield* awaited(sleep(1)); // no cancellation is left
    });
    expect(log).toEqual(["late stops", "late has stopped", "undefined at 15, true"]);
  });

  test("keeps a result that comes although the deadline has passed", () =>
    runProgram(function* () {
      const scope = moveOnAfter(10);
      const stubborn = body(function* () {
        try {
          yield* awaited(sleep(100));
        } catch {
          return "kept";
        }
        return "slept";
      });
      expect(yield* awaited(scope.with(stubborn))).toBe("kept");
      expect(scope.expired()).toBe(true);
    }));

  test("throws the errors of the body, a TimeoutError too", () =>
    runProgram(function* () {
      const inner = body(function* () {
        try {
          yield* awaited(sleep(100));
        } finally {
          yield* awaited(timeout(1).with(() => sleep(100)));
        }
      });
      expect(yield* errorOf(moveOnAfter(10).with(inner))).toBeInstanceOf(TimeoutError);
      expect(
        yield* errorOf(
          moveOnAfter(10).with(() => {
            throw new Error("of the body");
          }),
        ),
      ).toEqual(new Error("of the body"));
    }));

  test("a cancellation from outside comes out", () =>
    runProgram(function* () {
      const scope = moveOnAfter(100);
      const task = createTask(scope.with(() => sleep(1000)));
      yield* awaited(sleep(10));
      task.cancel("outside");
      expect(nameOf(yield* errorOf(task))).toBe("cancelled: outside");
      expect(scope.expired()).toBe(false);
    }));

  test("an outer deadline that passes first ends the outer one", () =>
    runProgram(function* () {
      const [outer, inner] = [moveOnAfter(10), moveOnAfter(20)];
      yield* awaited(outer.with(() => inner.with(() => sleep(100))));
      expect([outer.expired(), inner.expired()]).toEqual([true, false]);
    }));

  test("gives the body its scope, which can be moved", () =>
    runProgram(function* () {
      const scope = moveOnAfter(null);
      expect(scope.when()).toBe(null);
      yield* awaited(
        scope.with(
          body(function* (given: MoveOnAfter) {
            expect(given).toBe(scope);
            given.reschedule(getRunningLoop().time() + 5);
            yield* awaited(sleep(100));
          }),
        ),
      );
      expect([getRunningLoop().time(), scope.when()]).toEqual([5, 5]);
      expect(String(scope)).toBe("<MoveOnAfter expired>");
    }));

  test("can be used once", () =>
    runProgram(function* () {
      const scope = moveOnAfter(10);
      yield* awaited(scope.with(() => 1));
      expect(nameOf(yield* errorOf(scope.with(() => 1)))).toMatch(/entered before/);
    }));

  test("leaves the lock free, wherever the task is cancelled", async () => {
    const hits = await cancelEachTaskBeforeEachTurn(() => {
      const lock = new Lock();
      const hold = body(function* () {
        yield* awaited(moveOnAfter(2).with(() => lock.with(() => sleep(3))));
      });
      return {
        main: body(function* () {
          const other = createTask(hold);
          yield* awaited(createTask(hold));
          other.cancel();
          try {
            yield* awaited(other);
          } catch {
            // It is over.
          }
        }),
        check: () => expect(String(lock)).toBe("<Lock unlocked, 0 waiting>"),
      };
    });
    expect(hits).toBeGreaterThan(10);
  });
});

test("the result of a body may be undefined", () => {
  expectTypeOf(() => moveOnAfter(1).with(async () => 1)).returns.resolves.toEqualTypeOf<number | undefined>();
});

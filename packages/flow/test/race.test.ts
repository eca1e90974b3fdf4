import { isCancelled } from "@asyncio-ts/future";
import { race } from "@asyncio-ts/flow";
import { getRunningLoop } from "@asyncio-ts/loop";
import { explore } from "@asyncio-ts/loop/testing";
import { Lock, Queue } from "@asyncio-ts/sync";
import { allTasks, createTask, sleep } from "@asyncio-ts/task";
import {
  awaited,
  bothKinds,
  cancelEachTaskBeforeEachTurn,
  errorOf,
  nameOf,
  outcomeOf,
} from "@asyncio-ts/testkit";
import { describe, expect, expectTypeOf, test } from "vitest";
import { sleeper } from "./scenarios.js";

describe.each(bothKinds)("race() in %s", (kind) => {
  const { body, logOf, runProgram } = kind;

  test("resolves to the result of the first, once the others have stopped", async () => {
    const log = await logOf(function* (log) {
      const result = yield* awaited(
        race([
          sleeper(kind, log, "slow", 100, 5),
          () => sleep(10, "fast"),
          sleeper(kind, log, "slower", 200, 7),
        ]),
      );
      log.push(`${result} at ${getRunningLoop().time()}`);
      expect(allTasks().size).toBe(1);
    });
    expect(log).toEqual([
      "slow stops",
      "slower stops",
      "slow has stopped",
      "slower has stopped",
      "fast at 17",
    ]);
  });

  test("throws the error of the first as it is", async () => {
    const error = new Error("first");
    const log = await logOf(function* (log) {
      const fails = body(function* () {
        yield* awaited(sleep(1));
        throw error;
      });
      expect(yield* errorOf(race([sleeper(kind, log, "slow", 100, 5), fails]))).toBe(error);
    });
    expect(log).toEqual(["slow stops", "slow has stopped"]);
  });

  test("of two that finish in one iteration, the first given wins", () =>
    runProgram(function* () {
      expect(yield* awaited(race([() => sleep(1, "a"), () => sleep(1, "b")]))).toBe("a");
    }));

  test("reports the errors of losers, and the winner's result is kept", async () => {
    const { result, reports } = await outcomeOf<unknown>(
      body(function* () {
        const fails = body(function* () {
          try {
            yield* awaited(sleep(100));
          } catch {
            throw new Error("while it stops");
          }
        });
        return yield* awaited(race([fails, () => sleep(1, "won")]));
      }),
    );
    expect(result).toBe("won");
    expect(reports.map(({ exception }) => nameOf(exception))).toEqual(["Error: while it stops"]);
    expect(reports[0]?.message).toMatch(/of race\(\) failed while it was being stopped$/);
  });

  test("a cancellation while the losers stop does not take the result away", async () => {
    const log = await logOf(function* (log) {
      const task = createTask(
        body(function* () {
          log.push(
            String(yield* awaited(race([sleeper(kind, log, "slow", 100, 10), () => sleep(1, "won")]))),
          );
          yield* awaited(sleep(1));
          log.push("not reached");
        }),
      );
      yield* awaited(sleep(5));
      task.cancel();
      log.push(nameOf(yield* errorOf(task)));
    });
    expect(log).toEqual(["slow stops", "slow has stopped", "won", "cancelled"]);
  });

  test("a cancellation before anybody has finished stops all of them", async () => {
    const log = await logOf(function* (log) {
      const task = createTask(() => race([sleeper(kind, log, "a", 100, 1), sleeper(kind, log, "b", 100, 2)]));
      yield* awaited(sleep(5));
      task.cancel("enough");
      log.push(nameOf(yield* errorOf(task)));
    });
    expect(log).toEqual(["a stops", "b stops", "a has stopped", "b has stopped", "cancelled: enough"]);
  });

  test("one that finishes although it was cancelled wins", async () => {
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
          log.push(String(yield* awaited(race([() => sleep(100), stubborn]))));
          yield* awaited(sleep(1));
        }),
      );
      yield* awaited(sleep(5));
      task.cancel();
      log.push(nameOf(yield* errorOf(task)));
    });
    expect(log).toEqual(["kept", "cancelled"]);
  });

  test("a body that is cancelled by itself wins with that cancellation", () =>
    runProgram(function* () {
      const forever = createTask(() => sleep(60_000));
      const call = createTask(() => race([() => sleep(50_000), body(() => awaited(forever))]));
      yield* awaited(sleep(1));
      forever.cancel();
      expect(isCancelled(yield* errorOf(call))).toBe(true);
      expect(getRunningLoop().time()).toBe(1);
    }));

  test("an item stays in its queue if the body that waited for it loses", () =>
    runProgram(function* () {
      const queue = new Queue<string>();
      yield* awaited(race([() => queue.get(), () => sleep(1)]));
      queue.putNowait("item");
      expect(queue.qsize()).toBe(1);
    }));

  test("leaves the lock free, wherever a task is cancelled", async () => {
    const hits = await cancelEachTaskBeforeEachTurn(() => {
      const lock = new Lock();
      const hold = (time: number) =>
        body(function* () {
          yield* awaited(lock.with(body(() => awaited(sleep(time)))));
        });
      return {
        main: body(() => awaited(race([hold(2), hold(1), () => sleep(3)]))),
        check: () => expect(String(lock)).toBe("<Lock unlocked, 0 waiting>"),
      };
    });
    expect(hits).toBeGreaterThan(30);
  });

  test("has one winner in every order of what is ready", async () => {
    const winners = new Set<unknown>();
    await explore(
      body(function* () {
        winners.add(yield* awaited(race([() => sleep(1, "a"), () => sleep(1, "b")])));
        expect(allTasks().size).toBe(1);
      }),
      { runs: 30 },
    );
    expect([...winners].sort()).toEqual(["a", "b"]);
  });
});

test("the result of race() has the type of one of the bodies", async () => {
  const winner = () => race([async () => 1, () => "text"]);
  expectTypeOf(winner).returns.resolves.toEqualTypeOf<string | number>();
  expect([1, "text"]).toContain(await winner());
});

import { Future } from "@asyncio-ts/future";
import { all, race } from "@asyncio-ts/flow";
import { createTask, currentTask, sleep } from "@asyncio-ts/task";
import { awaited, bothKinds, collectGarbage, errorOf, outcomeOf } from "@asyncio-ts/testkit";
import { describe, expect, test } from "vitest";

describe.each(bothKinds)("the tasks of a call, in %s,", ({ body, define, runProgram }) => {
  test("are awaited by the future that the call waits for", () =>
    runProgram(function* () {
      let waiting: string[] = [];
      const look = body(function* () {
        yield* awaited(sleep(1));
        waiting = (currentTask()?.awaitedBy() ?? []).map(String);
      });
      yield* awaited(all([look, () => sleep(2)]));
      expect(waiting).toEqual(["<all of 2 running pending>"]);
    }));

  test("in debug mode a coroutine object that is cancelled before it begins is not reported", async () => {
    const { reports } = await outcomeOf(
      body(function* () {
        const one = define(function* () {
          yield* awaited(sleep(1));
        });
        const task = createTask(all([one(), one()]));
        yield* awaited(sleep(0));
        task.cancel();
        yield* errorOf(task);
      }),
      { debug: true },
    );
    await collectGarbage();
    expect(reports).toEqual([]);
  });

  test("a deadlock among them is found, and shown", async () => {
    const { error } = await outcomeOf(
      body(function* () {
        const stuck = createTask(() => new Promise(() => {}));
        stuck.cancel();
        const never = body(() => awaited(race([body(() => awaited(waitForever()))])));
        yield* awaited(all([never]));
      }),
    );
    expect((error as Error).name).toBe("DeadlockError");
    expect((error as Error).message).toMatch(/waits for <race of 1 running pending>/);
  });

  test("may wait for a foreign promise without being taken for a deadlock", () =>
    runProgram(function* () {
      const late = () => new Promise<string>((resolve) => setTimeout(resolve, 1, "late"));
      expect(yield* awaited(all([late]))).toEqual(["late"]);
    }));
});

function waitForever(): Future<void> {
  return new Future();
}

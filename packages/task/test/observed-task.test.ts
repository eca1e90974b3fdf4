import { Future, type Steps } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { sleep, type Task, timeout } from "@asyncio-ts/task";
import { awaited, bothKinds, type Program, runVirtual } from "@asyncio-ts/testkit";
import { describe, expect, test } from "vitest";
import { returned, threw } from "../src/members.js";
import { ObservedTask } from "../src/observed-task.js";

describe.each(bothKinds)("the observer of a task, in %s,", ({ body }) => {
  /** Observes the task of a program, cancels it if so asked, and returns what happens. */
  const observed = (program: () => Program<unknown>, isCancelled = false): Promise<string[]> =>
    runVirtual(async () => {
      const events: string[] = [];
      const task = new ObservedTask<unknown>(body(program), getRunningLoop());
      const outcome = (): string =>
        task.cancelled() ? "cancelled" : String(task.exception() ?? task.result());
      task.observer = { taskEnded: (ended: Task<unknown>) => events.push(`${ended === task}: ${outcome()}`) };
      task.addDoneCallback(() => events.push("a done callback"));
      await sleep(1);
      if (isCancelled) task.cancel();
      await sleep(10);
      return events;
    });

  test("is told of a result, before those that wait for the task", async () => {
    expect(
      await observed(function* () {
        return yield* awaited(sleep(5, "result"));
      }),
    ).toEqual(["true: result", "a done callback"]);
  });

  test("is told of an error", async () => {
    expect(
      await observed(function* () {
        yield* awaited(sleep(5));
        throw new Error("no");
      }),
    ).toEqual(["true: Error: no", "a done callback"]);
  });

  test("is told of a cancellation", async () => {
    expect(
      await observed(function* () {
        yield* awaited(sleep(5));
      }, true),
    ).toEqual(["true: cancelled", "a done callback"]);
  });
});

test("the observer is told in the turn in which the body ends, though no turn of the loop follows", async () => {
  await runVirtual(async () => {
    const events: string[] = [];
    const future = new Future<void>();
    const task = new ObservedTask(
      async () => {
        await future;
        await Promise.resolve();
        queueMicrotask(() => events.push("a microtask of the body"));
      },
      getRunningLoop(),
      { eagerStart: true },
    );
    task.observer = { taskEnded: () => events.push("told") };
    future.setResult();
    getRunningLoop().callSoon(() => events.push("the next turn"));
    await sleep(0);
    await sleep(0);
    expect(events).toEqual(["a microtask of the body", "told", "the next turn"]);
  });
});

test("the end of a task is told once, whatever its drivers say later", async () => {
  await runVirtual(async () => {
    let told = 0;
    const task = new ObservedTask(async () => await sleep(1), getRunningLoop());
    task.observer = { taskEnded: () => told++ };
    await task;
    task[returned]();
    task[threw](new Error("too late"));
    expect(told).toBe(1);
  });
});

test("a task that ends before it has an observer tells nobody", async () => {
  await runVirtual(async () => {
    function* body(): Steps<number> {
      return 1;
    }
    const task = new ObservedTask(body(), getRunningLoop(), { eagerStart: true });
    task.observer = { taskEnded: () => expect.unreachable() };
    expect([task.done(), await task]).toEqual([true, 1]);
  });
});

test("a timeout of its own does not ask the task to end, and cancel() does until uncancel()", async () => {
  await runVirtual(async () => {
    const answers: boolean[] = [];
    const task: ObservedTask<void> = new ObservedTask(async () => {
      answers.push(task.isAskedToEnd());
      const inTime = timeout(1).with(async () => {
        try {
          await sleep(2);
        } finally {
          answers.push(task.isAskedToEnd());
        }
      });
      await inTime.catch(() => {});
      task.cancel();
      answers.push(task.isAskedToEnd());
      task.uncancel();
      answers.push(task.isAskedToEnd());
    }, getRunningLoop());
    await task;
    expect(answers).toEqual([false, false, true, false]);
  });
});

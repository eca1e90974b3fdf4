import { CancelledError, Future } from "@asyncio-ts/future";
import { debug, slot } from "@asyncio-ts/future/internal";
import { resumed, suspended, type TaskLike } from "@asyncio-ts/future/lowlevel";
import { FakeTask, inTurnOf } from "@asyncio-ts/testkit/fake-task";
import { ManualScheduler, microtasks } from "@asyncio-ts/testkit/manual-scheduler";
import { afterEach, describe, expect, test } from "vitest";
import { isBeingCancelled } from "../src/members.js";

afterEach(() => void (slot.turn = slot.waits = undefined));

/** Awaits a future in a task, as an async function does. Returns what that ends with. */
function awaitIn(task: TaskLike, future: Future<unknown>): Promise<unknown> {
  const take = (end: unknown): unknown => end;
  return inTurnOf(task, () => new Promise((resolve) => void future.then(resolve, resolve).then(take)));
}

describe("an await in a task", () => {
  test("tells the task when it begins, and when and why it ends", async () => {
    const task = new FakeTask();
    const [value, cancelled] = [0, 1].map(() => new Future<number>({ loop: task.scheduler }));
    const ends = [awaitIn(task, value as Future<number>), awaitIn(task, cancelled as Future<number>)];
    expect(task.waits).toEqual(["suspended", "suspended"]);
    value?.setResult(1);
    cancelled?.cancel("stop");
    task.scheduler.flush();
    expect(task.waits.slice(2)).toEqual(["resumed: value", "resumed: cancelled"]);
    expect(await Promise.all(ends)).toEqual([1, new CancelledError("stop")]);
  });

  test("makes the turn that of the task", () => {
    const task = new FakeTask();
    const future = new Future<number>({ loop: task.scheduler });
    void awaitIn(task, future);
    future.setResult(1);
    slot.microtasksQueued = false;
    task.scheduler.flush();
    expect([slot.turn, slot.microtasksQueued]).toEqual([task, true]);
  });

  test("of a future that is done is no wait, and no turn of the loop", async () => {
    const task = new FakeTask();
    const future = new Future<number>({ loop: task.scheduler });
    future.setResult(1);
    const end = awaitIn(task, future);
    expect([await end, task.waits, task.scheduler.turns]).toEqual([1, [], 0]);
  });

  test("throws the cancellation that the task has for it", async () => {
    const task = new FakeTask();
    const future = new Future<number>({ loop: task.scheduler });
    const end = awaitIn(task, future);
    task.cancellation = new Error("cancelled");
    future.setResult(1);
    task.scheduler.flush();
    expect(await end).toEqual(new Error("cancelled"));
  });

  test("fails if the future is the task itself", () => {
    class AwaitableTask extends Future<void> implements TaskLike {
      [suspended](): void {}
      [resumed](): undefined {}
    }
    const task = new AwaitableTask();
    expect(() => inTurnOf(task, () => void task.then())).toThrow(
      new Error("<AwaitableTask pending> awaits itself, so it could never go on"),
    );
  });

  test("is reported if the future is of another loop, in debug mode", () => {
    const task = new FakeTask();
    task.scheduler.debug = true;
    slot.waits = debug.checks;
    const future = new Future<number>({ loop: new ManualScheduler() });
    void awaitIn(task, future);
    expect(task.scheduler.reports).toHaveLength(1);
    expect(task.scheduler.reports[0]?.future).toBe(future);
  });

  test("of a future whose cancel() is on the stack lets go in the next iteration", async () => {
    class Awaited extends Future<number> {
      override [isBeingCancelled](): boolean {
        return true;
      }
    }
    let cancel!: () => boolean;
    class Cancellable extends FakeTask {
      override [suspended](wait?: { cancelWait(message?: string): boolean }): void {
        super[suspended]();
        cancel = () => wait?.cancelWait("stop") ?? true;
      }
    }
    const task = new Cancellable();
    const future = new Awaited({ loop: task.scheduler });
    const end = awaitIn(task, future);
    expect(cancel()).toBe(false);
    task.cancellation = new Error("thrown here");
    task.scheduler.flush();
    expect(task.waits).toEqual(["suspended", "resumed: nothing"]);
    expect([await end, future.done(), future.awaitedBy()]).toEqual([new Error("thrown here"), false, []]);
    future.setResult(1);
    task.scheduler.flush();
    expect(task.waits).toHaveLength(2);
  });
});

describe("an await outside every task", () => {
  test("leaves an error that no handler takes unretrieved", async () => {
    const loop = new ManualScheduler();
    const future = new Future<number>({ loop });
    const promise = future.then((value) => value);
    future.setException(new Error("failed"));
    await loop.settle();
    expect(loop.failures.size).toBe(1);
    await expect(promise).rejects.toThrow("failed");
    expect(loop.failures.size).toBe(0);
    await microtasks();
  });
});

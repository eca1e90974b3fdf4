import { ManualScheduler } from "@asyncio-ts/testkit/manual-scheduler";
import { describe, expect, test, vi } from "vitest";
import { Future } from "../src/future.js";
import { arm, isBeingCancelled } from "../src/members.js";
import type { Runnable, TaskLike, Waker } from "../src/contract.js";
import { Wait, type WaitTarget } from "../src/wait-target.js";

class Waiting extends Wait implements Runnable {
  readonly awaiter: TaskLike | undefined = undefined;
  protected waitingFor: WaitTarget | undefined;

  constructor(target?: Future<unknown>) {
    super();
    this.waitingFor = target as WaitTarget | undefined;
  }

  run(): void {}
}

describe("a wait for a future", () => {
  test("passes a cancellation on, and names what it waits for", () => {
    const future = new Future();
    const wait = new Waiting(future);
    const inTurn = new Set<Waker>();
    expect([wait.describeWait(), wait.waitsOutside(inTurn)]).toEqual(["<Future pending>", false]);
    expect([wait.target() === future, inTurn.has(future)]).toEqual([true, true]);
    expect([wait.cancelWait("why"), future.cancelled()]).toEqual([true, true]);
  });
});

describe("a wait for a future whose cancel() is on the stack", () => {
  test("lets go of it, and goes on in the next iteration", () => {
    class Cancelling extends Future<void> {
      override [isBeingCancelled](): boolean {
        return true;
      }
    }
    const loop = new ManualScheduler();
    const future = new Cancelling({ loop });
    const wait = new Waiting(future);
    future[arm](wait);
    const schedule = vi.spyOn(loop, "schedule");
    expect([wait.cancelWait("why"), wait.target(), future.done()]).toEqual([false, undefined, false]);
    expect(schedule.mock.calls).toEqual([[wait]]);
    future.setResult();
    expect(schedule).toHaveBeenCalledTimes(1);
  });
});

describe("a wait for the next iteration of the loop", () => {
  test("can't be cancelled, and depends on nothing", () => {
    const wait = new Waiting();
    const inTurn = new Set<Waker>();
    expect([wait.target(), wait.cancelWait(undefined)]).toEqual([undefined, false]);
    expect([wait.waitsOutside(inTurn), inTurn.size]).toEqual([false, 0]);
    expect(wait.describeWait()).toBe("the next iteration of the loop");
  });
});

import { Future } from "@asyncio-ts/future";
import { Callback, type contract, slot } from "@asyncio-ts/future/internal";
import { currentTaskLike, runInside } from "@asyncio-ts/future/lowlevel";
import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, test } from "vitest";
import { FakeTask } from "@asyncio-ts/testkit/fake-task";
import { ManualScheduler } from "@asyncio-ts/testkit/manual-scheduler";

class Call extends Callback<string[]> {
  protected readonly args: string[];
  protected readonly scheduler: ManualScheduler = new ManualScheduler();

  constructor(callback: (...args: string[]) => unknown, ...args: string[]) {
    super(callback);
    this.args = args;
  }

  cancel(): void {
    this.callback = undefined;
  }

  get reports(): string[] {
    return this.scheduler.reports.map(({ message, exception }) => `${message}: ${String(exception)}`);
  }

  protected override origin(): contract.Origin {
    return { what: "a call of this test", handle: this };
  }
}

describe("Callback", () => {
  test("it is called with its arguments, each time that it is run", () => {
    const called: string[][] = [];
    const call = new Call((...args) => called.push(args), "a", "b");
    call.run();
    call.run();
    expect(called).toEqual([
      ["a", "b"],
      ["a", "b"],
    ]);
  });

  test("it belongs to no task, although one has made it, and its step is over when it returns", () => {
    const task = new FakeTask();
    const seen: unknown[] = [];
    runInside({ awaiter: task }, () => {
      const call = new Call(() => seen.push(currentTaskLike()));
      call.run();
      seen.push(currentTaskLike());
    });
    expect(seen).toEqual([undefined, task]);
  });

  test("it sees the AsyncLocalStorages of the code that made it", () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const call = storage.run("made here", () => new Call(() => seen.push(storage.getStore())));
    storage.run("run here", () => call.run());
    expect(seen).toEqual(["made here"]);
  });

  test("an error that it throws is reported, with its name and what it belongs to", () => {
    const call = new Call(function explode() {
      throw new Error("bang");
    });
    call.run();
    expect(call.reports).toEqual(["explode(), a call of this test, threw an error: Error: bang"]);
    expect(call["scheduler"].reports[0]?.handle).toBe(call);
  });

  test("it has its name in the report although it was cancelled while it ran", () => {
    const call: Call = new Call(function explode() {
      call.cancel();
      throw new Error("bang");
    });
    call.run();
    call.run();
    expect(call.reports).toEqual(["explode(), a call of this test, threw an error: Error: bang"]);
  });

  test("an error with which its promise rejects is reported", async () => {
    const call = new Call(async function explode() {
      throw new Error("bang");
    });
    call.run();
    expect(call.reports).toEqual([]);
    await new Promise(setImmediate);
    expect(call.reports).toEqual(["explode(), a call of this test, threw an error: Error: bang"]);
  });

  test("a coroutine that it returns would never run, and that is reported", () => {
    const taken: string[] = [];
    const coroutineObject = { [Symbol.for("asyncio-ts.Coroutine")]: true, take: () => taken.push("taken") };
    const call = new Call(function forgotten() {
      return coroutineObject;
    });
    call.run();
    expect(taken).toEqual(["taken"]);
    expect(call.reports).toEqual([
      "forgotten(), a call of this test, threw an error: TypeError: a callback returned a coroutine, which nobody " +
        "awaits; write `() => createTask(f())`",
    ]);
  });

  test("it has a turn in which microtasks belong to it, and no step before it changes", () => {
    const before = { awaiter: new FakeTask() };
    slot.stepping = before;
    slot.microtasksQueued = false;
    let during: unknown = before;
    new Call(() => void (during = slot.stepping?.awaiter)).run();
    const seen = [during, slot.stepping === before, slot.microtasksQueued];
    slot.stepping = undefined;
    expect(seen).toEqual([undefined, true, true]);
  });

  test("one that was cancelled does nothing, not even to the turn", () => {
    const call = new Call(() => expect.unreachable());
    call.cancel();
    slot.microtasksQueued = false;
    call.run();
    expect([slot.microtasksQueued, call.reports]).toEqual([false, []]);
  });

  test("its error is reported even if nothing can tell what it belongs to", () => {
    class Nameless extends Call {
      protected override origin(): contract.Origin {
        throw new Error("in a toString()");
      }
    }
    const call = new Nameless(function explode() {
      throw new Error("bang");
    });
    call.run();
    expect(call.reports).toEqual(["explode(), a callback, threw an error: Error: bang"]);
  });

  test("a future that it returns reports its own error", async () => {
    const loop = new ManualScheduler();
    const future = new Future<void>({ loop });
    future.setException(new Error("bang"));
    const call = new Call(() => future);
    call.run();
    await new Promise(setImmediate);
    expect([call.reports, loop.failures.size]).toEqual([[], 1]);
  });

  test("other values that it returns are ignored", async () => {
    // oxlint-disable-next-line unicorn/no-thenable -- a function is not followed
    const callable = Object.assign(() => {}, { then: () => expect.unreachable() });
    const calls = [null, undefined, 5, callable, Promise.resolve(1), {}].map(
      (value) => new Call(() => value),
    );
    for (const call of calls) call.run();
    await new Promise(setImmediate);
    expect(calls.flatMap((call) => call.reports)).toEqual([]);
  });
});

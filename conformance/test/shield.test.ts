import { type Coroutine, coroutine } from "@asyncio-ts/coroutine";
import { CancelledError, Future, isCancelled } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, gather, shield, sleep, Task } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";
import { awaited, bothKinds, errorOf, oneIteration, type Program } from "@asyncio-ts/testkit";

describe.each(bothKinds)("shield() in %s", ({ define, runProgram }) => {
  it("it gives the result of what is inside", () =>
    runProgram(function* () {
      const inner = new Future<number>();
      const outer = shield(inner);
      inner.setResult(42);
      expect(outer.done()).toBe(false);
      expect(yield* awaited(outer)).toBe(42);
    }));

  it("it fails with the very error of what is inside", () =>
    runProgram(function* () {
      const inner = new Future<number>();
      const outer = shield(inner);
      yield* oneIteration();
      const error = new Error("expected");
      inner.setException(error);
      yield* oneIteration();
      expect(outer.exception()).toBe(error);
    }));

  it("cancelling what is inside cancels it", () =>
    runProgram(function* () {
      const inner = new Future<number>();
      const outer = shield(inner);
      yield* oneIteration();
      inner.cancel();
      expect(outer.done()).toBe(false);
      yield* oneIteration();
      expect(outer.cancelled()).toBe(true);
    }));

  it("cancelling it leaves what is inside alone", () =>
    runProgram(function* () {
      const inner = new Future<number>();
      const outer = shield(inner);
      yield* oneIteration();
      expect(outer.cancel()).toBe(true);
      yield* oneIteration();
      expect([outer.cancelled(), inner.done()]).toEqual([true, false]);
      // A result that comes later finds nobody to tell, and breaks nothing.
      inner.setResult(42);
      yield* oneIteration();
      expect([outer.cancelled(), inner.result()]).toEqual([true, 42]);
    }));

  it("of something finished it gives the result without a suspension", () =>
    runProgram(function* () {
      const events: string[] = [];
      const inner = new Future<number>();
      inner.setResult(42);
      getRunningLoop().callSoon(() => events.push("an iteration has passed"));
      expect(shield(inner).done()).toBe(true);
      expect(yield* awaited(shield(inner))).toBe(42);
      expect(events).toEqual([]);
    }));

  it("a cancelled caller stops, and the coroutine that it shields runs on to its end", () =>
    runProgram(function* () {
      const events: string[] = [];
      const waiter = new Future<void>();
      const inner = define(function* () {
        yield* awaited(waiter);
        events.push("inner went on");
      });
      const outer = createTask(
        define(function* () {
          yield* awaited(shield(inner()));
          events.push("outer went on");
        })(),
      );
      yield* oneIteration();
      outer.cancel();
      expect(isCancelled(yield* errorOf(outer))).toBe(true);
      expect(waiter.done()).toBe(false);
      waiter.setResult();
      yield* oneIteration();
      expect(events).toEqual(["inner went on"]);
    }));

  it("around gather() it keeps a cancellation from all of them", () =>
    runProgram(function* () {
      const [first, second] = [new Future<number>(), new Future<number>()];
      const parent = gather([first, second]);
      const outer = shield(parent);
      yield* oneIteration();
      outer.cancel();
      yield* oneIteration();
      expect([outer, first, second, parent].map((one) => one.cancelled())).toEqual([
        true,
        false,
        false,
        false,
      ]);
      first.setResult(1);
      second.setResult(2);
      yield* oneIteration();
      expect(parent.result()).toEqual([1, 2]);
    }));

  it("inside gather() it keeps the cancellation of the gather from what it shields", () =>
    runProgram(function* () {
      const [first, second] = [new Future<number>(), new Future<number>()];
      const shields = [shield(first), shield(second)];
      const parent = gather(shields);
      yield* oneIteration();
      expect(parent.cancel()).toBe(true);
      yield* oneIteration();
      expect(parent.exception()).toBeInstanceOf(CancelledError);
      expect(shields.map((one) => one.cancelled())).toEqual([true, true]);
      expect([first.done(), second.done()]).toEqual([false, false]);
      first.setResult(1);
      second.setResult(2);
      yield* oneIteration();
    }));

  it("it makes a coroutine a task of the loop that runs", () =>
    runProgram(function* () {
      const make = define(function* (): Program<{ readonly outer: Future<number> }> {
        // In a record: an async function that returns a future waits for it.
        return { outer: shield(coroutine(async () => sleep(5, 42))() as unknown as Coroutine<number>) };
      });
      const { outer } = yield* awaited(make());
      expect(outer).not.toBeInstanceOf(Task);
      expect(outer.getLoop()).toBe(getRunningLoop());
      expect(yield* awaited(outer)).toBe(42);
    }));
});

describe("shield() outside run()", () => {
  it("it makes a coroutine a task of the default loop, which runs by itself", async () => {
    const outer = shield(coroutine(async () => 42)());
    expect(outer.getLoop()).toBe(getRunningLoop());
    expect(await outer).toBe(42);
  });
});

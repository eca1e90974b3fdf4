import { inspect } from "node:util";

import { CancelledError, Future, InvalidStateError, isCancelled, isFuture } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { allTasks, createTask, ensureFuture, shield, sleep, waitFor } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";

import { awaited, bothKinds, errorOf, reportsOf, collectGarbage } from "@asyncio-ts/testkit";

/** Expects that a future has its outcome, and refuses another. */
function expectSettled(future: Future<number>): void {
  expect(future.done()).toBe(true);
  expect(() => future.setResult(1)).toThrow(InvalidStateError);
  expect(() => future.setException(new Error("too late"))).toThrow(InvalidStateError);
  expect(future.cancel()).toBe(false);
}

/** Returns what the copy of the library that another package has brought would make. */
function futureOfAnotherCopy(): Future<number> {
  return { [Symbol.for("asyncio-ts.Future")]: true } as unknown as Future<number>;
}

describe.each(bothKinds)("a Future, in %s", ({ define, runProgram }) => {
  it("is pending at first: no outcome, and asking for one is an error", () =>
    runProgram(function* () {
      const future = new Future<number>();
      expect([future.done(), future.cancelled()]).toEqual([false, false]);
      expect(() => future.result()).toThrow(InvalidStateError);
      expect(() => future.exception()).toThrow(InvalidStateError);
      future.cancel();
      expect([future.done(), future.cancelled()]).toEqual([true, true]);
    }));

  it("finishes with a result, for good", () =>
    runProgram(function* () {
      const future = new Future<number>();
      future.setResult(42);
      expect(future.cancelled()).toBe(false);
      expect(future.result()).toBe(42);
      expect(future.exception()).toBeUndefined();
      expectSettled(future);
      expect(yield* awaited(future)).toBe(42);
    }));

  it("fails with an error, for good", () =>
    runProgram(function* () {
      const future = new Future<number>();
      const error = new RangeError("boom");
      future.setException(error);
      expect(future.cancelled()).toBe(false);
      expect(() => future.result()).toThrow(error);
      expect(future.exception()).toBe(error);
      expectSettled(future);
      expect(yield* errorOf(future)).toBe(error);
    }));

  it("is cancelled, for good", () =>
    runProgram(function* () {
      const future = new Future<number>();
      expect(future.cancel()).toBe(true);
      expect(future.cancelled()).toBe(true);
      expect(() => future.result()).toThrow(CancelledError);
      expect(() => future.exception()).toThrow(CancelledError);
      expectSettled(future);
      expect(isCancelled(yield* errorOf(future))).toBe(true);
    }));

  it("hands the message of its cancellation to whoever awaits it", () =>
    runProgram(function* () {
      const silent = new Future<number>();
      silent.cancel();
      expect(yield* errorOf(silent)).toMatchObject({ message: "" });
      const future = new Future<number>();
      getRunningLoop().callSoon(() => future.cancel("my message"));
      expect(yield* errorOf(future)).toMatchObject({ message: "my message" });
      // A second cancellation comes too late to change it.
      future.cancel("another");
      expect(yield* errorOf(future)).toMatchObject({ message: "my message" });
    }));

  it("fails with what it is given, even a class: nothing is made of it", () =>
    runProgram(function* () {
      const future = new Future<number>();
      future.setException(RangeError);
      expect(future.exception()).toBe(RangeError);
      expect(yield* errorOf(future)).toBe(RangeError);
    }));

  it("belongs to the loop in which it is made, or to the one that it is given", () =>
    runProgram(function* () {
      const loop = getRunningLoop();
      expect(new Future().getLoop()).toBe(loop);
      expect(loop.createFuture().getLoop()).toBe(loop);
      const other = virtualLoop();
      expect(new Future({ loop: other }).getLoop()).toBe(other);
      other.close();
    }));

  it("that failed throws the same error, with the same stack, each time it is awaited", () =>
    runProgram(function* () {
      const failing = define(function* () {
        yield* awaited(sleep(0));
        throw new TypeError("42");
      });
      const task = createTask(failing());
      const first = (yield* errorOf(task)) as Error;
      expect(first).toBeInstanceOf(TypeError);
      const { stack } = first;
      for (let i = 0; i < 4; i++) {
        const error = (yield* errorOf(task)) as Error;
        expect(error).toBe(first);
        expect(error.stack).toBe(stack);
      }
    }));

  it("can be shown when its own result contains it", () =>
    runProgram(function* () {
      const everything = define(function* () {
        return allTasks();
      });
      const task = createTask(everything(), { name: "everything" });
      const tasks = yield* awaited(waitFor(task, 10));
      expect(tasks.has(task)).toBe(true);
      expect(String(task)).toBe("<Task 'everything' finished>");
      expect(inspect(tasks)).toContain("<Task 'everything' finished>");
    }));

  it("around a shield ends as the inner one does", () =>
    runProgram(function* () {
      const finished = new Future<number>();
      const failed = new Future<number>();
      const cancelled = new Future<number>();
      const shields = [finished, failed, cancelled].map((future) => shield(future)) as [
        Future<number>,
        Future<number>,
        Future<number>,
      ];
      const error = new Error("boom");
      const { stack } = error;
      finished.setResult(10);
      failed.setException(error);
      cancelled.cancel();
      yield* awaited(sleep(0));
      expect(shields[0].result()).toBe(10);
      expect(shields[1].exception()).toBe(error);
      expect(error.stack).toBe(stack);
      expect(shields[2].cancelled()).toBe(true);
    }));
});

describe("a Future", () => {
  it("is told from everything else by a brand, not by its class", () => {
    class MyFuture extends Future<number> {}
    const lookalike = { done: () => true, result: () => 1, cancelled: () => false };
    expect([new Future(), new MyFuture(), futureOfAnotherCopy()].map(isFuture)).toEqual([true, true, true]);
    expect(isFuture(Object.create(Future.prototype))).toBe(true);
    for (const other of [Future, MyFuture, lookalike, Promise.resolve(), 1, null, undefined]) {
      expect(isFuture(other)).toBe(false);
    }
  });

  it("made outside every loop belongs to the default loop, which always runs", async () => {
    const future = new Future<number>();
    expect(future.getLoop()).toBe(getRunningLoop());
    const follower = ensureFuture(Promise.resolve(42));
    expect(follower.getLoop()).toBe(getRunningLoop());
    getRunningLoop().callSoon(() => future.setResult(1));
    expect([await future, await follower]).toEqual([1, 42]);
  });

  it("says its class and its state in its text, and not what is in it", () => {
    class MyFuture extends Future<number> {}
    const [pending, finished, failed, cancelled] = [
      new Future<number>(),
      new MyFuture(),
      new Future<number>(),
      new Future<number>(),
    ];
    pending.addDoneCallback(() => undefined);
    finished.setResult(4);
    failed.setException(new Error("boom"));
    cancelled.cancel();
    const texts = ["<Future pending>", "<MyFuture finished>", "<Future failed>", "<Future cancelled>"];
    expect([pending, finished, failed, cancelled].map(String)).toEqual(texts);
    expect([pending, finished, failed, cancelled].map((future) => inspect(future))).toEqual(texts);
    expect(failed.exception()).toMatchObject({ message: "boom" });
  });

  it("suspends a generator once, where it is pending, and not where it is done", () => {
    const future = new Future<number>();
    const seen: string[] = [];
    const steps = (function* () {
      seen.push(`first ${yield* future}`);
      seen.push(`second ${yield* future}`);
      return "end";
    })();
    expect(steps.next().done).toBe(false);
    expect(seen).toEqual([]);
    future.setResult(42);
    expect(steps.next()).toEqual({ done: true, value: "end" });
    expect(seen).toEqual(["first 42", "second 42"]);
  });

  it("gives its result to yield* as it is, a list as one value", () => {
    const future = new Future<number[]>();
    const pair = [1, 2];
    future.setResult(pair);
    const step = future[Symbol.iterator]().next();
    expect(step.done).toBe(true);
    expect(step.value).toBe(pair);
  });

  it("lets an error that is thrown into a yield* out again, and stays pending", () => {
    const future = new Future<number>();
    const zebra = new Error("zebra");
    expect(() => future[Symbol.iterator]().throw(zebra)).toThrow(zebra);
    const steps = future[Symbol.iterator]();
    steps.next();
    expect(() => steps.throw(zebra)).toThrow(zebra);
    expect(future.done()).toBe(false);
  });
});

describe("the done callbacks of a Future", () => {
  /**
   * Sets callbacks up, finishes the future, and gives what had been called right then, and an iteration
   * later.
   */
  async function called(
    setUp: (future: Future<string>, callback: (name: string) => () => void) => void,
    finish: (future: Future<string>) => void = (future) => future.setResult("value"),
  ): Promise<{ atOnce: string[]; later: string[] }> {
    const loop = virtualLoop();
    const names: string[] = [];
    const future = new Future<string>({ loop });
    setUp(future, (name) => () => names.push(name));
    finish(future);
    const atOnce = [...names];
    loop.stop();
    await loop.runForever();
    loop.close();
    return { atOnce, later: names };
  }

  it("are called by the loop, in the order in which they were added", async () => {
    const { atOnce, later } = await called((future, callback) => {
      for (const name of ["first", "second", "first"]) future.addDoneCallback(callback(name));
    });
    expect(atOnce).toEqual([]);
    expect(later).toEqual(["first", "second", "first"]);
  });

  it("are called when it fails, and when it is cancelled, with the future", async () => {
    const error = new Error("boom");
    let seen: unknown;
    const failed = await called(
      (future, callback) => {
        future.addDoneCallback(callback("called"));
        future.addDoneCallback((one) => (seen = one.exception()));
      },
      (future) => future.setException(error),
    );
    expect(failed).toEqual({ atOnce: [], later: ["called"] });
    expect(seen).toBe(error);
    const cancelled = await called(
      (future, callback) => future.addDoneCallback(callback("called")),
      (future) => void future.cancel(),
    );
    expect(cancelled).toEqual({ atOnce: [], later: ["called"] });
  });

  it.each([
    ["the first", [0, 0], ["b", "c"]],
    ["the first and the second", [0, 1, 0], ["c"]],
    ["the third", [2, 2], ["a", "b"]],
  ])("leave the others in their order when %s is removed", async (_which, removed, left) => {
    const { later } = await called((future, callback) => {
      const callbacks = ["a", "b", "c"].map(callback);
      for (const one of callbacks) future.addDoneCallback(one);
      for (const index of removed) future.removeDoneCallback(callbacks[index] as () => void);
    });
    expect(later).toEqual(left);
  });

  it("are removed as often as they were added, and the number of times is told", async () => {
    const counts: number[] = [];
    const { later } = await called((future, callback) => {
      const [a, b, c] = [callback("a"), callback("b"), callback("c")];
      future.addDoneCallback(a);
      future.addDoneCallback(b);
      counts.push(future.removeDoneCallback(b), future.removeDoneCallback(c));
      future.addDoneCallback(b);
      for (let i = 0; i < 5; i++) future.addDoneCallback(a);
      counts.push(future.removeDoneCallback(a), future.removeDoneCallback(a));
    });
    expect(counts).toEqual([1, 0, 6, 0]);
    expect(later).toEqual(["b"]);
  });

  it("are all called, even if one of them removes those that come after it", async () => {
    let removed: number | undefined;
    const { later } = await called((future, callback) => {
      const last = callback("last");
      future.addDoneCallback(() => (removed = future.removeDoneCallback(last)));
      future.addDoneCallback(last);
      future.addDoneCallback(last);
    });
    expect(removed).toBe(0);
    expect(later).toEqual(["last", "last"]);
  });
});

describe("the error of a Future that nobody awaits", () => {
  const boom = new Error("boom");
  const reportsWhen = (use: (future: Future<number>) => unknown, debug = false) =>
    reportsOf(async () => use(new Future<number>()), { debug });

  it.each([
    ["is pending", () => undefined],
    ["finished, and nobody asked for the result", (future: Future<number>) => future.setResult(42)],
    [
      "finished, and somebody asked for the result",
      (future: Future<number>) => {
        future.setResult(42);
        future.result();
      },
    ],
    ["was cancelled", (future: Future<number>) => void future.cancel()],
  ])("is not there to report if the future %s", async (_state, use) => {
    expect(await reportsWhen(use)).toEqual([]);
  });

  it.each([
    ["exception()", (future: Future<number>) => future.exception()],
    ["result()", (future: Future<number>) => expect(() => future.result()).toThrow(boom)],
    ["a catch()", (future: Future<number>) => future.catch(() => undefined)],
  ])("is not reported once %s has seen it", async (_how, see) => {
    const reports = await reportsWhen((future) => {
      future.setException(boom);
      return see(future);
    });
    expect(reports).toEqual([]);
  });

  it.each([
    ["outside debug mode", false],
    ["in debug mode", true],
  ])("is reported once when the loop closes, by the name of the class (%s)", async (_mode, debug) => {
    const reports = await reportsWhen((future) => future.setException(boom), debug);
    expect(reports).toHaveLength(1);
    expect(reports[0]?.exception).toBe(boom);
    expect(reports[0]?.message).toMatch(/^Future failed and nobody retrieved its error/);
  });

  it("is reported as soon as the future has been collected", async () => {
    const collected: unknown[] = [];
    await reportsOf(async () => {
      const loop = getRunningLoop();
      loop.setExceptionHandler((_loop, { exception }) => collected.push(exception));
      loop.createFuture<number>().setException(boom);
      for (let i = 0; i < 100 && collected.length === 0; i++) {
        await collectGarbage();
      }
      expect(collected).toEqual([boom]);
    });
    expect(collected).toEqual([boom]);
  });
});

describe.each(bothKinds)("a promise made a Future by ensureFuture(), in %s", ({ runProgram }) => {
  it("gives its value or its error to a future of the running loop", () =>
    runProgram(function* () {
      const future = ensureFuture(Promise.resolve("value"));
      expect(isFuture(future)).toBe(true);
      expect(future.getLoop()).toBe(getRunningLoop());
      expect(yield* awaited(future)).toBe("value");
      const error = new Error("boom");
      expect(yield* errorOf(ensureFuture(Promise.reject(error)))).toBe(error);
    }));

  it("is not touched when the future is cancelled, and what it settles with later changes nothing", async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): number => unhandled.push(error);
    process.on("unhandledRejection", note);
    await runProgram(function* () {
      let resolve!: (value: number) => void;
      let reject!: (error: Error) => void;
      const promises = [
        new Promise<number>((settle) => (resolve = settle)),
        new Promise<number>((_settle, fail) => (reject = fail)),
      ] as const;
      const futures = promises.map((promise) => ensureFuture(promise));
      expect(futures.map((future) => future.cancel())).toEqual([true, true]);
      resolve(2);
      reject(new Error("too late"));
      yield* awaited(sleep(0));
      expect(futures.map((future) => future.cancelled())).toEqual([true, true]);
      expect(yield* awaited(ensureFuture(promises[0]))).toBe(2);
    });
    await new Promise<void>((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });

  it("keeps its value when the future is cancelled before that has come through", () =>
    runProgram(function* () {
      const promise = Promise.resolve(42);
      const future = ensureFuture(promise);
      expect(future.cancel()).toBe(true);
      yield* awaited(sleep(0));
      expect(future.cancelled()).toBe(true);
      expect(yield* awaited(ensureFuture(promise))).toBe(42);
    }));

  it("is what is made of promises only: a future comes back as it is, also one of another copy of the library", () =>
    runProgram(function* () {
      const future = new Future<number>();
      expect(ensureFuture(future)).toBe(future);
      const foreign = futureOfAnotherCopy();
      expect(ensureFuture(foreign)).toBe(foreign);
    }));
});

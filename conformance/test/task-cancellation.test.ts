import { CancelledError, Future, isCancelled } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, currentTask, sleep, type Task, TimeoutError, wait } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";
import { awaited, bothKinds, errorOf, oneIteration, type Program } from "@asyncio-ts/testkit";

describe.each(bothKinds)("cancelling tasks of %s", ({ define, runProgram }) => {
  const sleeper = define(function* () {
    yield* awaited(sleep(10_000));
    return 12;
  });
  const waiting = define(function* <T>(future: Future<T>): Program<T> {
    return yield* awaited(future);
  });

  // ---- where the error comes out ----

  it("a task cancelled while it sleeps ends as cancelled, at once, and cannot be cancelled again", () =>
    runProgram(function* () {
      const task = createTask(sleeper());
      getRunningLoop().callSoon(() => task.cancel());
      expect(yield* errorOf(task)).toBeInstanceOf(CancelledError);
      expect([task.done(), task.cancelled(), task.cancel()]).toEqual([true, true, false]);
      expect(getRunningLoop().time()).toBe(0);
    }));

  it("a task cancelled after a while stops then, and who awaits it gets the cancellation", () =>
    runProgram(function* () {
      const task = createTask(sleeper());
      getRunningLoop().callLater(100, () => task.cancel());
      expect(isCancelled(yield* errorOf(task))).toBe(true);
      expect(getRunningLoop().time()).toBe(100);
    }));

  it("a task cancelled in a sleep(0) ends there", () =>
    runProgram(function* () {
      let steps = 0;
      const task = createTask(
        define(function* () {
          steps = 1;
          yield* awaited(sleep(0));
          steps = 2;
          yield* awaited(sleep(0));
          steps = 3;
        })(),
      );
      yield* oneIteration();
      task.cancel();
      expect(isCancelled(yield* errorOf(task))).toBe(true);
      expect([steps, task.done(), task.cancelled(), task.cancel()]).toEqual([1, true, true, false]);
    }));

  it("cancelling a task cancels the future that it awaits", () =>
    runProgram(function* () {
      const future = new Future<void>();
      const task = createTask(waiting(future));
      yield* oneIteration();
      expect(task.cancel()).toBe(true);
      expect([future.cancelled(), task.done()]).toEqual([true, false]);
      yield* oneIteration();
      expect([task.done(), task.cancelled()]).toEqual([true, true]);
    }));

  it("a task whose future is cancelled ends as cancelled", () =>
    runProgram(function* () {
      const future = new Future<void>();
      const task = createTask(waiting(future));
      yield* oneIteration();
      future.cancel();
      expect(isCancelled(yield* errorOf(task))).toBe(true);
      expect([future.cancelled(), task.cancelled(), task.cancelling()]).toEqual([true, true, 0]);
    }));

  it("a task cancelled together with the future that it awaits gets one cancellation", () =>
    runProgram(function* () {
      const future = new Future<void>();
      const caught: unknown[] = [];
      const task = createTask(
        define(function* () {
          try {
            yield* awaited(future);
          } catch (error) {
            caught.push(error);
            // A second cancellation would come out here.
            yield* oneIteration();
            throw error;
          }
        })(),
      );
      yield* oneIteration();
      future.cancel();
      task.cancel();
      const error = yield* errorOf(task);
      expect(caught).toEqual([error]);
      expect([task.done(), future.cancelled(), task.cancelled()]).toEqual([true, true, true]);
    }));

  it("a body that catches the cancellation and returns gives its task a result", () =>
    runProgram(function* () {
      const [first, second] = [new Future<void>(), new Future<void>()];
      const task = createTask(
        define(function* () {
          yield* awaited(first);
          try {
            yield* awaited(second);
          } catch (error) {
            return isCancelled(error) ? 42 : 0;
          }
          return 1;
        })(),
      );
      yield* oneIteration();
      first.setResult();
      yield* oneIteration();
      task.cancel();
      expect([first.cancelled(), second.cancelled()]).toEqual([false, true]);
      expect(yield* awaited(task)).toBe(42);
      expect(task.cancelled()).toBe(false);
    }));

  it("a body that ignores the cancellation goes on, and its next wait is not cancelled", () =>
    runProgram(function* () {
      const [first, second, third] = [new Future<void>(), new Future<void>(), new Future<number>()];
      const task = createTask(
        define(function* () {
          yield* awaited(first);
          yield* errorOf(second);
          return yield* awaited(third);
        })(),
      );
      yield* oneIteration();
      first.setResult();
      yield* oneIteration();
      task.cancel();
      expect(second.cancelled()).toBe(true);
      yield* oneIteration();
      expect([task.done(), third.done()]).toEqual([false, false]);
      third.setResult(42);
      expect(yield* awaited(task)).toBe(42);
      expect([third.cancelled(), task.cancelled()]).toEqual([false, false]);
    }));

  it("a body that answers the cancellation with an error of its own fails with that", () =>
    runProgram(function* () {
      const own = new Error("the connection is gone");
      const task = createTask(
        define(function* () {
          try {
            yield* awaited(sleep(10_000));
          } catch {
            throw own;
          }
        })(),
      );
      yield* oneIteration();
      task.cancel();
      expect(task.done()).toBe(false);
      yield* oneIteration();
      expect([task.done(), task.cancelled()]).toEqual([true, false]);
      expect(task.exception()).toBe(own);
    }));

  it("a task that cancels itself gets the cancellation at its next suspension", () =>
    runProgram(function* () {
      const events: string[] = [];
      const task: Task<void> = createTask(
        define(function* () {
          expect(task.cancel()).toBe(true);
          events.push("cancelled itself");
          yield* awaited(sleep(100_000));
          events.push("slept");
        })(),
      );
      expect(task.cancelled()).toBe(false);
      expect(isCancelled(yield* errorOf(task))).toBe(true);
      expect(events).toEqual(["cancelled itself"]);
      expect([task.done(), task.cancelled(), task.cancel()]).toEqual([true, true, false]);
      expect(getRunningLoop().time()).toBe(0);
    }));

  it("a task that cancels itself and returns without a suspension keeps its result", () =>
    runProgram(function* () {
      const task: Task<number> = createTask(
        define(function* () {
          task.cancel();
          return 12;
        })(),
      );
      expect(yield* awaited(task)).toBe(12);
      expect([task.cancelled(), task.cancelling(), task.cancel()]).toEqual([false, 1, false]);
    }));

  it("a task that cancels itself cancels the task that it awaits next, and what that one awaits", () =>
    runProgram(function* () {
      const future = new Future<void>();
      let inner: Task<void> | undefined;
      const outer: Task<void> = createTask(
        define(function* () {
          inner = createTask(waiting(future));
          yield* oneIteration();
          outer.cancel();
          expect(future.done()).toBe(false);
          yield* awaited(inner);
        })(),
      );
      expect(isCancelled(yield* errorOf(outer))).toBe(true);
      expect([outer, inner, future].map((one) => one?.cancelled())).toEqual([true, true, true]);
    }));

  it("a cancellation passes from the outer coroutine through the inner one to the future, and comes back", () =>
    runProgram(function* () {
      const events: string[] = [];
      const future = new Future<void>();
      const inner = define(function* () {
        try {
          yield* awaited(future);
          events.push("inner went on");
        } catch (error) {
          events.push("inner");
          throw error;
        }
      });
      const outer = createTask(
        define(function* () {
          try {
            yield* awaited(inner());
            events.push("outer went on");
          } catch (error) {
            events.push(isCancelled(error) ? "outer" : "another error");
          }
        })(),
      );
      yield* oneIteration();
      outer.cancel();
      yield* awaited(outer);
      expect(events).toEqual(["inner", "outer"]);
      expect([future.cancelled(), outer.cancelled()]).toEqual([true, false]);
    }));

  it("cancelling a task that awaits wait() ends the wait and leaves what it waited for running", () =>
    runProgram(function* () {
      const events: string[] = [];
      const future = new Future<void>();
      const inner = createTask(
        define(function* () {
          yield* awaited(future);
          events.push("inner went on");
        })(),
      );
      const outer = createTask(
        define(function* () {
          yield* awaited(wait([inner]));
          events.push("outer went on");
        })(),
      );
      yield* oneIteration();
      outer.cancel();
      expect(isCancelled(yield* errorOf(outer))).toBe(true);
      expect(inner.done()).toBe(false);
      future.setResult();
      yield* awaited(inner);
      expect(events).toEqual(["inner went on"]);
    }));

  // ---- messages ----

  it("the message of a cancellation before the first step stands in the error", () =>
    runProgram(function* () {
      const task = createTask(sleeper());
      task.cancel("my message");
      yield* awaited(wait([task]));
      expect(() => task.result()).toThrow(new CancelledError("my message"));
      expect(() => task.exception()).toThrow(new CancelledError("my message"));
      expect(yield* errorOf(task)).toEqual(new CancelledError("my message"));
    }));

  for (const asked of ["result", "exception"] as const) {
    it.each([
      ["without a message", undefined, ""],
      ["with a message", "my message", "my message"],
    ])(
      `${asked}() of a task that was cancelled %s throws a CancelledError that says so`,
      (_title, message, said) =>
        runProgram(function* () {
          const task = createTask(sleeper());
          yield* oneIteration();
          task.cancel(message);
          yield* awaited(wait([task]));
          expect(() => task[asked]()).toThrow(CancelledError);
          try {
            task[asked]();
          } catch (error) {
            expect((error as Error).message).toBe(said);
            expect((error as Error).cause).toBeUndefined();
          }
        }),
    );
  }

  it("of two messages before the task has stopped the later one counts", () =>
    runProgram(function* () {
      const task = createTask(sleeper());
      task.cancel("my message");
      task.cancel("my new message");
      expect(yield* errorOf(task)).toEqual(new CancelledError("my new message"));
    }));

  it("an error thrown with the cancellation as its cause arrives with it", () =>
    runProgram(function* () {
      const started = new Future<void>();
      const outer = createTask(
        define(function* () {
          const inner = createTask(
            define(function* () {
              started.setResult();
              yield* awaited(sleep(10_000));
            })(),
          );
          yield* awaited(started);
          getRunningLoop().callSoon(() => inner.cancel("msg"));
          try {
            yield* awaited(inner);
          } catch (cause) {
            throw new RangeError("cancelled", { cause });
          }
        })(),
      );
      const error = (yield* errorOf(outer)) as Error;
      expect([error.constructor, error.message]).toEqual([RangeError, "cancelled"]);
      expect(error.cause).toEqual(new CancelledError("msg"));
      expect((error.cause as Error).cause).toBeUndefined();
    }));

  // ---- the count ----

  it("cancel() adds to cancelling() and stays true until the task is done", () =>
    runProgram(function* () {
      const task = createTask(sleeper());
      expect(task.cancelling()).toBe(0);
      expect([task.cancel(), task.cancelling()]).toEqual([true, 1]);
      expect([task.cancel(), task.cancelling()]).toEqual([true, 2]);
      expect(isCancelled(yield* errorOf(task))).toBe(true);
      expect([task.cancel(), task.cancelling()]).toEqual([false, 2]);
    }));

  it("a task that takes a cancellation back with uncancel() goes on, and can be cancelled again", () =>
    runProgram(function* () {
      const task = createTask(
        define(function* () {
          yield* errorOf(sleep(10_000));
          (currentTask() as Task<unknown>).uncancel();
          yield* awaited(sleep(10_000));
        })(),
      );
      yield* awaited(sleep(10));
      expect([task.cancel(), task.cancelling(), task.cancelled()]).toEqual([true, 1, false]);
      yield* awaited(sleep(10));
      expect([task.cancelling(), task.cancelled(), task.done()]).toEqual([0, false, false]);
      expect([task.cancel(), task.cancelling(), task.cancelled()]).toEqual([true, 1, false]);
      expect(isCancelled(yield* errorOf(task))).toBe(true);
      expect(task.cancelled()).toBe(true);
      task.uncancel();
      expect([task.cancelled(), task.done(), task.cancelling()]).toEqual([true, true, 0]);
      expect(getRunningLoop().time()).toBe(20);
    }));

  it("uncancel() takes a cancellation back that has not been delivered", () =>
    runProgram(function* () {
      const future = new Future<void>();
      const task = createTask(
        define(function* () {
          yield* awaited(future);
          yield* oneIteration();
          return 42;
        })(),
      );
      yield* oneIteration();
      future.setResult();
      task.cancel();
      expect(task.cancelling()).toBe(1);
      expect([task.uncancel(), task.cancelling()]).toEqual([0, 0]);
      expect(yield* awaited(task)).toBe(42);
    }));

  it.each([
    ["expires", 10_000, 100, { timedOut: true, finished: false }],
    ["does not expire", 0, 10_000, { timedOut: false, finished: true }],
  ])(
    "with cancel() and uncancel() a deadline can be built that ends a block alone: it %s",
    (_title, delay, limit, expected) =>
      runProgram(function* () {
        const request = define(function* () {
          const task = currentTask() as Task<unknown>;
          let timedOut = false;
          let finished = false;
          const timer = getRunningLoop().callLater(limit, () => {
            timedOut = true;
            task.cancel();
          });
          try {
            yield* awaited(sleep(delay));
            finished = true;
          } catch (error) {
            if (!timedOut || task.uncancel() > 0 || !isCancelled(error)) throw error;
            expect(new TimeoutError("late", { cause: error }).cause).toBe(error);
          } finally {
            timer.cancel();
          }
          // The code after the block is not cancelled.
          yield* oneIteration();
          return { timedOut, finished };
        });
        const task = createTask(request());
        expect(yield* awaited(task)).toEqual(expected);
        expect(task.cancelling()).toBe(0);
        expect(getRunningLoop().time()).toBe(expected.timedOut ? limit : 0);
      }),
  );
});

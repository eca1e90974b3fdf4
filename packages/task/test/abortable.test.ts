import { CancelledError, isCancelled } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { abortable, createTask, currentTask, run, sleep, timeout, TimeoutError } from "@asyncio-ts/task";
import { setTimeout as promisedTimeout } from "node:timers/promises";
import { describe, expect, expectTypeOf, test } from "vitest";
import { awaited, bothKinds, errorOf, nameOf, outcomeOf, runVirtual } from "@asyncio-ts/testkit";
import { Abortable } from "../src/abortable.js";

const forAMinute = (signal: AbortSignal): Promise<void> => promisedTimeout(60_000, undefined, { signal });

describe.each(bothKinds)("abortable() in %s", ({ body, startTask, runProgram }) => {
  test("gives the result of the promise, or its error", async () => {
    const main = body(function* () {
      const result = yield* awaited(abortable(async () => "value"));
      let caught: unknown;
      try {
        yield* awaited(abortable(() => Promise.reject(new Error("rejected"))));
      } catch (error) {
        caught = error;
      }
      return [result, nameOf(caught)];
    });
    expect(await runVirtual(main)).toEqual(["value", "Error: rejected"]);
  });

  test("what the abort starts ends in the turn that cancels, before another task goes on", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const task = startTask(function* () {
        yield* awaited(
          abortable((signal) => {
            signal.addEventListener("abort", () =>
              queueMicrotask(() => events.push("the abort's microtask")),
            );
            return forAMinute(signal);
          }),
        );
      });
      const other = startTask(function* () {
        yield* awaited(sleep(0));
        events.push("another task");
      });
      yield* awaited(sleep(0));
      task.cancel();
      yield* awaited(other);
      yield* errorOf(task);
    });
    expect(events).toEqual(["the abort's microtask", "another task"]);
  });

  test("cancelling aborts its signal with the CancelledError, and that is what comes out", async () => {
    const events: unknown[] = [];
    await runProgram(function* () {
      const task = startTask(function* () {
        try {
          yield* awaited(
            abortable((signal) => {
              signal.addEventListener("abort", () => events.push(`aborted: ${nameOf(signal.reason)}`));
              return forAMinute(signal);
            }),
          );
        } catch (error) {
          events.push(nameOf(error));
          throw error;
        }
      });
      yield* awaited(sleep(0));
      yield* awaited(sleep(0));
      task.cancel("enough");
      try {
        yield* awaited(task);
      } catch {
        events.push(task.cancelled());
      }
    });
    expect(events).toEqual(["aborted: cancelled: enough", "cancelled: enough", true]);
  });

  test("it ends when the promise settles, not before", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      let stop!: (error: unknown) => void;
      const task = startTask(function* () {
        yield* awaited(
          abortable(
            (signal) =>
              new Promise<void>((_, reject) => {
                stop = () => reject(signal.reason);
              }),
          ),
        );
      });
      yield* awaited(sleep(1));
      task.cancel();
      yield* awaited(sleep(10));
      events.push(`stopped: ${task.done()}`);
      stop(undefined);
      yield* awaited(sleep(1));
      events.push(`stopped: ${task.cancelled()}`);
    });
    expect(events).toEqual(["stopped: false", "stopped: true"]);
  });

  test("a result that comes all the same is delivered, and the cancellation at the next wait", async () => {
    const events: string[] = [];
    const main = body(function* () {
      let settle!: (value: string) => void;
      const task = startTask(function* () {
        const result = yield* awaited(abortable(() => new Promise<string>((resolve) => (settle = resolve))));
        events.push(result);
        yield* awaited(sleep(1));
        return result;
      });
      yield* awaited(sleep(1));
      task.cancel();
      yield* awaited(sleep(1));
      settle("all the same");
      yield* awaited(sleep(1));
      return [task.cancelled(), task.cancelling()];
    });
    expect(await runVirtual(main)).toEqual([true, 1]);
    expect(events).toEqual(["all the same"]);
  });

  test("another error, while it is being aborted, is the cause of the cancellation", async () => {
    let cause: unknown;
    const main = body(function* () {
      const task = startTask(function* () {
        try {
          yield* awaited(
            abortable(
              (signal) =>
                new Promise((_, reject) => {
                  signal.addEventListener("abort", () => reject(new RangeError("while stopping")));
                }),
            ),
          );
        } catch (error) {
          cause = (error as Error).cause;
          throw error;
        }
      });
      yield* awaited(sleep(1));
      task.cancel();
      yield* awaited(sleep(1));
      return [task.cancelled(), nameOf(cause)];
    });
    expect(await runVirtual(main)).toEqual([true, "RangeError: while stopping"]);
  });

  test("inside a timeout it becomes a TimeoutError", async () => {
    const main = body(function* () {
      const error = yield* errorOf(timeout(10).with(() => abortable(forAMinute)));
      return [error instanceof TimeoutError, currentTask()?.cancelling(), getRunningLoop().time()];
    });
    expect(await runVirtual(main)).toEqual([true, 0, 10]);
  });

  test("a finally block that waits after it is not interrupted again", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const task = startTask(function* () {
        try {
          yield* awaited(abortable(forAMinute));
        } finally {
          yield* awaited(sleep(10));
          events.push("cleaned up");
        }
      });
      yield* awaited(sleep(0));
      yield* awaited(sleep(0));
      task.cancel();
      yield* awaited(sleep(20));
      events.push(`${task.cancelled()}`);
    });
    expect(events).toEqual(["cleaned up", "true"]);
  });

  test("the signals of two waits are their own", async () => {
    const main = body(function* () {
      const signals: AbortSignal[] = [];
      yield* awaited(abortable(async (signal) => void signals.push(signal)));
      yield* awaited(abortable(async (signal) => void signals.push(signal)));
      return [signals[0] !== signals[1], signals.map((signal) => signal.aborted)];
    });
    expect(await runVirtual(main)).toEqual([true, [false, false]]);
  });
});

describe("abortable()", () => {
  test("is a coroutine: nothing starts until it is awaited", async () => {
    await runVirtual(async () => {
      let started = false;
      const call = abortable(async () => (started = true));
      await sleep(1);
      expect([started, String(call)]).toEqual([false, "<Coroutine abortable>"]);
      await call;
      expect(started).toBe(true);
    });
  });

  test("an AbortError of another cause is an error, not a cancellation", async () => {
    const { error } = await outcomeOf(() => abortable(() => forAMinute(AbortSignal.abort())));
    expect([(error as Error).name, isCancelled(error)]).toEqual(["AbortError", false]);
  });

  test("a function that throws at once fails it", async () => {
    const { error } = await outcomeOf(() =>
      abortable((): Promise<void> => {
        throw new RangeError("at once");
      }),
    );
    expect(nameOf(error)).toBe("RangeError: at once");
  });

  test("on virtual time, a promise that comes from outside is waited for", async () => {
    expect(
      await runVirtual(() =>
        abortable(() => new Promise((resolve) => setImmediate(() => setImmediate(() => resolve("here"))))),
      ),
    ).toBe("here");
    expect(await runVirtual(() => abortable(() => promisedTimeout(5, "here")))).toBe("here");
  });

  test("is no deadlock while nothing shows that the promise will settle", async () => {
    const loop = virtualLoop({ patience: 0 });
    let resolve!: (value: string) => void;
    const outside = new Promise<string>((resolved) => (resolve = resolved));
    const running = run(() => abortable(() => outside), { loopFactory: () => loop });
    // The loop asks whether the run has come to a deadlock, and hears that it has not.
    const forget = partsOf(loop).host.whenExhausted(() => resolve("here"));
    expect(await running).toBe("here");
    forget();
  });

  test("follows a native promise as await does, whose own `then` is not called", async () => {
    const calls: string[] = [];
    const promise = Promise.resolve("value");
    // oxlint-disable-next-line unicorn/no-thenable -- what is tested
    promise.then = (async () => calls.push("then")) as never;
    expect(await runVirtual(() => abortable(() => promise))).toBe("value");
    expect(calls).toEqual([]);
  });

  test("refuses a function that returns no promise", async () => {
    const { error } = await outcomeOf(() => abortable((() => 5) as never));
    expect(String(error)).toMatch(/abortable\(\)/);
  });

  test("refuses what is no function, and says what to write", () => {
    expect(() => abortable(Promise.resolve() as unknown as () => Promise<void>)).toThrow(
      new TypeError(
        "abortable() needs a function that takes a signal; write abortable((signal) => f(signal))",
      ),
    );
  });

  test("two cancellations are one to it", async () => {
    await runVirtual(async () => {
      const task = createTask(() => abortable(forAMinute));
      await sleep(0);
      task.cancel("first");
      task.cancel("second");
      await expect(task).rejects.toThrow(new CancelledError("first"));
    });
  });

  test("once its promise has settled it can't be cancelled, and its signal is not aborted", async () => {
    await runVirtual(async () => {
      const signals: AbortSignal[] = [];
      const operation = async (signal: AbortSignal): Promise<string> => {
        signals.push(signal);
        return "value";
      };
      const [settled, other] = [new Abortable(operation, "settled"), new Abortable(operation, "other")];
      expect([String(other), other.cancel()]).toEqual(["<other pending>", true]);
      expect(await settled).toBe("value");
      expect(settled.cancel()).toBe(false);
      expect(signals.map((signal) => signal.aborted)).toEqual([false, true]);
    });
  });

  test("keeps the type", () => {
    expectTypeOf(abortable(async () => 5)).resolves.toEqualTypeOf<number>();
  });
});

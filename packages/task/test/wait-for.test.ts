import { coroutine } from "@asyncio-ts/coroutine";
import { Future, type Steps } from "@asyncio-ts/future";
import { failureReason } from "@asyncio-ts/future/lowlevel";
import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, currentTask, sleep, TimeoutError, waitFor } from "@asyncio-ts/task";
import { describe, expect, expectTypeOf, test } from "vitest";
import { awaited, bothKinds, nameOf, needing, rejectionOf, runVirtual } from "@asyncio-ts/testkit";

describe.each(bothKinds)("waitFor() in %s", ({ body, startTask, runProgram }) => {
  test("gives the result if it comes in time", async () => {
    const main = body(function* () {
      const result = yield* awaited(waitFor(sleep(5, "in time"), 10));
      yield* awaited(sleep(100));
      return [result, getRunningLoop().time()];
    });
    expect(await runVirtual(main)).toEqual(["in time", 105]);
  });

  test("cancels what it waits for when the time is over, waits until that has stopped, and throws a TimeoutError", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const slow = body(function* () {
        try {
          yield* awaited(sleep(1000));
        } finally {
          yield* awaited(sleep(5));
          events.push("stopped");
        }
      });
      try {
        yield* awaited(waitFor(slow, 10));
      } catch (error) {
        events.push(`${error instanceof TimeoutError} at ${getRunningLoop().time()}`);
      }
    });
    expect(events).toEqual(["stopped", "true at 15"]);
  });

  test("runs a coroutine in the calling task", async () => {
    const main = body(function* () {
      const inside = yield* awaited(
        waitFor(
          body(function* () {
            return { task: currentTask() };
          }),
          10,
        ),
      );
      return inside.task === currentTask();
    });
    expect(await runVirtual(main)).toBe(true);
  });

  test.each([0, -1])("with a time of %d it never starts a coroutine", async (delay) => {
    const events: string[] = [];
    await runProgram(function* () {
      try {
        yield* awaited(
          waitFor(
            body(function* () {
              events.push("must not run");
            }),
            delay,
          ),
        );
      } catch (error) {
        events.push((error as Error).name);
      }
    });
    expect(events).toEqual(["TimeoutError"]);
  });

  test("with a time of 0 it gives what is done already, and cancels what is not", async () => {
    const main = body(function* () {
      const done = new Future<string>();
      done.setResult("done");
      const pending = new Future<string>();
      const result = yield* awaited(waitFor(done, 0));
      let caught: unknown;
      try {
        yield* awaited(waitFor(pending, 0));
      } catch (error) {
        caught = error;
      }
      return [result, (caught as Error).name, pending.cancelled()];
    });
    expect(await runVirtual(main)).toEqual(["done", "TimeoutError", true]);
  });

  test("with a time of 0 it throws the cancellation of a future that was cancelled before, not a TimeoutError", async () => {
    const main = body(function* () {
      const cancelled = new Future<string>();
      cancelled.cancel("before");
      let caught: unknown;
      try {
        yield* awaited(waitFor(cancelled, 0));
      } catch (error) {
        caught = error;
      }
      return nameOf(caught);
    });
    expect(await runVirtual(main)).toBe("cancelled: before");
  });

  test("with null it waits without end", async () => {
    const main = body(function* () {
      const result = yield* awaited(waitFor(sleep(1e9, "at last"), null));
      return result;
    });
    expect(await runVirtual(main)).toBe("at last");
  });

  test("a task that it waits for is cancelled when the time is over", async () => {
    const main = body(function* () {
      const task = createTask(() => sleep(1000));
      let caught: unknown;
      try {
        yield* awaited(waitFor(task, 10));
      } catch (error) {
        caught = error;
      }
      return [(caught as Error).name, task.cancelled()];
    });
    expect(await runVirtual(main)).toEqual(["TimeoutError", true]);
  });

  test("a promise is followed, and the wait for it ends", async () => {
    const main = body(function* () {
      const result = yield* awaited(waitFor(Promise.resolve(1), 10));
      let caught: unknown;
      try {
        yield* awaited(waitFor(new Promise(() => {}), 10));
      } catch (error) {
        caught = error;
      }
      return [result, (caught as Error).name];
    });
    expect(await runVirtual(main)).toEqual([1, "TimeoutError"]);
  });

  test("a result that comes all the same, after the time is over, counts", async () => {
    const main = body(function* () {
      const result = yield* awaited(
        waitFor(
          body(function* () {
            try {
              yield* awaited(sleep(1000));
            } catch {
              yield* awaited(sleep(5));
            }
            return "all the same";
          }),
          10,
        ),
      );
      return [result, currentTask()?.cancelling()];
    });
    expect(await runVirtual(main)).toEqual(["all the same", 0]);
  });

  test("a result that arrives in the moment in which the time is over counts", async () => {
    const main = body(function* () {
      const future = new Future<string>();
      getRunningLoop().callLater(10, () => future.setResult("just in time"));
      const result = yield* awaited(waitFor(future, 10));
      yield* awaited(sleep(1));
      return [result, currentTask()?.cancelling()];
    });
    expect(await runVirtual(main)).toEqual(["just in time", 0]);
  });

  test("an error comes out as it is", async () => {
    const main = body(function* () {
      try {
        yield* awaited(
          waitFor(
            body(function* () {
              yield* awaited(sleep(1));
              throw new RangeError("as it is");
            }),
            10,
          ),
        );
      } catch (error) {
        return nameOf(error);
      }
      return undefined;
    });
    expect(await runVirtual(main)).toBe("RangeError: as it is");
  });

  test("cancelling the calling task cancels what it waits for, and comes out as a cancellation", async () => {
    const main = body(function* () {
      const inner = createTask(() => sleep(1000));
      const outer = startTask(function* () {
        yield* awaited(waitFor(inner, 100));
      });
      yield* awaited(sleep(1));
      outer.cancel("from outside");
      let caught: unknown;
      try {
        yield* awaited(outer);
      } catch (error) {
        caught = error;
      }
      return [nameOf(caught), inner.cancelled(), getRunningLoop().time()];
    });
    expect(await runVirtual(main)).toEqual(["cancelled: from outside", true, 1]);
  });
});

describe("waitFor()", () => {
  test("is a coroutine: nothing runs until it is awaited", async () => {
    const events: string[] = [];
    await runVirtual(async () => {
      const waiting = waitFor(async () => void events.push("ran"), 10);
      await sleep(1);
      expect(events).toEqual([]);
      await waiting;
    });
    expect(events).toEqual(["ran"]);
  });

  test.each([
    ["a string", "1s", '"1s"'],
    ["NaN", NaN, "NaN"],
    ["nothing", undefined, "undefined"],
  ])("refuses %s as a time, at once", (_, delay, name) => {
    expect(() => waitFor(sleep(1), delay as unknown as number)).toThrow(
      new TypeError(`waitFor() needs a number of milliseconds, got ${name}`),
    );
  });

  test("works outside of every task", async () => {
    expect(await waitFor(coroutine(async () => "result")(), 60_000)).toBe("result");
  });

  test("keeps the type of the result", () => {
    expectTypeOf(waitFor(sleep(1, "x"), 1)).resolves.toEqualTypeOf<string>();
    expectTypeOf(waitFor(async () => 1, 1)).resolves.toEqualTypeOf<number>();
    expectTypeOf(waitFor(Promise.resolve(true), null)).resolves.toEqualTypeOf<boolean>();
  });
});

test.each([5, null, 0, -1])(
  "waitFor() of a task that was cancelled before, with %o, is cancelled",
  async (delay) => {
    await runVirtual(async () => {
      const task = createTask(() => sleep(1000));
      task.cancel();
      await sleep(0);
      expect(await waitFor(task, delay).catch(nameOf)).toBe("cancelled");
    });
  },
);

describe("the error of waitFor()", () => {
  async function waits(delay: number): Promise<void> {
    await waitFor(sleep(1000), delay);
  }
  function* yields(delay: number): Steps<void> {
    yield* waitFor(sleep(1000), delay);
  }

  const names = async (body: typeof waits | typeof yields): Promise<void> => {
    const main = async (): Promise<unknown[]> => {
      const errors: unknown[] = [];
      for (const delay of [10, 0]) {
        const call = coroutine(body as typeof waits)(delay);
        errors.push(await rejectionOf(createTask(call, { name: "poll" })));
      }
      return errors;
    };
    const [late, never] = (await runVirtual(main)) as Error[];
    expect([late?.message, never?.message]).toEqual([
      `timed out after 10 ms in Task 'poll' (${body.name})`,
      `timed out before the wait began in Task 'poll' (${body.name})`,
    ]);
    const line = new RegExp(`at (async )?${body.name} \\(.*wait-for\\.test\\.ts`);
    expect(late?.stack).toMatch(line);
    expect(never?.stack).toMatch(line);
  };

  test(
    "names the task and its async function, and has it in its stack",
    needing("stacks that go through `await`"),
    () => names(waits),
  );

  test("names the task and its generator, and has it in its stack", () => names(yields));
});

test("a task that catches the cancellation of a deadline of 0, and returns, gives its value", async () => {
  await runVirtual(async () => {
    const task = createTask(async () => {
      try {
        await sleep(1000);
      } catch {
        await sleep(1);
      }
      return "its value";
    });
    await sleep(0);
    expect(await waitFor(task, 0)).toBe("its value");
  });
});

test("a timeout before the wait began says so, and has the cancellation as its cause", async () => {
  await runVirtual(async () => {
    const pending = new Future<void>();
    const error = await rejectionOf(waitFor(pending, 0));
    expect(error).toBeInstanceOf(TimeoutError);
    expect((error as Error).message).toMatch(/^timed out before the wait began in Task /);
    expect((error as Error).cause).toBe(pending[failureReason]());
    expect(pending.cancelled()).toBe(true);
  });
});

import { CancelledError, Future } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, shield, sleep, type Task, TimeoutError, wait, waitFor } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";

import { endingOf } from "./support/endings.js";
import { awaited, bothKinds, type Program } from "@asyncio-ts/testkit";

describe.each(bothKinds)("waitFor with %s", ({ define, runProgram }) => {
  /** Sleeps until `end`, whoever wants to stop it. */
  const stubborn = define(function* (end: number) {
    const loop = getRunningLoop();
    let cancellations = 0;
    while (loop.time() < end) {
      try {
        yield* awaited(sleep(end - loop.time()));
      } catch {
        cancellations++;
      }
    }
    return cancellations;
  });

  /** Sleeps for a minute, and takes `cleaningUp` milliseconds to stop. */
  function sleeper(record: string[], cleaningUp: number) {
    return define(function* () {
      record.push("begun");
      try {
        yield* awaited(sleep(60_000));
        return "slept";
      } finally {
        if (cleaningUp > 0) yield* awaited(sleep(cleaningUp));
        record.push("stopped");
      }
    });
  }

  /** Returns what awaiting it throws; undefined if it throws nothing. */
  function* thrownBy(steps: () => Program<unknown>): Program<unknown> {
    try {
      yield* steps();
    } catch (error) {
      return error;
    }
    return undefined;
  }

  it("cancelled, it waits until what it waits for has ended", () =>
    runProgram(function* () {
      const task = createTask(waitFor(stubborn(200), 400));
      yield* awaited(sleep(0));
      task.cancel();
      yield* awaited(wait([task]));
      expect(getRunningLoop().time()).toBe(200);
      expect(task.result()).toBe(1);
    }));

  it("at its timeout it waits until what it waits for has ended", () =>
    runProgram(function* () {
      expect(yield* awaited(waitFor(stubborn(200), 100))).toBe(1);
      expect(getRunningLoop().time()).toBe(200);
    }));

  it("with a timeout of 0 or less it gives the result of what is done", () =>
    runProgram(function* () {
      for (const delay of [0, -1]) {
        const future = new Future<string>();
        future.setResult("done");
        expect(yield* awaited(waitFor(future, delay))).toBe("done");
      }
    }));

  it("with a timeout of 0 or less it never begins a coroutine", () =>
    runProgram(function* () {
      for (const delay of [0, -1]) {
        const record: string[] = [];
        const error = yield* thrownBy(() => awaited(waitFor(sleeper(record, 0)(), delay)));
        expect(error).toBeInstanceOf(TimeoutError);
        yield* awaited(sleep(100));
        expect(record).toEqual([]);
      }
    }));

  it.each([
    ["at its timeout", [100], 0],
    ["at its timeout, also if that takes time", [100], 50],
    ["with a timeout of 0 or less", [0, -1], 0],
    ["with a timeout of 0 or less, also if that takes time", [0, -1], 50],
  ])("cancels a task that runs, and waits until it has stopped: %s", (_title, delays, cleaningUp) =>
    runProgram(function* () {
      const loop = getRunningLoop();
      for (const delay of delays) {
        const record: string[] = [];
        const task = createTask(sleeper(record, cleaningUp)());
        yield* awaited(sleep(0));
        const start = loop.time();
        const error = yield* thrownBy(() => awaited(waitFor(task, delay)));
        expect(error).toBeInstanceOf(TimeoutError);
        expect((error as TimeoutError).cause).toBeInstanceOf(CancelledError);
        expect(task.cancelled()).toBe(true);
        expect(record).toEqual(["begun", "stopped"]);
        expect(loop.time() - start).toBe(Math.max(delay, 0) + cleaningUp);
      }
    }),
  );

  it("with null it waits without end", () =>
    runProgram(function* () {
      const late = define(function* () {
        yield* awaited(sleep(1_000_000));
        return "done";
      });
      expect(yield* awaited(waitFor(late(), null))).toBe("done");
    }));

  it("gives a result that is set while it waits", () =>
    runProgram(function* () {
      const loop = getRunningLoop();
      const future = loop.createFuture<string>();
      loop.callSoon(() => future.setResult("ok"));
      expect(yield* awaited(waitFor(future, 200))).toBe("ok");
      expect(loop.time()).toBe(0);
    }));

  it("gives the result of a coroutine that catches the cancellation and returns", () =>
    runProgram(function* () {
      const persistent = define(function* () {
        try {
          yield* awaited(sleep(1000));
        } catch {
          return "all the same";
        }
        return "slept";
      });
      expect(yield* awaited(waitFor(persistent(), 10))).toBe("all the same");
      expect(getRunningLoop().time()).toBe(10);
    }));

  it("throws the error with which a task answers the timeout", () =>
    runProgram(function* () {
      const failing = createTask(
        define(function* () {
          try {
            yield* awaited(sleep(200));
          } finally {
            // oxlint-disable-next-line no-unsafe-finally -- an error in place of the cancellation is the point
            throw new RangeError("clean-up failed");
          }
        })(),
      );
      const error = yield* thrownBy(() => awaited(waitFor(failing, 10)));
      expect(error).toEqual(new RangeError("clean-up failed"));
    }));

  it.each([null, 60_000])("cancelled, it cancels the task that it waits for: timeout %s", (delay) =>
    runProgram(function* () {
      const loop = getRunningLoop();
      const task = createTask(
        define(function* () {
          yield* awaited(loop.createFuture<void>());
        })(),
      );
      const waiting = createTask(waitFor(task, delay));
      loop.callSoon(() => waiting.cancel());
      yield* awaited(wait([waiting]));
      expect(endingOf(waiting)).toBe("cancelled");
      expect(task.cancelled()).toBe(true);
      expect(loop.time()).toBe(0);
    }),
  );

  it.each([
    ["had come", true],
    ["was on its way", false],
  ])("a caller cancelled when the result %s gets it, and stops at its next wait", (_title, quickFirst) =>
    runProgram(function* () {
      const record: string[] = [];
      const tasks: { quick?: Task<string> } = {};
      const startQuick = () => {
        tasks.quick = createTask(
          define(function* () {
            return "done";
          })(),
        );
      };
      if (quickFirst) startQuick();
      const caller = createTask(
        define(function* () {
          record.push(yield* awaited(waitFor(tasks.quick as Task<string>, 100)));
          yield* awaited(sleep(1000));
          record.push("went on");
        })(),
      );
      if (!quickFirst) startQuick();
      yield* awaited(sleep(0));
      expect([tasks.quick?.done(), caller.done()]).toEqual([true, false]);
      caller.cancel();
      yield* awaited(wait([caller]));
      expect(caller.cancelled()).toBe(true);
      expect(tasks.quick?.result()).toBe("done");
      expect(record).toEqual(["done"]);
      expect(getRunningLoop().time()).toBe(0);
    }),
  );

  /** A task that takes 50 ms. */
  function working(): Task<string> {
    return createTask(
      define(function* () {
        yield* awaited(sleep(50));
        return "done";
      })(),
    );
  }

  it.each([0, 10])("with a timeout of %d a shield is cancelled, and the task inside runs on", (delay) =>
    runProgram(function* () {
      const task = working();
      const shielded = shield(task);
      const error = yield* thrownBy(() => awaited(waitFor(shielded, delay)));
      expect(error).toBeInstanceOf(TimeoutError);
      expect(shielded.cancelled()).toBe(true);
      expect([task.done(), getRunningLoop().time()]).toEqual([false, delay]);
      expect(yield* awaited(task)).toBe("done");
    }),
  );

  it("with null it waits for the task inside a shield", () =>
    runProgram(function* () {
      const task = working();
      expect(yield* awaited(waitFor(shield(task), null))).toBe("done");
      expect(task.result()).toBe("done");
    }));
});

import { CancelledError, isCancelled } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import {
  createTask,
  currentTask,
  ExceptionGroup,
  sleep,
  type Task,
  TaskGroup,
  type Timeout,
  timeout,
  timeoutAt,
  TimeoutError,
  wait,
} from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";

import { endingOf } from "./support/endings.js";
import { SimulatedHost } from "@asyncio-ts/testkit/hosts";
import { awaited, bothKinds, type Program, runVirtual } from "@asyncio-ts/testkit";

describe.each(bothKinds)("timeout with %s", ({ body, define, runProgram }) => {
  /** Runs `body` under a deadline, and gives what that throws; undefined if it throws nothing. */
  function* thrownBy(deadline: Timeout, body: (deadline: Timeout) => Program<unknown>): Program<unknown> {
    try {
      yield* awaited(deadline.with(define(body)));
    } catch (error) {
      return error;
    }
    return undefined;
  }

  it.each([
    ["timeout, counted from now", () => timeout(100)],
    ["timeoutAt, a time of the loop", () => timeoutAt(getRunningLoop().time() + 100)],
  ])("stops its body at the deadline, and throws a TimeoutError: %s", (_title, make) =>
    runProgram(function* () {
      yield* awaited(sleep(50));
      const loop = getRunningLoop();
      const record: string[] = [];
      const deadline = make();
      const error = yield* thrownBy(deadline, function* () {
        try {
          yield* awaited(sleep(60_000));
          record.push("slept on");
        } catch (error) {
          record.push(isCancelled(error) ? "cancelled" : "failed");
          throw error;
        }
      });
      expect(error).toBeInstanceOf(TimeoutError);
      expect((error as TimeoutError).cause).toBeInstanceOf(CancelledError);
      expect(record).toEqual(["cancelled"]);
      expect(loop.time()).toBe(150);
      expect(deadline.expired()).toBe(true);
      expect(deadline.when()).toBe(150);
    }),
  );

  it("of two with one deadline the outer one throws the TimeoutError, and both have expired", () =>
    runProgram(function* () {
      const record: string[] = [];
      const outer = timeout(100);
      const inner = timeout(100);
      const error = yield* thrownBy(outer, function* () {
        const error = yield* thrownBy(inner, () => sleeping());
        record.push(isCancelled(error) ? "inner: cancelled" : "inner: other");
        throw error;
      });
      expect(error).toBeInstanceOf(TimeoutError);
      expect(record).toEqual(["inner: cancelled"]);
      expect([outer.expired(), inner.expired()]).toEqual([true, true]);
    }));

  function* sleeping(delay = 60_000): Program<void> {
    yield* awaited(sleep(delay));
  }

  it("does nothing if the body ends before the deadline", () =>
    runProgram(function* () {
      const deadline = timeout(100);
      const result = yield* awaited(
        deadline.with(
          define(function* () {
            yield* awaited(sleep(10));
            return "in time";
          }),
        ),
      );
      expect(result).toBe("in time");
      expect(deadline.expired()).toBe(false);
      expect(deadline.when()).toBe(100);
      yield* awaited(sleep(1000));
      expect(deadline.expired()).toBe(false);
      expect(currentTask()?.cancelling()).toBe(0);
    }));

  it.each([
    ["timeout", timeout],
    ["timeoutAt", timeoutAt],
  ])("%s(null) never expires", (_name, make) =>
    runProgram(function* () {
      const deadline = make(null);
      expect(yield* thrownBy(deadline, () => sleeping(1_000_000))).toBeUndefined();
      expect(deadline.expired()).toBe(false);
      expect(deadline.when()).toBeNull();
    }),
  );

  it.each([
    ["timeout(0) and a long sleep", 0, 60_000],
    ["timeout(0) and sleep(0)", 0, 0],
    ["timeout(-11) and sleep(0)", -11, 0],
  ])("a deadline that has come already stops the body at its first suspension: %s", (_title, delay, pause) =>
    runProgram(function* () {
      yield* awaited(sleep(50));
      const record: string[] = [];
      const deadline = timeout(delay);
      const error = yield* thrownBy(deadline, function* () {
        record.push("begun");
        yield* awaited(sleep(pause));
        record.push("went on");
      });
      expect(error).toBeInstanceOf(TimeoutError);
      expect(record).toEqual(["begun"]);
      expect(deadline.expired()).toBe(true);
      expect(deadline.when()).toBe(50 + delay);
      expect(getRunningLoop().time()).toBe(50);
    }),
  );

  it("passes an error of the body on as it is", () =>
    runProgram(function* () {
      const deadline = timeout(100);
      const error = yield* thrownBy(deadline, function* () {
        throw new RangeError("foreign");
      });
      expect(error).toEqual(new RangeError("foreign"));
      expect(deadline.expired()).toBe(false);
    }));

  it("takes the place of an error that was on its way when the deadline came", () =>
    runProgram(function* () {
      const error = yield* thrownBy(timeout(100), function* () {
        try {
          throw new RangeError("on its way");
        } finally {
          yield* sleeping();
        }
      });
      expect(error).toBeInstanceOf(TimeoutError);
      expect((error as TimeoutError).cause).toBeInstanceOf(CancelledError);
    }));

  it("gives way to an error with which the body answers the deadline", () =>
    runProgram(function* () {
      const deadline = timeout(100);
      const error = yield* thrownBy(deadline, function* () {
        try {
          yield* sleeping();
        } finally {
          // oxlint-disable-next-line no-unsafe-finally -- a clean-up that fails is the point
          throw new RangeError("clean-up failed");
        }
      });
      expect(error).toEqual(new RangeError("clean-up failed"));
      expect(deadline.expired()).toBe(true);
      expect(currentTask()?.cancelling()).toBe(0);
    }));

  it("gives way to the last of several errors with which the body answers the deadline", () =>
    runProgram(function* () {
      const error = yield* thrownBy(timeout(100), function* () {
        try {
          try {
            throw new Error("first");
          } finally {
            yield* sleeping();
          }
        } catch (cause) {
          throw new RangeError("last", { cause });
        }
      });
      expect(error).toEqual(new RangeError("last"));
      // The body sees the cancellation; a TimeoutError is what comes out of the timeout, and nothing else
      // does here.
      expect((error as RangeError).cause).toBeInstanceOf(CancelledError);
    }));

  it("passes a cancellation that is not its own on, and has not expired", () =>
    runProgram(function* () {
      const deadline = timeout(10_000);
      const task = createTask(
        deadline.with(
          define(function* () {
            currentTask()?.cancel();
            yield* sleeping();
          }),
        ),
      );
      yield* awaited(wait([task]));
      expect(endingOf(task)).toBe("cancelled");
      expect(deadline.expired()).toBe(false);
    }));

  it("leaves the task that caught the TimeoutError neither cancelled nor asked to be", () =>
    runProgram(function* () {
      let cancelling: number | undefined;
      const task = createTask(
        define(function* () {
          yield* thrownBy(timeout(1), () => sleeping());
          cancelling = currentTask()?.cancelling();
          yield* awaited(sleep(10));
          return "went on";
        })(),
      );
      yield* awaited(wait([task]));
      expect(task.result()).toBe("went on");
      expect(cancelling).toBe(0);
    }));

  it("an outer deadline that passed while the task was busy stops it inside an inner one that has not come", async () => {
    const host = new SimulatedHost();
    await runVirtual(
      body(function* () {
        const errors: unknown[] = [];
        errors[1] = yield* thrownBy(timeout(2), function* () {
          errors[0] = yield* thrownBy(timeout(100), function* () {
            host.work(10);
            yield* sleeping(1000);
          });
          throw errors[0];
        });
        // Only the outer deadline has come: the inner one passes its cancellation on.
        expect(isCancelled(errors[0])).toBe(true);
        expect(errors[1]).toBeInstanceOf(TimeoutError);
        expect(host.now()).toBe(10);
      }),
      { loopFactory: host.newLoop },
    );
  });

  it.each([
    ["while what comes after the inner one runs", 99, "inner: TimeoutError, outer: TimeoutError, at 100"],
    ["together with the inner one", 150, "inner: CancelledError, outer: TimeoutError, at 150"],
  ])(
    "an outer deadline stops its body also if the task was busy past an inner one: it comes %s",
    async (_title, busy, expected) => {
      const host = new SimulatedHost();
      await runVirtual(
        body(function* () {
          let inner: unknown;
          const outer = yield* thrownBy(timeout(100), function* () {
            inner = yield* thrownBy(timeout(10), function* () {
              host.work(busy);
              yield* sleeping(1000);
            });
            if (isCancelled(inner)) throw inner;
            yield* sleeping(10_000);
          });
          const [innerName, outerName] = [inner, outer].map((error) => (error as Error).name);
          expect(`inner: ${innerName}, outer: ${outerName}, at ${host.now()}`).toBe(expected);
          expect(currentTask()?.cancelling()).toBe(0);
          yield* sleeping(10);
        }),
        { loopFactory: host.newLoop },
      );
    },
  );

  it("reschedule moves the deadline, and takes it off with null", () =>
    runProgram(function* () {
      const loop = getRunningLoop();
      const deadline = timeoutAt(100);
      const task = createTask(deadline.with(define(() => sleeping())));
      yield* awaited(sleep(50));
      deadline.reschedule(300);
      expect(deadline.when()).toBe(300);
      yield* awaited(sleep(200));
      expect([loop.time(), task.done(), deadline.expired()]).toEqual([250, false, false]);
      deadline.reschedule(null);
      expect(deadline.when()).toBeNull();
      yield* awaited(sleep(1000));
      expect([task.done(), deadline.expired()]).toEqual([false, false]);
      deadline.reschedule(2000);
      yield* awaited(wait([task]));
      expect([loop.time(), deadline.expired()]).toEqual([2000, true]);
      expect(task.exception()).toBeInstanceOf(TimeoutError);
    }));

  it("a timeout in the clean-up after another one has its own deadline and its own cause", () =>
    runProgram(function* () {
      let inner: unknown;
      const outer = yield* thrownBy(timeout(100), function* () {
        try {
          yield* sleeping();
        } finally {
          inner = yield* thrownBy(timeout(100), () => sleeping());
        }
      });
      expect(outer).toBeInstanceOf(TimeoutError);
      expect(inner).toBeInstanceOf(TimeoutError);
      const causes = [outer, inner].map((error) => (error as TimeoutError).cause);
      expect(causes.map(isCancelled)).toEqual([true, true]);
      expect(causes[0]).not.toBe(causes[1]);
      expect(getRunningLoop().time()).toBe(200);
    }));

  /** In a task that was cancelled before and went on. */
  function cancelledBefore(body: () => Program<void>): Task<void> {
    return createTask(
      define(function* () {
        try {
          currentTask()?.cancel();
          yield* sleeping();
        } catch {
          // goes on
        }
        yield* body();
      })(),
    );
  }

  it("expires also in a task that was cancelled before and is cleaning up", () =>
    runProgram(function* () {
      let error: unknown;
      yield* awaited(
        cancelledBefore(function* () {
          error = yield* thrownBy(timeout(0), () => sleeping());
          expect(currentTask()?.cancelling()).toBe(1);
        }),
      );
      expect(error).toBeInstanceOf(TimeoutError);
    }));

  it("passes a second cancellation of such a task on", () =>
    runProgram(function* () {
      let error: unknown;
      yield* awaited(
        cancelledBefore(function* () {
          error = yield* thrownBy(timeout(1000), function* () {
            currentTask()?.cancel();
            yield* sleeping(2000);
          });
        }),
      );
      expect(isCancelled(error)).toBe(true);
    }));

  it("cannot be entered a second time, neither while it runs nor afterwards", () =>
    runProgram(function* () {
      const deadline = timeout(100);
      const record: string[] = [];
      const again = define(function* () {
        const error = yield* thrownBy(deadline, function* () {
          record.push("entered twice");
        });
        record.push((error as Error).message);
      });
      yield* awaited(deadline.with(again));
      yield* awaited(again());
      expect(record).toEqual([
        expect.stringMatching(/entered before/),
        expect.stringMatching(/entered before/),
      ]);
    }));

  it("can be rescheduled only while its body runs and the deadline has not come", () =>
    runProgram(function* () {
      const refusal = (deadline: Timeout): string => {
        try {
          deadline.reschedule(1000);
        } catch (error) {
          return (error as Error).message.split(";")[0] ?? "";
        }
        return "rescheduled";
      };
      const before = timeout(10);
      expect(refusal(before)).toMatch(/reschedule\(\) on <Timeout created/);

      const ended = timeout(10);
      yield* awaited(ended.with(() => {}));
      expect(refusal(ended)).toMatch(/reschedule\(\) on <Timeout exited/);

      const expiring = timeout(10);
      let whileExpiring = "";
      yield* thrownBy(expiring, function* () {
        try {
          yield* sleeping();
        } catch {
          whileExpiring = refusal(expiring);
        }
      });
      expect(whileExpiring).toMatch(/reschedule\(\) on <Timeout expiring/);

      const expired = timeout(10);
      yield* thrownBy(expired, () => sleeping());
      expect(refusal(expired)).toMatch(/reschedule\(\) on <Timeout expired/);
    }));

  it("shows its state", () =>
    runProgram(function* () {
      const shown: string[] = [];
      const deadline = timeout(10);
      shown.push(String(deadline));
      yield* thrownBy(deadline, function* () {
        shown.push(String(deadline));
        try {
          yield* sleeping();
        } finally {
          shown.push(String(deadline));
        }
      });
      shown.push(String(deadline));
      const unused = timeout(10);
      yield* awaited(unused.with(() => {}));
      shown.push(String(unused));
      const states = shown.map((text) => /^<Timeout (\w+)/.exec(text)?.[1]);
      expect(states).toEqual(["created", "entered", "expiring", "expired", "exited"]);
    }));

  it("around a task group gives way to the errors of the group's tasks", () =>
    runProgram(function* () {
      const deadline = timeout(10);
      const error = yield* thrownBy(deadline, function* () {
        yield* awaited(
          new TaskGroup().with(
            define(function* (group) {
              group.createTask(
                define(function* () {
                  try {
                    yield* sleeping();
                  } finally {
                    // oxlint-disable-next-line no-unsafe-finally -- a clean-up that fails is the point
                    throw new RangeError("clean-up failed");
                  }
                })(),
              );
              try {
                throw new Error("of the body");
              } finally {
                yield* sleeping();
              }
            }),
          ),
        );
      });
      expect(error).toBeInstanceOf(ExceptionGroup);
      expect((error as ExceptionGroup).exceptions).toEqual([new RangeError("clean-up failed")]);
      expect(deadline.expired()).toBe(true);
    }));

  it("outside every task it makes one for its body", async () => {
    expect(currentTask()).toBeUndefined();
    const deadline = timeout(1_000_000);
    expect(() => deadline.reschedule(null)).toThrow(/<Timeout created/);
    const name = await deadline.with(
      define(function* () {
        yield* awaited(sleep(0));
        return currentTask()?.name;
      }),
    );
    expect(name).toBe("Timeout");
  });
});

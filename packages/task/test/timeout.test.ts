import { coroutine } from "@asyncio-ts/coroutine";
import { Future, isCancelled } from "@asyncio-ts/future";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { getRunningLoop } from "@asyncio-ts/loop";
import {
  createTask,
  currentSignal,
  currentTask,
  gather,
  run,
  sleep,
  type Timeout,
  timeout,
  timeoutAt,
  TimeoutError,
  wait,
} from "@asyncio-ts/task";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  allKinds,
  awaited,
  bothKinds,
  errorOf,
  nameOf,
  needing,
  outcomeOf,
  recordError,
  rejectionOf,
  runVirtual,
} from "@asyncio-ts/testkit";
import { setTimeout as promisedTimeout } from "node:timers/promises";

describe.each(allKinds)("timeout() in %s", ({ body, startTask, inGroup, runProgram }) => {
  test("gives what the body returns, and leaves no timer", async () => {
    const main = body(function* () {
      const result = yield* awaited(
        timeout(1000).with(
          body(function* () {
            yield* awaited(sleep(10));
            return "in time";
          }),
        ),
      );
      yield* awaited(sleep(5));
      return [result, getRunningLoop().time(), currentTask()?.cancelling()];
    });
    expect(await runVirtual(main)).toEqual(["in time", 15, 0]);
  });

  test("cancels the body at the deadline, and turns that into a TimeoutError with the cancellation as cause", async () => {
    const events: unknown[] = [];
    await runProgram(function* () {
      const limit = timeout(10);
      const error = yield* errorOf(
        limit.with(
          body(function* () {
            yield* recordError(events, sleep(1000));
          }),
        ),
      );
      events.push(error instanceof TimeoutError, isCancelled((error as Error).cause), limit.expired());
      events.push(getRunningLoop().time(), currentTask()?.cancelling());
      // The task goes on as if nothing had happened.
      yield* awaited(sleep(10));
    });
    expect(events).toEqual(["cancelled", true, true, true, 10, 0]);
  });

  test("a body that catches the cancellation and returns gives its value, and the timeout has expired", async () => {
    const main = body(function* () {
      const limit = timeout(10);
      const result = yield* awaited(
        limit.with(
          body(function* () {
            yield* errorOf(sleep(1000));
            return "caught it";
          }),
        ),
      );
      yield* awaited(sleep(1));
      return [result, limit.expired(), currentTask()?.cancelling()];
    });
    expect(await runVirtual(main)).toEqual(["caught it", true, 0]);
  });

  test("an error of the body comes out as it is, before the deadline or after", async () => {
    const main = body(function* () {
      const early = yield* errorOf(
        timeout(10).with(
          body(function* () {
            yield* awaited(sleep(1));
            throw new RangeError("early");
          }),
        ),
      );
      const late = yield* errorOf(
        timeout(10).with(
          body(function* () {
            try {
              yield* awaited(sleep(100));
            } finally {
              // oxlint-disable-next-line no-unsafe-finally -- what is tested
              throw new RangeError("late");
            }
          }),
        ),
      );
      return [nameOf(early), nameOf(late), currentTask()?.cancelling()];
    });
    expect(await runVirtual(main)).toEqual(["RangeError: early", "RangeError: late", 0]);
  });

  test("a foreign cancellation stays one", async () => {
    const main = body(function* () {
      const limit = timeout(100);
      const task = startTask(function* () {
        yield* awaited(
          limit.with(
            body(function* () {
              yield* awaited(sleep(1000));
            }),
          ),
        );
      });
      yield* awaited(sleep(10));
      task.cancel("foreign");
      const error = yield* errorOf(task);
      return [nameOf(error), limit.expired(), getRunningLoop().time()];
    });
    expect(await runVirtual(main)).toEqual(["cancelled: foreign", false, 10]);
  });

  test.each(["before", "after"])(
    "a foreign cancellation in the moment of the deadline, %s it, wins",
    async (when) => {
      const main = body(function* () {
        const loop = getRunningLoop();
        const future = new Future<void>();
        const task = startTask(function* () {
          if (when === "before") loop.callLater(10, () => task.cancel("foreign"));
          const limit = timeout(10);
          if (when === "after") future.addDoneCallback(() => {});
          yield* awaited(
            limit.with(
              body(function* () {
                if (when === "after") loop.callLater(10, () => task.cancel("foreign"));
                yield* awaited(sleep(1000));
              }),
            ),
          );
        });
        const error = yield* errorOf(task);
        return [isCancelled(error), task.cancelled(), task.cancelling()];
      });
      expect(await runVirtual(main)).toEqual([true, true, 1]);
    },
  );

  test("nested, the one whose deadline comes first expires", async () => {
    const events: unknown[] = [];
    await runProgram(function* () {
      for (const [outer, inner] of [
        [10, 20],
        [20, 10],
      ] as const) {
        const outerLimit = timeout(outer);
        const innerLimit = timeout(inner);
        const error = yield* errorOf(
          outerLimit.with(
            body(function* () {
              const error = yield* errorOf(
                innerLimit.with(
                  body(function* () {
                    yield* awaited(sleep(1000));
                  }),
                ),
              );
              events.push(`inner: ${(error as Error).name}`);
              throw error;
            }),
          ),
        );
        events.push(`outer: ${(error as Error).name}`, outerLimit.expired(), innerLimit.expired());
      }
    });
    expect(events).toEqual([
      "inner: CancelledError",
      "outer: TimeoutError",
      true,
      false,
      "inner: TimeoutError",
      "outer: TimeoutError",
      false,
      true,
    ]);
  });

  test("nested with one deadline, the outer one reports", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const when = getRunningLoop().time() + 10;
      const error = yield* errorOf(
        timeoutAt(when).with(
          body(function* () {
            const error = yield* errorOf(
              timeoutAt(when).with(
                body(function* () {
                  yield* awaited(sleep(1000));
                }),
              ),
            );
            events.push(`inner: ${nameOf(error)}`);
            throw error;
          }),
        ),
      );
      events.push(`outer: ${(error as Error).name}`, `${currentTask()?.cancelling()}`);
      yield* awaited(sleep(10));
    });
    expect(events).toEqual(["inner: cancelled", "outer: TimeoutError", "0"]);
  });

  test("nested with one deadline, if another task takes a request back, the inner one reports, as in asyncio", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const task = startTask(function* () {
        const outer = timeout(10).with(
          body(function* () {
            yield* awaited(sleep(5));
            const inner = timeout(5).with(body(() => awaited(sleep(1000))));
            yield* recordError(events, inner, "inner");
          }),
        );
        yield* recordError(events, outer, "outer");
      });
      yield* awaited(sleep(6));
      getRunningLoop().callLater(4, () => task.uncancel());
      yield* errorOf(task);
    });
    expect(events).toEqual([
      "inner TimeoutError: timed out after 5 ms",
      "outer TimeoutError: timed out after 5 ms",
    ]);
  });

  test("timeout(0) without a suspension does not expire", async () => {
    const main = body(function* () {
      const limit = timeout(0);
      const result = yield* awaited(
        limit.with(
          body(function* () {
            return "at once";
          }),
        ),
      );
      yield* awaited(sleep(10));
      return [result, limit.expired()];
    });
    expect(await runVirtual(main)).toEqual(["at once", false]);
  });

  test.each([0, -10])("timeout(%d) expires at the first suspension", async (delay) => {
    const main = body(function* () {
      const error = yield* errorOf(
        timeout(delay).with(
          body(function* () {
            yield* awaited(sleep(1000));
          }),
        ),
      );
      return [(error as Error).name, getRunningLoop().time()];
    });
    expect(await runVirtual(main)).toEqual(["TimeoutError", 0]);
  });

  test("a result that arrived in the moment of the deadline is not lost", async () => {
    const main = body(function* () {
      const future = new Future<string>();
      getRunningLoop().callLater(10, () => future.setResult("arrived"));
      const result = yield* awaited(
        timeout(10).with(
          body(function* () {
            const value = yield* awaited(future);
            return value;
          }),
        ),
      );
      yield* awaited(sleep(10));
      return [result, currentTask()?.cancelling()];
    });
    expect(await runVirtual(main)).toEqual(["arrived", 0]);
  });

  test("if the body waits on after such a result, it is cancelled there", async () => {
    const events: unknown[] = [];
    await runProgram(function* () {
      const future = new Future<string>();
      getRunningLoop().callLater(10, () => future.setResult("arrived"));
      const error = yield* errorOf(
        timeout(10).with(
          body(function* () {
            const value = yield* awaited(future);
            events.push(value);
            yield* awaited(sleep(1000));
            events.push("must not come here");
          }),
        ),
      );
      events.push((error as Error).name, getRunningLoop().time());
    });
    expect(events).toEqual(["arrived", "TimeoutError", 10]);
  });

  test("a finally block may wait after the deadline", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const error = yield* errorOf(
        timeout(10).with(
          body(function* () {
            try {
              yield* awaited(sleep(1000));
            } finally {
              yield* awaited(sleep(50));
              events.push(`cleaned up at ${getRunningLoop().time()}`);
            }
          }),
        ),
      );
      events.push((error as Error).name);
    });
    expect(events).toEqual(["cleaned up at 60", "TimeoutError"]);
  });

  test("around a task group, it cancels its tasks, and reports as a TimeoutError", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const error = yield* errorOf(
        timeout(10).with(
          body(function* () {
            yield* awaited(
              inGroup(function* (group) {
                group.createTask(
                  body(function* () {
                    yield* recordError(events, sleep(1000), "child");
                  }),
                );
                yield* awaited(sleep(500));
              }),
            );
          }),
        ),
      );
      events.push((error as Error).name);
    });
    expect(events).toEqual(["child cancelled", "TimeoutError"]);
  });
});

describe.each(bothKinds)("reschedule() in %s", ({ body, define, runProgram }) => {
  test("moves the deadline, later or earlier, or takes it off", async () => {
    const ended = (change: (limit: Timeout) => void) =>
      runProgram(function* () {
        const limit = timeout(50);
        const changed = body(function* (given: Timeout) {
          yield* awaited(sleep(10));
          change(given);
          yield* awaited(sleep(1000));
        });
        let ending = "nothing";
        try {
          yield* awaited(limit.with(changed));
        } catch (error) {
          ending = nameOf(error);
        }
        return [ending, getRunningLoop().time(), limit.when()];
      });
    expect(await ended(() => {})).toEqual(["TimeoutError: timed out after 50 ms", 50, 50]);
    expect(await ended((limit) => limit.reschedule(200))).toEqual(["TimeoutError: timed out", 200, 200]);
    expect(await ended((limit) => limit.reschedule(20))).toEqual(["TimeoutError: timed out", 20, 20]);
    expect(await ended((limit) => limit.reschedule(5))).toEqual(["TimeoutError: timed out", 10, 5]);
    expect(await ended((limit) => limit.reschedule(null))).toEqual(["nothing", 1010, null]);
  });

  test("is refused before the body runs, after it has ended, and once the deadline has come", async () => {
    const main = body(function* () {
      const messages: string[] = [];
      const attempt = (limit: Timeout): void => {
        try {
          limit.reschedule(100);
          messages.push("allowed");
        } catch (error) {
          messages.push((error as Error).message.replace(/(<Timeout \w+)[^>]*/, "$1"));
        }
      };
      const limit = timeout(10);
      attempt(limit);
      yield* errorOf(
        limit.with(
          body(function* () {
            try {
              yield* awaited(sleep(1000));
            } finally {
              attempt(limit);
            }
          }),
        ),
      );
      attempt(limit);
      const other = timeout(10);
      yield* awaited(other.with(() => 1));
      attempt(other);
      return messages;
    });
    expect(await runVirtual(main)).toEqual([
      "reschedule() on <Timeout created>; it works only while the body runs and the deadline has not passed",
      "reschedule() on <Timeout expiring>; it works only while the body runs and the deadline has not passed",
      "reschedule() on <Timeout expired>; it works only while the body runs and the deadline has not passed",
      "reschedule() on <Timeout exited>; it works only while the body runs and the deadline has not passed",
    ]);
  });

  test("a task that is cancelled after its deadline was taken off ends as cancelled", () =>
    runProgram(function* () {
      const deadline = timeout(10_000);
      const task = createTask(deadline.with(define(() => awaited(sleep(60_000)))));
      yield* awaited(sleep(0));
      deadline.reschedule(null);
      task.cancel();
      yield* awaited(wait([task]));
      expect(task.cancelled()).toBe(true);
      expect(deadline.expired()).toBe(false);
    }));
});

describe("timeout() and timeoutAt()", () => {
  test("when() is the deadline in the time of the loop; null stands for none", async () => {
    await runVirtual(async () => {
      await sleep(5);
      expect([
        timeout(10).when(),
        timeout(null).when(),
        timeoutAt(99).when(),
        timeoutAt(null).when(),
      ]).toEqual([15, null, 99, null]);
      expect(await timeout(null).with(() => sleep(1e9, "no deadline"))).toBe("no deadline");
    });
  });

  test("a timeout can be used once", async () => {
    await runVirtual(async () => {
      const limit = timeout(10);
      await limit.with(async () => {
        await expect(limit.with(() => 1)).rejects.toThrow(
          /^with\(\) on <Timeout entered.*>, which was entered before; make a new timeout$/,
        );
      });
      await expect(limit.with(() => 1)).rejects.toThrow(/with\(\) on <Timeout exited/);
    });
  });

  test("with() is a coroutine: nothing runs until it is awaited", async () => {
    const events: string[] = [];
    await runVirtual(async () => {
      const call = timeout(10).with(async () => void events.push("ran"));
      await sleep(1);
      expect(events).toEqual([]);
      await call;
      expect(events).toEqual(["ran"]);
    });
  });

  test.each([
    ["NaN", NaN, "NaN"],
    ["a string", "1s", '"1s"'],
    ["nothing", undefined, "undefined"],
    ["an object", {}, "an object of class Object"],
  ])("they refuse %s, and name the unit", async (_, delay, name) => {
    const wrong = delay as unknown as number;
    expect(() => timeout(wrong)).toThrow(
      new TypeError(`timeout() needs a number of milliseconds, got ${name}`),
    );
    expect(() => timeoutAt(wrong)).toThrow(
      new TypeError(`timeoutAt() needs a number of milliseconds, got ${name}`),
    );
    await runVirtual(() =>
      timeout(10).with(async (limit) => {
        expect(() => limit.reschedule(wrong)).toThrow(
          new TypeError(`reschedule() needs a number of milliseconds, got ${name}`),
        );
      }),
    );
  });

  test("a body that is none is an error", async () => {
    await runVirtual(async () => {
      expect(() => timeout(10).with(5 as unknown as () => void)).toThrow(
        /^Timeout\.with\(\) needs .* got 5$/,
      );
      const running = sleep(1, "x").then((value) => value);
      expect(() => timeout(10).with(running as unknown as () => void)).toThrow(/running already/);
      await running;
    });
  });

  test("outside of every task, a task is made for the body", async () => {
    const inside = await timeout(60_000).with(async () => currentTask()?.name);
    expect(inside).toBe("Timeout");
  });

  test("with() has the type of the body's result", () => {
    expectTypeOf(timeout(1).with(async () => "x")).resolves.toEqualTypeOf<string>();
    expectTypeOf(timeout(1).with(sleep(1, 5))).resolves.toEqualTypeOf<number>();
    timeout(1).with(async (limit) => expectTypeOf(limit).toEqualTypeOf<Timeout>());
  });
});

test("a foreign cancellation that was not delivered survives the uncancel() of an expired timeout", async () => {
  await runVirtual(async () => {
    const future = new Future<number>();
    const task = createTask(async () => {
      await timeout(10).with(async () => {
        try {
          await sleep(1000);
        } catch {}
        await future;
      });
      await sleep(1000);
    });
    await sleep(20);
    future.setResult(1);
    task.cancel();
    await sleep(1);
    expect(task.cancelled()).toBe(true);
  });
});

test("an AbortError of currentSignal() inside a timeout becomes a TimeoutError", async () => {
  await runVirtual(async () => {
    expect(
      await rejectionOf(
        timeout(10).with(() => promisedTimeout(60_000, undefined, { signal: currentSignal() })),
      ),
    ).toBeInstanceOf(TimeoutError);
  });
});

describe("the error of a timeout", () => {
  const messageOf = async (body: () => PromiseLike<unknown>, name?: string): Promise<string> => {
    const main = async (): Promise<unknown> => {
      const task = createTask(body, { ...(name !== undefined && { name }) });
      return await task.catch((error: unknown) => error);
    };
    return ((await runVirtual(main)) as Error).message;
  };

  test("names the delay, the task and its function", async () => {
    const fetchPage = () => timeout(300).with(() => sleep(1000));
    expect(await messageOf(fetchPage, "poll")).toBe("timed out after 300 ms in Task 'poll' (fetchPage)");
    expect(await messageOf(async () => await fetchPage(), "poll")).toBe(
      "timed out after 300 ms in Task 'poll'",
    );
    expect(
      await messageOf(async function load() {
        await timeoutAt(getRunningLoop().time() + 10).with(() => sleep(1000));
      }),
    ).toMatch(/^timed out in Task 'Task-\d+' \(load\)$/);
    await expect(timeout(1).with(() => sleep(60_000))).rejects.toThrow(
      /^timed out after 1 ms in Task 'Timeout'$/,
    );
  });

  /** Returns the names of the functions of this file that the stack has, from the innermost outwards. */
  const functionsIn = (error: unknown): string[] =>
    ((error as Error).stack ?? "")
      // What follows in debug mode is of the task.
      .split("\n    ---", 1)
      .join("")
      .split("\n")
      .flatMap((line) => /at (?:async )?(\w+) \(.*timeout\.test\.ts/.exec(line)?.[1] ?? [])
      // Source maps give another name to those that have none.
      .filter((name) => !["main", "loopFactory"].includes(name));

  describe.each([false, true])("with debug mode: %s", (debug) => {
    const errorIn = async (body: () => Promise<unknown>): Promise<unknown> =>
      await run(async () => await body().catch((error: unknown) => error), {
        loopFactory: virtualLoop,
        debug,
      });

    async function inner(): Promise<void> {
      await timeout(10).with(async () => {
        await sleep(1000);
      });
    }
    async function outer(): Promise<void> {
      await inner();
    }
    const steps = coroutine(function* steps() {
      yield* timeout(10).with(function* () {
        yield* sleep(1000);
      });
    });
    const callsSteps = coroutine(function* callsSteps() {
      yield* steps();
    });
    async function awaitsSteps(): Promise<void> {
      await callsSteps();
    }
    async function outside(): Promise<void> {
      await Promise.resolve();
      await inner();
    }

    test(
      "has the async functions in its stack that wait for it",
      needing("stacks that go through `await`"),
      async () => {
        expect(functionsIn(await errorIn(outer))).toEqual(["inner", "outer"]);
        expect(functionsIn(await errorIn(() => createTask(outer) as never))).toEqual(["inner", "outer"]);
        expect(functionsIn(await errorIn(outside))).toEqual(["inner", "outside"]);
      },
    );

    test("has the generator in its stack that waits for it", async () => {
      expect(functionsIn(await errorIn(awaitsSteps))).toEqual(["steps"]);
      expect(functionsIn(await errorIn(() => createTask(callsSteps()) as never))).toEqual(["steps"]);
    });

    test(
      "has nothing of the blocks of the library that it leaves on its way",
      needing("stacks that go through `await`"),
      async () => {
        async function blocks(): Promise<void> {
          await timeout(1000).with(() => timeout(500).with(() => timeout(10).with(() => sleep(1000))));
        }
        const error = (await errorIn(blocks)) as Error;
        expect(functionsIn(error)).toEqual(["blocks"]);
        expect(error.stack).not.toContain("timeout.ts");
      },
    );

    test(
      "gets its stack once, at the innermost place",
      needing("stacks that go through `await`"),
      async () => {
        const rethrows = async (): Promise<void> => {
          try {
            await outer();
          } catch (error) {
            await sleep(1);
            throw error;
          }
        };
        expect(functionsIn(await errorIn(rethrows))).toEqual(["inner", "outer", "rethrows"]);
        const both = async (): Promise<unknown> =>
          await gather([createTask(outer), createTask(awaitsSteps)], { returnExceptions: true });
        expect(((await errorIn(both)) as unknown[]).map(functionsIn)).toEqual([
          ["inner", "outer"],
          ["steps"],
        ]);
      },
    );

    test(
      "that a task fails with tells who awaits the task",
      needing("stacks that go through `await`"),
      async () => {
        async function awaitsTask(): Promise<void> {
          await createTask(timeout(10).with(() => sleep(1000)));
        }
        expect(functionsIn(await errorIn(awaitsTask))).toEqual(["awaitsTask"]);
      },
    );
  });

  test(
    "outside every task has the code in its stack that waits for it",
    needing("stacks that go through `await`"),
    async () => {
      async function outside(): Promise<void> {
        await timeout(1).with(() => sleep(60_000));
      }
      expect(functionsIn(await rejectionOf(outside()))).toContain("outside");
    },
  );

  describe("in debug mode has a cause that tells where the body waited:", () => {
    /** Returns the functions in the stack of the cause. */
    const waitingIn = async (body: () => PromiseLike<void>): Promise<string[]> => {
      const main = async () => functionsIn(((await rejectionOf(timeout(10).with(body))) as Error).cause);
      return await run(main, { loopFactory: virtualLoop, debug: true });
    };

    test("an async function", needing("stacks that go through `await`"), async () => {
      async function asyncWait(): Promise<void> {
        await sleep(1000);
      }
      async function asyncFuture(): Promise<void> {
        await new Future<void>();
      }
      expect([await waitingIn(asyncWait), await waitingIn(asyncFuture)]).toEqual([
        ["asyncWait"],
        ["asyncFuture"],
      ]);
    });

    test("a generator", async () => {
      const generatorWait = coroutine(function* generatorWait() {
        yield* sleep(1000);
      });
      const generatorFuture = coroutine(function* generatorFuture() {
        yield* new Future<void>();
      });
      expect([await waitingIn(generatorWait), await waitingIn(generatorFuture)]).toEqual([
        ["generatorWait"],
        ["generatorFuture"],
      ]);
    });
  });
});

test("a delay that was given outside the loop counts from the moment at which the body begins", async () => {
  const deadline = timeout(50);
  const { error, time } = await outcomeOf(async () => {
    await sleep(10);
    await deadline.with(() => sleep(1000));
  });
  expect([error instanceof TimeoutError, time]).toEqual([true, 60]);
});

test("a timeout and its call say what they are", async () => {
  await runVirtual(async () => {
    const limit = timeout(15);
    const call = limit.with(async () => String(limit));
    expect([String(call), await call, String(limit)]).toEqual([
      "<Coroutine Timeout.with>",
      "<Timeout entered when=15>",
      "<Timeout exited>",
    ]);
  });
});

test("a delay counts from the call of timeout(), in the loop in which that was", async () => {
  await runVirtual(async () => {
    const limit = timeout(20);
    await sleep(5);
    await limit.with(() => sleep(1000)).catch(() => {});
    expect([limit.expired(), getRunningLoop().time()]).toEqual([true, 20]);
  });
});

test("a deadline that was given outside of the loop is a time of the loop in which the body runs", async () => {
  const limit = timeoutAt(20);
  await runVirtual(async () => {
    await sleep(5);
    await limit.with(() => sleep(1000)).catch(() => {});
    expect([limit.expired(), getRunningLoop().time()]).toEqual([true, 20]);
  });
});

test("a timeout does not deliver again what its task had been told before it was entered", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const task = createTask(async () => {
      await sleep(1000).catch(() => {});
      await timeout(10)
        .with(() => sleep(1000))
        .catch((error: unknown) => events.push(nameOf(error)));
      await sleep(10);
      events.push(`goes on at ${getRunningLoop().time()}`);
    });
    await sleep(5);
    task.cancel();
    await task;
  });
  expect(events).toEqual(["TimeoutError: timed out after 10 ms", "goes on at 25"]);
});

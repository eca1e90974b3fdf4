import { setTimeout as promisedTimeout } from "node:timers/promises";
import { coroutine } from "@asyncio-ts/coroutine";
import { Future, isCancelled } from "@asyncio-ts/future";
import { type EventLoop, getRunningLoop } from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import {
  abortable,
  allTasks,
  createTask,
  currentSignal,
  currentTask,
  DeadlockError,
  formatCallGraph,
  gather,
  run,
  sleep,
  type Task,
  TaskGroup,
  timeout,
  timeoutAt,
  TimeoutError,
  wait,
  waitFor,
} from "@asyncio-ts/task";
import { describe, expect, test } from "vitest";
import { awaited, bothKinds, errorOf, nameOf, rejectionOf, runVirtual } from "@asyncio-ts/testkit";
import { waitsFor } from "../src/members.js";
import { deferred, native } from "./native.js";

/** Runs `main` on virtual time, and returns what it returns, and the messages that were reported. */
async function reportedBy<T>(main: () => Promise<T>): Promise<{ result: T; reports: string[] }> {
  const reports: string[] = [];
  const loopFactory = (): EventLoop => {
    const loop = virtualLoop();
    loop.setExceptionHandler((_loop, { message, exception }) => {
      reports.push(`${message} | ${exception === undefined ? "" : nameOf(exception)}`);
    });
    return loop;
  };
  const result = await run(main, { loopFactory });
  return { result, reports };
}

describe.each(bothKinds)("timeout(…, { abandon: true }) in %s", ({ body, startTask }) => {
  test("lets the caller go on at the deadline although the body hangs in a native promise", async () => {
    const events: string[] = [];
    const main = body(function* () {
      const limit = timeout(20, { abandon: true });
      const error = yield* errorOf(
        limit.with(async () => {
          await native(100);
          events.push(`still runs at ${getRunningLoop().time()}`);
          await sleep(1000).catch((reason: unknown) => {
            events.push(`${nameOf(reason)} at ${getRunningLoop().time()}`);
            throw reason;
          });
        }),
      );
      events.push(`${nameOf(error)} at ${getRunningLoop().time()}, expired: ${limit.expired()}`);
      const left = [...allTasks()].filter((task) => task !== currentTask());
      events.push(
        ...left.map((task) => formatCallGraph(task).replace(/'Task-\d+'.*? abandoned/, "abandoned")),
      );
      yield* awaited(sleep(500));
    });
    await runVirtual(main);
    expect(events).toEqual([
      "TimeoutError: timed out after 20 ms at 20, expired: true",
      "* <Task abandoned> waits for a native promise",
      "still runs at 100",
      "cancelled at 100",
    ]);
  });

  test("so does waitFor()", async () => {
    const main = body(function* () {
      const error = yield* errorOf(waitFor(() => native(100), 20, { abandon: true }));
      const ended = `${nameOf(error)} at ${getRunningLoop().time()}`;
      yield* awaited(sleep(200));
      return ended;
    });
    expect(await runVirtual(main)).toBe("TimeoutError: timed out after 20 ms at 20");
  });

  test("in whatever the body hangs: a task, a gather, a group, an operation that ignores its signal", async () => {
    const hanging: [string, () => unknown][] = [
      ["a task", () => startTask(() => awaited(native(1000)))],
      ["a gather", () => gather([() => native(1000), () => sleep(500), async () => "done"])],
      ["a group", () => new TaskGroup().with((group) => void group.createTask(() => native(1000)))],
      ["an operation", () => abortable(() => native(1000))],
    ];
    const main = body(function* () {
      const events: string[] = [];
      for (const [what, start] of hanging) {
        const began = getRunningLoop().time();
        const inner = body(() => awaited(start() as PromiseLike<unknown>));
        const error = yield* errorOf(timeout(20, { abandon: true }).with(inner));
        events.push(`${what}: ${error instanceof TimeoutError} after ${getRunningLoop().time() - began}`);
      }
      yield* awaited(sleep(2000));
      return events;
    });
    expect(await runVirtual(main)).toEqual([
      "a task: true after 20",
      "a gather: true after 20",
      "a group: true after 20",
      "an operation: true after 20",
    ]);
  });

  test("waits for a body that cleans up, as long as that waits for something of this library", async () => {
    const events: string[] = [];
    const main = body(function* () {
      const inner = body(function* () {
        try {
          yield* awaited(sleep(1000));
        } finally {
          yield* awaited(sleep(50));
          events.push(`cleaned up at ${getRunningLoop().time()}`);
        }
      });
      const error = yield* errorOf(timeout(20, { abandon: true }).with(inner));
      events.push(nameOf(error));
    });
    await runVirtual(main);
    expect(events).toEqual(["cleaned up at 70", "TimeoutError: timed out after 20 ms"]);
  });

  test("returns what the body returns, and throws what it throws, before the deadline", async () => {
    const main = body(function* () {
      const result = yield* awaited(
        timeout(20, { abandon: true }).with(() => native(10).then(() => "in time")),
      );
      const failing = timeout(20, { abandon: true }).with(() => Promise.reject(new Error("no")));
      return [result, nameOf(yield* errorOf(failing)), getRunningLoop().time()];
    });
    expect(await runVirtual(main)).toEqual(["in time", "Error: no", 10]);
  });

  test("a body that ends as it is cancelled has the end that it has without the option", async () => {
    const endings = body(function* () {
      const events: string[] = [];
      for (const abandon of [false, true]) {
        const error = yield* errorOf(timeout(20, { abandon }).with(body(() => awaited(sleep(5000)))));
        events.push(`${nameOf(error)}, ${nameOf((error as Error).cause)}`);
        const failing = body(function* () {
          yield* errorOf(sleep(5000));
          throw new RangeError("the body's own");
        });
        events.push(nameOf(yield* errorOf(timeout(20, { abandon }).with(failing))));
        const swallowing = body(function* () {
          yield* errorOf(sleep(5000));
          return "a value";
        });
        events.push((yield* awaited(timeout(20, { abandon }).with(swallowing))) as string);
      }
      return events;
    });
    const events = await runVirtual(endings);
    const words = events.map((event) => event.replace(/ in Task.*(?=,)/, ""));
    expect(words).toEqual([
      "TimeoutError: timed out after 20 ms, cancelled",
      "RangeError: the body's own",
      "a value",
      "TimeoutError: timed out after 20 ms, cancelled",
      "RangeError: the body's own",
      "a value",
    ]);
  });

  test("the TimeoutError names the task that called, whether the body hangs or ends", async () => {
    const main = body(function* () {
      const caller = currentTask() as Task<unknown>;
      caller.name = "caller";
      const messages: string[] = [];
      for (const inner of [() => native(100), () => sleep(5000)]) {
        const calls = [timeout(20, { abandon: true }).with(inner), waitFor(inner, 20, { abandon: true })];
        for (const call of calls) {
          const error = yield* errorOf(call);
          messages.push((error as Error).message.replace(/ \(.*/, ""));
        }
      }
      yield* awaited(sleep(200));
      return messages;
    });
    const message = "timed out after 20 ms in Task 'caller'";
    expect(await runVirtual(main)).toEqual([message, message, message, message]);
  });

  test("a caller that is cancelled goes on at the deadline, too, and is cancelled", async () => {
    const events: string[] = [];
    const main = body(function* () {
      const task = startTask(function* () {
        yield* awaited(timeout(20, { abandon: true }).with(() => native(100)));
      });
      yield* awaited(sleep(5));
      task.cancel("enough");
      const error = yield* errorOf(task);
      events.push(`${isCancelled(error)} at ${getRunningLoop().time()}`);
      yield* awaited(sleep(200));
    });
    await runVirtual(main);
    expect(events).toEqual(["true at 20"]);
  });

  test("a caller whose body has swallowed the cancellation is not cancelled again", async () => {
    const main = body(function* () {
      const task: Task<string> = startTask(function* () {
        const inner = body(function* () {
          yield* errorOf(sleep(1000));
          return "swallowed";
        });
        const result = yield* awaited(timeout(2000, { abandon: true }).with(inner));
        yield* awaited(sleep(10));
        return result as string;
      });
      yield* awaited(sleep(5));
      task.cancel();
      return yield* awaited(task);
    });
    expect(await runVirtual(main)).toBe("swallowed");
  });
});

test("the error of what was left behind is reported once", async () => {
  const { reports } = await reportedBy(async () => {
    await timeout(20, { abandon: true })
      .with(async () => {
        await native(100);
        throw new Error("too late");
      })
      .catch(() => {});
    await sleep(500);
  });
  expect(reports).toEqual([
    expect.stringMatching(/^<Task .*> failed after <Timeout .*> had abandoned it \| Error: too late$/),
  ]);
});

test.each([
  ["its cancellation, which is not reported", async () => await sleep(10), []],
  [
    "an error, which is reported once",
    () => Promise.reject(new Error("too late")),
    [expect.stringMatching(/^<Task .*> failed after <Timeout .*> had abandoned it \| Error: too late$/)],
  ],
])("a body that outlives its run() may end with %s", async (_what, end, expected) => {
  let settle = (): void => {};
  const promise = new Promise<void>((resolve) => (settle = resolve));
  const { reports } = await reportedBy(() =>
    timeout(20, { abandon: true })
      .with(async () => {
        await promise;
        await end();
      })
      .catch(() => {}),
  );
  settle();
  await new Promise((resolve) => setImmediate(resolve));
  expect(reports).toEqual(expected);
});

test("run() does not wait for what was left behind", async () => {
  const forever = new Promise(() => {});
  const { result, reports } = await reportedBy(async () => {
    await waitFor(() => forever, 20, { abandon: true }).catch(() => {});
    return getRunningLoop().time();
  });
  expect([result, reports]).toEqual([20, []]);
});

describe.each(bothKinds)("a body that outlives its run(), in %s,", ({ body, startTask }) => {
  /** Runs a program that abandons `inner`, has its promise settle after the end, and returns what happened. */
  async function outlived(
    inner: (settles: () => PromiseLike<void>, events: string[]) => PromiseLike<unknown>,
  ): Promise<string[]> {
    const events: string[] = [];
    let settle = (): void => {};
    const promise = new Promise<void>((resolve) => (settle = resolve));
    const settles = async (): Promise<void> => promise;
    const main = body(function* () {
      events.push(nameOf(yield* errorOf(timeout(20, { abandon: true }).with(() => inner(settles, events)))));
    });
    await run(main, { loopFactory: virtualLoop });
    events.push("the run has ended");
    settle();
    // The body goes on in microtasks.
    await new Promise((resolve) => setImmediate(resolve));
    return events;
  }

  test("is cancelled at its next wait, and its finally blocks run", async () => {
    const inner = (settles: () => PromiseLike<void>, events: string[]) =>
      body(function* () {
        try {
          yield* awaited(coroutine(settles)());
          events.push(`goes on in ${currentTask() === undefined ? "no task" : "its task"}`);
          yield* awaited(sleep(10));
          events.push("never");
        } catch (error) {
          events.push(nameOf(error));
          throw error;
        } finally {
          events.push("cleaned up");
        }
      })() as PromiseLike<unknown>;
    expect(await outlived(inner)).toEqual([
      "TimeoutError: timed out after 20 ms",
      "the run has ended",
      "goes on in its task",
      "cancelled",
      "cleaned up",
    ]);
  });

  test("goes on with what the tasks that it waits for come to, which are cancelled as well", async () => {
    const inner = (settles: () => PromiseLike<void>, events: string[]) =>
      body(function* () {
        const child = startTask(function* () {
          try {
            yield* awaited(coroutine(settles)());
            yield* awaited(sleep(10));
          } finally {
            events.push("the child has cleaned up");
          }
        });
        try {
          yield* awaited(child);
        } finally {
          events.push("the body has cleaned up");
        }
      })() as PromiseLike<unknown>;
    expect(await outlived(inner)).toEqual([
      "TimeoutError: timed out after 20 ms",
      "the run has ended",
      "the child has cleaned up",
      "the body has cleaned up",
    ]);
  });

  test("waits no more once it was told: a body that takes no cancellation does not spin", async () => {
    const inner = (settles: () => PromiseLike<void>, events: string[]) =>
      body(function* () {
        yield* awaited(coroutine(settles)());
        for (;;) events.push(nameOf(yield* errorOf(sleep(10))));
      })() as PromiseLike<unknown>;
    expect(await outlived(inner)).toEqual([
      "TimeoutError: timed out after 20 ms",
      "the run has ended",
      "cancelled",
    ]);
  });
});

test("without the option, the caller waits until the body has stopped", async () => {
  const main = async () => {
    const error = await timeout(20)
      .with(async () => {
        await native(100);
        await sleep(10);
      })
      .catch((reason: unknown) => reason);
    return `${nameOf(error)} at ${getRunningLoop().time()}`;
  };
  expect(await runVirtual(main)).toBe("TimeoutError: timed out after 20 ms at 100");
});

test("can be moved, and used once", async () => {
  await runVirtual(async () => {
    const limit = timeout(1000, { abandon: true });
    getRunningLoop().callLater(5, () => limit.reschedule(getRunningLoop().time() + 5));
    await expect(limit.with(() => native(2000))).rejects.toThrow("timed out");
    expect(getRunningLoop().time()).toBe(10);
    await sleep(3000);
    expect(() => limit.reschedule(1)).toThrow("reschedule() on <Timeout expired>");
    await expect(limit.with(() => sleep(1))).rejects.toThrow("entered before");
  });
});

test("a caller that is cancelled as the body has just ended gets its result, and the cancellation next", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const caller = createTask(async () => {
      const limit = timeout(1000, { abandon: true });
      const value = await limit.with(async () => {
        const { signal } = currentTask() as Task<unknown>;
        signal.addEventListener("abort", () => events.push("the body is cancelled, which has ended"));
        await sleep(10);
        // Runs between the end of this task and the reaction to that.
        getRunningLoop().callSoon(() => void events.push(`accepted: ${caller.cancel()}`));
        return "result";
      });
      events.push(value);
      await sleep(1000);
    });
    events.push(nameOf(await rejectionOf(caller)));
  });
  expect(events).toEqual(["accepted: true", "result", "cancelled"]);
});

test("a body that awaits a task which has not begun is not left behind", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const limit = timeout(10, { abandon: true });
    const error = await rejectionOf(
      limit.with(async () => {
        await sleep(1000).catch(() => {});
        // The timeout looks at the body in this iteration, before that task has begun.
        await createTask(async () => void events.push("ran"));
        events.push("the body has ended");
        throw new Error("its own");
      }),
    );
    events.push(nameOf(error));
  });
  expect(events).toEqual(["ran", "the body has ended", "Error: its own"]);
});

test("used twice at once, the second call is refused", async () => {
  await runVirtual(async () => {
    const limit = timeout(1000, { abandon: true });
    const [first, second] = await Promise.allSettled([
      limit.with(() => sleep(1, "first")),
      limit.with(() => sleep(1)),
    ]);
    expect(first).toMatchObject({ value: "first" });
    expect(second).toMatchObject({ reason: { message: expect.stringContaining("entered before") } });
  });
});

test("used twice at once, the first call can still be left behind", async () => {
  await runVirtual(async () => {
    const limit = timeout(10, { abandon: true });
    const [first, second] = await Promise.allSettled([
      limit.with(() => native(50)),
      limit.with(() => sleep(1)),
    ]);
    expect([first.status, second.status, getRunningLoop().time()]).toEqual(["rejected", "rejected", 10]);
    await sleep(100);
  });
});

test("timeoutAt() can leave its body behind, too", async () => {
  await runVirtual(async () => {
    const error = await rejectionOf(timeoutAt(10, { abandon: true }).with(() => native(50)));
    expect([nameOf(error), getRunningLoop().time()]).toEqual(["TimeoutError: timed out", 10]);
    await sleep(100);
  });
});

test("refuses an option of a wrong type", () => {
  expect(() => timeoutAt(1, { abandon: 1 as never })).toThrow(
    "timeoutAt() needs abandon to be true or false",
  );
  expect(() => timeout(1, { abandon: 1 as never })).toThrow("timeout() needs abandon to be true or false");
  expect(() => waitFor(sleep(1), 1, { abandon: "no" as never })).toThrow("needs abandon to be true or false");
  expect(() => timeout(1, 5 as never)).toThrow("takes its options as an object");
});

describe("a body that may be left behind", () => {
  test("passes its own cancellation on", async () => {
    await runVirtual(async () => {
      const error = await rejectionOf(
        timeout(100, { abandon: true }).with(async () => {
          currentTask()?.cancel("by itself");
          await sleep(1);
        }),
      );
      expect(nameOf(error)).toBe("cancelled: by itself");
    });
  });

  test("is looked at after 0, 1, 2, 4, 8, 10, 10, … milliseconds, until it hangs", async () => {
    const main = async (): Promise<number[]> => {
      const times: number[] = [];
      for (const cleanUp of [0.5, 1.5, 9, 16, 30]) {
        const began = getRunningLoop().time() + 20;
        await rejectionOf(
          timeout(20, { abandon: true }).with(async () => {
            try {
              await sleep(1000);
            } finally {
              await sleep(cleanUp);
              await native(1000);
            }
          }),
        );
        times.push(getRunningLoop().time() - began);
      }
      await sleep(2000);
      return times;
    };
    expect(await runVirtual(main)).toEqual([1, 3, 15, 25, 35]);
  });

  test.each<[string, () => PromiseLike<unknown>]>([
    ["a task", () => createTask(() => native(50))],
    ["wait() for a task", () => wait([createTask(() => native(50))])],
    ["another such body", () => timeout(1000, { abandon: true }).with(() => native(50))],
  ])("hangs in %s, too, that it begins as it cleans up, and that nothing has cancelled", async (_, begin) => {
    await runVirtual(async () => {
      const error = await rejectionOf(
        timeout(20, { abandon: true }).with(async () => {
          try {
            await sleep(1000);
          } finally {
            await begin();
          }
        }),
      );
      expect([nameOf(error), getRunningLoop().time()]).toEqual(["TimeoutError: timed out after 20 ms", 21]);
      await sleep(100);
    });
  });

  test("does not hang while one of its lines goes on, also if that is awake and has not run yet", async () => {
    await runVirtual(async () => {
      const events: string[] = [];
      const cleansUp = async (): Promise<void> => {
        // It ends in the turn in which the body is looked at.
        await sleep(1);
        await sleep(30);
        events.push(`cleaned up at ${getRunningLoop().time()}`);
      };
      const error = await rejectionOf(
        timeout(20, { abandon: true }).with(async () => {
          try {
            await sleep(1000);
          } finally {
            await Promise.all([cleansUp(), abortable(() => native(100))]);
          }
        }),
      );
      events.push(`${nameOf(error)} at ${getRunningLoop().time()}`);
      expect(events).toEqual(["cleaned up at 51", "TimeoutError: timed out after 20 ms at 55"]);
      await sleep(200);
    });
  });

  test("is a deadlock if it has no deadline and nothing can wake it, and none while something outside can", async () => {
    const waiting = (inner: () => PromiseLike<string>): Promise<string> =>
      runVirtual(async () => {
        const limit = timeout(20, { abandon: true });
        return await limit.with(async () => {
          limit.reschedule(null);
          return await inner();
        });
      });
    await expect(waiting(() => new Future<string>())).rejects.toBeInstanceOf(DeadlockError);
    expect(await waiting(() => promisedTimeout(5, "from outside"))).toBe("from outside");
  });

  test("that waits for its caller is cancelled once: its own request does not come back to it", async () => {
    const events: string[] = [];
    await runVirtual(async () => {
      let inner!: Task<unknown>;
      const caller: Task<unknown> = createTask(async () => {
        await timeout(20, { abandon: true }).with(async () => {
          inner = currentTask() as Task<unknown>;
          await caller;
        });
      });
      await sleep(1);
      inner.cancel("in a circle");
      events.push(nameOf(await rejectionOf(caller)), nameOf(await rejectionOf(inner)));
      events.push(`${inner.cancelling()} request`);
    });
    expect(events).toEqual(["cancelled: in a circle", "cancelled: in a circle", "1 request"]);
  });

  test("that has swallowed an earlier cancellation does not answer for that of its caller, if it just returns", async () => {
    const events: string[] = [];
    await runVirtual(async () => {
      let inner: Task<unknown> | undefined;
      const arrived = new Future<string>();
      const caller = createTask(async () => {
        const limit = timeout(1000, { abandon: true });
        const result = await limit.with(async () => {
          inner = currentTask();
          await sleep(500).catch(() => {});
          return await arrived;
        });
        events.push(result);
        await sleep(10);
      });
      await sleep(1);
      inner?.cancel("swallowed");
      await sleep(1);
      arrived.setResult("arrived");
      caller.cancel("of the caller");
      events.push(nameOf(await rejectionOf(caller)));
    });
    expect(events).toEqual(["arrived", "cancelled: of the caller"]);
  });

  test("that ends in doubt has its caller's next wait left alone for 100 ms, and cancelled then", async () => {
    await runVirtual(async () => {
      const caller = createTask(async () => {
        await timeout(1000, { abandon: true }).with(async () => {
          // With its signal handed out, the code after a native promise may have been told of the abort, or not.
          currentSignal();
          void sleep(1000).catch(() => {});
          await native(40);
        });
        await sleep(1000);
      });
      getRunningLoop().callLater(15, () => caller.cancel());
      const error = await rejectionOf(caller);
      expect([nameOf(error), getRunningLoop().time()]).toEqual(["cancelled", 140]);
    });
  });

  test("is what its caller waits for, by name", async () => {
    await runVirtual(async () => {
      const limit = timeout(20, { abandon: true });
      const caller = createTask(async () => await limit.with(() => sleep(10)));
      await sleep(1);
      expect(caller[waitsFor]()).toEqual([`<the body of ${String(limit)} pending>`]);
      await caller;
    });
  });
});

describe("a body that is left behind by its run, too,", () => {
  test("has each of its lines cancelled as it comes back", async () => {
    const events: string[] = [];
    const [first, second] = [deferred(), deferred()];
    const line = async (name: string, until: Promise<void>, ended: () => void): Promise<void> => {
      try {
        await until;
        await sleep(10);
      } finally {
        events.push(name);
        ended();
      }
    };
    const [firstEnded, secondEnded] = [deferred(), deferred()];
    const main = async (): Promise<void> => {
      const lines = (): Promise<unknown> =>
        Promise.allSettled([
          line("first", first.promise, firstEnded.resolve),
          line("second", second.promise, secondEnded.resolve),
        ]);
      await timeout(5, { abandon: true })
        .with(lines)
        .catch((error: unknown) => events.push(nameOf(error)));
    };
    await run(main, { loopFactory: virtualLoop });
    first.resolve();
    await firstEnded.promise;
    await new Promise((resolve) => setTimeout(resolve, 0));
    second.resolve();
    await secondEnded.promise;
    expect(events).toEqual(["TimeoutError: timed out after 5 ms", "first", "second"]);
  });

  test.each(["with a signal", "in debug mode"])("gets a CancelledError %s", async (how) => {
    const events: string[] = [];
    const [hung, ended] = [deferred(), deferred()];
    const main = async (): Promise<void> => {
      const body = async (): Promise<void> => {
        if (how === "with a signal") currentSignal();
        try {
          await hung.promise;
          await sleep(10);
        } catch (error) {
          events.push(nameOf(error));
        } finally {
          ended.resolve();
        }
      };
      await timeout(5, { abandon: true })
        .with(body)
        .catch((error: unknown) => events.push(nameOf(error)));
    };
    await run(main, { loopFactory: virtualLoop, debug: how === "in debug mode" });
    hung.resolve();
    await ended.promise;
    expect(events).toEqual(["TimeoutError: timed out after 5 ms", "cancelled"]);
  });
});

import { failureReason } from "@asyncio-ts/future/lowlevel";
import { coroutine } from "@asyncio-ts/coroutine";
import { Future, isCancelled } from "@asyncio-ts/future";
import { type EventLoop, type Executor, getRunningLoop, newEventLoop } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import {
  abortable,
  allTasks,
  createTask,
  currentSignal,
  currentTask,
  DeadlockError,
  ensureFuture,
  gather,
  KeyboardInterrupt,
  run,
  Runner,
  shield,
  sleep,
  type Task,
  TaskGroup,
  timeout,
  wait,
} from "@asyncio-ts/task";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  awaited,
  bothKinds,
  errorOf,
  nameOf,
  outcomeOf,
  reportsOf,
  type Program,
  rejectionOf,
  runVirtual,
} from "@asyncio-ts/testkit";
import { setTimeout as promisedTimeout } from "node:timers/promises";
import { SimulatedHost } from "@asyncio-ts/testkit/hosts";

/** Takes no jobs. */
const executor = (shutdown: Executor["shutdown"]): Executor<never> => ({
  submit: () => expect.unreachable(),
  shutdown,
});

describe.each(bothKinds)("run() of %s", ({ body, startTask }) => {
  test("gives what the body returns, and throws what it throws", async () => {
    expect(
      await run(
        body(function* () {
          yield* awaited(sleep(0));
          return "result";
        }),
      ),
    ).toBe("result");
    const { error } = await outcomeOf(
      body(function* () {
        yield* awaited(sleep(1));
        throw new RangeError("thrown");
      }),
    );
    expect(nameOf(error)).toBe("RangeError: thrown");
  });

  test("when main ends, the tasks that are left are cancelled and waited for", async () => {
    const events: string[] = [];
    const left = (name: string) =>
      body(function* () {
        try {
          yield* awaited(sleep(1000));
        } catch (error) {
          events.push(`${name} ${nameOf(error)}`);
          throw error;
        } finally {
          yield* awaited(sleep(5));
          events.push(`${name} cleaned up at ${getRunningLoop().time()}`);
        }
      });
    const outcome = await outcomeOf(
      body(function* () {
        createTask(left("a"));
        createTask(left("b"));
        yield* awaited(sleep(10));
        events.push("main ends");
        return "result";
      }),
    );
    expect(outcome).toEqual({ result: "result", reports: [], time: 15, left: 0 });
    expect(events).toEqual([
      "main ends",
      "a cancelled",
      "b cancelled",
      "a cleaned up at 15",
      "b cleaned up at 15",
    ]);
  });

  test("tasks that they make while they stop are cancelled too", async () => {
    const events: string[] = [];
    const outcome = await outcomeOf(
      body(function* () {
        startTask(function* () {
          try {
            yield* awaited(sleep(1000));
          } finally {
            startTask(function* () {
              try {
                yield* awaited(sleep(500));
              } finally {
                events.push(`late one stops at ${getRunningLoop().time()}`);
              }
            });
            yield* awaited(sleep(1));
          }
        });
        yield* awaited(sleep(10));
      }),
    );
    expect([outcome.left, outcome.reports, events]).toEqual([0, [], ["late one stops at 11"]]);
  });

  test("errors of tasks that are left are reported, once each", async () => {
    const { result, reports } = await outcomeOf(
      body(function* () {
        createTask(
          body(function* () {
            try {
              yield* awaited(sleep(1000));
            } finally {
              // oxlint-disable-next-line no-unsafe-finally -- what is tested
              throw new Error("while stopping");
            }
          }),
          { name: "bad" },
        );
        yield* awaited(sleep(1));
        return "result";
      }),
    );
    expect(result).toBe("result");
    expect(reports.map((report) => [report.message, nameOf(report.exception)])).toEqual([
      [
        expect.stringMatching(/^<Task 'bad' .*> failed while run\(\) was shutting down$/),
        "Error: while stopping",
      ],
    ]);
  });

  test("a task that will not stop is named after the grace period, and waited for", async () => {
    const { reports, time } = await outcomeOf(
      body(function* () {
        createTask(
          body(function* () {
            for (let i = 0; i < 3; i++) {
              try {
                yield* awaited(sleep(10_000));
              } catch {}
            }
          }),
          { name: "stubborn" },
        );
        yield* awaited(sleep(1));
      }),
      { gracePeriod: 300 },
    );
    expect(reports).toHaveLength(1);
    expect(reports[0]?.message).toMatch(
      /^<Task 'stubborn' .*> was cancelled by run\(\) at its end and has not stopped; it waits for <sleep\(10000\) .*>$/,
    );
    expect(time).toBe(20_001);
  });

  test("a main that is cancelled throws the CancelledError", async () => {
    const { error } = await outcomeOf(
      body(function* () {
        currentTask()?.cancel("by itself");
        yield* awaited(sleep(1000));
      }),
    );
    expect(nameOf(error)).toBe("cancelled: by itself");
  });

  test("when main ends, the jobs that are left are cancelled with the tasks, and executors shut down after them", async () => {
    const events: string[] = [];
    const outcome = await outcomeOf(
      body(function* () {
        const loop = getRunningLoop();
        const { toCancel } = partsOf(loop).shutdown;
        const job = (name: string): Future<void> => {
          const future = new Future<void>();
          future.addDoneCallback(() => {
            events.push(`${name}: ${nameOf(future[failureReason]())} at ${loop.time()}`);
            toCancel.delete(future);
          });
          toCancel.add(future);
          return future;
        };
        loop.setDefaultExecutor(
          executor(async (options) => {
            events.push(`shut down with ${JSON.stringify(options)} at ${loop.time()}`);
          }),
        );
        startTask(function* () {
          try {
            yield* awaited(job("awaited"));
          } finally {
            yield* awaited(sleep(5));
            events.push(`cleaned up at ${loop.time()}`);
            job("left while cleaning up");
          }
        });
        job("left");
        yield* awaited(sleep(1));
        events.push("main ends");
      }),
    );
    expect(outcome).toEqual({ result: undefined, reports: [], time: 6, left: 0 });
    expect(events).toEqual([
      "main ends",
      "awaited: cancelled at 1",
      "left: cancelled: run() has ended at 1",
      "cleaned up at 6",
      'shut down with {"timeout":0} at 6',
      "left while cleaning up: cancelled: run() has ended at 6",
    ]);
  });

  test("tasks that the end of a job has made are cancelled too", async () => {
    const events: string[] = [];
    const outcome = await outcomeOf(
      body(function* () {
        const job = new Future<void>();
        job.addDoneCallback(() => {
          createTask(
            body(function* () {
              try {
                yield* awaited(sleep(1000));
              } finally {
                events.push("stopped");
              }
            }),
            { eagerStart: true },
          );
        });
        partsOf(getRunningLoop()).shutdown.toCancel.add(job);
        yield* awaited(sleep(1));
      }),
    );
    expect([outcome.left, outcome.time, outcome.reports, events]).toEqual([0, 1, [], ["stopped"]]);
  });

  test("an executor that can't be shut down is an error, and the loop is closed", async () => {
    let loop: EventLoop | undefined;
    const { error } = await outcomeOf(
      body(function* () {
        loop = getRunningLoop();
        loop.setDefaultExecutor(executor(() => Promise.reject(new Error("it will not go"))));
        yield* awaited(sleep(1));
      }),
    );
    expect([nameOf(error), loop?.isClosed()]).toEqual(["Error: it will not go", true]);
  });

  test("a deadlock is an error that lists the tasks and what they wait for", async () => {
    const { error, left, reports } = await outcomeOf(
      body(function* () {
        const main = currentTask() as Task<unknown>;
        main.name = "main";
        createTask(
          body(function* () {
            yield* awaited(new Future<void>());
          }),
          { name: "other" },
        );
        yield* awaited(sleep(10));
        yield* awaited(new Future<void>());
      }),
    );
    expect(error).toBeInstanceOf(DeadlockError);
    expect((error as Error).message.split("\n")).toEqual([
      expect.stringMatching(/^nothing is left that could wake these tasks/),
      expect.stringMatching(/^ {2}\* <Task 'main' .*> waits for <Future pending/),
      expect.stringMatching(/^ {2}\* <Task 'other' .*> waits for <Future pending/),
    ]);
    expect([left, reports]).toEqual([0, []]);
  });

  test("a group whose tasks wait for ever is a deadlock", async () => {
    const { error } = await outcomeOf(
      body(function* () {
        const group = new TaskGroup();
        yield* awaited(
          group.with(
            body(function* () {
              group.createTask(() => new Future<void>(), { name: "child" });
            }),
          ),
        );
      }),
    );
    expect((error as Error).message).toMatch(/could wake these tasks[^]*<Task 'child' .*> waits for/);
  });

  test("after a deadlock the tasks are cancelled, so that finally blocks run", async () => {
    const events: string[] = [];
    const { error } = await outcomeOf(
      body(function* () {
        try {
          yield* awaited(new Future<void>());
        } finally {
          events.push("cleans up");
          yield* awaited(sleep(10));
          events.push("cleaned up");
        }
      }),
    );
    expect([error instanceof DeadlockError, events]).toEqual([true, ["cleans up", "cleaned up"]]);
  });

  test("a program that is woken from outside is no deadlock", async () => {
    const main = body(function* () {
      const promise = new Promise<string>((resolve) => {
        setImmediate(() => setImmediate(() => setImmediate(() => resolve("from outside"))));
      });
      const result = yield* awaited((async () => await promise)());
      return result;
    });
    expect(await run(main)).toBe("from outside");
  });

  test("tasks that await each other are a deadlock too", async () => {
    const { error, left } = await outcomeOf(
      body(function* () {
        const tasks: Task<void>[] = [];
        for (const name of ["a", "b", "c"]) {
          tasks.push(
            createTask(
              body(function* () {
                const others: Record<string, number> = { a: 1, b: 2, c: 0 };
                yield* awaited(tasks[others[name] as number] as Task<void>);
              }),
              { name },
            ),
          );
        }
        yield* awaited(tasks[0] as Task<void>);
      }),
    );
    expect(error).toBeInstanceOf(DeadlockError);
    for (const name of ["a", "b", "c"]) expect((error as Error).message).toContain(`Task '${name}'`);
    expect(left).toBe(0);
  });

  test("a task that nothing can wake, and that will not stop, is named and given up", async () => {
    const { error, reports } = await outcomeOf(
      body(function* () {
        for (let i = 0; i < 5; i++) {
          yield* errorOf(new Future<void>());
        }
      }),
    );
    expect(error).toBeInstanceOf(DeadlockError);
    expect(reports.length).toBeGreaterThan(0);
    expect(reports[0]?.message).toMatch(
      /^<Task '.*' .*> was cancelled by run\(\) at its end and has not stopped; it waits for <Future pending.*>$/,
    );
  });

  test("a body that catches the cancellation of SIGINT ends as it likes", async () => {
    const host = new SimulatedHost();
    const result = await runVirtual(
      body(function* () {
        getRunningLoop().callLater(100, () => host.raise("SIGINT"));
        try {
          yield* awaited(new Future<void>());
        } catch {
          currentTask()?.uncancel();
        }
        return "saved";
      }),
      { loopFactory: host.newLoop },
    );
    expect(result).toBe("saved");
  });

  test("listens for signals only while it runs", async () => {
    const host = new SimulatedHost();
    const main = function* (): Program<[number, number]> {
      yield* awaited(sleep(0));
      return [host.listening("SIGINT"), host.listening("SIGTERM")];
    };
    expect(await runVirtual(body(main), { loopFactory: host.newLoop })).toEqual([1, 1]);
    expect([host.listening("SIGINT"), host.listening("SIGTERM")]).toEqual([0, 0]);
  });
});

test("of many tasks that will not stop a hundred are named, and the others counted", async () => {
  const { error, reports } = await outcomeOf(async () => {
    for (let i = 0; i < 1000; i++) {
      createTask(
        function* () {
          for (let again = 0; again < 3; again++) {
            try {
              yield* new Future<void>();
            } catch {}
          }
        },
        { name: `stubborn ${i}` },
      );
    }
    await sleep(1);
  });
  expect(error).toBeUndefined();
  // Once, although they are stubborn after the grace period, and when nothing is left that could wake them.
  expect(reports.length).toBe(101);
  expect(reports[0]?.message).toMatch(
    /^<Task 'stubborn 0' .* has not stopped; it waits for <Future pending>$/,
  );
  expect(reports.at(-1)?.message).toBe(
    "900 more tasks were cancelled by run() at its end and have not stopped",
  );
});

describe.each([
  ["gathers of gathers", (inner: Future<unknown>) => gather([inner])],
  ["shields of shields", (inner: Future<unknown>) => shield(inner)],
])("of %s", (_, around) => {
  test.each([
    ["three", 3],
    ["100,000", 100_000],
  ])("whether %s wait for something outside is found out, without recursion", async (_, count) => {
    const nested = (inner: Future<unknown>): Future<unknown> => {
      let all = inner;
      for (let i = 0; i < count; i++) all = around(all);
      return all;
    };
    let resolve!: (value: string) => void;
    const outside = new Promise<string>((resolved) => (resolve = resolved));
    const loop = virtualLoop({ patience: 0 });
    const woken = run(
      async () => {
        // Shielded, so that a cancellation would end here.
        await shield(nested(ensureFuture(outside)));
        return "woken";
      },
      { loopFactory: () => loop },
    );
    // The loop asks whether the run may have come to a deadlock, and hears that it has not.
    const forget = partsOf(loop).host.whenExhausted(() => resolve("from outside"));
    expect(await woken).toBe("woken");
    forget();
    const stuck = run(async () => await shield(nested(new Future())), {
      loopFactory: () => virtualLoop({ patience: 0 }),
    });
    await expect(stuck).rejects.toBeInstanceOf(DeadlockError);
  });
});

describe("run()", () => {
  test.each<[string, unknown, RegExp]>([
    [
      "a running promise",
      Promise.resolve(1),
      /^run\(\) needs .* got a promise, which is running already .*; write `\(\) => f\(\)`/,
    ],
    ["a number", 5, /^run\(\) needs .* got 5$/],
    ["nothing", undefined, /^run\(\) needs .* got undefined$/],
  ])("refuses %s, and says what to write.", async (_, main, message) => {
    const error = await rejectionOf(run(main as () => void));
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toMatch(message);
  });

  test("takes a coroutine, a coroutine function and a generator object", async () => {
    const main = coroutine(async () => "result");
    function* steps() {
      return "result" as const;
    }
    expect([await run(main()), await run(main), await run(steps())]).toEqual(["result", "result", "result"]);
  });

  test("several may run at once, each on its own loop", async () => {
    const program = async (): Promise<number> => {
      await sleep(10);
      return getRunningLoop().time();
    };
    const loops = [virtualLoop(), virtualLoop()] as const;
    const results = await Promise.all(loops.map((loop) => run(program, { loopFactory: () => loop })));
    expect(results).toEqual([10, 10]);
  });

  test("its loop is closed in the end, also after an error", async () => {
    const loops: EventLoop[] = [];
    await run(async () => loops.push(getRunningLoop()));
    await rejectionOf(
      run(async () => {
        loops.push(getRunningLoop());
        throw new Error("fails");
      }),
    );
    expect(loops.map((loop) => [loop.isClosed(), loop.isRunning()])).toEqual([
      [true, false],
      [true, false],
    ]);
    expect(loops[0]).not.toBe(loops[1]);
  });

  test("leaves nothing that would hold the process open", async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((one) => one === "Timeout").length;
    const before = timers();
    await run(async () => {
      createTask(() => sleep(60_000));
      getRunningLoop().callLater(60_000, () => {});
      await sleep(0);
      await sleep(1);
    });
    expect(timers()).toBeLessThanOrEqual(before);
  });

  test("leaves no signal listeners, and no others", async () => {
    const count = (): number[] =>
      ["SIGINT", "SIGTERM", "beforeExit", "exit"].map((event) => process.listenerCount(event));
    const before = count();
    let during: number[] = [];
    await run(async () => {
      await sleep(0);
      during = count();
    });
    expect(count()).toEqual(before);
    expect(during.slice(0, 2)).toEqual(before.slice(0, 2).map((listeners) => listeners + 1));
  });

  test("loop.stop() inside is an error, and the main task is cancelled", async () => {
    const events: string[] = [];
    const { error } = await outcomeOf(async () => {
      (currentTask() as Task<unknown>).name = "main";
      getRunningLoop().stop();
      try {
        await sleep(1000);
      } finally {
        events.push("cleaned up");
      }
    });
    expect((error as Error).message).toMatch(/^the event loop was stopped before <Task 'main' .*> was done/);
    expect(events).toEqual(["cleaned up"]);
  });

  test("debug turns debug mode on or off", async () => {
    const seen: boolean[] = [];
    for (const debug of [true, false]) await run(async () => seen.push(getRunningLoop().debug), { debug });
    expect(seen).toEqual([true, false]);
  });

  test.each(["async functions", "generators"])(
    "in %s waits for a signal that the program handles, though nothing else could wake it",
    async (kind) => {
      const turns = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
      let answer = new Future<string>();
      const handled = async (): Promise<string> => answer;
      const loop = newEventLoop();
      const handle = (): void => loop.addSignalHandler("SIGHUP", () => answer.setResult("signal"));
      const body =
        kind === "generators"
          ? function* () {
              handle();
              return yield* answer;
            }
          : async () => {
              handle();
              return handled();
            };
      const runner = new Runner({ loopFactory: () => loop });
      const running = runner.run<string>(body as () => Promise<string>);
      await turns();
      for (let times = 0; times < 2; times++) process.emit("beforeExit", 0);
      await turns();
      process.emit("SIGHUP");
      expect(await running).toBe("signal");

      // Without its handler it is a deadlock again.
      answer = new Future<string>();
      const stuck = rejectionOf(runner.run<string>(body as () => Promise<string>));
      await turns();
      loop.removeSignalHandler("SIGHUP");
      process.emit("beforeExit", 0);
      expect(await stuck).toBeInstanceOf(DeadlockError);
      await runner.close();
    },
  );

  test("on the real clock the process that is about to exit is a deadlock", async () => {
    let ended = false;
    const exhaust = (): void => {
      if (ended) return;
      process.emit("beforeExit", 0);
      setImmediate(exhaust);
    };
    setImmediate(exhaust);
    const loop = newEventLoop();
    const reports: string[] = [];
    loop.setExceptionHandler((_, context) => reports.push(context.message));
    const error = await rejectionOf(run(() => new Promise(() => {}), { loopFactory: () => loop }));
    ended = true;
    expect(error).toBeInstanceOf(DeadlockError);
    // The task cannot be stopped: that is said once, and not waited for.
    expect(reports).toEqual([
      expect.stringMatching(/was cancelled by run\(\) at its end and has not stopped/),
    ]);
    expect((error as Error).message).toMatch(
      /^nothing is left that could wake these tasks:\n {2}\* <Task '.*' pending>/,
    );
  });

  test("what a program leaves behind outside of the library does not touch the next one", async () => {
    const events: string[] = [];
    let leave!: () => void;
    const left = new Promise<void>((resolve) => (leave = resolve));
    await run(async () => {
      void (async () => {
        await left;
        await sleep(0);
        events.push(`left behind, in ${currentTask()?.name ?? "no task"}`);
      })();
    });
    leave();
    await run(async () => {
      for (let i = 0; i < 10; i++) await sleep(0);
      while (events.length === 0) await new Promise((resolve) => setImmediate(resolve));
    });
    expect(events).toEqual(["left behind, in no task"]);
  });
});

test("run() inside a generator coroutine's task is refused", async () => {
  let refused: unknown;
  await run(function* () {
    refused = yield* ensureFuture(rejectionOf(run(async () => 1)));
  });
  expect(nameOf(refused)).toMatch(/^Error: run\(\) was called inside <Task '.*' .*>/);
});

describe("Runner", () => {
  test("several runs share its loop, and what was started goes on between them", async () => {
    const events: string[] = [];
    await new Runner({ loopFactory: virtualLoop }).with(async (runner) => {
      await runner.run(async () => {
        createTask(async () => {
          await sleep(15);
          events.push("background");
        });
        await sleep(10);
        events.push(`first at ${getRunningLoop().time()}`);
      });
      await runner.run(async () => {
        await sleep(10);
        events.push(`second at ${getRunningLoop().time()}`);
      });
      expect(runner.getLoop().isClosed()).toBe(false);
    });
    expect(events).toEqual(["first at 10", "background", "second at 20"]);
  });

  test("with() gives what the body returns, and closes it even if the body throws", async () => {
    const runner = new Runner({ loopFactory: virtualLoop });
    expect(await runner.with(() => runner.run(() => sleep(1, "result")))).toBe("result");
    expect(() => runner.getLoop()).toThrow("this Runner is closed; make a new one");
    const other = new Runner({ loopFactory: virtualLoop });
    const loop = other.getLoop();
    expect(nameOf(await rejectionOf(other.with(() => Promise.reject(new Error("body")))))).toBe(
      "Error: body",
    );
    expect(loop.isClosed()).toBe(true);
  });

  test("a virtual loop does not wait for a signal: it is a deadlock", async () => {
    const loop = virtualLoop();
    const runner = new Runner({ loopFactory: () => loop });
    const main = async (): Promise<void> => {
      loop.addSignalHandler("SIGHUP", () => {});
      await new Future<void>();
    };
    await expect(runner.run(main)).rejects.toBeInstanceOf(DeadlockError);
    await runner.close();
  });

  test("close() cancels what is left; twice is once; after it nothing runs", async () => {
    const events: string[] = [];
    const runner = new Runner({ loopFactory: virtualLoop });
    await runner.run(async () => {
      createTask(async () => {
        try {
          await sleep(1000);
        } finally {
          events.push("stopped");
        }
      });
      await sleep(1);
    });
    expect(events).toEqual([]);
    await runner.close();
    await runner.close();
    expect(events).toEqual(["stopped"]);
    expect(nameOf(await rejectionOf(runner.run(async () => {})))).toBe(
      "Error: this Runner is closed; make a new one",
    );
  });

  test("close() of one that never ran does nothing", async () => {
    await new Runner().close();
  });

  test("close() of one that never ran waits for the tasks that its loop has", async () => {
    const events: string[] = [];
    const runner = new Runner({ loopFactory: virtualLoop });
    const loop = runner.getLoop();
    loop.callSoon(() => {
      createTask(async () => {
        try {
          await sleep(1000);
        } finally {
          await sleep(5);
          events.push(`cleaned up at ${loop.time()}`);
        }
      });
      loop.callLater(1, () => loop.stop());
    });
    await loop.runForever();
    await runner.close();
    expect(events).toEqual(["cleaned up at 6"]);
  });

  test("a second run at the same time is refused", async () => {
    const runner = new Runner({ loopFactory: virtualLoop });
    const first = runner.run(() => sleep(10, "first"));
    expect(nameOf(await rejectionOf(runner.run(async () => {})))).toBe(
      "Error: this Runner is running already",
    );
    expect(await first).toBe("first");
    await runner.close();
  });

  test("getLoop() gives the loop before the first run", async () => {
    const runner = new Runner({ loopFactory: virtualLoop });
    const loop = runner.getLoop();
    await runner.run(async () => expect(getRunningLoop()).toBe(loop));
    await runner.close();
  });

  test("a failed run leaves it open for the next", async () => {
    const runner = new Runner({ loopFactory: virtualLoop });
    expect(
      nameOf(
        await rejectionOf(
          runner.run(async () => {
            throw new Error("first");
          }),
        ),
      ),
    ).toBe("Error: first");
    expect(await runner.run(async () => "second")).toBe("second");
    await runner.close();
  });

  test("a closed one refuses with() before the body begins", async () => {
    const record: string[] = [];
    const runner = new Runner({ loopFactory: virtualLoop });
    await runner.close();
    await expect(runner.with(async () => void record.push("begun"))).rejects.toThrow(/Runner is closed/);
    expect(record).toEqual([]);
  });
});

describe.each(["SIGINT", "SIGTERM"] as const)("%s", (signal) => {
  // A listener of its own keeps the signal from ending the process.
  const guard = (): void => {};
  beforeEach(() => {
    process.on(signal, guard);
  });
  afterEach(() => {
    process.off(signal, guard);
  });

  test("cancels main once, finally blocks run, and KeyboardInterrupt comes out", async () => {
    const events: string[] = [];
    const { error, left, reports } = await outcomeOf(async () => {
      createTask(async () => {
        try {
          await sleep(1000);
        } finally {
          events.push("other task stopped");
        }
      });
      getRunningLoop().callLater(10, () => process.emit(signal));
      try {
        await sleep(1000);
      } catch (error) {
        events.push(`main ${nameOf(error)}`);
        throw error;
      } finally {
        await sleep(5);
        events.push(`main cleaned up at ${getRunningLoop().time()}`);
      }
    });
    expect(error).toBeInstanceOf(KeyboardInterrupt);
    expect([(error as KeyboardInterrupt).signal, (error as Error).message]).toEqual([
      signal,
      `interrupted by ${signal}`,
    ]);
    expect(events).toEqual(["main cancelled", "main cleaned up at 15", "other task stopped"]);
    expect([left, reports]).toEqual([0, []]);
  });

  test("a main that does not wait for anything is interrupted at its next suspension", async () => {
    const events: string[] = [];
    const { error } = await outcomeOf(async () => {
      process.emit(signal);
      events.push("goes on");
      await sleep(1000);
      events.push("must not come here");
    });
    expect([error instanceof KeyboardInterrupt, events]).toEqual([true, ["goes on"]]);
  });

  test("a main that returns a value all the same gives the value, as in asyncio", async () => {
    const { result } = await outcomeOf(async () => {
      getRunningLoop().callLater(10, () => process.emit(signal));
      try {
        await sleep(1000);
      } catch {
        return "saved what there was";
      }
      return undefined;
    });
    expect(result).toBe("saved what there was");
  });

  test("an error that main throws while it stops comes out as it is", async () => {
    const { error } = await outcomeOf(async () => {
      getRunningLoop().callLater(10, () => process.emit(signal));
      try {
        await sleep(1000);
      } finally {
        // oxlint-disable-next-line no-unsafe-finally -- what is tested
        throw new RangeError("while stopping");
      }
    });
    expect(nameOf(error)).toBe("RangeError: while stopping");
  });

  test("a cancellation by somebody else stays a CancelledError", async () => {
    const { error } = await outcomeOf(async () => {
      currentTask()?.cancel();
      await sleep(1);
    });
    expect([isCancelled(error), error instanceof KeyboardInterrupt]).toEqual([true, false]);
  });

  test("a second one stops at once: it does not wait for a main that will not stop", async () => {
    const events: string[] = [];
    const { error } = await outcomeOf(async () => {
      const loop = getRunningLoop();
      loop.callLater(10, () => process.emit(signal));
      loop.callLater(20, () => process.emit(signal));
      for (let i = 0; i < 2; i++) {
        try {
          await sleep(1000);
        } catch (error) {
          events.push(`${nameOf(error)} at ${loop.time()}`);
        }
      }
    });
    expect(error).toBeInstanceOf(KeyboardInterrupt);
    // The second is what run() itself cancels when it shuts down.
    expect(events).toEqual(["cancelled at 10", "cancelled at 20"]);
  });

  test("the next run is not interrupted by it", async () => {
    const runner = new Runner({ loopFactory: virtualLoop });
    const interrupted = await rejectionOf(
      runner.run(async () => {
        getRunningLoop().callLater(1, () => process.emit(signal));
        await sleep(1000);
      }),
    );
    expect(interrupted).toBeInstanceOf(KeyboardInterrupt);
    expect(await runner.run(() => sleep(10, "undisturbed"))).toBe("undisturbed");
    await runner.close();
  });

  test("while the tasks that are left are stopped, it does no harm", async () => {
    const { result, left } = await outcomeOf(async () => {
      createTask(async () => {
        try {
          await sleep(1000);
        } finally {
          process.emit(signal);
          await sleep(10);
        }
      });
      await sleep(1);
      return "result";
    });
    expect([result, left]).toEqual(["result", 0]);
  });
});

test("a program with a body in each of many tasks leaves none of them", async () => {
  const outcome = await outcomeOf(async () => {
    await gather(Array.from({ length: 1000 }, (_, i) => () => sleep(i % 10)));
    for (let i = 0; i < 1000; i++) createTask(() => sleep(1e6));
    await sleep(1);
    return allTasks().size;
  });
  expect(outcome).toEqual({ result: 1001, reports: [], time: 10, left: 0 });
});

test("SIGINT while main waits in fetch-like code is a KeyboardInterrupt", async () => {
  const guard = (): void => {};
  process.on("SIGINT", guard);
  const { error } = await outcomeOf(async () => {
    getRunningLoop().callLater(1, () => process.emit("SIGINT"));
    await promisedTimeout(60_000, undefined, { signal: currentSignal() });
  });
  process.off("SIGINT", guard);
  expect(error).toBeInstanceOf(KeyboardInterrupt);
});

test("a handler of the loop takes the place of the run's, also one that was set before the run", async () => {
  const events: string[] = [];
  await new Runner({ loopFactory: virtualLoop }).with(async (runner) => {
    const loop = runner.getLoop();
    loop.addSignalHandler("SIGTERM", () => events.push("before"));
    const main = async (): Promise<void> => {
      loop.callLater(1, () => process.emit("SIGTERM"));
      await sleep(10);
    };
    await runner.run(main);
    await runner.run(async () => {
      loop.addSignalHandler("SIGTERM", () => events.push("inside"));
      await main();
    });
  });
  expect([events, process.listenerCount("SIGTERM")]).toEqual([["before", "inside"], 0]);
});

test("a signal while the tasks that are left hang ends a run with KeyboardInterrupt, after its grace period", async () => {
  const events: string[] = [];
  const { error, reports, time } = await outcomeOf(
    async () => {
      createTask(
        async () => {
          await new Promise(() => {});
        },
        { name: "hangs" },
      );
      createTask(async () => {
        try {
          await sleep(1000);
        } finally {
          getRunningLoop().callLater(10, () => process.emit("SIGTERM"));
          await sleep(3000);
          events.push("cleaned up");
        }
      });
      await sleep(1);
    },
    { gracePeriod: 300 },
  );
  expect(error).toBeInstanceOf(KeyboardInterrupt);
  // Both are named 300 ms after the end, and at the latest 300 ms after the signal the one that hangs is given up.
  expect(reports.map(({ message }) => /'(.*?)'/.exec(message)?.[1])).toEqual(["hangs", expect.any(String)]);
  expect([events, time]).toEqual([["cleaned up"], 3001]);
});

test("a signal does not end a run sooner for a task that was abandoned", async () => {
  const { result, reports, time } = await outcomeOf(
    async () => {
      await timeout(1, { abandon: true })
        .with(async () => await new Promise(() => {}))
        .catch(() => {});
      createTask(async () => {
        try {
          await sleep(60_000);
        } finally {
          process.emit("SIGTERM");
          await sleep(1000);
        }
      });
      await sleep(1);
      return "result";
    },
    { gracePeriod: 300 },
  );
  // The one that cleans up is named, and waited for.
  expect([result, reports.length, time > 1000]).toEqual(["result", 1, true]);
});

test("a signal of an earlier run of a Runner does not make a later cancellation a KeyboardInterrupt", async () => {
  const guard = (): void => {};
  process.on("SIGINT", guard);
  const runner = new Runner({ loopFactory: virtualLoop });
  await rejectionOf(
    runner.run(async () => {
      getRunningLoop().callLater(1, () => process.emit("SIGINT"));
      await sleep(1000);
    }),
  );
  const error = await rejectionOf(
    runner.run(async () => {
      currentTask()?.cancel();
      await sleep(1);
    }),
  );
  await runner.close();
  process.off("SIGINT", guard);
  expect([isCancelled(error), error instanceof KeyboardInterrupt]).toEqual([true, false]);
});

test("a main that waits for a promise that never settles is a DeadlockError at once, reported once", async () => {
  let stop = false;
  const exhaust = (): void => {
    if (stop) return;
    process.emit("beforeExit", 0);
    setImmediate(exhaust);
  };
  setImmediate(exhaust);
  const reports: string[] = [];
  const error = await rejectionOf(
    run(async () => {
      getRunningLoop().setExceptionHandler((_, c) => reports.push(c.message));
      await new Promise(() => {});
    }),
  );
  stop = true;
  expect(error).toBeInstanceOf(DeadlockError);
  expect(reports).toHaveLength(1);
});

test("in debug mode, a step that holds the loop is reported with its task, and a first step as such", async () => {
  const reports = await reportsOf(
    async () => {
      const loop = getRunningLoop();
      await sleep(0);
      loop.slowCallbackDuration = 0;
      await createTask(
        function* () {
          yield* sleep(0);
        },
        { name: "child" },
      );
      loop.slowCallbackDuration = Infinity;
    },
    { debug: true },
  );
  const said = reports.map(({ message }) => /^.*?(?= held)/.exec(message)?.[0]);
  expect(said).toContainEqual(expect.stringMatching(/^the first step of <Task 'child' /));
  expect(said).toContainEqual(expect.stringMatching(/^a step of <Task 'child' /));
});

test("a signal in the last turn of main comes too late to interrupt it", async () => {
  const guard = (): void => {};
  process.on("SIGINT", guard);
  const { result, left } = await outcomeOf(async () => {
    await sleep(1);
    process.emit("SIGINT");
    return "result";
  });
  const { error } = await outcomeOf(async () => {
    currentTask()?.cancel("its own");
    try {
      await sleep(1);
    } finally {
      process.emit("SIGINT");
    }
  });
  process.off("SIGINT", guard);
  expect([result, left, nameOf(error)]).toEqual(["result", 0, "cancelled: its own"]);
});

test("the second signal is raised again, with its default effect, if nobody listens for it", async () => {
  const raised: unknown[] = [];
  const { error } = await outcomeOf(async () => {
    const loop = getRunningLoop();
    // It would end the process here.
    const kill = vi.spyOn(process, "kill").mockImplementation((...to) => {
      raised.push(...to, process.listenerCount("SIGINT"));
      loop.stop();
      return true;
    });
    loop.callLater(1, () => process.emit("SIGINT"));
    loop.callLater(2, () => process.emit("SIGINT"));
    await sleep(1000).catch(() => {});
    await sleep(1000).finally(() => kill.mockRestore());
  });
  expect([raised, error instanceof KeyboardInterrupt]).toEqual([[process.pid, "SIGINT", 0], true]);
});

test("a signal while the only task that is left hangs ends the run once that is given up", async () => {
  const guard = (): void => {};
  process.on("SIGINT", guard);
  const { error, time } = await outcomeOf(
    async () => {
      createTask(() => new Promise<void>(() => {}), { name: "hangs" });
      getRunningLoop().callLater(10, () => process.emit("SIGINT"));
      await sleep(1);
    },
    { gracePeriod: 50 },
  );
  process.off("SIGINT", guard);
  expect([error instanceof KeyboardInterrupt, time]).toEqual([true, 51]);
});

describe("while run() waits for jobs at its end", () => {
  const guard = (): void => {};
  beforeEach(() => void process.on("SIGINT", guard));
  afterEach(() => void process.off("SIGINT", guard));

  /** Leaves a task that stops at once, and a job that ends `ms` later; a signal comes meanwhile. */
  const leave = (ms: number, ended: () => void): void => {
    const loop = getRunningLoop();
    createTask(() => sleep(60_000));
    loop.callLater(10, () => process.emit("SIGINT"));
    const end = (resolve: () => void): void => {
      ended();
      resolve();
    };
    loop.setDefaultExecutor(executor(() => new Promise((resolve) => void loop.callLater(ms, end, resolve))));
  };

  test("a signal does not stop the loop, which they may need", async () => {
    const main = async (): Promise<string> => {
      leave(200, () => {});
      return "main's";
    };
    const { result, time } = await outcomeOf(main, { gracePeriod: 50 });
    expect([result, time]).toEqual(["main's", 200]);
  });

  test("a task that is made then has the grace period of the signal, and not that of earlier ones", async () => {
    const main = async (): Promise<void> => {
      leave(20, () => createTask(() => new Promise(() => {}), { eagerStart: true }));
    };
    const { error, time } = await outcomeOf(main, { gracePeriod: 50 });
    expect([error instanceof KeyboardInterrupt, time]).toEqual([true, 60]);
  });

  test("that nothing of this library could wake the loop does not stop it", async () => {
    const loop = virtualLoop({ patience: 0 });
    const ended = (resolve: () => void): void => {
      const forget = partsOf(loop).host.whenExhausted(() => {
        forget();
        loop.callLater(1, resolve);
      });
    };
    const main = async (): Promise<void> => loop.setDefaultExecutor(executor(() => new Promise(ended)));
    const { error, time } = await outcomeOf(main, { loopFactory: () => loop });
    expect([error, time]).toEqual([undefined, 1]);
  });
});

test("a main that waits for an operation outside of the library and for something else is no deadlock", async () => {
  const both = () => Promise.race([new Future<string>(), abortable(() => promisedTimeout(5, "here"))]);
  expect(await runVirtual(both)).toBe("here");
});

test("a main that waits by wait() for something outside of the library is no deadlock", async () => {
  const loop = virtualLoop({ patience: 0 });
  const main = async (): Promise<number> => {
    // It comes once the loop has asked whether the run may have come to a deadlock.
    const outside = new Promise<void>((resolve) => void partsOf(loop).host.whenExhausted(() => resolve()));
    return (await wait([outside])).done.size;
  };
  expect(await runVirtual(main, { loopFactory: () => loop })).toBe(1);
});

test("a task that is left, and cleans up with the help of something outside, is no deadlock", async () => {
  const events: string[] = [];
  let settle!: (value: string) => void;
  const outside = new Promise<string>((resolve) => (settle = resolve));
  const loop = virtualLoop({ patience: 0 });
  const main = async (): Promise<void> => {
    createTask(async () => {
      try {
        await sleep(1000);
      } finally {
        // The loop asks whether the run may have come to a deadlock, and hears that it has not.
        partsOf(loop).host.whenExhausted(() => {
          events.push("nothing to do");
          settle("helped");
        });
        events.push(await ensureFuture(outside));
      }
    });
    await sleep(0);
  };
  const { reports, left } = await outcomeOf(main, { loopFactory: () => loop });
  // It is named after the grace period, and waited for.
  expect([events, reports.length, left]).toEqual([["nothing to do", "helped"], 1, 0]);
});

test("a grace period may be as short as nothing", async () => {
  const { reports } = await outcomeOf(
    async () => {
      createTask(async () => {
        try {
          await sleep(1000);
        } finally {
          await sleep(10);
        }
      });
      await sleep(0);
    },
    { gracePeriod: 0 },
  );
  expect(reports.map(({ message }) => message)).toEqual([
    expect.stringMatching(/was cancelled by run\(\) at its end and has not stopped/),
  ]);
});

/** Places where several pieces meet: each of these was wrong once. */
import { coroutine, Future, isCancelled } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { setTimeout as promisedTimeout } from "node:timers/promises";
import {
  abortable,
  asCompleted,
  createTask,
  currentSignal,
  currentTask,
  DeadlockError,
  ensureFuture,
  ExceptionGroup,
  gather,
  KeyboardInterrupt,
  run,
  Runner,
  sleep,
  type Task,
  TaskGroup,
  timeout,
  TimeoutError,
} from "@asyncio-ts/task";
import { describe, expect, test } from "vitest";
import { awaited, bothKinds, cancelBeforeEachTurn, outcomeOf, runVirtual } from "@asyncio-ts/testkit";

const rejection = (promise: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(promise).then(
    () => "no error",
    (error: unknown) => error,
  );

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

test("a task that has asked for its signal, and cancels itself, is interrupted", async () => {
  await runVirtual(async () => {
    const task = createTask(async () => {
      currentSignal();
      currentTask()?.cancel();
      await sleep(10);
    });
    await sleep(100);
    expect(task.cancelled()).toBe(true);
  });
});
test("group.cancel() in the body of a parent that has asked for its signal ends the body", async () => {
  const events: string[] = [];
  await runVirtual(() =>
    new TaskGroup().with(async (group) => {
      currentSignal();
      group.cancel();
      await sleep(10);
      events.push("survived");
    }),
  );
  expect(events).toEqual([]);
});
test("a task that cancels itself, with its signal in use, in a generator coroutine", async () => {
  await runVirtual(async () => {
    const task = createTask(function* () {
      currentSignal();
      currentTask()?.cancel();
      yield* sleep(10);
    });
    await sleep(100);
    expect(task.cancelled()).toBe(true);
  });
});

test("finally after an aborted foreign wait is not interrupted again, when a generator task cancels it among others", async () => {
  const events: string[] = [];
  await run(function* () {
    const task = createTask(async () => {
      try {
        await promisedTimeout(60_000, undefined, { signal: currentSignal() });
      } finally {
        await sleep(1);
        events.push("cleaned up");
      }
    });
    yield* sleep(0);
    yield* sleep(0);
    createTask(function* () {});
    task.cancel();
    try {
      yield* task;
    } catch {}
  });
  expect(events).toEqual(["cleaned up"]);
});

test("an AbortError of currentSignal() inside a timeout becomes a TimeoutError", async () => {
  await runVirtual(async () => {
    expect(
      await rejection(
        timeout(10).with(() => promisedTimeout(60_000, undefined, { signal: currentSignal() })),
      ),
    ).toBeInstanceOf(TimeoutError);
  });
});
test("an AbortError in the body of a group that aborts is no error of the group", async () => {
  await runVirtual(async () => {
    const error = await rejection(
      new TaskGroup().with(async (group) => {
        group.createTask(async () => {
          throw new Error("x");
        });
        await promisedTimeout(60_000, undefined, { signal: currentSignal() });
      }),
    );
    expect((error as ExceptionGroup).exceptions).toHaveLength(1);
  });
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

test.each(bothKinds.map((kind) => [kind.name, kind] as const))(
  "asCompleted, its consumer cancelled in the turn of a completion: no report (%s)",
  async (_, kind) => {
    const { outcomes } = await cancelBeforeEachTurn(() =>
      kind.body(function* () {
        for (const next of asCompleted([sleep(2), sleep(1)])) yield* awaited(next);
        return "ended";
      }),
    );
    expect(outcomes.flatMap((outcome) => outcome.reports.map((report) => String(report.exception)))).toEqual(
      [],
    );
  },
);
test("asCompleted with two consumers: cancelling one does not lose the other's wake-up", async () => {
  const { reports } = await outcomeOf(async () => {
    const [f, g] = [new Future<number>(), new Future<number>()];
    const all = asCompleted([f, g])[Symbol.iterator]();
    const [a, b] = [createTask(all.next().value as never), createTask(all.next().value as never)] as [
      Task<number>,
      Task<number>,
    ];
    await sleep(1);
    f.setResult(1);
    a.cancel();
    await sleep(1);
    expect([a.cancelled(), b.done()]).toEqual([true, true]);
    g.setResult(2);
  });
  expect(reports).toEqual([]);
});

test("virtualLoop: a promise from outside is no deadlock, through ensureFuture", async () => {
  expect(
    await run(async () => await ensureFuture(promisedTimeout(5, "x")), { loopFactory: virtualLoop }),
  ).toBe("x");
});
test("through abortable", async () => {
  expect(
    await run(async () => await abortable(() => promisedTimeout(5, "x")), { loopFactory: virtualLoop }),
  ).toBe("x");
});

test("an async function that awaits its own task gets an error that says so", async () => {
  const { error } = await outcomeOf(async () => {
    await currentTask();
  });
  expect(String(error)).toMatch(/awaits itself/);
});
test("an async function that returns its own task, too", async () => {
  const { error } = await outcomeOf(async () => currentTask());
  expect(error).not.toBeInstanceOf(RangeError);
});
test("two tasks that await each other are a DeadlockError", async () => {
  const { error } = await outcomeOf(async () => {
    let b!: Task<void>;
    const a: Task<void> = createTask(async () => {
      await b;
    });
    b = createTask(async () => {
      await a;
    });
    await a;
  });
  expect(error).toBeInstanceOf(DeadlockError);
});

test("what is left of a race does not take the cancellation for itself (value that had arrived)", async () => {
  await runVirtual(async () => {
    const future = new Future<void>();
    const task = createTask(async () => {
      await Promise.race([sleep(1), sleep(10_000)]);
      await future;
      await sleep(500);
    });
    await sleep(10);
    future.setResult();
    task.cancel();
    await sleep(1);
    expect(task.cancelled()).toBe(true);
  });
});
test("run() in a generator coroutine's task is refused", async () => {
  let refused: unknown;
  await run(function* () {
    refused = yield* ensureFuture(rejection(run(async () => 1)));
  });
  expect(String(refused)).toMatch(/inside <Task/);
});

test("an async generator function is no body", async () => {
  await runVirtual(async () => {
    const task = createTask(async function* () {
      yield 1;
    } as unknown as () => void);
    expect(await rejection(task)).toBeInstanceOf(TypeError);
  });
});
test("abortable() of a function that returns no promise: a clear error", async () => {
  const { error } = await outcomeOf(() => abortable((() => 5) as never));
  expect(String(error)).toMatch(/abortable\(\)/);
});
test("gather(generator, generator) is refused", async () => {
  await runVirtual(async () => {
    const steps = function* () {
      yield* sleep(1);
    };
    expect(() => (gather as (a: unknown, b: unknown) => unknown)(steps(), steps())).toThrow(
      /write gather\(\[a, b\]\)/,
    );
  });
});
test("an error that a task throws while `await using` stops it is not lost", async () => {
  const outcome = await outcomeOf(async () => {
    await using task = createTask(async () => {
      try {
        await sleep(1000);
      } finally {
        // oxlint-disable-next-line no-unsafe-finally -- the point of the test
        throw new Error("while stopping");
      }
    });
    await sleep(1);
    expect(task.done()).toBe(false);
  });
  expect(outcome.reports.length + ("error" in outcome ? 1 : 0)).toBe(1);
});
test("split() by a class that is no Error", () => {
  class Failure {
    readonly code = 1;
  }
  expect(
    new ExceptionGroup("x", [new Failure(), new Error("e")]).split(Failure as never)[0]?.exceptions,
  ).toHaveLength(1);
});

test("Runner: a signal of an earlier run does not make a later cancellation a KeyboardInterrupt", async () => {
  const guard = (): void => {};
  process.on("SIGINT", guard);
  const runner = new Runner({ loopFactory: virtualLoop });
  await rejection(
    runner.run(async () => {
      getRunningLoop().callLater(1, () => process.emit("SIGINT"));
      await sleep(1000);
    }),
  );
  const error = await rejection(
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
  const error = await rejection(
    run(async () => {
      getRunningLoop().setExceptionHandler((_, c) => reports.push(c.message));
      await new Promise(() => {});
    }),
  );
  stop = true;
  expect(error).toBeInstanceOf(DeadlockError);
  expect(reports).toHaveLength(1);
});

describe("iterating a pending future by mistake ends", () => {
  test.each([
    ["spread", (f: Future<void>) => [...f]],
    ["new Set", (f: Future<void>) => new Set(f)],
  ])("%s", (_, use) => {
    const future = new Future<void>();
    // Bounded, so that the test itself ends.
    const iterator = future[Symbol.iterator]();
    let steps = 0;
    expect(() => {
      for (; steps < 10; steps++) if (iterator.next(undefined as never).done) break;
    }).toThrow();
    expect([steps, typeof use]).toEqual([1, "function"]);
  });
});

test("finally() and then().catch() of a generator coroutine that fails at once: nothing is reported", async () => {
  const fail = coroutine(function* (): Generator<Future<unknown>, number> {
    throw new Error("failed");
  });
  const { reports } = await outcomeOf(async () => {
    await fail()
      .finally(() => {})
      .catch(() => {});
    await fail()
      .then((value) => value)
      .catch(() => {});
  });
  expect(reports.map((report) => report.message)).toEqual([]);
});

test("a coroutine function given as a callback runs, or is an error", async () => {
  const events: string[] = [];
  const { reports } = await outcomeOf(async () => {
    const loop = getRunningLoop();
    try {
      loop.callSoon(coroutine(async () => void events.push("ran")));
    } catch (error) {
      events.push(String(error));
    }
    await sleep(1);
  });
  expect(events.length + reports.length).toBe(1);
});

test("cancelling a shield whose inner future has its result already loses nothing", async () => {
  const { InnerShield } = { InnerShield: (await import("@asyncio-ts/task")).shield };
  await runVirtual(async () => {
    const inner = new Future<string>();
    const task = createTask(async () => await InnerShield(inner));
    await sleep(1);
    inner.setResult("arrived");
    task.cancel();
    expect(await rejection(task)).toBe("no error");
  });
});

/**
 * Browsers have no AsyncLocalStorage. There the turn tells which task runs, which is right for as long as a
 * task awaits only what comes from this library.
 */
import { coroutine } from "@asyncio-ts/coroutine";
import { Future } from "@asyncio-ts/future";
import { slot } from "@asyncio-ts/future/internal";
import { getRunningLoop } from "@asyncio-ts/loop";
import {
  createTask,
  currentSignal,
  currentTask,
  ensureFuture,
  gather,
  sleep,
  type Task,
  timeout,
  TimeoutError,
} from "@asyncio-ts/task";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { allKinds, awaited, errorOf, nameOf, recordError, runVirtual } from "@asyncio-ts/testkit";

const { storage } = slot;
beforeEach(() => {
  slot.storage = null;
});
afterEach(() => {
  slot.storage = storage;
});

describe.each(allKinds)("without AsyncLocalStorage, in %s", ({ body, startTask, inGroup, runProgram }) => {
  test("a task knows itself at every step, among others", async () => {
    const wrong: string[] = [];
    const worker = (name: string) =>
      createTask(
        body(function* () {
          for (let i = 0; i < 5; i++) {
            if (currentTask()?.name !== name) wrong.push(`${name} is taken for ${currentTask()?.name}`);
            yield* awaited(sleep(i % 2));
          }
        }),
        { name },
      );
    await runProgram(function* () {
      yield* awaited(gather(["a", "b", "c"].map(worker)));
    });
    expect(wrong).toEqual([]);
  });

  test("cancellation reaches it at every step", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const future = new Future<void>();
      const task = startTask(function* () {
        for (let i = 0; i < 3; i++) {
          events.push(nameOf(yield* errorOf(i === 1 ? future : sleep(1000))));
        }
      });
      for (let i = 0; i < 3; i++) {
        yield* awaited(sleep(1));
        task.cancel(`${i}`);
      }
      yield* awaited(task);
    });
    expect(events).toEqual(["cancelled: 0", "cancelled: 1", "cancelled: 2"]);
  });

  test("timeouts and task groups work", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      try {
        yield* awaited(
          timeout(10).with(
            body(function* () {
              yield* awaited(
                inGroup(function* (group) {
                  group.createTask(
                    body(function* () {
                      yield* recordError(events, sleep(1000), "child");
                    }),
                  );
                  yield* awaited(sleep(1000));
                }),
              );
            }),
          ),
        );
      } catch (error) {
        events.push(`${error instanceof TimeoutError} at ${getRunningLoop().time()}`);
      }
    });
    expect(events).toEqual(["child cancelled", "true at 10"]);
  });

  test("code is in no scope any more that was left, in whatever order they were", async () => {
    const seen: boolean[] = [];
    await runProgram(function* () {
      const whole = currentSignal();
      const look = (): void => void seen.push(currentSignal() === whole);
      const branch = (delay: number) =>
        timeout(1000).with(
          body(function* () {
            yield* awaited(sleep(delay));
            look();
          }),
        );
      yield* awaited(branch(1));
      look();
      // The first is left before the latest, and the second after it.
      yield* awaited(ensureFuture(Promise.all([branch(1), branch(3), branch(2)])));
      look();
    });
    expect([seen.length, seen[0], seen[1], seen[5]]).toEqual([6, false, true, true]);
  });

  test("ensureFuture() carries the task across a promise that is not ours", async () => {
    const seen: (string | undefined)[] = [];
    await runProgram(function* () {
      const task = createTask(
        body(function* () {
          yield* awaited(ensureFuture(Promise.resolve()));
          seen.push(currentTask()?.name);
          yield* awaited(sleep(1));
          seen.push(currentTask()?.name);
        }),
        { name: "carried" },
      );
      createTask(() => sleep(1), { name: "another" });
      yield* awaited(task);
    });
    expect(seen).toEqual(["carried", "carried"]);
  });
});

test("without AsyncLocalStorage, generators in scopes side by side have the signals of their own", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const branch = (name: string, delay: number) =>
      timeout(1000).with(function* () {
        const signal = currentSignal();
        yield* sleep(delay);
        events.push(`${name}: ${currentSignal() === signal}`);
      });
    // Entered in this order, and left in another one.
    await Promise.all([branch("first", 1), branch("second", 3), branch("third", 2)]);
  });
  expect(events).toEqual(["first: true", "third: true", "second: true"]);
});

test("without AsyncLocalStorage, Promise.all of coroutines runs them in the calling task", async () => {
  const seen: (string | undefined)[] = [];
  const worker = coroutine(async (delay: number) => {
    seen.push(currentTask()?.name);
    await sleep(delay);
    seen.push(currentTask()?.name);
  });
  await runVirtual(async () => {
    const task = createTask(async () => Promise.all([worker(1), worker(2)]), { name: "caller" });
    await task;
  });
  expect(seen).toEqual(["caller", "caller", "caller", "caller"]);
});

describe("without AsyncLocalStorage, a handler", () => {
  const uses: { name: string; use: (handler: () => Promise<void>) => Promise<unknown> }[] = [
    { name: "of a sleep", use: (handler) => sleep(1).then(handler) },
    { name: "of a task", use: (handler) => createTask(() => sleep(1)).then(handler) },
    { name: "of an error", use: (handler) => createTask(() => Promise.reject(new Error())).catch(handler) },
    { name: "given with another", use: (handler) => sleep(1).then(handler, handler) },
    { name: "of a future that is done", use: (handler) => finished().then(handler) },
  ];

  function finished(): Future<void> {
    const future = new Future<void>();
    future.setResult();
    return future;
  }

  test.each(uses)("$name runs in the task that gives it, beside others", async ({ use }) => {
    const seen: (string | undefined)[] = [];
    await runVirtual(async () => {
      const caller = async () => {
        await sleep(1);
        await use(async () => {
          seen.push(currentTask()?.name);
          await sleep(1);
          seen.push(currentTask()?.name);
        });
      };
      const tasks = ["a", "b"].map((name) => createTask(caller, { name }));
      await gather(tasks);
    });
    expect(seen).toEqual(["a", "b", "a", "b"]);
  });
});

describe("without AsyncLocalStorage, an eager start", () => {
  const name = () => currentTask()?.name;

  test("leaves the caller's code to the caller, and that of the new task to the new task", async () => {
    const seen: unknown[] = [];
    await runVirtual(async () => {
      (currentTask() as Task<unknown>).name = "caller";
      await sleep(1);
      const child = createTask(
        async () => {
          seen.push(name());
          await sleep(1000).catch(() => seen.push("cancelled"));
          seen.push(name());
        },
        { eagerStart: true, name: "child" },
      );
      seen.push(name());
      await sleep(1);
      seen.push(name());
      // The sleep is a wait of the child alone.
      child.cancel();
      await child;
      seen.push(getRunningLoop().time());
    });
    expect(seen).toEqual(["child", "caller", "caller", "cancelled", "child", 2]);
  });

  test("outside every task leaves the code after it outside", async () => {
    const seen: unknown[] = [];
    const task = createTask(async () => void seen.push(name()), { eagerStart: true, name: "eager" });
    seen.push(name());
    await task;
    seen.push(name());
    expect(seen).toEqual(["eager", undefined, undefined]);
  });
});

test("without AsyncLocalStorage, a signal is that of the scope which the task has entered last", async () => {
  const events: string[] = [];
  const note = (name: string): void => {
    currentSignal().addEventListener("abort", () => events.push(`${name} at ${getRunningLoop().time()}`));
  };
  await runVirtual(async () => {
    note("task");
    await timeout(20)
      .with(async () => {
        await sleep(1);
        note("outer");
        await timeout(10)
          .with(async () => {
            await sleep(1);
            note("inner");
            await sleep(1000);
          })
          .catch(() => {});
        note("outer again");
        await sleep(1000);
      })
      .catch(() => {});
  });
  expect(events).toEqual(["inner at 11", "outer at 20", "outer again at 20"]);
});

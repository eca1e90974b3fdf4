import { coroutine } from "@asyncio-ts/coroutine";
import { map } from "@asyncio-ts/flow";
import { slot } from "@asyncio-ts/future/internal";
import { getRunningLoop } from "@asyncio-ts/loop";
import { Semaphore } from "@asyncio-ts/sync";
import { allTasks, createTask, currentTask, sleep, type Task } from "@asyncio-ts/task";
import {
  awaited,
  bothKinds,
  cancelEachTaskBeforeEachTurn,
  errorOf,
  nameOf,
  outcomeOf,
  runVirtual,
} from "@asyncio-ts/testkit";
import { afterEach, describe, expect, test } from "vitest";
import { collect } from "./scenarios.js";

const { storage } = slot;
afterEach(() => {
  slot.storage = storage;
});

/** An async function that awaits a native promise. */
const native = async (n: number): Promise<number> => {
  await Promise.resolve();
  return n;
};

describe.each(bothKinds)("calls of map() in series, in %s,", ({ body, logOf, runProgram }) => {
  test("may return promises, plain values, objects and coroutines in turn", () =>
    runProgram(function* () {
      const ways: ((n: number) => unknown)[] = [
        (n) => n,
        native,
        (n) => [n],
        (n) => sleep(1, n),
        coroutine(body((n: number) => awaited(sleep(1, n)))),
        function* (n) {
          return yield* sleep(1, n);
        },
      ];
      const items = ways.concat(ways).map((_, index) => index);
      const any = (n: number): unknown => (ways[n % ways.length] as (n: number) => unknown)(n);
      expect((yield* collect(map(items, any, { limit: 2 }))).flat()).toEqual(items);
    }));

  test("run in as many tasks as the limit says, and in none of the loop's", () =>
    runProgram(function* () {
      const tasks = new Set<Task<unknown> | undefined>();
      const items = Array.from({ length: 100 }, (_, index) => index);
      const call = async (n: number): Promise<number> => {
        const before = currentTask();
        await Promise.resolve();
        expect(currentTask()).toBe(before);
        tasks.add(before);
        return n;
      };
      expect(yield* collect(map(items, call, { limit: 3 }))).toEqual(items);
      expect(tasks.size).toBe(3);
      expect(tasks.has(currentTask())).toBe(false);
    }));

  test("need less than an iteration of the loop each if they wait for native promises", () =>
    runProgram(function* () {
      const items = Array.from({ length: 1000 }, (_, index) => index);
      let turns = 0;
      const count = (): void => {
        turns++;
        timer = getRunningLoop().callSoon(count);
      };
      let timer = getRunningLoop().callSoon(count);
      yield* collect(map(items, native, { limit: 10 }));
      timer.cancel();

      expect(turns).toBeLessThan(300);
    }));

  test("a task that is idle can be cancelled", async () => {
    const log = await logOf(function* (log) {
      const others = allTasks();
      const flow = map([1, 2, 3], native, { limit: 1 });
      log.push(String((yield* awaited(flow.next())).value));
      yield* awaited(sleep(1)); // the result of the second call waits to be taken
      for (const task of allTasks()) if (!others.has(task)) task.cancel("from outside");
      log.push(String((yield* awaited(flow.next())).value));
      log.push(nameOf(yield* errorOf(flow.next())));
      log.push(`tasks: ${allTasks().size}`);
    });
    expect(log).toEqual(["1", "2", "cancelled: from outside", "tasks: 1"]);
  });

  test("leave nothing to report in debug mode when the flow is closed while a task is idle", async () => {
    for (const rest of [0, 1]) {
      const { error, reports } = await outcomeOf(
        body(function* () {
          const flow = map([1, 2, 3], native, { limit: 1 });
          yield* awaited(flow.next());
          for (let turn = 0; turn < rest; turn++) yield* awaited(sleep(1));
          yield* awaited(flow.return());
          expect(allTasks().size).toBe(1);
          yield* awaited(sleep(2000));
        }),
        { debug: true },
      );
      expect([error, ...reports.map(({ message }) => message)]).toEqual([undefined]);
    }
  });

  test("lose no permit, and leave no task, wherever a task is cancelled", async () => {
    const hits = await cancelEachTaskBeforeEachTurn(() => {
      const semaphore = new Semaphore(2);
      const call = body(function* (n: number) {
        yield* awaited(semaphore.with(body(() => awaited(sleep(n % 2)))));
        return n;
      });
      // A function that is not a generator function begins in a series.
      const work = (n: number) => call(n);
      const got: number[] = [];
      return {
        main: body(() =>
          awaited(map([1, 2, 3, 4], work, { limit: 2 }).each((n) => (got.push(n), sleep(n % 2)))),
        ),
        check() {
          expect(String(semaphore)).toBe("<Semaphore 2 free, 0 waiting>");
          expect(got).toEqual([1, 2, 3, 4].slice(0, got.length));
          expect(allTasks().size).toBe(0);
        },
      };
    });
    expect(hits).toBeGreaterThan(20);
  });

  test("end with the error that a function throws at once, or later", () =>
    runProgram(function* () {
      const fail = (n: number): Promise<number> => {
        if (n === 3) throw new Error("at once");
        return n === 2 ? native(n).then(() => Promise.reject(new Error("later"))) : native(n);
      };
      for (const [items, name] of [
        [[1, 3], "Error: at once"],
        [[1, 2], "Error: later"],
      ] as const) {
        const flow = map(items, fail, { limit: 2 });
        expect((yield* awaited(flow.next())).value).toBe(1);
        expect(nameOf(yield* errorOf(flow.next()))).toBe(name);
      }
    }));

  test("may close the flow from within a call", () =>
    runProgram(function* () {
      let closing: Task<unknown> | undefined;
      const flow = map(
        [1, 2],
        (n) => {
          closing ??= createTask(flow.return());
          return sleep(1000, n);
        },
        { limit: 2 },
      );
      expect((yield* awaited(flow.next())).done).toBe(true);
      yield* awaited(closing as Task<unknown>);
      expect(getRunningLoop().time()).toBeLessThan(1000);
    }));
});

test("without AsyncLocalStorage, the caller of a flow stays in its task when a call begins", async () => {
  slot.storage = null;
  const wrong: unknown[] = [];
  await runVirtual(async () => {
    const main = currentTask();
    for await (const n of map([1, 2, 3, 4, 5], (n) => n, { limit: 2 })) {
      if (currentTask() !== main) wrong.push(n);
      await sleep(0);
      if (currentTask() !== main) wrong.push(n);
    }
  });
  expect(wrong).toEqual([]);
});

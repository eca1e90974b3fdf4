import { coroutine } from "@asyncio-ts/coroutine";
import { type Flow, map } from "@asyncio-ts/flow";
import { getRunningLoop } from "@asyncio-ts/loop";
import { explore } from "@asyncio-ts/loop/testing";
import { Queue, Semaphore } from "@asyncio-ts/sync";
import { allTasks, createTask, sleep, timeout, TimeoutError } from "@asyncio-ts/task";
import {
  awaited,
  bothKinds,
  cancelBeforeEachTurn,
  cancelEachTaskBeforeEachTurn,
  errorOf,
  nameOf,
  outcomeOf,
  runVirtual,
} from "@asyncio-ts/testkit";
import { describe, expect, expectTypeOf, test } from "vitest";
import { closing, collect, sleeping } from "./scenarios.js";

describe.each(bothKinds)("map() in %s", (kind) => {
  const { body, logOf, runProgram } = kind;

  /** Returns a function for `map` that takes `10 * n` milliseconds, and logs its begin and its end. */
  const timed = (log: string[]) =>
    body(function* (n: number) {
      log.push(`begin ${n}`);
      yield* awaited(sleep(10 * n));
      log.push(`end ${n}`);
      return n;
    });

  test("yields the results in the order of the items", () =>
    runProgram(function* () {
      expect(yield* collect(map([3, 1, 2], timed([]), { limit: 3 }))).toEqual([3, 1, 2]);
      expect(getRunningLoop().time()).toBe(30);
    }));

  test("unordered, yields them as they finish", () =>
    runProgram(function* () {
      expect(yield* collect(map([3, 1, 2], timed([]), { limit: 3, ordered: false }))).toEqual([1, 2, 3]);
    }));

  test("passes the item and its index, and takes functions of all kinds", () =>
    runProgram(function* () {
      const pair = (item: string, index: number) => `${item}${index}`;
      expect(yield* collect(map(["a", "b"], pair, { limit: 1 }))).toEqual(["a0", "b1"]);
      expect(
        yield* collect(
          map(
            new Set(["a"]),
            coroutine(
              body(function* (item: string) {
                return item;
              }) as (item: string) => Promise<string>,
            ),
            { limit: 1 },
          ),
        ),
      ).toEqual(["a"]);
    }));

  test("of nothing ends at once", () =>
    runProgram(function* () {
      expect(yield* collect(map([], () => 1, { limit: 1 }))).toEqual([]);
      expect(yield* collect(map((async function* () {})(), () => 1, { limit: 1 }))).toEqual([]);
    }));

  test("runs as many at a time as the limit says", async () => {
    const log = await logOf(function* (log) {
      yield* collect(map([1, 1, 1, 1], timed(log), { limit: 2 }));
      log.push(`at ${getRunningLoop().time()}`);
    });
    const round = ["begin 1", "begin 1", "end 1", "begin 1", "end 1", "begin 1", "end 1", "end 1", "at 20"];
    expect(log).toEqual(round);
  });

  test("takes all items at once without a limit", () =>
    runProgram(function* () {
      expect(
        yield* collect(
          map(
            Array.from({ length: 100 }, () => 1),
            timed([]),
            { limit: Infinity },
          ),
        ),
      ).toHaveLength(100);
      expect(getRunningLoop().time()).toBe(10);
    }));

  test.each([true, false])(
    "begins no more while `limit` results wait to be taken (ordered: %s)",
    async (ordered) => {
      const log = await logOf(function* (log) {
        const numbers = (function* () {
          for (let n = 1; ; n++) {
            log.push(`take ${n}`);
            yield n;
          }
        })();
        const flow = map(numbers, (n) => sleep(1, n), { limit: 2, ordered });
        yield* awaited(flow.next());
        yield* awaited(sleep(100));
        log.push("rested");
        yield* awaited(flow.next()); // two are left
        yield* awaited(flow.next());
        yield* awaited(sleep(100));
        yield* awaited(flow.return());
      });
      expect(log).toEqual(["take 1", "take 2", "take 3", "take 4", "rested", "take 5", "take 6"]);
    },
  );

  test("takes an item of an async source only when its call can begin", async () => {
    const log = await logOf(function* (log) {
      const queue = new Queue<number>();
      for (const n of [1, 2, 3, 4]) queue.putNowait(n);
      queue.shutdown();
      const flow = map(queue, timed(log), { limit: 2 });
      const first = createTask(flow.next());
      yield* awaited(sleep(5));
      log.push(`${queue.qsize()} left`);
      yield* awaited(first);
      log.push(...(yield* collect(flow)).map(String));
    });
    expect(log.slice(0, 3)).toEqual(["begin 1", "begin 2", "2 left"]);
    expect(log.slice(-3)).toEqual(["2", "3", "4"]);
  });

  test("the first error cancels the others, and comes out after the results before it", async () => {
    const log = await logOf(function* (log) {
      const work = body(function* (n: number) {
        yield* sleeping(log, `${n}`, n === 4 ? 100 : n, 10, undefined);
        if (n === 3) throw new Error("third");
        return n;
      });
      const flow = map([1, 2, 3, 4], work, { limit: 4 });
      log.push(`${(yield* awaited(flow.next())).value}`);
      yield* awaited(sleep(50));
      log.push(`${(yield* awaited(flow.next())).value}`);
      log.push(nameOf(yield* errorOf(flow.next())));
      log.push(`${(yield* awaited(flow.next())).done}, tasks: ${allTasks().size}`);
    });
    expect(log).toEqual(["1", "4 stops", "4 has stopped", "2", "Error: third", "true, tasks: 1"]);
  });

  test("a call that ends with a result although it was cancelled is the last of its task", async () => {
    const log = await logOf(function* (log) {
      const stubborn = body(function* (n: number) {
        log.push(`begin ${n}`);
        try {
          yield* awaited(sleep(100));
        } catch {
          return n;
        }
        return n;
      });
      const flow = map([1, 2, 3, 4], stubborn, { limit: 2 });
      const next = createTask(flow.next());
      yield* awaited(sleep(10));
      next.cancel();
      yield* errorOf(next);
    });
    expect(log).toEqual(["begin 1", "begin 2"]);
  });

  test("reports the errors of calls that it stops", async () => {
    const { error, reports } = await outcomeOf(
      body(function* () {
        const work = body(function* (n: number) {
          try {
            yield* awaited(sleep(n));
          } finally {
            // oxlint-disable-next-line no-unsafe-finally -- an error while it stops
            throw new Error(`call ${n}`);
          }
        });
        yield* collect(map([1, 2], work, { limit: 2 }));
      }),
    );
    expect(nameOf(error)).toBe("Error: call 1");
    expect(reports.map(({ exception }) => nameOf(exception))).toEqual(["Error: call 2"]);
    expect(reports[0]?.message).toMatch(/of map\(\) failed while it was being stopped$/);
  });

  test("the error of a source comes out after the results before it", () =>
    runProgram(function* () {
      const sync = (function* () {
        yield 1;
        throw new Error("of the source");
      })();
      const late = (async function* () {
        yield 1;
        await sleep(1);
        throw new Error("of the source");
      })();
      for (const source of [sync, late]) {
        const flow = map(source, (n: number) => sleep(10, n), { limit: 1 });
        expect((yield* awaited(flow.next())).value).toBe(1);
        expect(nameOf(yield* errorOf(flow.next()))).toBe("Error: of the source");
      }
    }));

  test("return() cancels the calls, waits for them, and closes the source", async () => {
    const log = await logOf(function* (log) {
      const work = body((n: number) => sleeping(log, `${n}`, n === 1 ? 1 : 100, 5, n));
      const flow = map(closing(log, "source"), work, { limit: 3 });
      yield* awaited(flow.next());
      yield* awaited(sleep(3));
      yield* awaited(flow.return());
      log.push(`tasks: ${allTasks().size}`);
    });
    expect(log.slice(0, 3).sort()).toEqual(["2 stops", "3 stops", "4 stops"]);
    expect(log.slice(3, 6).sort()).toEqual(["2 has stopped", "3 has stopped", "4 has stopped"]);
    expect(log.slice(6)).toEqual(["source is closed", "tasks: 1"]);
  });

  test("a next() that is cancelled does the same", async () => {
    const log = await logOf(function* (log) {
      const work = body((n: number) => sleeping(log, `${n}`, 100, 5, n));
      const flow = map(closing(log, "source"), work, { limit: 2 });
      const task = createTask(flow.next());
      yield* awaited(sleep(10));
      task.cancel("enough");
      log.push(nameOf(yield* errorOf(task)));
      log.push(`tasks: ${allTasks().size}`);
      expect((yield* awaited(flow.next())).done).toBe(true);
    });
    const stops = ["1 stops", "2 stops", "1 has stopped", "2 has stopped"];
    expect(log).toEqual([...stops, "source is closed", "cancelled: enough", "tasks: 1"]);
  });

  test("each() closes the flow when its body throws, or is cancelled", async () => {
    const log = await logOf(function* (log) {
      const work = body((n: number) => sleeping(log, `${n}`, n === 1 ? 1 : 100, 5, n));
      const fails = () => {
        throw new Error("of the body");
      };
      log.push(nameOf(yield* errorOf(map([1, 2], work, { limit: 2 }).each(fails))));
      const slow = body(() => awaited(sleep(1000)));
      const error = yield* errorOf(timeout(10).with(() => map([1, 2], work, { limit: 2 }).each(slow)));
      log.push(`${error instanceof TimeoutError}, tasks: ${allTasks().size}`);
    });
    const stop = ["2 stops", "2 has stopped"];
    expect(log).toEqual([...stop, "Error: of the body", ...stop, "true, tasks: 1"]);
  });

  test("a source of a promise that never settles does not hold up the end", () =>
    runProgram(function* () {
      const never = (async function* () {
        yield 1;
        await new Promise(() => {});
      })();
      const flow = map(never, (n: number) => n, { limit: 2 });
      yield* awaited(flow.next());
      yield* errorOf(timeout(10).with(() => flow.next()));
      expect(getRunningLoop().time()).toBeLessThan(1000);
      expect(allTasks().size).toBe(1);
    }));

  test("loses no permit and no item, wherever a task is cancelled", async () => {
    const hits = await cancelEachTaskBeforeEachTurn(() => {
      const semaphore = new Semaphore(2);
      const queue = new Queue<number>();
      for (const n of [1, 2, 3]) queue.putNowait(n);
      queue.shutdown();
      const begun: number[] = [];
      const work = body(function* (n: number) {
        begun.push(n);
        yield* awaited(semaphore.with(body(() => awaited(sleep(1)))));
      });
      return {
        main: body(() => awaited(map(queue, work, { limit: 2, ordered: false }).each(() => sleep(1)))),
        check() {
          expect(String(semaphore)).toBe("<Semaphore 2 free, 0 waiting>");
          while (!queue.empty()) begun.push(queue.getNowait());
          expect(begun).toEqual([1, 2, 3]);
        },
      };
    });
    expect(hits).toBeGreaterThan(30);
  });

  test("closes its source, wherever it is cancelled", async () => {
    let log: string[] = [];
    const { outcomes } = await cancelBeforeEachTurn(() => {
      log = [];
      const begun: string[] = [];
      const source = async function* () {
        begun.push("begun");
        yield* closing(log, "source");
      };
      return body(function* () {
        try {
          const flow = map(
            source(),
            body((n: number) => awaited(sleep(n, n))),
            { limit: 2 },
          );
          yield* awaited(flow.next());
          yield* awaited(flow.next());
          yield* awaited(flow.return());
        } finally {
          expect(log.length).toBe(begun.length);
          expect(allTasks().size).toBe(2);
        }
        return "ended";
      });
    });
    expect(outcomes.flatMap(({ left, error, reports }) => [left, error, reports.length])).toEqual(
      outcomes.flatMap(() => [0, undefined, 0]),
    );
  });

  test("yields all results, in every order of what is ready", () =>
    explore(
      body(function* () {
        const work = body(function* (n: number) {
          yield* awaited(sleep(n % 2));
          return n;
        });
        const items = [1, 2, 3, 4, 5, 6];
        expect(yield* collect(map(items, work, { limit: 3 }))).toEqual(items);
        expect((yield* collect(map(items, work, { limit: 2, ordered: false }))).sort()).toEqual(items);
        const queue = new Queue<number>();
        const put = createTask(
          body(function* () {
            for (const item of items) yield* awaited(queue.put(item));
            queue.shutdown();
          }),
        );
        expect(yield* collect(map(queue, work, { limit: 2 }))).toEqual(items);
        yield* awaited(put);
      }),
      { runs: 50 },
    ));
});

test("yields results of generators that wait for nothing", () =>
  runVirtual(function* () {
    const double = function* (n: number) {
      return 2 * n;
    };
    const values: number[] = [];
    yield* map([1, 2, 3], double, { limit: 2 }).each((value) => values.push(value));
    yield* map([4], double, { limit: 2 }).each((value) => values.push(value));
    expect(values).toEqual([2, 4, 6, 8]);
  }));

test("stops the calls that run when another one throws before it waits", async () => {
  const log: string[] = [];
  await runVirtual(function* () {
    const work = function* (n: number) {
      if (n === 2) throw new Error("2 fails");
      try {
        yield* sleep(100);
      } finally {
        log.push(`call ${n} is over`);
      }
    };
    try {
      yield* map([1, 2, 3], work, { limit: 3 }).next();
    } catch (error) {
      log.push(String(error), `at ${getRunningLoop().time()}`);
    }
  });
  expect(log).toEqual(["call 1 is over", "Error: 2 fails", "at 0"]);
});

test("cancels a call that closes the flow before it waits", async () => {
  const log: string[] = [];
  await runVirtual(function* () {
    const flow: Flow<void> = map(
      [1, 2],
      function* (n) {
        createTask(flow.return(), { eagerStart: true });
        log.push(`call ${n} waits`);
        try {
          yield* sleep(100);
        } catch (error) {
          log.push(nameOf(error));
          throw error;
        }
      },
      { limit: 2 },
    );
    log.push(JSON.stringify(yield* flow.next()), `at ${getRunningLoop().time()}`);
  });
  expect(log).toEqual(["call 1 waits", "cancelled", '{"done":true}', "at 0"]);
});

test("break leaves the loop when all calls have stopped and the source is closed", async () => {
  const log: string[] = [];
  await runVirtual(async () => {
    const work = async (n: number) => {
      try {
        return await sleep(n === 1 ? 1 : 100, n);
      } finally {
        await sleep(5);
        log.push(`call ${n} is over`);
      }
    };
    for await (const n of map(closing(log, "source"), work, { limit: 2 })) {
      log.push(`got ${n}`);
      break;
    }
    log.push(`tasks: ${allTasks().size}`);
  });
  expect(log).toEqual(["call 1 is over", "got 1", "source is closed", "call 2 is over", "tasks: 1"]);
});

test("a cancellation of the loop's body closes the flow", async () => {
  const log: string[] = [];
  await runVirtual(async () => {
    const task = createTask(async () => {
      for await (const n of map(closing(log, "source"), (n) => n, { limit: 2 })) await sleep(n * 1000);
    });
    await sleep(20);
    task.cancel();
    await task.catch((error: unknown) => log.push(nameOf(error)));
  });
  expect(log).toEqual(["source is closed", "cancelled"]);
});

test("the results of map() have the type that the function returns", () => {
  expectTypeOf(map([1], async (n) => `${n}`, { limit: 1 })).toEqualTypeOf<Flow<string>>();
  expectTypeOf(map(new Queue<string>(), (text, index) => text.length + index, { limit: 1 })).toEqualTypeOf<
    Flow<number>
  >();
  expectTypeOf(map([1], (n) => sleep(1, n), { limit: 1 })).toEqualTypeOf<Flow<number>>();
  const generates = function* (n: number) {
    return yield* sleep(1, n > 0);
  };
  expectTypeOf(map([1], generates, { limit: 1 })).toEqualTypeOf<Flow<boolean>>();
});

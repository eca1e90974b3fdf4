import { type Flow, interval, merge } from "@asyncio-ts/flow";
import { getRunningLoop } from "@asyncio-ts/loop";
import { explore } from "@asyncio-ts/loop/testing";
import { Queue } from "@asyncio-ts/sync";
import { allTasks, createTask, sleep } from "@asyncio-ts/task";
import {
  awaited,
  bothKinds,
  cancelEachTaskBeforeEachTurn,
  errorOf,
  nameOf,
  outcomeOf,
  rejectionOf,
  runVirtual,
} from "@asyncio-ts/testkit";
import { describe, expect, expectTypeOf, test } from "vitest";
import { closing, collect } from "./scenarios.js";

/** Yields so many numbers, one every `delay` milliseconds. */
async function* numbers(count: number, delay: number, first = 1): AsyncGenerator<number> {
  for (let n = first; n < first + count; n++) {
    await sleep(delay);
    yield n;
  }
}

describe.each(bothKinds)("merge() in %s", ({ body, logOf, runProgram }) => {
  test("yields the values of all sources in the order of arrival", () =>
    runProgram(function* () {
      expect(yield* collect(merge([numbers(3, 10), numbers(2, 12, 100), [7]]))).toEqual([
        7, 1, 100, 2, 101, 3,
      ]);
      expect(getRunningLoop().time()).toBe(30);
    }));

  test("closes all sources, also if closing one of them fails", () =>
    runProgram(function* () {
      const closed: string[] = [];
      const source = (name: string) => ({
        [Symbol.iterator]: () => ({
          next: () => ({ done: false as const, value: name }),
          return: () => {
            closed.push(name);
            if (name === "a") throw new Error("a can't be closed");
            return { done: true as const, value: undefined };
          },
        }),
      });
      const merged = merge([source("a"), source("b")]);
      yield* awaited(merged.next());
      expect(nameOf(yield* errorOf(merged.return()))).toBe("Error: a can't be closed");
      expect(closed).toEqual(["a", "b"]);
    }));

  test("closes all sources, and reports the error of the second that can't be closed", async () => {
    const { reports, result } = await outcomeOf(async () => {
      const source = (name: string) => ({
        [Symbol.iterator]: () => ({
          next: () => ({ done: false as const, value: name }),
          return: (): never => {
            throw new Error(`${name} can't be closed`);
          },
        }),
      });
      const merged = merge([source("a"), source("b")]);
      await merged.next();
      return rejectionOf(merged.return());
    });
    expect(nameOf(result)).toBe("Error: a can't be closed");
    expect(reports.map(({ exception }) => nameOf(exception))).toEqual(["Error: b can't be closed"]);
  });

  test("of nothing ends at once", () =>
    runProgram(function* () {
      expect(yield* collect(merge([]))).toEqual([]);
      expect(yield* collect(merge([[], new Set<number>()]))).toEqual([]);
    }));

  test("asks a source for its next value when the last one has been taken", async () => {
    const log = await logOf(function* (log) {
      const source = function* (name: string) {
        for (let n = 1; n < 3; n++) {
          log.push(`${name}${n} is asked for`);
          yield `${name}${n}`;
        }
      };
      const flow = merge([source("a"), source("b")]);
      log.push(String((yield* awaited(flow.next())).value));
      yield* awaited(sleep(10));
      log.push("rested");
      log.push(...(yield* collect(flow)));
    });
    expect(log).toEqual(
      ["a1 is asked for", "b1 is asked for", "a1", "a2 is asked for", "rested", "b1", "a2", "b2"].flatMap(
        (line) => (line === "b1" ? ["b2 is asked for", line] : [line]),
      ),
    );
  });

  test("the first error of a source closes the others, and comes out after the values before it", async () => {
    const log = await logOf(function* (log) {
      const fails = async function* (): AsyncGenerator<unknown> {
        yield "first";
        await sleep(5);
        throw new Error("of a source");
      };
      const flow = merge([fails(), closing(log, "other", 100)]);
      log.push(String((yield* awaited(flow.next())).value));
      log.push(nameOf(yield* errorOf(flow.next())));
      log.push(`tasks: ${allTasks().size}`);
    });
    expect(log).toEqual(["first", "other is closed", "Error: of a source", "tasks: 1"]);
  });

  test("return() closes all sources, those that wait to be taken too", async () => {
    const log = await logOf(function* (log) {
      const flow = merge([closing(log, "a", 1), closing(log, "b", 1), closing(log, "c", 50)]);
      yield* awaited(flow.next());
      yield* awaited(sleep(10));
      yield* awaited(flow.return());
      log.push(`tasks: ${allTasks().size}`);
    });
    expect(log.slice(0, 3).sort()).toEqual(["a is closed", "b is closed", "c is closed"]);
    expect(log.slice(3)).toEqual(["tasks: 1"]);
  });

  test("a cancelled next() does the same", async () => {
    const log = await logOf(function* (log) {
      const flow = merge([closing(log, "a", 100), interval(100)]);
      const task = createTask(flow.next());
      yield* awaited(sleep(10));
      task.cancel();
      log.push(nameOf(yield* errorOf(task)));
      log.push(`tasks: ${allTasks().size}`);
    });
    expect(log).toEqual(["a is closed", "cancelled", "tasks: 1"]);
  });

  test("loses no item of a queue, wherever a task is cancelled", async () => {
    const hits = await cancelEachTaskBeforeEachTurn(() => {
      const queues = [new Queue<number>(), new Queue<number>()] as const;
      const got: number[] = [];
      return {
        main: body(function* () {
          for (const queue of queues) queue.putNowait(1);
          getRunningLoop().callLater(1, () => {
            for (const queue of queues) queue.shutdown();
          });
          yield* awaited(merge(queues).each((n) => got.push(n)));
        }),
        check(error) {
          expect(error).toBeUndefined();
          expect(queues.map(String).filter((text) => !/0 getting/.test(text))).toEqual([]);
          // What was taken from a queue when the loop was cancelled is dropped with the flow; nothing comes twice.
          expect(got.length).toBeLessThanOrEqual(2);
        },
      };
    });
    expect(hits).toBeGreaterThan(10);
  });

  test("yields all values, in every order of what is ready", () =>
    explore(
      body(function* () {
        const values = yield* collect(merge([numbers(3, 1), numbers(3, 1, 10), [100, 101]]));
        expect(values.filter((n) => n < 10)).toEqual([1, 2, 3]);
        expect(values.filter((n) => n >= 10 && n < 100)).toEqual([10, 11, 12]);
        expect(values.filter((n) => n >= 100)).toEqual([100, 101]);
      }),
      { runs: 50 },
    ));
});

test("break closes all sources", async () => {
  const log: string[] = [];
  await runVirtual(async () => {
    for await (const n of merge([closing(log, "a", 1), closing(log, "b", 100)])) {
      log.push(`got ${n}`);
      break;
    }
    log.push(`tasks: ${allTasks().size}`);
  });
  expect(log.sort()).toEqual(["a is closed", "b is closed", "got 1", "tasks: 1"]);
});

test("the values of merge() have the type of the sources'", () => {
  expectTypeOf(merge([[1], new Queue<number>()])).toEqualTypeOf<Flow<number>>();
  expectTypeOf(merge([[1], new Queue<string>()])).toEqualTypeOf<Flow<number | string>>();
  expectTypeOf(merge([numbers(1, 1)])).toEqualTypeOf<Flow<number>>();
});

import type { Coroutine } from "@asyncio-ts/coroutine";
import { Future } from "@asyncio-ts/future";
import { arm, disarm, type Runnable } from "@asyncio-ts/future/lowlevel";
import { getRunningLoop } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import { asCompleted, createTask, sleep, type Task, TimeoutError } from "@asyncio-ts/task";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  awaited,
  bothKinds,
  cancelBeforeEachTurn,
  nameOf,
  outcomeOf,
  rejectionOf,
  runVirtual,
} from "@asyncio-ts/testkit";

describe.each(bothKinds)("plain iteration of asCompleted() in %s", ({ body, startTask, runProgram }) => {
  test("gives awaitables of the next result, as they come", async () => {
    const main = body(function* () {
      const results: unknown[] = [];
      for (const next of asCompleted([sleep(30, "a"), sleep(10, "b"), sleep(20, "c")])) {
        const result = yield* awaited(next);
        results.push(`${result} at ${getRunningLoop().time()}`);
      }
      return results;
    });
    expect(await runVirtual(main)).toEqual(["b at 10", "c at 20", "a at 30"]);
  });

  test("an error comes out in its turn, and the others after it", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const fails = body(function* () {
        yield* awaited(sleep(10));
        throw new Error("in the middle");
      });
      for (const next of asCompleted([sleep(5, "a"), fails, sleep(20, "c")])) {
        try {
          const result = yield* awaited(next);
          events.push(result);
        } catch (error) {
          events.push(nameOf(error));
        }
      }
    });
    expect(events).toEqual(["a", "Error: in the middle", "c"]);
  });

  test("a future that ends while its waiter leaves and begins again comes once", async () => {
    const [first, second] = [new Future<string>(), new Future<string>()];
    const results: string[] = [];
    await runProgram(function* () {
      const [abandoned, ...others] = [...asCompleted([first, second, sleep(100, "third")])];
      const task = startTask(function* () {
        try {
          yield* awaited(abandoned as Coroutine<string>);
        } catch {
          // Cancelled. Then the future is done, and the reaction to it is scheduled.
        }
        for (const next of others) results.push(yield* awaited(next));
      });
      yield* awaited(sleep(0));
      task.cancel();
      task.uncancel();
      first.setResult("first");
      yield* awaited(sleep(1));
      second.setResult("second");
      yield* awaited(task);
    });
    expect(results).toEqual(["first", "second"]);
  });

  test("when the time is over, each that is left throws a TimeoutError; what has not finished runs on", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const slow = createTask(() => sleep(100, "slow"));
      for (const next of asCompleted([slow, sleep(5, "fast"), sleep(200, "slowest")], { timeout: 10 })) {
        try {
          const result = yield* awaited(next);
          events.push(result);
        } catch (error) {
          events.push(`${error instanceof TimeoutError} at ${getRunningLoop().time()}`);
        }
      }
      const result = yield* awaited(slow);
      events.push(result);
    });
    expect(events).toEqual(["fast", "true at 10", "true at 10", "slow"]);
  });

  test("a task that waits for the next one can be cancelled, and the results are there for others", async () => {
    const main = body(function* () {
      const iterator = asCompleted([sleep(10, "a"), sleep(20, "b")])[Symbol.iterator]();
      const first = createTask(iterator.next().value as Coroutine<string>);
      yield* awaited(sleep(1));
      first.cancel();
      yield* awaited(sleep(1));
      const result = yield* awaited(iterator.next().value as Coroutine<string>);
      return [first.cancelled(), result];
    });
    expect(await runVirtual(main)).toEqual([true, "a"]);
  });

  test("cancelled before any of its turns, nothing is reported", async () => {
    const { outcomes } = await cancelBeforeEachTurn(() =>
      body(function* () {
        for (const next of asCompleted([sleep(2), sleep(1)])) yield* awaited(next);
        return "ended";
      }),
    );
    expect(outcomes.flatMap(({ reports }) => reports.map(({ message }) => message))).toEqual([]);
  });
});

test("cancelling one of three that wait, in the turn in which a result comes, leaves it to the others", async () => {
  await runVirtual(async () => {
    const [first, second, third] = [new Future<number>(), new Future<number>(), new Future<number>()];
    const iterator = asCompleted([first, second, third])[Symbol.iterator]();
    const next = (): Task<number> => createTask(iterator.next().value as Coroutine<number>);
    const [a, b, c] = [next(), next(), next()];
    await sleep(1);
    first.setResult(1);
    a.cancel();
    await sleep(1);
    expect([a.cancelled(), b.done(), b.done() && b.result()]).toEqual([true, true, 1]);
    second.setResult(2);
    await sleep(1);
    expect([c.done(), c.done() && c.result()]).toEqual([true, 2]);
  });
});

describe("for await of asCompleted()", () => {
  test("gives the tasks and futures that were given, each done, as they finish", async () => {
    await runVirtual(async () => {
      const future = new Future<string>();
      getRunningLoop().callLater(15, () => future.setResult("future"));
      const slow = createTask(() => sleep(30, "slow"));
      const fast = createTask(() => sleep(10, "fast"));
      const seen: [boolean, string, number][] = [];
      const given: Future<string>[] = [slow, future, fast];
      for await (const { task } of asCompleted(given)) {
        seen.push([task.done(), task.result(), given.indexOf(task)]);
      }
      expect(seen).toEqual([
        [true, "fast", 2],
        [true, "future", 1],
        [true, "slow", 0],
      ]);
    });
  });

  test("throws a TimeoutError when the time is over", async () => {
    const seen: string[] = [];
    await runVirtual(async () => {
      const slow = createTask(() => sleep(100, "slow"));
      try {
        for await (const { task } of asCompleted([slow, createTask(() => sleep(5, "fast"))], {
          timeout: 10,
        })) {
          seen.push(task.result());
        }
      } catch (error) {
        seen.push(`${error instanceof TimeoutError} at ${getRunningLoop().time()}`);
      }
      expect(slow.done()).toBe(false);
    });
    expect(seen).toEqual(["fast", "true at 10"]);
  });

  test("can be left early; the others run on", async () => {
    await runVirtual(async () => {
      const slow = createTask(() => sleep(20, "slow"));
      for await (const { task } of asCompleted([slow, createTask(() => sleep(5, "fast"))])) {
        expect(task.result()).toBe("fast");
        break;
      }
      expect(await slow).toBe("slow");
    });
  });

  test("what has finished before comes first, in the order in which it was given", async () => {
    await runVirtual(async () => {
      const tasks = ["a", "b", "c"].map((name) => createTask(() => name));
      await sleep(1);
      const seen: string[] = [];
      for await (const { task } of asCompleted(tasks)) seen.push(task.result());
      expect(seen).toEqual(["a", "b", "c"]);
    });
  });

  test("of nothing gives nothing; what is given twice comes once", async () => {
    await runVirtual(async () => {
      let count = 0;
      for await (const _ of asCompleted([])) count++;
      const task = createTask(() => sleep(1));
      for await (const _ of asCompleted([task, task])) count++;
      expect(count).toBe(1);
    });
  });

  test("cancelling the task that iterates ends the loop, and cancels nothing else", async () => {
    await runVirtual(async () => {
      const slow = createTask(() => sleep(100, "slow"));
      const seen: string[] = [];
      const iterating = createTask(async () => {
        for await (const { task } of asCompleted([slow])) seen.push(task.result());
      });
      await sleep(1);
      iterating.cancel();
      expect(await slow).toBe("slow");
      expect([iterating.cancelled(), seen]).toEqual([true, []]);
    });
  });

  test("several tasks may share one, and none gets what another has got", async () => {
    const seen: string[] = [];
    await runVirtual(async () => {
      const shared = asCompleted(["a", "b", "c", "d"].map((name, i) => createTask(() => sleep(i + 1, name))));
      const worker = (name: string) =>
        createTask(async () => {
          for await (const { task } of shared) seen.push(`${name} got ${task.result()}`);
        });
      for (const task of [worker("x"), worker("y")]) await task;
    });
    expect(seen).toEqual(["x got a", "y got b", "x got c", "y got d"]);
  });
});

describe("asCompleted()", () => {
  test("an error that nobody looked at is reported", async () => {
    const { reports } = await outcomeOf(async () => {
      const failed = createTask(async () => {
        throw new Error("not looked at");
      });
      for await (const { task } of asCompleted([failed])) expect(task.done()).toBe(true);
    });
    expect(reports.map((report) => nameOf(report.exception))).toEqual(["Error: not looked at"]);
  });

  test("refuses a timeout that is no number, and one thing instead of a list", () => {
    expect(() => asCompleted([], { timeout: "1s" as unknown as number })).toThrow(
      'asCompleted() needs a number of milliseconds, got "1s"',
    );
    expect(() => asCompleted(sleep(1) as unknown as Promise<void>[])).toThrow(
      /write asCompleted\(\[a, b\]\)/,
    );
  });

  test("keeps the types", () => {
    const types = async (tasks: Task<number>[]) => {
      for await (const { task } of asCompleted(tasks)) expectTypeOf(task).toEqualTypeOf<Task<number>>();
      for (const next of asCompleted(tasks)) expectTypeOf(await next).toEqualTypeOf<number>();
      // @ts-expect-error it takes a list
      asCompleted(tasks[0], tasks[1]);
    };
    expect(types).toBeTypeOf("function");
  });
});

describe("what asCompleted() leaves at the futures", () => {
  /** A future that tells how many reactions it has. */
  class Counting extends Future<string> {
    armed = 0;

    override [arm](reaction: Runnable): void {
      this.armed++;
      super[arm](reaction);
    }

    override [disarm](reaction: Runnable): void {
      this.armed--;
      super[disarm](reaction);
    }
  }
  const timers = (): unknown => {
    const { scheduler } = partsOf(getRunningLoop());
    return Reflect.get(Reflect.get(scheduler, "timers") as object, "size");
  };

  test("is nothing once an iteration was left, until the next one", async () => {
    await runVirtual(async () => {
      const [first, second] = [new Counting(), new Counting()];
      const all = asCompleted([first, second, sleep(0, "third")]);
      const counts: number[] = [second.armed];
      for await (const _ of all) break;
      counts.push(second.armed);
      getRunningLoop().callLater(1, () => first.setResult("first"));
      for await (const _ of all) {
        counts.push(second.armed);
        break;
      }
      counts.push(second.armed);
      expect(counts).toEqual([1, 0, 1, 0]);
    });
  });

  test("is nothing once a plain iteration was left early; at its end, what it has yielded may be awaited", async () => {
    await runVirtual(async () => {
      const [left, awaitedLater] = [new Counting(), new Counting()];
      for (const _ of asCompleted([left, new Future()])) break;
      const [next] = [...asCompleted([awaitedLater])];
      expect([left.armed, awaitedLater.armed]).toEqual([0, 1]);
      awaitedLater.setResult("later");
      expect(await next).toBe("later");
    });
  });

  test("is nothing once the only one who waits was cancelled", async () => {
    await runVirtual(async () => {
      const future = new Counting();
      const iterator = asCompleted([future, new Future()])[Symbol.iterator]();
      const [a, b] = [1, 2].map(() => createTask(iterator.next().value as Coroutine<string>)) as [
        Task<string>,
        Task<string>,
      ];
      await sleep(0);
      const counts: number[] = [];
      for (const task of [a, b]) {
        task.cancel();
        await sleep(1);
        counts.push(future.armed);
      }
      expect(counts).toEqual([1, 0]);
    });
  });

  test("is nothing when the time is over", async () => {
    await runVirtual(async () => {
      const future = new Counting();
      const [next] = [...asCompleted([future], { timeout: 10 })];
      await expect(next).rejects.toThrow(TimeoutError);
      expect(future.armed).toBe(0);
    });
  });

  test("is no timer once all have finished, and for nothing there is none", async () => {
    await runVirtual(async () => {
      const before = timers();
      for await (const _ of asCompleted([], { timeout: 1000 })) expect.unreachable();
      const counts = [timers()];
      const [first, second] = [new Future<void>(), new Future<void>()];
      const all = asCompleted([first, second], { timeout: 1000 });
      for (const future of [first, second]) {
        future.setResult();
        await sleep(0);
        counts.push(timers());
      }
      for await (const _ of all) counts.push(timers());
      expect([before, counts]).toEqual([0, [0, 1, 0, 0, 0]]);
    });
  });
});

test("asCompleted() says in debug output how many it has to give, and how many of them run", async () => {
  await runVirtual(async () => {
    const all = asCompleted([sleep(1), sleep(2)]);
    const seen = [String(all)];
    for await (const _ of all) seen.push(String(all));
    expect(seen).toEqual([
      "<AsCompleted 2 to give, 2 running>",
      "<AsCompleted 1 to give, 1 running>",
      "<AsCompleted 0 to give, 0 running>",
    ]);
  });
});

test("outside every task, the error of its timeout names none", async () => {
  const error = await rejectionOf(
    (async () => {
      for await (const { task } of asCompleted([new Future<void>()], { timeout: 1 })) String(task);
    })(),
  );
  expect(nameOf(error)).toBe("TimeoutError: timed out before all had finished");
  expect((error as Error).message).not.toContain(" in ");
});

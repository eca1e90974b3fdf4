import { setTimeout as promisedTimeout } from "node:timers/promises";
import { coroutine } from "@asyncio-ts/coroutine";
import { Future, isFuture } from "@asyncio-ts/future";
import { createTask, ensureFuture, run, sleep, Task } from "@asyncio-ts/task";
import { describe, expect, test } from "vitest";
import { nameOf, outcomeOf, runVirtual } from "@asyncio-ts/testkit";
import { getRunningLoop } from "@asyncio-ts/loop";

describe("ensureFuture()", () => {
  test("gives futures and tasks as they are", async () => {
    await runVirtual(async () => {
      const future = new Future<void>();
      const task = createTask(async () => {});
      expect([ensureFuture(future) === future, ensureFuture(task) === task]).toEqual([true, true]);
    });
  });

  test("of a thenable that settles after its future was cancelled stays cancelled", async () => {
    const settle: (() => void)[] = [];
    const thenable = {
      // oxlint-disable-next-line unicorn/no-thenable -- what is tested
      then: (fulfilled?: (value: number) => void, rejected?: (error: unknown) => void) => {
        settle.push(settle.length === 0 ? () => fulfilled?.(1) : () => rejected?.(new Error("too late")));
      },
    };
    await runVirtual(async () => {
      const futures = [1, 2].map(() => ensureFuture(thenable as unknown as PromiseLike<number>));
      for (const future of futures) future.cancel();
      for (const one of settle) one();
      expect(futures.map((future) => future.cancelled())).toEqual([true, true]);
    });
  });

  test("makes tasks of coroutines and other bodies", async () => {
    await runVirtual(async () => {
      const made = [coroutine(async () => 1)(), async () => 2, sleep(1, 3)].map((one) => ensureFuture(one));
      expect(made.every((one) => one instanceof Task)).toBe(true);
      expect([await made[0], await made[1], await made[2]]).toEqual([1, 2, 3]);
    });
  });

  test("follows a promise, to its value or its error", async () => {
    await runVirtual(async () => {
      const value = ensureFuture(Promise.resolve("value"));
      const failure = ensureFuture(Promise.reject(new Error("rejected")));
      expect([isFuture(value), value instanceof Task, value.done()]).toEqual([true, false, false]);
      expect(await value).toBe("value");
      await expect(failure).rejects.toThrow("rejected");
    });
  });

  test("all futures of a promise share one reaction, which comes when the first was made", async () => {
    await runVirtual(async () => {
      let settle!: (value: string) => void;
      const promise = new Promise<string>((resolve) => (settle = resolve));
      const first = ensureFuture(promise);
      const seen: boolean[] = [];
      const between = promise.then(() => void seen.push(first.done(), second.done(), cancelled.cancelled()));
      const second = ensureFuture(promise);
      const cancelled = ensureFuture(promise);
      cancelled.cancel();
      settle("value");
      await between;
      expect(seen).toEqual([true, true, true]);
      expect([await first, await second]).toEqual(["value", "value"]);
      // It has settled, so this one has a reaction of its own.
      expect(await ensureFuture(promise)).toBe("value");
    });
  });

  test("follows a thenable to its value or its error, and says what it follows", async () => {
    await runVirtual(async () => {
      const thenable = (error?: Error): PromiseLike<string> => ({
        // oxlint-disable-next-line unicorn/no-thenable -- what is tested
        then: (fulfilled, rejected) => {
          if (error === undefined) fulfilled?.("value");
          else rejected?.(error);
          return new Promise(() => {});
        },
      });
      expect(await ensureFuture(thenable())).toBe("value");
      await expect(ensureFuture(thenable(new Error("rejected")))).rejects.toThrow("rejected");
      const pending = ensureFuture(new Promise<void>(() => {}));
      expect(String(pending)).toBe("<a promise pending>");
      pending.cancel();
    });
  });

  test("a coroutine that awaits one promise after the other keeps nobody out", async () => {
    const others: string[] = [];
    setImmediate(() => others.push("polled"));
    const waits = await run(function* () {
      let count = 0;
      for (; others.length === 0 && count < 1000; count++) yield* ensureFuture(Promise.resolve());
      return count;
    });
    expect(waits).toBeLessThan(10);
  });

  test("cancelling the future of a promise ends the wait, and not the promise", async () => {
    await runVirtual(async () => {
      let settle!: (value: string) => void;
      const promise = new Promise<string>((resolve) => (settle = resolve));
      const task = createTask(async () => await ensureFuture(promise));
      await sleep(1);
      task.cancel();
      await sleep(1);
      expect(task.cancelled()).toBe(true);
      settle("all the same");
      expect(await promise).toBe("all the same");
    });
  });

  test("a promise that rejects after the wait was cancelled is no unhandled rejection", async () => {
    const { reports } = await outcomeOf(async () => {
      let fail!: (error: unknown) => void;
      const followed = ensureFuture(new Promise<void>((_, reject) => (fail = reject)));
      followed.cancel();
      fail(new Error("too late"));
      await sleep(1);
      expect(followed.cancelled()).toBe(true);
    });
    expect(reports).toEqual([]);
  });

  test("a promise that rejects and that nobody awaits is reported once", async () => {
    const { reports } = await outcomeOf(async () => {
      ensureFuture(Promise.reject(new Error("lost")));
      await sleep(1);
    });
    expect(reports.map((report) => nameOf(report.exception))).toEqual(["Error: lost"]);
  });

  test("a generator coroutine waits for a promise with it", async () => {
    const events: string[] = [];
    await runVirtual(function* () {
      events.push(yield* ensureFuture(Promise.resolve("value")));
      try {
        yield* ensureFuture(Promise.reject(new Error("rejected")));
      } catch (error) {
        events.push(nameOf(error));
      }
    });
    expect(events).toEqual(["value", "Error: rejected"]);
  });

  test("on virtual time, a promise that comes from outside is waited for", async () => {
    expect(
      await runVirtual(
        async () =>
          await ensureFuture(
            new Promise((resolve) => setImmediate(() => setImmediate(() => resolve("here")))),
          ),
      ),
    ).toBe("here");
    expect(await runVirtual(async () => await ensureFuture(promisedTimeout(5, "here")))).toBe("here");
    const main = function* () {
      return yield* ensureFuture(promisedTimeout(5, "here"));
    };
    expect(await runVirtual(main())).toBe("here");
  });

  test("refuses what cannot be waited for", () => {
    expect(() => ensureFuture(5 as unknown as Promise<void>)).toThrow(/got 5/);
    expect(() => ensureFuture(undefined as unknown as Promise<void>)).toThrow(/got undefined/);
  });

  test("makes a task of the default loop, which runs by itself", async () => {
    const future = ensureFuture(coroutine(async () => "ok")());
    expect(future.getLoop()).toBe(getRunningLoop());
    expect(getRunningLoop().isRunning()).toBe(true);
    expect(await future).toBe("ok");
  });
});

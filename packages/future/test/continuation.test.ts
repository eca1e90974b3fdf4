import { Future } from "@asyncio-ts/future";
import { cancellation } from "@asyncio-ts/future/lowlevel";
import { describe, expect, test } from "vitest";
import { ManualScheduler } from "@asyncio-ts/testkit/manual-scheduler";

function pending<T = number>(): { loop: ManualScheduler; future: Future<T> } {
  const loop = new ManualScheduler();
  return { loop, future: new Future<T>({ loop }) };
}

describe("what then() returns", () => {
  test("is a promise of what the handler returns, whether it is asked for before or after", async () => {
    const { loop, future } = pending();
    const before = future.then((value) => value + 1);
    const asked = before.then((value) => value * 10);
    const after = future.then((value) => value + 2);
    future.setResult(1);
    await loop.settle();
    expect(await asked).toBe(20);
    expect(await after).toBe(3);
  });

  test("waits for a promise that the handler returns", async () => {
    const { loop, future } = pending();
    const result = future.then(async (value) => `${value} later`);
    future.setResult(1);
    await loop.settle();
    expect(await result).toBe("1 later");
  });

  test("rejects with what the handler throws, and that is not reported if somebody takes it", async () => {
    const { loop, future } = pending();
    const caught = future
      .then(() => {
        throw new Error("in the handler");
      })
      .catch((error: unknown) => (error as Error).message);
    future.setResult(1);
    await loop.settle();
    expect([await caught, loop.reports]).toEqual(["in the handler", []]);
  });

  test("an error of a handler that nobody takes is reported", async () => {
    const { loop, future } = pending();
    future.then(() => {
      throw new Error("in the handler");
    });
    future.setResult(1);
    await loop.settle();
    expect(loop.reports.map((report) => [report.message, report.exception])).toEqual([
      [
        expect.stringMatching(/given to then\(\) of <Future finished.*>,? threw an error/),
        new Error("in the handler"),
      ],
    ]);
    expect(loop.reports[0]?.future).toBe(future);
  });

  test("passes on what there is no handler for", async () => {
    const { loop, future } = pending();
    const failing = new Future<number>({ loop });
    const value = future.then(undefined, () => -1).then((value) => value);
    const error = failing.then((value) => value).then(undefined, (reason: unknown) => reason);
    const nulls = future.then(null, null).then((value) => value);
    future.setResult(4);
    failing.setException("reason");
    await loop.settle();
    expect([await value, await error, await nulls]).toEqual([4, "reason", 4]);
  });

  test("catch() and finally() do as those of a promise", async () => {
    const { loop, future } = pending();
    const events: unknown[] = [];
    const failing = new Future<number>({ loop });
    const results = Promise.all([
      failing.catch((error: unknown) => `caught ${String(error)}`),
      future.finally(() => void events.push("finally of a value")),
      failing.finally(() => void events.push("finally of an error")).catch((error: unknown) => error),
    ]);
    future.setResult(1);
    failing.setException("oops");
    await loop.settle();
    expect(await results).toEqual(["caught oops", 1, "oops"]);
    expect(events.sort()).toEqual(["finally of a value", "finally of an error"].sort());
  });

  test("is a Promise by its tag", () => {
    const { future } = pending();
    expect(Object.prototype.toString.call(future.then())).toBe("[object Promise]");
  });

  test("handlers of a future that is done are not called inside then()", async () => {
    const { future } = pending();
    future.setResult(1);
    const events: string[] = [];
    const handled = future.then(() => events.push("handler"));
    events.push("after then()");
    await handled;
    expect(events).toEqual(["after then()", "handler"]);
  });
});

describe("a handler of a promise that nobody uses", () => {
  test("that returns a promise which rejects is reported once", async () => {
    const { loop, future } = pending();
    future.then(async () => {
      throw new Error("in the handler");
    });
    future.setResult(1);
    await loop.settle();
    expect(loop.reports.map((report) => report.exception)).toEqual([new Error("in the handler")]);
  });

  test("is not reported if it is cancelled, before or after its first await", async () => {
    const { loop, future } = pending();
    future.then(() => {
      throw cancellation("at once");
    });
    future.then(async () => {
      throw cancellation("later");
    });
    future.setResult(1);
    await loop.settle();
    expect(loop.reports).toEqual([]);
  });

  test("has what it returns run, as a promise would", async () => {
    const { loop, future } = pending();
    let ran = false;
    // oxlint-disable-next-line unicorn/no-thenable -- stands for a coroutine
    future.then(() => ({ then: (resolve: (value: unknown) => void) => resolve((ran = true)) }));
    future.setResult(1);
    await loop.settle();
    expect(ran).toBe(true);
  });
});

import { AsyncLocalStorage } from "node:async_hooks";
import { Future } from "@asyncio-ts/future";
import { astray, Continuation, slot } from "@asyncio-ts/future/internal";
import { cancellation, currentTaskLike, runInside } from "@asyncio-ts/future/lowlevel";
import { FakeTask, inTurnOf, storeTasks } from "@asyncio-ts/testkit/fake-task";
import { ManualScheduler, microtasks } from "@asyncio-ts/testkit/manual-scheduler";
import { needing } from "@asyncio-ts/testkit/needing";
import { afterEach, describe, expect, test } from "vitest";

function pending<T = number>(): { loop: ManualScheduler; future: Future<T> } {
  const loop = new ManualScheduler();
  return { loop, future: new Future<T>({ loop }) };
}

afterEach(() => void (slot.storage = slot.turn = slot.fallback = undefined));

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

describe("a handler sees the stores of the code that called then()", () => {
  const stores = new AsyncLocalStorage<string>();
  const fails = (): never => expect.unreachable();

  test.each<[string, (future: Future<number>, handler: () => void) => void]>([
    ["then(f)", (future, handler) => void future.then(handler)],
    ["then(f, g), if its promise is used", (future, handler) => void future.then(handler, fails).then()],
    ["then(f, g) inside a step", (future, handler) => runInside({}, () => void future.then(handler, fails))],
    ["finally(f)", (future, handler) => void future.finally(handler)],
  ])("with %s", async (_, call) => {
    const { loop, future } = pending();
    const seen: unknown[] = [];
    stores.run("caller", () => call(future, () => seen.push(stores.getStore())));
    future.setResult(1);
    await loop.settle();
    expect(seen).toEqual(["caller"]);
  });

  test.each<[string, (future: Future<number>, handler: () => void) => void]>([
    ["catch(g)", (future, handler) => void future.catch(handler)],
    ["then(undefined, g)", (future, handler) => void future.then(undefined, handler)],
    ["then(f, g), if its promise is used", (future, handler) => void future.then(fails, handler).catch()],
  ])("with %s of a future that fails", async (_, call) => {
    const { loop, future } = pending();
    const seen: unknown[] = [];
    stores.run("caller", () => call(future, () => seen.push(stores.getStore())));
    future.setException(new Error("failed"));
    await loop.settle();
    expect([seen, loop.reports]).toEqual([["caller"], []]);
  });

  test("even if the promise is used elsewhere", async () => {
    const { loop, future } = pending();
    const seen: unknown[] = [];
    const promise = stores.run("caller", () => future.then(() => seen.push(stores.getStore())));
    stores.run("user", () => void promise.then(() => seen.push(stores.getStore())));
    future.setResult(1);
    await loop.settle();
    expect(seen).toEqual(["caller", "user"]);
  });

  test("of a future that is done", async () => {
    const { future } = pending();
    future.setResult(1);
    expect(await stores.run("caller", () => future.then(() => stores.getStore()))).toBe("caller");
  });
});

describe("a handler runs in the task that called then()", () => {
  test("if then() was called in the turn of the task", async () => {
    const task = new FakeTask();
    const { loop, future } = pending();
    const seen: unknown[] = [];
    const handler = (): void => void seen.push(currentTaskLike(), slot.stepping?.awaiter);
    inTurnOf(task, () => void future.then(handler, handler));
    future.setResult(1);
    await loop.settle();
    expect(seen).toEqual([task, task]);
    expect([slot.stepping, task.waits]).toEqual([undefined, ["suspended", "resumed: value"]]);
  });

  test("and no longer than the handler, even if that throws", async () => {
    const task = new FakeTask();
    const { loop, future } = pending();
    inTurnOf(
      task,
      () =>
        void future.then(
          () => {
            throw new Error("in the handler");
          },
          () => {},
        ),
    );
    future.setResult(1);
    loop.flush();
    expect(slot.stepping).toBeUndefined();
    await loop.settle();
    expect(loop.reports.map((report) => report.exception)).toEqual([new Error("in the handler")]);
  });

  test("so that then(f, g) inside it is known to be no await", async () => {
    const stores = new AsyncLocalStorage<string>();
    const { loop, future } = pending();
    const inner = new Future<number>({ loop });
    const seen: unknown[] = [];
    const see = (): void => void seen.push(stores.getStore());
    const handler = (): void => stores.run("handler", () => void inner.then(see, see));
    inTurnOf(new FakeTask(), () => void future.then(handler, handler));
    future.setResult(1);
    inner.setResult(2);
    await loop.settle();
    expect(seen).toEqual(["handler"]);
  });

  test("and so does an async handler after its first await, if a storage knows the task", async () => {
    storeTasks();
    const task = new FakeTask();
    const { loop, future } = pending();
    const seen: unknown[] = [];
    const handler = async (): Promise<void> => {
      seen.push(currentTaskLike());
      await Promise.resolve();
      seen.push(currentTaskLike());
    };
    runInside({ awaiter: task }, () => void future.then(handler).then(handler).finally(handler));
    future.setResult(1);
    await loop.settle();
    expect(seen).toEqual([task, task, task, task, task, task]);
  });

  test("also if its driver has not entered the storage, or another task has", async () => {
    storeTasks();
    const [task, other] = [new FakeTask("task"), new FakeTask("other")];
    const { loop, future } = pending();
    const seen: unknown[] = [];
    const handler = async (): Promise<void> => {
      await Promise.resolve();
      seen.push(currentTaskLike());
    };
    /** A step of a generator: only `stepping` tells of the task. */
    const step = (awaiter: FakeTask | undefined, body: () => void): void => {
      slot.stepping = { awaiter };
      body();
      slot.stepping = undefined;
    };
    step(task, () => void future.then(handler));
    step(task, () => void future.then(handler, handler).then(handler));
    slot.storage?.run(other, () => step(undefined, () => void future.then(handler)));
    future.setResult(1);
    await loop.settle();
    expect(seen).toEqual([task, task, task, undefined]);
  });
});

describe("the promise that then() returns", () => {
  test("gives all who use it the value", async () => {
    const { loop, future } = pending();
    const promise = future.then((value) => value + 1);
    const [one, other] = [promise.then((value) => value), promise.then((value) => value)];
    future.setResult(1);
    await loop.settle();
    expect([await one, await other, await promise]).toEqual([2, 2, 2]);
  });

  test.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["a number", 5],
    ["a function", () => {}],
    ["an object", {}],
  ])("has the value %s, if a handler returns it, in the next microtask", async (_, value) => {
    const { loop, future } = pending();
    const used = future.then(() => value);
    const events: unknown[] = [];
    void used.then((result) => events.push(["used", result]));
    const unused = future.then(
      () => value,
      () => expect.unreachable(),
    );
    future.setResult(1);
    await loop.settle();
    const late = unused.then((result) => events.push(["late", result]));
    void Promise.resolve().then(() => events.push("microtask"));
    await late;
    expect(events).toEqual([["used", value], ["late", value], "microtask"]);
  });

  test("is settled in the microtask in which the handler was called", async () => {
    const { loop, future } = pending();
    const events: string[] = [];
    const handler = (): void => {
      events.push("handler");
      void Promise.resolve().then(() => events.push("next microtask"));
    };
    void future.then(handler).then(() => events.push("settled"));
    void future.then(() => 5).then(() => events.push("settled with 5"));
    future.setResult(1);
    await loop.settle();
    expect(events).toEqual(["handler", "next microtask", "settled", "settled with 5"]);
  });

  test("has a function with a then() called, even if nobody uses it", async () => {
    const { loop, future } = pending();
    let ran = false;
    // oxlint-disable-next-line unicorn/no-thenable -- stands for a coroutine
    const returned = Object.assign(() => {}, { then: () => void (ran = true) });
    future.then(() => returned);
    future.setResult(1);
    await loop.settle();
    expect(ran).toBe(true);
  });
});

describe("await", () => {
  test("goes on in the microtask after the future's turn", async () => {
    const { loop, future } = pending();
    const events: string[] = [];
    const waits = async (): Promise<void> => {
      await future;
      events.push("awaited");
    };
    const waiting = waits();
    await microtasks();
    future.setResult(1);
    loop.flush();
    void Promise.resolve().then(() => events.push("microtask"));
    await waiting;
    expect(events).toEqual(["awaited", "microtask"]);
  });

  const stacks = needing("stacks that go through `await`");

  test("throws an error that was astray with a stack that names the async function", stacks, async () => {
    const { loop, future } = pending();
    const waitsHere = async (): Promise<unknown> => {
      try {
        return await future;
      } catch (error) {
        return error;
      }
    };
    const waiting = waitsHere();
    await microtasks();
    const error = new Error("made in a turn of the loop");
    future.setException(error);
    astray(error);
    await loop.settle();
    expect(await waiting).toBe(error);
    expect(error.stack).toMatch(/waitsHere/);
  });
});

test("an error that was astray stays so in a handler, which is no await", async () => {
  const { loop, future } = pending();
  const error = astray(new Error("made in a turn of the loop"));
  const seen: unknown[] = [];
  void future.catch((caught: unknown) => seen.push(caught === error, slot.strays?.has(error)));
  future.setException(error);
  await loop.settle();
  expect(seen).toEqual([true, true]);
});

describe("the continuation of a coroutine", () => {
  test("continues in the turn of the task that awaits it", () => {
    const task = new FakeTask();
    const continuation = new Continuation(
      () => {},
      () => {},
      task,
    );
    slot.microtasksQueued = false;
    expect(continuation.enterTurn()).toBe(continuation);
    expect([slot.turn, slot.microtasksQueued]).toEqual([task, true]);
  });

  test("leaves the step on the stack as it was", async () => {
    const seen: unknown[] = [];
    const see = (): void => void seen.push(slot.stepping?.awaiter);
    const [task, other] = [new FakeTask("task"), new FakeTask("other")];
    const continuations = [new Continuation(see, see, task), new Continuation(see, see)];
    runInside({ awaiter: other }, () => {
      for (const continuation of continuations) {
        continuation.enterTurn().fulfil(1);
        see();
      }
    });
    expect(seen).toEqual([task, other, other, other]);
  });

  test("reports an error that nobody takes, unless it is a cancellation", async () => {
    const loop = (slot.fallback = new ManualScheduler());
    const error = new Error("failed");
    const lost = new Continuation(undefined, undefined).reject(error);
    new Continuation(undefined, undefined).reject(cancellation("no error"));
    const used = new Continuation(undefined, undefined).reject(error);
    await expect(used).rejects.toBe(error);
    await microtasks();
    expect(loop.reports).toEqual([
      { message: "a coroutine failed and nobody awaits its result", exception: error },
    ]);
    await expect(lost).rejects.toBe(error);
  });

  test("reports an error of a handler", async () => {
    const loop = (slot.fallback = new ManualScheduler());
    const error = new Error("in the handler");
    const throws = (): never => {
      throw error;
    };
    new Continuation(throws, throws).fulfil(1);
    await microtasks();
    expect(loop.reports).toEqual([
      { message: "a handler given to then() of a coroutine threw an error", exception: error },
    ]);
  });
});

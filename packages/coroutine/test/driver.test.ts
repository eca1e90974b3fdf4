import { AsyncLocalStorage } from "node:async_hooks";
import { coroutine, type Coroutine } from "@asyncio-ts/coroutine";
import { CoroutineDriver } from "@asyncio-ts/coroutine/internal";
import { CancelledError, Future, type Steps, type Suspension } from "@asyncio-ts/future";
import { asyncHooks, type contract, debug, slot } from "@asyncio-ts/future/internal";
import {
  captureContext,
  currentTaskLike,
  type Driver,
  resumed,
  runOutside,
  suspended,
  type TaskLike,
  TrapIterator,
} from "@asyncio-ts/future/lowlevel";
import { FakeTask, inTurnOf, storeTasks } from "@asyncio-ts/testkit/fake-task";
import { ManualScheduler, microtasks } from "@asyncio-ts/testkit/manual-scheduler";
import { afterEach, describe, expect, test, vi } from "vitest";

/** A generator that yields what it should not. */
function yields(value: unknown): () => Steps<string> {
  return function* () {
    try {
      (yield value as Suspension) as unknown;
    } catch (error) {
      return (error as Error).message;
    }
    return "went on";
  };
}

describe("a generator coroutine that yields what it cannot wait for", () => {
  const future = new Future<number>();
  test.each<[string, unknown, string]>([
    [
      "a future without the star",
      future,
      "a coroutine used `yield` on an awaitable; write `yield*`, which also gives you its result",
    ],
    [
      "a coroutine without the star",
      coroutine(async () => {})(),
      "a coroutine used `yield` on an awaitable; write `yield*`, which also gives you its result",
    ],
    [
      "a promise",
      Promise.resolve(),
      "a coroutine yielded a promise; write `yield* ensureFuture(promise)`, or await it in an async function",
    ],
    ["nothing", undefined, "a coroutine used a bare `yield`; to let others run, write `yield* sleep(0)`"],
    [
      "a number",
      5,
      "a coroutine yielded 5, which is no awaitable; write `yield*` and a future, task or coroutine",
    ],
  ])("gets an error there: %s.", async (_, value, message) => {
    expect(await coroutine(yields(value))()).toBe(message);
  });

  test("may catch it, and go on", async () => {
    const program = coroutine(function* () {
      const message = yield* yields(undefined)();
      const future = new Future<string>();
      future.setResult("goes on");
      return [message.slice(0, 30), yield* future];
    });
    expect(await program()).toEqual(["a coroutine used a bare `yield", "goes on"]);
  });
});

describe("the stack of a driver", () => {
  test("a chain of ten thousand coroutines neither overflows nor mixes up the results", async () => {
    const down = coroutine(function* (n: number): Steps<number> {
      return n === 0 ? 0 : 1 + (yield* down(n - 1));
    });
    expect(await down(10_000)).toBe(10_000);
  });

  test("errors unwind it level by level, through each finally block, in order", async () => {
    const events: string[] = [];
    const inner = coroutine(function* () {
      try {
        throw new Error("deep");
      } finally {
        events.push("inner");
      }
    });
    const middle = coroutine(function* () {
      try {
        yield* inner();
      } finally {
        events.push("middle");
      }
    });
    const outer = coroutine(function* () {
      try {
        yield* middle();
      } catch (error) {
        events.push(`outer caught ${(error as Error).message}`);
      }
      return yield* done("recovered");
    });
    expect(await outer()).toBe("recovered");
    expect(events).toEqual(["inner", "middle", "outer caught deep"]);
  });

  test("a finally block may wait, and its error takes the place of the first", async () => {
    const gate = new Future<void>();
    const events: string[] = [];
    const program = coroutine(function* () {
      try {
        throw new Error("first");
      } finally {
        events.push("waits");
        yield* gate;
        events.push("goes on");
        // oxlint-disable-next-line no-unsafe-finally -- what is tested
        throw new Error("second");
      }
    });
    const result = (async () => await program())();
    await microtasks();
    expect(events).toEqual(["waits"]);
    gate.setResult();
    await expect(result).rejects.toThrow("second");
    expect(events).toEqual(["waits", "goes on"]);
  });

  test("a plain generator may be delegated to as well", async () => {
    function* plain(future: Future<number>): Steps<number> {
      return (yield* future) + 1;
    }
    const future = new Future<number>();
    const result = (async () =>
      await coroutine(function* () {
        return (yield* plain(future)) * 10;
      })())();
    await microtasks();
    future.setResult(1);
    expect(await result).toBe(20);
  });

  test("one coroutine may wait for many things, one after the other", async () => {
    const futures = Array.from({ length: 5 }, () => new Future<number>());
    const program = coroutine(function* () {
      let sum = 0;
      for (const future of futures) sum += yield* future;
      return sum;
    });
    const result = (async () => await program())();
    for (const [index, future] of futures.entries()) {
      await microtasks();
      future.setResult(index);
    }
    expect(await result).toBe(10);
  });
});

const done = coroutine(function* (value: string) {
  return value;
});

/** A wait for one iteration of the loop, as `sleep(0)` makes it. */
class Tick extends TrapIterator<void> {
  protected override asked = false;

  suspend(driver: Driver): boolean {
    driver.tick();
    return false;
  }
}

const tick = (): Steps<void> => new Tick() as unknown as Steps<void>;

afterEach(() => void (slot.turn = slot.storage = slot.checks = slot.waits = slot.stores = undefined));

/** Awaits a coroutine in a task, as an async function does. Returns what it ends with. */
function awaitIn(task: TaskLike, call: Coroutine<unknown>): Promise<unknown> {
  const take = (end: unknown): unknown => end;
  return inTurnOf(task, () => call.then(take, take));
}

describe("a generator coroutine that a task awaits", () => {
  test("tells the task of each wait, and of its end", async () => {
    const task = new FakeTask();
    const future = new Future<number>({ loop: task.scheduler });
    const end = awaitIn(
      task,
      coroutine(function* () {
        yield* tick();
        return yield* future;
      })(),
    );
    expect(task.waits).toEqual(["suspended"]);
    task.scheduler.flush();
    expect(task.waits).toEqual(["suspended", "resumed: nothing", "suspended"]);
    future.setResult(5);
    task.scheduler.flush();
    expect(task.waits.slice(3)).toEqual(["resumed: value"]);
    expect([await end, slot.turn]).toEqual([5, task]);
  });

  test("is told why a wait ended", async () => {
    const task = new FakeTask();
    const future = new Future<number>({ loop: task.scheduler });
    const end = awaitIn(
      task,
      coroutine(function* () {
        yield* future;
      })(),
    );
    future.cancel("no longer needed");
    task.scheduler.flush();
    expect(task.waits).toEqual(["suspended", "resumed: cancelled"]);
    expect(await end).toEqual(new CancelledError("no longer needed"));
  });

  test("throws the cancellation that the task has for it, where it waits", async () => {
    const task = new FakeTask();
    const end = awaitIn(
      task,
      coroutine(function* () {
        try {
          yield* tick();
        } catch (error) {
          return (error as Error).message;
        }
        return "went on";
      })(),
    );
    task.cancellation = new Error("cancelled");
    task.scheduler.flush();
    expect(await end).toBe("cancelled");
  });

  test("fails if it waits for the task itself", async () => {
    class AwaitableTask extends Future<void> implements TaskLike {
      [suspended](): void {}
      [resumed](): undefined {}
    }
    const task = new AwaitableTask();
    const end = awaitIn(
      task,
      coroutine(function* () {
        yield* task;
      })(),
    );
    expect(await end).toEqual(new Error("<AwaitableTask pending> awaits itself, so it could never go on"));
  });

  test("reports a future of another loop, in debug mode", () => {
    const task = new FakeTask();
    task.scheduler.debug = true;
    slot.waits = debug.checks;
    const future = new Future<number>({ loop: new ManualScheduler() });
    void awaitIn(
      task,
      coroutine(function* () {
        yield* future;
      })(),
    );
    expect(task.scheduler.reports).toHaveLength(1);
    expect(task.scheduler.reports[0]?.future).toBe(future);
  });

  test("belongs to the task in all its steps, and so do the async functions that it calls", async () => {
    storeTasks();
    const task = new FakeTask();
    const seen: unknown[] = [];
    const inner = coroutine(async () => {
      seen.push(currentTaskLike());
      await Promise.resolve();
      seen.push(currentTaskLike());
    });
    const program = coroutine(function* () {
      yield* tick();
      yield* inner();
      yield* tick();
      yield* inner();
      seen.push(currentTaskLike());
    });
    slot.storage?.run(task, () => void program().then());
    await task.scheduler.settle();
    expect(seen).toEqual([task, task, task, task, task]);
    expect(currentTaskLike()).toBeUndefined();
  });

  test("calls the then() of a thenable inside the task", async () => {
    const task = new FakeTask();
    const seen: unknown[] = [];
    const end = awaitIn(
      task,
      coroutine(function* () {
        yield* tick();
        return yield* coroutine(
          () =>
            ({
              // oxlint-disable-next-line unicorn/no-thenable -- stands for a promise of another library
              then: (resolve: (value: string) => void) => {
                seen.push(currentTaskLike());
                resolve("its value");
              },
            }) as Promise<string>,
        )();
      })(),
    );
    task.scheduler.flush();
    expect([await end, ...seen]).toEqual(["its value", task]);
  });
});

describe("the steps of a generator coroutine", () => {
  const stores = new AsyncLocalStorage<string>();

  test.each(["without", "with"])(
    "see the stores of the awaiting code, %s a storage of tasks",
    async (kind) => {
      if (kind === "with") storeTasks();
      const loop = new ManualScheduler();
      const future = new Future<number>({ loop });
      const seen: unknown[] = [];
      const see = (): void => void seen.push(stores.getStore());
      const inner = coroutine(async () => {
        see();
        await Promise.resolve();
      });
      const program = coroutine(function* () {
        see();
        yield* future;
        see();
        yield* inner();
        see();
      });
      const end = stores.run("caller", () => program().then());
      future.setResult(1);
      await loop.settle();
      await end;
      expect(seen).toEqual(["caller", "caller", "caller", "caller"]);
      expect(stores.getStore()).toBeUndefined();
    },
  );

  test("see a store that an earlier step has entered", async () => {
    const loop = new ManualScheduler();
    const seen: unknown[] = [];
    const program = coroutine(function* () {
      for (const store of ["first", "second", "third"]) {
        const future = new Future<void>({ loop });
        loop.schedule({ run: () => future.setResult() });
        yield* future;
        seen.push(stores.getStore());
        stores.enterWith(store);
      }
    });
    const end = stores.run("caller", () => program().then());
    await loop.settle();
    await end;
    expect(seen).toEqual(["caller", "first", "second"]);
    expect(stores.getStore()).toBeUndefined();
  });

  test("see a store that was entered after a promise has settled", async () => {
    const loop = new ManualScheduler();
    const future = new Future<void>({ loop });
    const seen: unknown[] = [];
    const wait = coroutine(async () => void (await Promise.resolve()));
    const program = coroutine(function* () {
      yield* wait();
      stores.enterWith("entered");
      yield* future;
      seen.push(stores.getStore());
      yield* wait();
      seen.push(stores.getStore());
      return "ended";
    });
    const end = stores.run("caller", () => program().then());
    await microtasks();
    future.setResult();
    await loop.settle();
    expect([await end, ...seen]).toEqual(["ended", "entered", "entered"]);
  });

  test("enter the storage of tasks together with the stores", async () => {
    storeTasks();
    const storage = slot.storage as contract.Storage;
    const runIn = vi.spyOn(storage, "runIn");
    const task = new FakeTask();
    const program = coroutine(function* () {
      yield* tick();
      return storage.getStore();
    });
    const end = storage.run(task, () => stores.run("store", () => program().then()));
    task.scheduler.flush();
    expect(await end).toBe(task);
    expect(runIn).toHaveBeenCalledTimes(1);
  });

  test("need no context where there is no store", async () => {
    slot.stores = asyncHooks.stores;
    const loop = new ManualScheduler();
    const future = new Future<string>({ loop });
    const program = coroutine(function* () {
      return yield* future;
    });
    let end: Promise<string> | undefined;
    runOutside(() => void (end = program().then()));
    future.setResult("value");
    await loop.settle();
    expect(await end).toBe("value");
  });

  test("see the stores after a promise has rejected", async () => {
    const seen: unknown[] = [];
    const fail = coroutine(async () => {
      await Promise.resolve();
      throw new Error("failed");
    });
    const program = coroutine(function* () {
      try {
        yield* fail();
      } catch (error) {
        seen.push((error as Error).message, stores.getStore());
      }
    });
    await stores.run("caller", () => program().then());
    expect(seen).toEqual(["failed", "caller"]);
  });
});

describe("a generator coroutine that calls a function which returns a promise", () => {
  test("goes on in the microtask in which the promise is settled", async () => {
    const events: string[] = [];
    const { promise, resolve } = resolvable();
    const program = coroutine(function* () {
      yield* coroutine(() => promise)();
      events.push("generator");
    });
    const end = program().then();
    void promise.then(() => events.push("native"));
    resolve();
    await end;
    await microtasks();
    expect(events).toEqual(["generator", "native"]);
  });

  test("gets the value of a promise of a derived class", async () => {
    class Derived<T> extends Promise<T> {}
    const program = coroutine(function* () {
      const value: string = yield* coroutine(() => Derived.resolve("its value"))();
      return [value];
    });
    expect(await program()).toEqual(["its value"]);
  });
});

describe("a driver", () => {
  class Recording extends CoroutineDriver {
    readonly ends: unknown[] = [];
    protected override returned(value: unknown): void {
      this.ends.push(value);
    }
    protected override threw(error: unknown): void {
      this.ends.push(error);
    }
  }

  test("passes on that its steps enter their context, and only that", () => {
    const driver = new Recording(new FakeTask(), (function* () {})());
    const contexts = Array.from({ length: 4 }, () => captureContext() as contract.AsyncContext);
    const [first, second, third, fourth] = contexts as [
      contract.AsyncContext,
      contract.AsyncContext,
      contract.AsyncContext,
      contract.AsyncContext,
    ];
    driver.entered(first);
    driver.entered(second);
    expect([driver.context === second, second.entered]).toEqual([true, undefined]);
    third.entered = true;
    driver.entered(third);
    driver.entered(fourth);
    expect([driver.context === fourth, fourth.entered]).toEqual([true, true]);
    driver.entered(undefined);
    expect(driver.context).toBeUndefined();
  });

  test("without a task waits for the next iteration of the current loop", () => {
    const loop = new ManualScheduler();
    slot.running = loop;
    const driver = new Recording(undefined, tick());
    slot.running = undefined;
    driver.advance(undefined, false);
    expect([driver.ends.length, driver.describeWait()]).toEqual([0, "the next iteration of the loop"]);
    loop.flush();
    expect(driver.ends).toEqual([undefined]);
  });
});

function resolvable(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}

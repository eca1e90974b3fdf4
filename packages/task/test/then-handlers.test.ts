/**
 * A handler given to `then`, `catch` or `finally` runs in the task of the code that gives it, and in its
 * asynchronous context, as with a promise of the engine's.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as afterRealTime } from "node:timers/promises";
import { coroutine } from "@asyncio-ts/coroutine";
import { PolledCoroutine, pending } from "@asyncio-ts/coroutine/lowlevel";
import { type Awaitable, Future, isCancelled } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, currentTask, sleep, timeout, TimeoutError } from "@asyncio-ts/task";
import { describe, expect, test } from "vitest";
import { reportsOf, runVirtual } from "@asyncio-ts/testkit";

const request = new AsyncLocalStorage<string>();

/** An attempt that succeeds at once, or when its future is done. */
class Acquire extends PolledCoroutine<string> {
  private readonly turnOf: Future<void> | undefined;

  constructor(turnOf?: Future<void>) {
    super();
    this.turnOf = turnOf;
  }

  protected poll(): string | typeof pending {
    return this.turnOf === undefined || this.turnOf.done() ? "value" : pending;
  }

  protected park(): Future<void> {
    return this.turnOf as Future<void>;
  }
}

function later<T>(change: (future: Future<T>) => void): Future<T> {
  const future = new Future<T>();
  getRunningLoop().callLater(5, () => change(future));
  return future;
}

function finished<T>(value: T): Future<T> {
  const future = new Future<T>();
  future.setResult(value);
  return future;
}

const awaitables: { name: string; make: () => Awaitable<unknown> }[] = [
  { name: "a pending future", make: () => later<string>((future) => future.setResult("value")) },
  { name: "a finished future", make: () => finished("value") },
  { name: "a task", make: () => createTask(() => sleep(1), { name: "awaited" }) },
  { name: "a sleep", make: () => sleep(1) },
  { name: "a sleep of 0", make: () => sleep(0) },
  {
    name: "a generator coroutine",
    make: coroutine(function* () {
      yield* sleep(1);
    }),
  },
  { name: "a generator coroutine that does not wait", make: coroutine(function* () {}) },
  { name: "a coroutine of an async function", make: coroutine(async () => sleep(1)) },
  { name: "an attempt that has to wait", make: () => new Acquire(later<void>((turn) => turn.setResult())) },
  { name: "an attempt that succeeds at once", make: () => new Acquire() },
];

type Use = (awaitable: Promise<unknown>, handler: () => Promise<void>) => unknown;

const uses: { name: string; use: Use }[] = [
  { name: "then(f)", use: (awaitable, handler) => awaitable.then(handler) },
  { name: "then(f, g)", use: (awaitable, handler) => awaitable.then(handler, handler) },
  { name: "finally(f)", use: (awaitable, handler) => awaitable.finally(handler) },
  { name: "then().then(f)", use: (awaitable, handler) => awaitable.then().then(handler) },
  { name: "then(f).then(g)", use: (awaitable, handler) => awaitable.then(() => 1).then(handler) },
];

/** Where the calling code is: its task, and what an AsyncLocalStorage has there. */
const here = () => `${currentTask()?.name} ${request.getStore()}`;

const callers: { name: string; call: (use: () => unknown) => () => unknown }[] = [
  { name: "at the start of an async function", call: (use) => async () => await use() },
  {
    name: "after an await",
    call: (use) => async () => {
      await sleep(1);
      await use();
    },
  },
  {
    name: "after an await of a promise",
    call: (use) => async () => {
      await Promise.resolve();
      await use();
    },
  },
  {
    name: "in a generator",
    call: (use) =>
      function* () {
        yield* sleep(1);
        const done = new Future<void>();
        (use() as Promise<unknown>).then(() => done.setResult());
        yield* done;
      },
  },
];

describe.each(awaitables)("a handler of $name", ({ make }) => {
  describe.each(uses)("given by $name", ({ use }) => {
    test.each(callers)(
      "$name runs in the task that gives it, before and after its awaits",
      async ({ call }) => {
        const seen: string[] = [];
        const handler = async () => {
          seen.push(here());
          await sleep(1);
          seen.push(here());
          await Promise.resolve();
          seen.push(here());
        };
        await runVirtual(async () => {
          const caller = call(() =>
            use(make() as unknown as Promise<unknown>, handler),
          ) as () => Promise<void>;
          await request.run("r1", () => createTask(caller, { name: "caller" }));
        });
        expect(seen).toEqual(["caller r1", "caller r1", "caller r1"]);
      },
    );
  });

  test("is reached by a timeout of the task", async () => {
    const events: string[] = [];
    const handler = async () => {
      try {
        await sleep(1000);
      } catch (error) {
        events.push(`cancelled: ${isCancelled(error)} at ${getRunningLoop().time()}`);
        throw error;
      }
    };
    await runVirtual(async () => {
      const body = async () => (make() as unknown as Promise<unknown>).then(handler);
      const error: unknown = await timeout(20)
        .with(body)
        .then(undefined, (reason: unknown) => reason);
      events.push(`${error instanceof TimeoutError} at ${getRunningLoop().time()}`);
    });
    expect(events).toEqual(["cancelled: true at 20", "true at 20"]);
  });
});

describe("a handler of an error", () => {
  const failing = () => later<void>((future) => future.setException(new Error("reason")));

  test.each([
    { name: "catch(f)", use: ((awaitable, handler) => awaitable.catch(handler)) as Use },
    { name: "then(undefined, f)", use: ((awaitable, handler) => awaitable.then(undefined, handler)) as Use },
    { name: "finally(f)", use: ((awaitable, handler) => awaitable.finally(handler).catch(() => {})) as Use },
  ])("given by $name runs in the task that gives it", async ({ use }) => {
    const seen: string[] = [];
    await runVirtual(async () => {
      await request.run("r1", () =>
        createTask(
          async () => {
            await sleep(1);
            await use(failing() as unknown as Promise<unknown>, async () => {
              seen.push(here());
              await sleep(1);
              seen.push(here());
            });
          },
          { name: "caller" },
        ),
      );
    });
    expect(seen).toEqual(["caller r1", "caller r1"]);
  });
});

describe("a handler whose promise nobody uses", () => {
  test("runs in its task too, with what it returns", async () => {
    const seen: string[] = [];
    const work = coroutine(async (what: string) => {
      await sleep(1);
      seen.push(`${what}: ${here()}`);
    });
    await runVirtual(async () => {
      await request.run("r1", () =>
        createTask(
          async () => {
            await sleep(1);
            sleep(1).then(async () => work("promise"));
            sleep(1).then(() => work("coroutine"));
            sleep(1).then(
              () => seen.push(`then(f, g): ${currentTask()?.name}`),
              () => {},
            );
            await sleep(10);
          },
          { name: "caller" },
        ),
      );
    });
    expect(seen).toEqual(["then(f, g): caller", "promise: caller r1", "coroutine: caller r1"]);
  });

  // The one case left, see `continuation.ts`: nothing tells these two functions from those of `await`.
  test("but that was given by then(f, g), keeps its task across awaits where promise hooks tell it", async () => {
    const seen: (string | undefined)[] = [];
    await runVirtual(async () => {
      const caller = async () => {
        await sleep(1);
        sleep(1).then(
          async () => {
            seen.push(currentTask()?.name);
            await Promise.resolve();
            seen.push(currentTask()?.name);
          },
          () => {},
        );
        await sleep(10);
      };
      await createTask(caller, { name: "caller" });
    });
    const isOldNode = Number.parseInt(process.versions.node) < 24;
    expect(seen).toEqual(["caller", isOldNode ? "caller" : undefined]);
  });

  test("is reported once if what it returns fails, and not if that is cancelled", async () => {
    const reports: unknown[] = [];
    await runVirtual(async () => {
      getRunningLoop().setExceptionHandler((_loop, context) => reports.push(context.exception));
      const task = createTask(async () => {
        sleep(1).then(async () => {
          await sleep(1);
          throw new Error("in a handler");
        });
        sleep(1).then(() => sleep(1000));
        await sleep(1000);
      });
      await sleep(100);
      task.cancel();
      await sleep(1);
      await afterRealTime(0);
    });
    expect(reports).toEqual([new Error("in a handler")]);
  });
});

test("a handler runs in the turn of the wait, as a promise's reactions do", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const future = new Future<void>();
    future.addDoneCallback(() => {
      events.push("callback");
      queueMicrotask(() => events.push("microtask of the callback"));
    });
    const handled = future.then(() => events.push("handler"));
    future.addDoneCallback(() => events.push("second callback"));
    future.setResult();
    await handled;
  });
  expect(events).toEqual(["callback", "microtask of the callback", "handler", "second callback"]);
});

test("finally(f) waits for what f returns, and passes the value on", async () => {
  const value = await runVirtual(async () => {
    const passed = await sleep(1, "value").finally(() => sleep(10) as unknown as void);
    return `${passed} at ${getRunningLoop().time()}`;
  });
  expect(value).toBe("value at 11");
});

describe("an error behind then() of a coroutine that is dropped is reported:", () => {
  const failing = coroutine(async () => {
    await sleep(1);
    throw new RangeError("of the coroutine");
  });
  const lasting = coroutine(async () => sleep(1));
  const reported = async (start: () => unknown): Promise<unknown[]> => {
    const reports = await reportsOf(async () => {
      start();
      await sleep(5);
    });
    return reports.map(({ message, exception }) => [message, String(exception)]);
  };

  test("that of the coroutine, if no handler takes it", async () => {
    expect(await reported(() => failing().then(() => {}))).toEqual([
      ["a coroutine failed and nobody awaits its result", "RangeError: of the coroutine"],
    ]);
  });

  test("that of a handler", async () => {
    const handler = (): never => {
      throw new Error("of the handler");
    };
    expect(await reported(() => lasting().then(handler))).toEqual([
      ["a handler given to then() of a coroutine threw an error", "Error: of the handler"],
    ]);
  });

  test("and not one that somebody takes, once or twice", async () => {
    const caught: string[] = [];
    const note = (error: unknown): void => void caught.push(String(error));
    const reports = await reported(() => {
      const dropped = failing().then(() => {});
      dropped.catch(note);
      dropped.catch(note);
    });
    expect([reports, caught]).toEqual([[], Array(2).fill("RangeError: of the coroutine")]);
  });
});

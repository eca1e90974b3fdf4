import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { Future } from "@asyncio-ts/future";
import { type contract, slot } from "@asyncio-ts/future/internal";
import {
  currentScheduler,
  currentTaskLike,
  runInside,
  runOutside,
  type TaskLike,
} from "@asyncio-ts/future/lowlevel";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  hooksOfPromises,
  LocalStorage,
  makeStorage,
  type PromiseHooks,
  PromiseStorage,
} from "../src/storage.js";
import { needing } from "@asyncio-ts/testkit/needing";
import { FakeTask } from "@asyncio-ts/testkit/fake-task";
import { ManualScheduler, microtasks } from "@asyncio-ts/testkit/manual-scheduler";

/** The name of the task that the calling code runs in. */
function whose(): string | undefined {
  return (currentTaskLike() as FakeTask | undefined)?.name;
}

/** The tests of a storage. It is made once: the hooks of a PromiseStorage can't be taken off again. */
const testsOf = (make: () => contract.Storage) => (): void => {
  let storage: contract.Storage | undefined;
  beforeEach(() => {
    slot.storage = storage ??= make();
  });
  afterEach(() => {
    slot.storage = undefined;
  });

  test("an async function belongs to the task that calls it, also after its awaits, beside others", async () => {
    const log: string[] = [];
    const schedulers: boolean[] = [];
    const calls = ["a", "b"].map((name) => {
      const task = new FakeTask(name);
      return runInside({ awaiter: task }, async () => {
        for (let i = 0; i < 3; i++) {
          log.push(`${name}: ${whose()}`);
          schedulers.push(currentScheduler() === task.scheduler);
          await undefined;
        }
      });
    });
    expect(whose()).toBeUndefined();
    await Promise.all(calls);
    expect(log).toEqual(["a: a", "b: b", "a: a", "b: b", "a: a", "b: b"]);
    expect(schedulers).toEqual(Array.from({ length: 6 }, () => true));
    expect(whose()).toBeUndefined();
  });

  test("nested, the task is the inner one, and then the outer one again", () => {
    const seen: (string | undefined)[] = [];
    runInside({ awaiter: new FakeTask("outer") }, () => {
      seen.push(whose());
      runInside({ awaiter: new FakeTask("inner") }, () => seen.push(whose()));
      seen.push(whose());
    });
    expect(seen).toEqual(["outer", "inner", "outer"]);
  });

  test("when the function throws, its task is left", () => {
    expect(() =>
      runInside({ awaiter: new FakeTask() }, () => {
        throw new Error("thrown");
      }),
    ).toThrow("thrown");
    expect(whose()).toBeUndefined();
  });

  test("code that outlives its task belongs to nobody", async () => {
    const task = new FakeTask();
    let seen: unknown = "not run";
    await runInside({ awaiter: task }, async () => {
      await undefined;
      task.isDone = true;
      seen = whose();
    });
    expect(seen).toBeUndefined();
  });

  test("runOutside() calls a function that belongs to nobody", async () => {
    const seen: unknown[] = [];
    await runInside({ awaiter: new FakeTask("a") }, async () => {
      await undefined;
      await new Promise<void>((resolve) => {
        runOutside(() => {
          void (async () => {
            await undefined;
            seen.push(whose());
            resolve();
          })();
        });
      });
      seen.push(whose());
    });
    expect(seen).toEqual([undefined, "a"]);
  });

  test("a task is told when an await of it begins and ends, and not of a future that is done", async () => {
    const task = new FakeTask();
    const future = new Future<number>({ loop: task.scheduler });
    const result = runInside({ awaiter: task }, async () => (await future) + (await future));
    await microtasks();
    expect(task.waits).toEqual(["suspended"]);
    future.setResult(1);
    await task.scheduler.settle();
    expect(await result).toBe(2);
    expect(task.waits).toEqual(["suspended", "resumed: value"]);
  });

  test("a callback is called without `this`, also if a task has made it", async () => {
    const loop = new ManualScheduler();
    const future = new Future<void>({ loop });
    const seen: unknown[] = [];
    await runInside({ awaiter: new FakeTask("a") }, async () => {
      future.addDoneCallback(function (this: unknown) {
        seen.push(this, whose());
      });
    });
    future.setResult();
    loop.flush();
    expect(seen).toEqual([undefined, undefined]);
  });

  test("a context is entered with the task in it, and left without it", async () => {
    const request = new AsyncLocalStorage<string>();
    const context: contract.AsyncContext = request.run("request 1", () => new AsyncResource("test"));
    const seen = await request.run("request 2", async () => {
      const stepper = { awaiter: new FakeTask("a"), context };
      const inside = runInside(
        stepper,
        async (greeting: string) => {
          await undefined;
          return [greeting, whose(), request.getStore()];
        },
        "hello",
      );
      return [whose(), request.getStore(), await inside, whose(), request.getStore()];
    });
    expect(seen).toEqual([undefined, "request 2", ["hello", "a", "request 1"], undefined, "request 2"]);
  });

  test("a context that is captured has the stores of the code that captures it", () => {
    const request = new AsyncLocalStorage<string>();
    const context = request.run("request 1", () => slot.storage?.capture());
    expect(context?.runInAsyncScope(() => request.getStore())).toBe("request 1");
  });

  test("code in a context with a scope is in that, also after its awaits, and so is what it captures", async () => {
    const made = slot.storage as contract.Storage;
    const scope = { name: "scope" };
    const context = made.withScope(undefined, scope);
    const seen: unknown[] = [made.scopeIn(), made.scopeIn(context)];
    const inside = runInside({ awaiter: new FakeTask("a"), context }, async () => {
      seen.push(made.scopeIn());
      await undefined;
      seen.push(made.scopeIn(), made.scopeIn(made.capture()));
    });
    seen.push(made.scopeIn());
    await inside;
    seen.push(made.scopeIn(), made.scopeIn(made.capture()));
    expect(seen).toEqual([undefined, scope, scope, undefined, scope, scope, undefined, undefined]);
  });

  test("code beside a scope is not in it, nor is code of a context that was made without", async () => {
    const made = slot.storage as contract.Storage;
    const seen: unknown[] = [];
    const look = async (): Promise<void> => {
      seen.push(made.scopeIn());
      await undefined;
      seen.push(made.scopeIn());
    };
    const outside = new AsyncResource("test");
    const context = made.withScope(undefined, { name: "scope" });
    const entered = runInside({ awaiter: new FakeTask("a"), context }, async () => {
      await runInside({ awaiter: new FakeTask("b"), context: outside }, look);
      return made.scopeIn();
    });
    await look();
    expect([await entered, seen]).toEqual([{ name: "scope" }, [undefined, undefined, undefined, undefined]]);
  });

  test("a scope takes the place of another one, and keeps all else of its context", () => {
    const made = slot.storage as contract.Storage;
    const request = new AsyncLocalStorage<string>();
    const outer = request.run("request", () => made.withScope(undefined, { name: "outer" }));
    const inner = made.withScope(outer, { name: "inner" });
    const left = made.withScope(inner, undefined);
    const contexts = [outer, inner, left];
    expect(contexts.map((context) => made.scopeIn(context))).toEqual([
      { name: "outer" },
      { name: "inner" },
      undefined,
    ]);
    expect(contexts.map((context) => context?.runInAsyncScope(() => request.getStore()))).toEqual([
      "request",
      "request",
      "request",
    ]);
  });

  test("a scope is left when the function throws", () => {
    const made = slot.storage as contract.Storage;
    const context = made.withScope(undefined, { name: "scope" });
    expect(() =>
      runInside({ awaiter: new FakeTask("a"), context }, () => {
        throw new Error("thrown");
      }),
    ).toThrow("thrown");
    expect(made.scopeIn()).toBeUndefined();
  });

  test("what the function throws goes out, and the context is left all the same", () => {
    const stepper = { awaiter: new FakeTask("a"), context: new AsyncResource("test") };
    expect(() =>
      runInside(stepper, () => {
        throw new Error(`thrown in ${whose()}`);
      }),
    ).toThrow("thrown in a");
    expect([whose(), slot.storage?.getStore()]).toEqual([undefined, undefined]);
  });
};

describe(
  "with an AsyncLocalStorage",
  testsOf(() => new LocalStorage(() => new AsyncLocalStorage<never>())),
);
describe(
  "with the hooks of promises",
  needing("promise hooks"),
  testsOf(() => new PromiseStorage(hooksOfPromises() as PromiseHooks)),
);

test("with an AsyncLocalStorage, no code is in a scope before one is stored, whatever its context", () => {
  const make = vi.fn(() => new AsyncLocalStorage<never>());
  const storage = new LocalStorage(make);
  expect([storage.scopeIn(), storage.scopeIn(new AsyncResource("test"))]).toEqual([undefined, undefined]);
  expect(make).toHaveBeenCalledTimes(1);
});

test("with the hooks of promises, those for scopes are made once, when the first is stored", () => {
  const createHook = vi.fn(() => () => {});
  const storage = new PromiseStorage({ createHook });
  const uses = [
    () => {},
    () => storage.capture(),
    ...[1, 2].map(() => () => storage.withScope(undefined, {})),
  ];
  const counts = uses.map((use) => {
    use();
    return createHook.mock.calls.length;
  });
  expect(counts).toEqual([1, 1, 2, 2]);
});

test(
  "with the hooks of promises, a callback of the host belongs to nobody, also after code of a task has run",
  needing("promise hooks"),
  async () => {
    slot.storage = new PromiseStorage(hooksOfPromises() as PromiseHooks);
    const seen: unknown[] = [];
    await runInside({ awaiter: new FakeTask("a") }, async () => {
      // So long that what else is in the queue of microtasks has run.
      for (let count = 0; count < 20; count++) await undefined;
      seen.push(whose());
      queueMicrotask(() => seen.push(slot.storage?.getStore()));
    });
    await undefined;
    slot.storage = undefined;
    expect(seen).toEqual(["a", undefined]);
  },
);

test("a stepper that keeps the context it has entered changes no store the next time", () => {
  const local = new AsyncLocalStorage<TaskLike>();
  const enterWith = vi.spyOn(local, "enterWith");
  slot.storage = new LocalStorage(() => local as never);
  const stepper = {
    awaiter: new FakeTask("a"),
    context: new AsyncResource("test") as contract.AsyncContext | undefined,
    entered(context: contract.AsyncContext | undefined): void {
      this.context = context;
    },
  };
  const seen = [1, 2, 3].map(() => runInside(stepper, () => [whose(), enterWith.mock.calls.length]));
  slot.storage = undefined;
  expect(seen).toEqual([
    ["a", 1],
    ["a", 1],
    ["a", 1],
  ]);
});

test("makeStorage() takes what suits the version of Node", () => {
  const isOld = Number.parseInt(process.versions.node) < 24;
  expect(makeStorage()).toBeInstanceOf(isOld ? PromiseStorage : LocalStorage);
});

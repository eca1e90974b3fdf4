import { makeStorage } from "../../task/src/storage.js";
import { Future } from "@asyncio-ts/future";
import { fallbackScheduler, slot } from "@asyncio-ts/future/internal";
import {
  currentScheduler,
  currentTaskLike,
  reportException,
  runInside,
  runOutside,
  type TaskLike,
} from "@asyncio-ts/future/lowlevel";
import { afterEach, describe, expect, test, vi } from "vitest";
import { CONTRACT } from "../src/slot.js";
import { FakeTask } from "@asyncio-ts/testkit/fake-task";
import { ManualScheduler, microtasks } from "@asyncio-ts/testkit/manual-scheduler";

// As the package does that has tasks.
slot.makeStorage = makeStorage;

describe("who is awaiting", () => {
  test("is nobody outside of every task", () => {
    expect(currentTaskLike()).toBeUndefined();
  });

  test("is the task inside which a function is called, also after its awaits, and side by side", async () => {
    const tasks = [new FakeTask(), new FakeTask()];
    const seen: boolean[] = [];
    await Promise.all(
      tasks.map((task) =>
        runInside({ awaiter: task }, async () => {
          for (let i = 0; i < 3; i++) {
            seen.push(currentTaskLike() === task, currentScheduler() === task.scheduler);
            await undefined;
          }
        }),
      ),
    );
    expect(seen).toHaveLength(12);
    expect(new Set(seen)).toEqual(new Set([true]));
    expect(currentTaskLike()).toBeUndefined();
  });

  test("is put back when the function throws", () => {
    expect(() =>
      runInside({ awaiter: new FakeTask() }, () => {
        throw new Error("thrown");
      }),
    ).toThrow("thrown");
    expect(currentTaskLike()).toBeUndefined();
  });

  test("nested, it is the inner one, and then the outer one again", () => {
    const [outer, inner] = [new FakeTask(), new FakeTask()];
    const seen: (TaskLike | undefined)[] = [];
    runInside({ awaiter: outer }, () => {
      seen.push(currentTaskLike());
      runInside({ awaiter: inner }, () => seen.push(currentTaskLike()));
      seen.push(currentTaskLike());
    });
    expect(seen.map((one) => (one === outer ? "outer" : one === inner ? "inner" : "nobody"))).toEqual([
      "outer",
      "inner",
      "outer",
    ]);
  });

  test("code that outlives its task belongs to nobody", async () => {
    const task = new FakeTask();
    let seen: unknown = "not run";
    await runInside({ awaiter: task }, async () => {
      await undefined;
      task.isDone = true;
      seen = currentTaskLike();
    });
    expect(seen).toBeUndefined();
  });

  test("runOutside() calls a function that belongs to nobody", async () => {
    const task = new FakeTask();
    const seen: unknown[] = [];
    await runInside({ awaiter: task }, async () => {
      await undefined;
      await new Promise<void>((resolve) => {
        runOutside(() => {
          void (async () => {
            await undefined;
            seen.push(currentTaskLike());
            resolve();
          })();
        });
      });
      seen.push(currentTaskLike() === task);
    });
    expect(seen).toEqual([undefined, true]);
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
    expect(task.waits).toEqual(["suspended", "resumed"]);
  });
});

describe("the scheduler of programs that have no loop", () => {
  test("runs soon, in order, and never synchronously", async () => {
    const events: string[] = [];
    const scheduler = fallbackScheduler();
    const before = scheduler.turns;
    scheduler.schedule({ run: () => events.push("first") });
    scheduler.schedule({ run: () => events.push("second") });
    events.push("synchronous");
    await microtasks();
    expect(events).toEqual(["synchronous", "first", "second"]);
    expect(scheduler.turns - before).toBe(2);
    expect(fallbackScheduler()).toBe(scheduler);
  });

  test("is replaced by what a package with loops registers, when it is first needed after that", () => {
    const { fallback } = slot;
    const loop = new ManualScheduler();
    let made = 0;
    slot.makeFallback = () => {
      made++;
      return loop;
    };
    const found = [fallbackScheduler(), fallbackScheduler()];
    slot.fallback = fallback;
    expect(found.every((one) => one === loop)).toBe(true);
    expect(made).toBe(1);
  });
});

describe("reportException()", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test("writes the message, and the error if there is one, to console.error", () => {
    const written: unknown[][] = [];
    vi.spyOn(console, "error").mockImplementation((...parts: unknown[]) => written.push(parts));
    const exception = new Error("reason");
    reportException({ message: "with", exception });
    reportException({ message: "without" });
    reportException({ message: "with nothing", exception: undefined });
    expect(written).toEqual([["with", exception], ["without"], ["with nothing", undefined]]);
  });

  test("errors of programs without a loop come there", async () => {
    const written: unknown[] = [];
    vi.spyOn(console, "error").mockImplementation((message: unknown) => written.push(message));
    const future = new Future<void>();
    future.addDoneCallback(() => {
      throw new Error("in a callback");
    });
    future.setResult();
    await microtasks();
    expect(written).toEqual([
      expect.stringMatching(/a done callback of <Future finished.*>,? threw an error/),
    ]);
  });
});

describe("the shared state", () => {
  const key = Symbol.for("asyncio-ts.slot");
  const globals = globalThis as { [key]?: object };

  afterEach(() => {
    globals[key] = slot;
  });

  test("lives in one slot of the global object, for several installed versions", async () => {
    expect(globals[key]).toBe(slot);
    vi.resetModules();
    expect((await import("../src/slot.js")).slot).toBe(slot);
  });

  test("is refused by a version that follows another contract, with an error that says what to do", async () => {
    for (const [slot, contract] of [
      [{ contract: CONTRACT + 1 }, CONTRACT + 1],
      [{}, undefined],
    ] as const) {
      globals[key] = slot;
      vi.resetModules();
      await expect(import("../src/slot.js")).rejects.toThrow(
        `two versions of @asyncio-ts/future that can't work together are loaded (contracts ${contract} and ${CONTRACT}); ` +
          "update what needs the older one: npm ls @asyncio-ts/future",
      );
    }
  });
});

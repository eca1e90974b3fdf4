import { Future } from "@asyncio-ts/future";
import { fallbackScheduler, slot } from "@asyncio-ts/future/internal";
import { currentScheduler, currentTaskLike, reportException } from "@asyncio-ts/future/lowlevel";
import { afterEach, describe, expect, test, vi } from "vitest";
import { CONTRACT } from "../src/slot.js";
import { FakeTask, storeTasks } from "@asyncio-ts/testkit/fake-task";
import { ManualScheduler, microtasks } from "@asyncio-ts/testkit/manual-scheduler";

test("outside of every task nobody is awaiting", () => {
  expect(currentTaskLike()).toBeUndefined();
});

describe("the current task and scheduler", () => {
  afterEach(() => void (slot.stepping = slot.storage = slot.turn = slot.running = undefined));

  test("are those of the step, else of the storage, else of the turn", () => {
    const [step, stored, turn] = ["step", "stored", "turn"].map((name) => new FakeTask(name));
    slot.turn = turn;
    expect([currentTaskLike(), currentScheduler()]).toEqual([turn, turn?.scheduler]);
    storeTasks();
    expect(currentTaskLike()).toBeUndefined();
    slot.storage?.run(stored, () => {
      expect([currentTaskLike(), currentScheduler()]).toEqual([stored, stored?.scheduler]);
      slot.stepping = { awaiter: step };
      expect([currentTaskLike(), currentScheduler()]).toEqual([step, step?.scheduler]);
      slot.stepping = {};
      expect(currentTaskLike()).toBeUndefined();
    });
    slot.stepping = undefined;
    slot.storage = null;
    expect(currentTaskLike()).toBe(turn);
  });

  test("are none of a task that is done", () => {
    const task = new FakeTask();
    slot.turn = task;
    task.isDone = true;
    expect(currentTaskLike()).toBeUndefined();
  });

  test("without a task, the scheduler is the one whose turn it is, else that of no loop", () => {
    const loop = new ManualScheduler();
    expect(currentScheduler()).toBe(fallbackScheduler());
    slot.running = loop;
    expect(currentScheduler()).toBe(loop);
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

  test("runs what a runnable schedules after all that was ready, and is in no debug mode", async () => {
    const events: string[] = [];
    const scheduler = fallbackScheduler();
    scheduler.schedule({
      run() {
        events.push("first");
        scheduler.schedule({ run: () => events.push("third") });
      },
    });
    scheduler.schedule({ run: () => events.push("second") });
    await microtasks();
    expect(events).toEqual(["first", "second", "third"]);
    expect(scheduler.debug).toBe(false);
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

  test("says so if the error can't be printed, and never throws", () => {
    const written: unknown[][] = [];
    const refuse = vi.spyOn(console, "error").mockImplementation((...parts: unknown[]) => {
      written.push(parts);
      if (parts[1] instanceof Error) throw new Error("in its inspection");
    });
    reportException({ message: "failed", exception: new Error("reason") });
    expect(written[1]).toEqual(["failed", "(which can't be printed)"]);
    refuse.mockImplementation(() => {
      throw new Error("no console");
    });
    expect(() => reportException({ message: "failed" })).not.toThrow();
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
        `incompatible versions of @asyncio-ts/future are loaded (contracts ${contract} and ${CONTRACT}); ` +
          "update what needs the older one: npm ls @asyncio-ts/future",
      );
    }
  });
});

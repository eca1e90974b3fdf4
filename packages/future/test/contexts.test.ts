import { AsyncLocalStorage } from "node:async_hooks";
import { slot } from "@asyncio-ts/future/internal";
import { captureContext, currentTaskLike, runInside } from "@asyncio-ts/future/lowlevel";
import { FakeTask, storeTasks } from "@asyncio-ts/testkit/fake-task";
import { ManualScheduler, microtasks } from "@asyncio-ts/testkit/manual-scheduler";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { AsyncContext } from "../src/async-context.js";
import type { Storage } from "../src/contract.js";
import { nobody, outsideTasks } from "../src/contexts.js";

afterEach(() => {
  slot.turn = slot.storage = slot.stepping = slot.running = undefined;
  slot.makeStorage = undefined;
});

const task = new FakeTask("task");
const other = new FakeTask("other");

/** The storage of tasks, which records how it is used. */
function recordingStorage(): { storage: Storage; events: string[] } {
  storeTasks();
  const storage = slot.storage as Storage;
  const events: string[] = [];
  const { run, runIn } = storage;
  storage.run = (store, body, ...args) => {
    events.push("run");
    return run(store, body, ...args);
  };
  storage.runIn = (context, stepper, body, args) => {
    events.push("runIn");
    return runIn(context, stepper, body, args);
  };
  return { storage, events };
}

describe("runInside()", () => {
  test("calls the body in the task, with its arguments, and restores the step before", () => {
    const stepper = { awaiter: task };
    slot.stepping = nobody;
    const seen = runInside(stepper, (...args: unknown[]) => [slot.stepping === stepper, ...args], 1, 2);
    expect([...seen, slot.stepping === nobody]).toEqual([true, 1, 2, true]);
    const throws = (): never => {
      throw new Error("in the body");
    };
    expect(() => runInside(stepper, throws)).toThrow("in the body");
    expect(slot.stepping).toBe(nobody);
  });

  test("marks the turn, since the body may have queued microtasks", () => {
    slot.microtasksQueued = false;
    runInside(nobody, () => {});
    expect(slot.microtasksQueued).toBe(true);
  });

  test("makes the storage once, for the first body that a task has", () => {
    storeTasks();
    const { storage } = slot;
    slot.storage = undefined;
    const make = vi.fn<() => Storage | null>(() => storage as Storage);
    slot.makeStorage = make;
    runInside(nobody, () => {});
    expect(make).not.toHaveBeenCalled();
    const seen = [
      runInside({ awaiter: task }, currentTaskLike),
      runInside({ awaiter: other }, currentTaskLike),
    ];
    expect(seen).toEqual([task, other]);
    expect(make).toHaveBeenCalledTimes(1);
    expect(slot.storage).toBe(storage);
  });

  test("has the body and what it starts belong to the task", async () => {
    const { storage, events } = recordingStorage();
    const later = async (): Promise<unknown> => {
      await Promise.resolve();
      return currentTaskLike();
    };
    const found = [runInside({ awaiter: task }, later), storage.run(other, () => runInside(nobody, later))];
    expect(await Promise.all(found)).toEqual([task, undefined]);
    expect(events).toEqual(["run", "run", "run"]);
  });

  test("enters the storage only if that has another task", () => {
    const { storage, events } = recordingStorage();
    const inStorage = (): unknown => storage.getStore();
    expect(storage.run(task, () => runInside({ awaiter: task }, inStorage))).toBe(task);
    expect(events).toEqual(["run"]);
  });

  test("enters the context of the step, unless the step has", () => {
    const { events } = recordingStorage();
    const stores = new AsyncLocalStorage<string>();
    const context = stores.run("of the task", captureContext) as AsyncContext;
    const seen = [runInside({ awaiter: task, context }, () => stores.getStore())];
    context.entered = true;
    seen.push(runInside({ awaiter: task, context }, () => stores.getStore()));
    expect([seen, events]).toEqual([
      ["of the task", undefined],
      ["runIn", "run"],
    ]);
  });
});

describe("runInside(), where no storage can be made", () => {
  test("makes the turn the task's, for the body and its first microtasks, and then gives it back", async () => {
    const seen: unknown[] = [];
    const body = async (): Promise<void> => {
      seen.push(slot.turn);
      await undefined;
      seen.push(slot.turn);
    };
    slot.turn = other;
    runInside({ awaiter: task }, body);
    seen.push(slot.turn);
    void Promise.resolve().then(() => seen.push(slot.turn));
    await microtasks();
    expect(seen).toEqual([task, other, task, other]);
    expect([slot.turn, slot.storage]).toEqual([other, null]);
  });

  test("gives the turn back if the body throws", async () => {
    slot.turn = other;
    const throws = (): never => {
      throw new Error("in the body");
    };
    expect(() => runInside({ awaiter: task }, throws)).toThrow("in the body");
    expect(slot.turn).toBe(other);
    await microtasks();
    expect(slot.turn).toBe(other);
  });

  test("leaves the turn to the task to its end, if the loop has begun it for the task", async () => {
    slot.running = new ManualScheduler();
    runInside({ awaiter: task }, () => {});
    expect(slot.turn).toBe(task);
    await microtasks();
    expect(slot.turn).toBe(task);
  });

  test.each<[string, FakeTask | undefined, FakeTask | undefined, FakeTask | undefined]>([
    ["in a step of the task, in no turn, it is the task's", task, undefined, task],
    ["in a step of the task, in its turn, it is the task's", task, task, task],
    ["in a step of the task, in the turn of another, it is the other's", task, other, other],
    ["in a step of another task, in no turn, it is nobody's", other, undefined, undefined],
    ["in a step of another task, in its turn, it is the other's", other, other, other],
  ])("%s afterwards", async (_, step, turn, after) => {
    slot.stepping = { awaiter: step };
    slot.turn = turn;
    expect(runInside({ awaiter: task }, () => slot.turn)).toBe(task);
    expect(slot.turn).toBe(after);
    slot.stepping = undefined;
    await microtasks();
    expect(slot.turn).toBe(after);
  });
});

describe("outsideTasks()", () => {
  const stores = new AsyncLocalStorage<string>();

  test("calls a function in a context, but in no task", () => {
    const { storage, events } = recordingStorage();
    const context = storage.run(task, () => stores.run("store", captureContext));
    const look = (...args: number[]): unknown[] => [stores.getStore(), storage.getStore(), ...args];
    expect(outsideTasks(context, look, [1, 2])).toEqual(["store", undefined, 1, 2]);
    expect(events).toEqual(["run", "run"]);
  });

  test("does not enter the storage in a context without a task, nor without any storage", () => {
    const { events } = recordingStorage();
    const look = (...args: number[]): unknown[] => [stores.getStore(), ...args];
    const context = stores.run("store", captureContext);
    expect(outsideTasks(context, look, [1])).toEqual(["store", 1]);
    slot.storage = null;
    expect(outsideTasks(context, look, [1])).toEqual(["store", 1]);
    expect(outsideTasks(undefined, look, [1])).toEqual([undefined, 1]);
    expect(events).toEqual([]);
  });

  test("calls it without `this`", () => {
    const { storage } = recordingStorage();
    function itsThis(this: unknown): unknown {
      return this;
    }
    const context = storage.run(task, captureContext);
    expect(outsideTasks(context, itsThis, [])).toBeUndefined();
  });
});

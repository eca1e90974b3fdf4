import { Future } from "@asyncio-ts/future";
import { slot } from "@asyncio-ts/future/internal";
import type { Scheduler } from "@asyncio-ts/future/lowlevel";
import { EventLoop, getRunningLoop, newEventLoop } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import { FakeTask } from "@asyncio-ts/testkit/fake-task";
import { fakeLoop } from "@asyncio-ts/testkit/hosts";
import { ManualScheduler } from "@asyncio-ts/testkit/manual-scheduler";
import { afterEach, describe, expect, test, vi } from "vitest";
import { programBegins, waitingScheduler } from "../src/running-scheduler.js";
import { reportsOf } from "./reports-of.js";

describe("newEventLoop", () => {
  test("it makes a loop of its own each time, which does not run by itself", () => {
    const loop = newEventLoop();
    expect(loop).toBeInstanceOf(EventLoop);
    expect(loop).not.toBe(newEventLoop());
    expect(loop.isRunning()).toBe(false);
  });

  test("it takes the options of a loop", () => {
    expect(newEventLoop({ debug: true }).debug).toBe(true);
    expect(newEventLoop({ debug: false }).debug).toBe(false);
  });
});

describe("the default loop", () => {
  const { fallback, makeFallback } = slot;

  afterEach(() => {
    Object.assign(slot, { fallback, makeFallback });
  });

  test("reports what nobody has retrieved when the process exits, since it is never closed", () => {
    slot.fallback = undefined;
    const before = new Set(process.listeners("exit"));
    const loop = getRunningLoop();
    const reports = reportsOf(loop);
    const exiting = process.listeners("exit").filter((listener) => !before.has(listener));
    loop.createFuture<void>().setException(new Error("lost"));
    try {
      expect([exiting.length, reports]).toEqual([1, []]);
      for (const listener of exiting) listener.call(process, 0);
    } finally {
      for (const listener of exiting) process.off("exit", listener);
      loop.stop();
    }
    expect(reports.map(({ message }) => message)).toEqual([
      "Future failed and nobody retrieved its error (await it, or call exception())",
    ]);
  });

  test("is the same for another copy of the library", async () => {
    const loop = getRunningLoop();
    vi.resetModules();
    const other = (await import("../src/running-scheduler.js")) as { getRunningLoop(): EventLoop };
    expect(slot.makeFallback).toBeUndefined();
    expect(other.getRunningLoop()).toBe(loop);
  });

  test("is not that of a wait in a turn of another one", () => {
    const { loop, scheduler, host } = fakeLoop();
    const seen: unknown[] = [];
    loop.callSoon(() => seen.push(waitingScheduler()));
    host.flush();
    expect(seen).toEqual([scheduler]);
  });

  test("replaces a scheduler that belongs to no loop", () => {
    slot.fallback = new ManualScheduler();
    slot.makeFallback = undefined;
    const loop = getRunningLoop();
    const { fallback } = slot as { fallback: Scheduler | undefined };
    expect([loop.isRunning(), fallback?.loop]).toEqual([true, loop]);
    loop.stop();
  });
});

describe("getRunningLoop", () => {
  test("outside of every loop it gives the default one, which runs, and is always the same", () => {
    const loop = getRunningLoop();
    expect(loop.isRunning()).toBe(true);
    expect(getRunningLoop()).toBe(loop);
  });

  test("inside a callback it gives the loop that calls it, and the default one after that", () => {
    const { loop, host } = fakeLoop();
    const seen: EventLoop[] = [];
    loop.callSoon(() => seen.push(getRunningLoop()));
    host.flush();
    expect(seen).toEqual([loop]);
    expect(getRunningLoop()).not.toBe(loop);
  });

  describe("outside of every task and turn", () => {
    const ends: (() => void)[] = [];
    const begin = (loop: EventLoop): void => void ends.push(programBegins(partsOf(loop).scheduler));

    afterEach(() => {
      for (const end of ends.splice(0)) end();
    });

    test("it gives the loop of the only program that goes on, also if that has begun twice", () => {
      const loop = newEventLoop();
      const byDefault = getRunningLoop();
      begin(loop);
      begin(loop);
      expect(getRunningLoop()).toBe(loop);
      ends[0]?.();
      ends[0]?.();
      expect(getRunningLoop()).toBe(loop);
      ends[1]?.();
      expect(getRunningLoop()).toBe(byDefault);
    });

    test("it gives the default loop if several programs go on, and nothing tells which", () => {
      const byDefault = getRunningLoop();
      begin(newEventLoop());
      begin(newEventLoop());
      expect(getRunningLoop()).toBe(byDefault);
      ends[0]?.();
      expect(getRunningLoop()).not.toBe(byDefault);
    });

    test("a wait is in the default loop, although a program goes on", () => {
      const byDefault = getRunningLoop();
      begin(newEventLoop());
      expect(waitingScheduler().loop).toBe(byDefault);
    });

    test("it gives the loop of the only program to code whose context has no task", () => {
      const loop = newEventLoop();
      const { storage } = slot;
      slot.storage = { getStore: () => undefined } as unknown as NonNullable<typeof slot.storage>;
      try {
        begin(loop);
        expect(getRunningLoop()).toBe(loop);
      } finally {
        slot.storage = storage;
      }
    });

    test("code of a task that is done goes to the loop of its program, as long as that goes on", () => {
      const byDefault = getRunningLoop();
      const task = new FakeTask();
      const { loop, scheduler } = fakeLoop();
      Object.assign(task, { isDone: true, scheduler });
      const { storage } = slot;
      slot.storage = { getStore: () => task } as unknown as NonNullable<typeof slot.storage>;
      try {
        begin(newEventLoop());
        begin(loop);
        expect(getRunningLoop()).toBe(loop);
        ends[1]?.();
        expect(getRunningLoop()).toBe(byDefault);
      } finally {
        slot.storage = storage;
      }
    });
  });

  test("a callback that runs another loop's host gets its own loop back", () => {
    const outer = fakeLoop();
    const inner = fakeLoop();
    const seen: string[] = [];
    const name = (): string => (getRunningLoop() === outer.loop ? "outer" : "inner");
    inner.loop.callSoon(() => seen.push(name()));
    outer.loop.callSoon(() => {
      seen.push(name());
      inner.host.flush();
      seen.push(name());
    });
    outer.host.flush();
    expect(seen).toEqual(["outer", "inner", "outer"]);
  });

  test("the default loop calls back without run(), in order, and never synchronously", async () => {
    const events: string[] = [];
    const loop = getRunningLoop();
    const finished = new Future<void>();
    loop.callSoon(() => events.push("first"));
    loop.callSoon(() => {
      events.push("second");
      loop.callSoon(() => {
        events.push("third");
        finished.setResult();
      });
    });
    events.push("synchronous");
    await finished;
    expect(events).toEqual(["synchronous", "first", "second", "third"]);
  });

  test("a future made outside of every loop belongs to the default one", () => {
    expect(new Future().getLoop()).toBe(getRunningLoop());
  });
});

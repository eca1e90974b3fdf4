import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, sleep } from "@asyncio-ts/task";
import { expect, test, vi } from "vitest";
import { runVirtual } from "./virtual-time.js";

/** The timers of ten seconds that are set: how long told code is followed. */
const timers = vi.hoisted(() => {
  const set = new Set<unknown>();
  const { setTimeout, clearTimeout } = globalThis;
  globalThis.setTimeout = ((callback: () => void, delay: number) => {
    const timer = setTimeout(callback, delay);
    if (delay === 10_000) set.add(timer);
    return timer;
  }) as typeof setTimeout;
  globalThis.clearTimeout = ((timer: NodeJS.Timeout) => {
    set.delete(timer);
    clearTimeout(timer);
  }) as typeof clearTimeout;
  return set;
});

test("one timer limits how long told code is followed, and ends with it", async () => {
  await runVirtual(async () => {
    const loop = getRunningLoop();
    for (let i = 0; i < 3; i++) {
      const task = createTask(async () => {
        try {
          await sleep(1000);
        } finally {
          await new Promise<void>((resolve) => void loop.callLater(5, resolve));
        }
      });
      await sleep(1);
      task.cancel();
      await sleep(1);
      expect(timers.size).toBe(1);
      await task.catch(() => {});
      expect(timers.size).toBe(0);
    }
  });
});

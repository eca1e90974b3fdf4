import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, currentTask, sleep } from "@asyncio-ts/task";
import { expect, test, vi } from "vitest";
import { needing, runVirtual } from "@asyncio-ts/testkit";

/** The timers of ten seconds that are set, with their callbacks: how long told code is followed. */
const timers = vi.hoisted(() => {
  const set = new Map<unknown, () => void>();
  const { setTimeout, clearTimeout } = globalThis;
  globalThis.setTimeout = ((callback: () => void, delay: number) => {
    const timer = setTimeout(callback, delay);
    if (delay === 10_000) set.set(timer, callback);
    return timer;
  }) as typeof setTimeout;
  globalThis.clearTimeout = ((timer: NodeJS.Timeout) => {
    set.delete(timer);
    clearTimeout(timer);
  }) as typeof clearTimeout;
  return set;
});

test(
  "one timer limits how long told code is followed, and ends with it",
  needing("promise hooks"),
  async () => {
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
  },
);

test(
  "when track of told code is lost, a line that was not told is cancelled late",
  needing("promise hooks"),
  async () => {
    const ending = await runVirtual(async () => {
      const loop = getRunningLoop();
      const native = (delay: number) => new Promise<void>((resolve) => void loop.callLater(delay, resolve));
      const beat = async (): Promise<void> => {
        try {
          for (;;) await sleep(10);
        } finally {
          await Promise.resolve();
        }
      };
      const task = createTask(async () => {
        beat().catch(() => {});
        await native(30);
        await sleep(500);
      });
      await sleep(15);
      task.cancel();
      await sleep(5);
      // Twice the time goes by.
      for (let i = 0; i < 2; i++) {
        const [[timer, over]] = [...timers] as [[unknown, () => void]];
        timers.delete(timer);
        over();
      }
      return await task.then(
        () => "returned",
        (error: unknown) => `${(error as Error).name} at ${loop.time()}`,
      );
    });
    expect(ending).toBe("CancelledError at 130");
  },
);

test(
  "when track is lost a second time, all code of the task counts as told",
  needing("promise hooks"),
  async () => {
    const ending = await runVirtual(async () => {
      const loop = getRunningLoop();
      const native = (delay: number) => new Promise<void>((resolve) => void loop.callLater(delay, resolve));
      const task = createTask(async () => {
        await sleep(1000).catch(() => {});
        for (let i = 0; i < 3; i++) {
          await native(10);
          await sleep(300).catch(() => {});
        }
        // Nor is the request due again that is left.
        currentTask()?.uncancel();
        await sleep(300);
        return `returned at ${loop.time()}`;
      });
      await sleep(15);
      task.cancel();
      task.cancel();
      const loseTrack = (): void => {
        for (let i = 0; i < 2; i++) {
          const [[timer, over]] = [...timers] as [[unknown, () => void]];
          timers.delete(timer);
          over();
        }
      };
      await sleep(5);
      loseTrack();
      // The next wait, from 25 ms on, is cancelled after 100 ms, since its line is in doubt.
      await sleep(110);
      loseTrack();
      return await task;
    });
    expect(ending).toBe("returned at 1045");
  },
);

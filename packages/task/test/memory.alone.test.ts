/**
 * Many tasks that end in every way leave nothing behind. Each task is watched through a WeakRef, so that a
 * single one that something still refers to is seen.
 */
import { isCancelled } from "@asyncio-ts/future";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { createTask, run, sleep, type Task, timeout } from "@asyncio-ts/task";
import { collectGarbage, has } from "@asyncio-ts/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);

beforeEach(() => {
  unhandled.length = 0;
  process.on("unhandledRejection", note);
});

afterEach(() => {
  process.off("unhandledRejection", note);
});

/** How many may be left that only a number on the stack, which looks like their address, seems to refer to. */
const SEEMING = has("precise garbage collector") ? 0 : 10;

interface Watched {
  readonly tasks: WeakRef<Task<unknown>>[];
  readonly reports: unknown[];
}

/** Runs `count` tasks: each fails unseen, fails and is awaited, is cancelled, or runs into a timeout. */
async function runMany(count: number, keep: (task: Task<unknown>) => void = () => {}): Promise<Watched> {
  const watched: Watched = { tasks: [], reports: [] };
  const watch = <T>(task: Task<T>): Task<T> => {
    watched.tasks.push(new WeakRef(task as Task<unknown>));
    return task;
  };
  const fail = async (index: number) => {
    await sleep(0);
    throw new RangeError(`failed ${index}`);
  };
  const loop = virtualLoop();
  loop.setExceptionHandler((_loop, context) => void watched.reports.push(context.exception));
  await run(
    async () => {
      for (let index = 0; index < count; index += 4) {
        keep(watch(createTask(() => fail(index))) as Task<unknown>);
        const awaited = watch(createTask(() => fail(index)));
        const cancelled = watch(createTask(() => sleep(1_000_000)));
        const late = watch(createTask(() => timeout(10).with(() => sleep(1_000_000))));
        await sleep(0);
        cancelled.cancel();
        await awaited.catch(() => {});
        await cancelled.catch((error) => expect(isCancelled(error)).toBe(true));
        late.addDoneCallback((task) => task.exception());
        if (index % 1000 === 0) await sleep(10);
      }
      await sleep(20);
    },
    { loopFactory: () => loop },
  );
  return watched;
}

async function alive(tasks: readonly WeakRef<Task<unknown>>[]): Promise<number> {
  for (let round = 0; round < 5; round++) {
    await collectGarbage();
  }
  return tasks.filter((task) => task.deref() !== undefined).length;
}

describe("100,000 tasks that fail, are cancelled, and time out", () => {
  it("leave nothing behind, report each error that nobody retrieved once, and no unhandled rejection", async () => {
    const { tasks, reports } = await runMany(100_000);
    expect(tasks.length).toBe(100_000);
    expect(reports.length).toBe(25_000);
    expect(new Set(reports.map(String)).size).toBe(25_000);
    expect(await alive(tasks)).toBeLessThanOrEqual(SEEMING);
    expect(unhandled).toEqual([]);
  });

  it("would be seen to leave something behind if a single one were kept", async () => {
    const kept: Task<unknown>[] = [];
    const { tasks } = await runMany(1000, (task) => {
      if (kept.length === 0) kept.push(task);
    });
    const left = await alive(tasks);
    expect(left).toBeGreaterThanOrEqual(1);
    expect(left).toBeLessThanOrEqual(1 + SEEMING);
    expect(kept.length).toBe(1);
  });
});

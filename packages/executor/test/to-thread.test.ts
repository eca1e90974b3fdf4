import { availableParallelism } from "node:os";
import { isCancelled } from "@asyncio-ts/future";
import { type Job, toThread } from "@asyncio-ts/executor";
import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, gather, run, shield, sleep, timeout, TimeoutError } from "@asyncio-ts/task";
import { expect, it } from "vitest";
import { until } from "@asyncio-ts/testkit/until";
import { work } from "./support/pools.js";
import type * as Work from "./workers/work.js";

const inThread = toThread<typeof Work>(work);

it("runs a function of a module in a thread, and gives a future", async () => {
  await run(async () => {
    expect(await toThread<typeof Work>(work, "add", 1, 2)).toBe(3);
    expect(await toThread<typeof Work, "add">(work, "add", 3, 4)).toBe(7);
    expect(await gather([inThread("add", 5, 6), inThread("addLater", 7, 8)])).toEqual([11, 15]);
    const { pid, threadId } = await inThread("whoami");
    expect([pid, threadId > 0]).toEqual([process.pid, true]);
  });
});

const workers = () => process.getActiveResourcesInfo().filter((name) => name === "Worker").length;

it("shares the threads between calls, and run() ends them", async () => {
  const before = workers();
  await run(async () => {
    expect(await inThread("count")).toBe(1);
    expect(await toThread<typeof Work, "count">(work.href, "count")).toBe(2);
  });
  await run(async () => {
    expect(await inThread("count")).toBe(1);
  });
  await until(() => workers() === before, "the threads have ended");
});

it("is cancelled at the end of run() with the tasks, which find threads to clean up with, and none is left", async () => {
  const before = workers();
  const events: string[] = [];
  const jobs: Job<unknown>[] = [];
  await run(async () => {
    const spinning = inThread("spin");
    spinning.addDoneCallback((job) => events.push(`told: ${job}`));
    createTask(async () => {
      try {
        await sleep(Infinity);
      } finally {
        events.push(`the task cleans up with ${await inThread("add", 1, 2)}`);
      }
    });
    // There is no thread without a job.
    for (let i = 1; i < availableParallelism(); i++) {
      createTask(async () => {
        const job = inThread("nap", 2 ** 31 - 1);
        jobs.push(job);
        await shield(job);
      });
    }
    await until(() => spinning.running(), "the job runs");
    events.push("main ends");
  });
  events.push("run() has ended");
  expect(events).toEqual([
    "main ends",
    "told: <Job 'spin' cancelled>",
    "the task cleans up with 3",
    "run() has ended",
  ]);
  expect(jobs.every((job) => job.cancelled())).toBe(true);
  expect(workers()).toBe(before);
});

it("comes out as cancelled where something outside of run() awaits it", async () => {
  let outside: Promise<unknown> | undefined;
  await run(async () => {
    outside = inThread("spin").then(undefined, (error: unknown) => error);
    await sleep(0);
  });
  const error = await outside;
  expect([isCancelled(error), (error as Error).message]).toEqual([true, "run() has ended"]);
});

it("makes new threads after the loop has shut its executors down", async () => {
  await run(async () => {
    expect(await inThread("count")).toBe(1);
    await getRunningLoop().shutdownDefaultExecutor();
    expect(await inThread("count")).toBe(1);
  });
});

it("is ended by a timeout", async () => {
  await run(async () => {
    await expect(timeout(100).with(() => inThread("spin"))).rejects.toThrow(TimeoutError);
  });
});

it("works outside of run()", async () => {
  expect(await inThread("add", 1, 2)).toBe(3);
  await getRunningLoop().shutdownDefaultExecutor();
});

it("says what it needs", () => {
  expect(() => toThread<typeof Work>("work.js", "add", 1, 2)).toThrow(TypeError);
});

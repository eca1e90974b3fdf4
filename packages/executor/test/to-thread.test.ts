import { toThread } from "@asyncio-ts/executor";
import { getRunningLoop } from "@asyncio-ts/loop";
import { gather, run, timeout, TimeoutError } from "@asyncio-ts/task";
import { expect, it } from "vitest";
import { until, work } from "./support/pools.js";
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

it("shares the threads between calls, and run() ends them", async () => {
  const workers = () => process.getActiveResourcesInfo().filter((name) => name === "Worker").length;
  const before = workers();
  await run(async () => {
    expect(await inThread("count")).toBe(1);
    expect(await toThread<typeof Work, "count">(work.href, "count")).toBe(2);
  });
  await run(async () => {
    expect(await inThread("count")).toBe(1);
    // Nobody awaits it, but the end of run() waits for it.
    inThread("nap", 20);
  });
  await until(() => workers() === before, "the threads have ended");
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

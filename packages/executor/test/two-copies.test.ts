/**
 * Two copies of the library in one process, as npm installs them if two versions are needed: see those of
 * tasks.
 */
import * as First from "@asyncio-ts/executor";
import { gather, run, sleep } from "@asyncio-ts/task";
import { expect, it, vi } from "vitest";
import { until } from "@asyncio-ts/testkit/until";
import { work } from "./support/pools.js";
import type * as Work from "./workers/work.js";

vi.resetModules();
const Second = await import("@asyncio-ts/executor");

const workers = () => process.getActiveResourcesInfo().filter((name) => name === "Worker").length;

it("jobs of both are gathered", async () => {
  const main = () =>
    gather([First, Second].map(({ toThread }) => toThread<typeof Work, "add">(work, "add", 1, 2)));
  expect(await run(main)).toEqual([3, 3]);
});

it("a job of the other copy that is left at the end of run() is cancelled, and its thread ends", async () => {
  const before = workers();
  const events: string[] = [];
  await run(async () => {
    const spinning = Second.toThread<typeof Work, "spin">(work, "spin");
    spinning.addDoneCallback((job) => events.push(String(job)));
    await until(() => spinning.running(), "the job runs");
    await sleep(0);
    events.push("main ends");
  });
  expect(events).toEqual(["main ends", "<Job 'spin' cancelled>"]);
  await until(() => workers() === before, "the thread has ended");
});

it("the errors are known to both", () => {
  expect(Second.BrokenExecutorError).not.toBe(First.BrokenExecutorError);
  expect(new First.BrokenExecutorError("x")).toBeInstanceOf(Second.BrokenExecutorError);
  expect(new First.ExecutorFullError("x")).toBeInstanceOf(Second.ExecutorFullError);
});

import * as childProcess from "node:child_process";
import { BrokenExecutorError, ProcessPoolExecutor } from "@asyncio-ts/executor";
import { sleep } from "@asyncio-ts/task";
import { rejectionOf } from "@asyncio-ts/testkit";
import { afterEach, expect, it, vi } from "vitest";
import { work } from "./support/pools.js";
import type * as Work from "./workers/work.js";

const { getBuiltinModule } = process;

afterEach(() => {
  vi.restoreAllMocks();
});

/** Has each process be started with a program that does not exist. */
function breakProcesses(): void {
  const fork = (module: string, args: string[], options: childProcess.ForkOptions): unknown =>
    childProcess.fork(module, args, { ...options, execPath: "/there/is/no/node" });
  vi.spyOn(process, "getBuiltinModule").mockImplementation(((name: string) =>
    name === "node:child_process"
      ? { ...childProcess, fork }
      : getBuiltinModule.call(process, name)) as typeof getBuiltinModule);
}

it("a process that can't be started fails the jobs, and leaves nothing on this process", async () => {
  await using pool = new ProcessPoolExecutor<typeof Work>(work, { maxWorkers: 1 });
  await sleep(0); // the loop that has begun to run has a listener too
  const before = process.listenerCount("exit");
  breakProcesses();
  const error = await rejectionOf(pool.submit("add", 1, 2));
  expect(error).toBeInstanceOf(BrokenExecutorError);
  expect(String(error)).toMatch(/could not be started|ENOENT/);
  expect(process.listenerCount("exit")).toBe(before);
  vi.restoreAllMocks();
  expect(await pool.submit("add", 1, 2)).toBe(3);
});

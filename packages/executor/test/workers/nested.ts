/** A pool inside of a worker. */
import { ProcessPoolExecutor, ThreadPoolExecutor } from "@asyncio-ts/executor";
import { report } from "../../src/worker.js";
import type * as Work from "./work.js";

/** Reports the process that it has compute without end. */
export async function nest(): Promise<void> {
  const pool = new ProcessPoolExecutor<typeof Work>(new URL("work.js", import.meta.url), { maxWorkers: 1 });
  const { pid } = await pool.submit("whoami");
  report(pid);
  await pool.submit("spin");
}

/** The same in a thread of this worker. */
export async function nestDeeper(): Promise<void> {
  const pool = new ThreadPoolExecutor<{ nest(): void }>(new URL(import.meta.url), { maxWorkers: 1 });
  for await (const pid of pool.submit("nest").progress) report(pid);
}

/** Starts a process, ends it, and gives it. */
export async function nestForAWhile(): Promise<number> {
  const pool = new ProcessPoolExecutor<typeof Work>(new URL("work.js", import.meta.url), { maxWorkers: 1 });
  const { pid } = await pool.submit("whoami");
  await pool.shutdown();
  return pid;
}

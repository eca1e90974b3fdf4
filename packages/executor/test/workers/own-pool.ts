/** Uses pools of its own functions, while it is imported and in its functions. */
import { ProcessPoolExecutor, ThreadPoolExecutor, toThread } from "@asyncio-ts/executor";
import { isMainThread } from "node:worker_threads";
import type * as Work from "./work.js";

// Or a test that fails would start workers without end.
const depth = Number(process.env["ASYNCIO_TS_DEPTH"] ?? 0);
if (depth > 2) throw new RangeError("worker in worker in worker");
process.env["ASYNCIO_TS_DEPTH"] = `${depth + 1}`;

type Own = { double(n: number): number };
const url = new URL(import.meta.url);
const Pool = isMainThread ? ProcessPoolExecutor : ThreadPoolExecutor;
const own = new Pool<Own>(url, { maxWorkers: 1 });
if (process.env["ASYNCIO_TS_UNCAUGHT"] !== undefined) await own.submit("double", 1);

const outcomes = [
  own.submit("double", 2),
  ...own.map("double", [3]),
  own.warmUp(),
  toThread<Own>(url, "double", 4),
].map((outcome) => Promise.resolve(outcome).catch(String));

const others = new Pool<typeof Work>(new URL("work.js", url), { maxWorkers: 1 });
outcomes.push(Promise.resolve(others.submit("add", 1, 2)));
const imported = await Promise.all(outcomes);
await others.shutdown();

/** Returns what has become of the jobs that were submitted while this module was imported. */
export function whileImported(): unknown[] {
  return imported;
}

export function double(n: number): number {
  return 2 * n;
}

export async function doubleInOwnPool(n: number): Promise<number> {
  const result = await own.submit("double", n);
  await own.shutdown();
  return result;
}

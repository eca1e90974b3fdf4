// @asyncio-ts/executor alone: a job in a thread and one in a process. work.mjs lies beside it.
import { pathToFileURL } from "node:url";
import { ProcessPoolExecutor, ThreadPoolExecutor } from "@asyncio-ts/executor";
import type * as Work from "./work.js";

const work = pathToFileURL("work.mjs");

async function main(): Promise<string> {
  const record: number[] = [];
  for (const Pool of [ThreadPoolExecutor, ProcessPoolExecutor]) {
    const pool = new Pool<typeof Work>(work, { maxWorkers: 1 });
    record.push(await pool.submit("double", 21));
    await pool.shutdown();
  }
  return record.join();
}

void main().then((got) => console.log(got === "42,42" ? "ok" : got));

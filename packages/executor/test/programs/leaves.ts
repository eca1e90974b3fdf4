/** Calls process.exit() while a process computes without end. */
import { ProcessPoolExecutor } from "@asyncio-ts/executor";
import type * as Work from "../workers/work.js";

const pool = new ProcessPoolExecutor<typeof Work>(new URL("work.js", import.meta.url), { maxWorkers: 1 });
const { pid } = await pool.submit("whoami");
const job = pool.submit("spin");
console.log(pid, job.running());
process.exit(5);

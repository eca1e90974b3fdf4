/** Leaves its pools idle, and ends all the same. */
import { ProcessPoolExecutor, ThreadPoolExecutor } from "@asyncio-ts/executor";
import type * as Work from "../workers/work.js";

const work = new URL("work.js", import.meta.url);
const threads = new ThreadPoolExecutor<typeof Work>(work, { maxWorkers: 2 });
const processes = new ProcessPoolExecutor<typeof Work>(work, { maxWorkers: 2 });
await threads.warmUp();
await processes.warmUp();
await threads.submit("say", "from a thread");
await processes.submit("say", "from a process");
const { pid } = await processes.submit("whoami");
console.log(pid);

/** Leaves pools open whose threads have written more than the system takes at once. */
import { ThreadPoolExecutor, toThread } from "@asyncio-ts/executor";
import { run } from "@asyncio-ts/task";
import type * as Work from "../workers/work.js";

const COUNT = 5000;
const work = new URL("work.js", import.meta.url);
const pool = new ThreadPoolExecutor<typeof Work>(work, { maxWorkers: 1 });
// The program goes on when it could end, once before the executor hears of that, and once after.
process.once("beforeExit", () => void pool.submit("sayOften", "told first", COUNT));
await run(async () => {
  await pool.submit("sayOften", "in run", COUNT);
});
process.once("beforeExit", () => void pool.submit("sayOften", "told last", COUNT));
await toThread<typeof Work>(work, "sayOften", "in a shared pool", COUNT);

/** Shuts its pools down, says what is left, and ends. */
import { ProcessPoolExecutor, ThreadPoolExecutor } from "@asyncio-ts/executor";
import { gather, run, timeout } from "@asyncio-ts/task";
import type * as Work from "../workers/work.js";

const work = new URL("work.js", import.meta.url);
await run(async () => {
  await using threads = new ThreadPoolExecutor<typeof Work>(work, { maxWorkers: 2 });
  await using processes = new ProcessPoolExecutor<typeof Work>(work, { maxWorkers: 2 });
  await gather([...threads.map("say", ["a", "b"]), ...processes.map("say", ["c", "d"])]);
  // One ends by being told to, another by force.
  processes.submit("spin");
  await timeout(50)
    .with(() => processes.shutdown())
    .catch(() => processes.shutdown());
});
const last = new ProcessPoolExecutor<typeof Work>(work, { maxWorkers: 1 });
await last.submit("say", "e");
await last.shutdown();
const listeners = (["exit", "beforeExit"] as const)
  .flatMap((event) => process.listeners(event as "exit"))
  .filter(({ name }) => name === "killHeld" || name === "closeIdleThreads").length;
const resources = process.getActiveResourcesInfo().filter((name) => !/^(TTY|Pipe|File)Wrap$/.test(name));
console.log(JSON.stringify({ listeners, resources }));

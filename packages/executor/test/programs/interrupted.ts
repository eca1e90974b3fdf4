/** Computes without end in a thread and a process until it is interrupted. */
import { ProcessPoolExecutor, ThreadPoolExecutor } from "@asyncio-ts/executor";
import { run, TaskGroup } from "@asyncio-ts/task";
import type * as Work from "../workers/work.js";

const work = new URL("work.js", import.meta.url);
await run(async () => {
  await using threads = new ThreadPoolExecutor<typeof Work>(work, { maxWorkers: 1 });
  await using processes = new ProcessPoolExecutor<typeof Work>(work, { maxWorkers: 1 });
  const { pid } = await processes.submit("whoami");
  await threads.warmUp();
  try {
    await new TaskGroup().with(async (tg) => {
      tg.createTask(() => threads.submit("spin"));
      tg.createTask(() => processes.submit("spin"));
      console.log(pid);
    });
  } finally {
    console.log("cleaned up");
  }
}).catch((error: unknown) => {
  console.log(String(error));
  throw error;
});

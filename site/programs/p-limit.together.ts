import { abortable, createTask, run, sleep, timeout } from "asyncio-ts";
import { setTimeout as delay } from "node:timers/promises";
import pLimit from "p-limit";

const limit = pLimit(1);

// Old code calls a new function: as a task, so that it can be cancelled.
const load = async (page: string) => {
  await sleep(10);
  return `${page}: loaded`;
};
const loads = ["/", "/news"].map((page) => limit(() => createTask(() => load(page))));
console.log(await Promise.all(loads));
// prints: [ '/: loaded', '/news: loaded' ]

// A task calls an old function: by its signal, a timeout reaches it.
const oldLoad = (signal: AbortSignal) => limit(() => delay(60_000, "late", { signal }));
await run(async () => {
  try {
    await timeout(20).with(() => abortable((signal) => oldLoad(signal)));
  } catch (error) {
    console.log((error as Error).name, limit.activeCount);
    // prints: TimeoutError 0
  }
});

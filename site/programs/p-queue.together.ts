import { abortable, createTask, run, sleep, timeout } from "asyncio-ts";
import { setTimeout as delay } from "node:timers/promises";
import PQueue from "p-queue";

const queue = new PQueue({ concurrency: 1 });

// Old code calls a new function: as a task, which the signal of p-queue cancels.
const send = async (mail: string) => {
  await sleep(10);
  return `${mail}: sent`;
};
const add = (mail: string, signal?: AbortSignal) =>
  queue.add(
    () => {
      const task = createTask(() => send(mail));
      signal?.addEventListener("abort", () => task.cancel(), { once: true });
      return task;
    },
    { signal },
  );
console.log(await add("receipt"));
// prints: receipt: sent

// A task adds an old job, and takes it back or stops it when it is cancelled.
await run(async () => {
  try {
    await timeout(20).with(() =>
      abortable((signal) => queue.add(() => delay(60_000, "late", { signal }), { signal })),
    );
  } catch (error) {
    console.log((error as Error).name, queue.pending, queue.size);
    // prints: TimeoutError 0 0
  }
});

// A finally block may await; others run meanwhile, and joiners wait for it.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { createTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (name: string) => {
  try {
    await sleep(10_000);
  } finally {
    console.log(name, "closes slowly");
    await sleep(60);
    console.log(name, "is closed");
  }
});

const watcher = coroutine(async () => {
  for (let step = 0; step < 3; step += 1) {
    console.log("watcher", step);
    await sleep(step === 0 ? 30 : 60);
  }
  console.log("watcher ends");
});

export const main = coroutine(async () => {
  const task = createTask(worker("worker"));
  await sleep(0);
  const watching = createTask(watcher());
  task.cancel();
  console.log("main waits for the worker");
  try {
    await task;
  } catch (error) {
    if (!isCancelled(error)) throw error;
    console.log("worker cancelled:", task.cancelled());
  }
  await watching;
  console.log("main ends");
});

// A task that is cancelled in wait leaves the awaited tasks alone.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { type Task, createTask, sleep, wait } from "@asyncio-ts/task";

const worker = coroutine(async (name: string) => {
  await sleep(100);
  console.log(name, "ends");
  return name;
});

const waiter = coroutine(async (tasks: Task<string>[]) => {
  try {
    await wait(tasks);
  } catch (error) {
    if (isCancelled(error)) console.log("waiter is cancelled");
    throw error;
  }
});

export const main = coroutine(async () => {
  const only = createTask(worker("only"));
  const waiting = createTask(waiter([only]));
  await sleep(20);
  waiting.cancel();
  await sleep(0);
  console.log("waiter cancelled:", waiting.cancelled(), "task cancelling", only.cancelling());
  console.log("got", await only);
});

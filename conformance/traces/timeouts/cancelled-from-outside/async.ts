// A cancellation from elsewhere goes through a timeout as what it is.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { TimeoutError, createTask, currentTask, sleep, timeout } from "@asyncio-ts/task";

const worker = coroutine(async (name: string, limit: number) => {
  const scope = timeout(limit);
  try {
    await scope.with(async () => {
      await sleep(10_000);
    });
  } catch (error) {
    if (error instanceof TimeoutError) console.log(name, "never timed out");
    if (!isCancelled(error)) throw error;
    console.log(name, "is cancelled:", error.message, "expired:", scope.expired());
    throw error;
  }
});

const swallower = coroutine(async (name: string) => {
  try {
    await timeout(10).with(async () => {
      try {
        await sleep(10_000);
      } catch (error) {
        if (!isCancelled(error)) throw error;
        console.log(name, "swallows the timeout's cancellation");
      }
      await sleep(10);
      console.log(name, "ends its body");
    });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log(name, "timed out");
  }
  console.log(name, "lives on, cancelling", currentTask()?.cancelling());
});

export const main = coroutine(async () => {
  const task = createTask(worker("worker", 5000));
  await sleep(10);
  task.cancel("by main");
  try {
    await task;
  } catch (error) {
    if (!isCancelled(error)) throw error;
    console.log("joined, cancelling", task.cancelling());
  }
  await createTask(swallower("swallower"));
});

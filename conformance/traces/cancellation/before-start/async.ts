// A task cancelled before its first step never runs its body.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { createTask, currentTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (name: string) => {
  console.log(name, "never runs");
});

export const main = coroutine(async () => {
  const task = createTask(worker("task"));
  task.addDoneCallback((done) => console.log("callback, cancelled:", done.cancelled()));
  console.log("cancel", task.cancel(), "cancelling", task.cancelling());
  console.log("done at once:", task.done());
  await sleep(0);
  console.log("done after one iteration:", task.done());
  try {
    await task;
  } catch (error) {
    if (!isCancelled(error)) throw error;
    console.log("main sees the cancellation, cancelling", currentTask()?.cancelling());
  }
  await sleep(0);
  console.log("cancel when done", task.cancel());
});

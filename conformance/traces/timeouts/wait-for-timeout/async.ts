// wait_for cancels what it waits for, and waits until that has ended.
import { coroutine } from "@asyncio-ts/coroutine";
import { TimeoutError, createTask, currentTask, sleep, waitFor } from "@asyncio-ts/task";

const slow = coroutine(async (name: string) => {
  try {
    console.log(name, "starts");
    await sleep(10_000);
  } finally {
    console.log(name, "cleans up");
    await sleep(10);
    console.log(name, "is clean");
  }
});

const never = coroutine(async (name: string) => {
  console.log(name, "never runs");
});

export const main = coroutine(async () => {
  try {
    await waitFor(slow("coroutine"), 10);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("the coroutine timed out");
  }
  const task = createTask(slow("task"));
  try {
    await waitFor(task, 10);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("the task timed out, cancelled:", task.cancelled());
  }
  try {
    await waitFor(never("no time"), 0);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("no time at all");
  }
  console.log("main cancelling", currentTask()?.cancelling());
});

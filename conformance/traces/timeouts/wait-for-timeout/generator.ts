// wait_for cancels what it waits for, and waits until that has ended.
import { coroutine } from "@asyncio-ts/coroutine";
import { TimeoutError, createTask, currentTask, sleep, waitFor } from "@asyncio-ts/task";

const slow = coroutine(function* (name: string) {
  try {
    console.log(name, "starts");
    yield* sleep(10_000);
  } finally {
    console.log(name, "cleans up");
    yield* sleep(10);
    console.log(name, "is clean");
  }
});

const never = coroutine(function* (name: string) {
  console.log(name, "never runs");
});

export const main = coroutine(function* () {
  try {
    yield* waitFor(slow("coroutine"), 10);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("the coroutine timed out");
  }
  const task = createTask(slow("task"));
  try {
    yield* waitFor(task, 10);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("the task timed out, cancelled:", task.cancelled());
  }
  try {
    yield* waitFor(never("no time"), 0);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("no time at all");
  }
  console.log("main cancelling", currentTask()?.cancelling());
});

// A child that awaits its sibling passes its cancellation on: the sibling is cancelled twice.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { ExceptionGroup, type Task, TaskGroup, currentTask, sleep } from "@asyncio-ts/task";

const waiter = coroutine(async (siblings: Task<void>[]) => {
  try {
    await (siblings[0] as Task<void>);
  } catch (error) {
    if (isCancelled(error)) console.log("waiter is cancelled, cancelling", currentTask()?.cancelling());
    throw error;
  }
});

const sleeper = coroutine(async () => {
  try {
    await sleep(10_000);
  } catch (error) {
    if (isCancelled(error)) console.log("sleeper is cancelled, cancelling", currentTask()?.cancelling());
    throw error;
  }
});

const failing = coroutine(async () => {
  await sleep(10);
  console.log("failing raises");
  throw new Error("failed");
});

export const main = coroutine(async () => {
  try {
    await new TaskGroup().with(async (group) => {
      const siblings: Task<void>[] = [];
      group.createTask(waiter(siblings));
      siblings.push(group.createTask(sleeper()));
      group.createTask(failing());
    });
  } catch (errors) {
    if (!(errors instanceof ExceptionGroup)) throw errors;
    console.log("caught", ...errors.exceptions.map((error) => (error as Error).message));
  }
});

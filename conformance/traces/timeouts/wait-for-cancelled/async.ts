// Cancelling the task that waits, and cancelling what it waits for.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { type Task, createTask, currentTask, sleep, wait, waitFor } from "@asyncio-ts/task";

const worker = coroutine(async (name: string) => {
  try {
    await sleep(10_000);
  } catch (error) {
    if (isCancelled(error)) console.log(name, "is cancelled");
    throw error;
  }
});

const parent = coroutine(async (name: string, child: Task<void>) => {
  try {
    await waitFor(child, 5000);
  } catch (error) {
    if (isCancelled(error)) console.log(name, "is cancelled, cancelling", currentTask()?.cancelling());
    throw error;
  }
});

export const main = coroutine(async () => {
  const child = createTask(worker("child"));
  const task = createTask(parent("parent", child));
  await sleep(10);
  console.log("main cancels the parent");
  task.cancel();
  await wait([task]);
  console.log("child:", child.cancelled(), "parent:", task.cancelled());
  const secondChild = createTask(worker("second child"));
  const secondTask = createTask(parent("second parent", secondChild));
  await sleep(10);
  console.log("main cancels the child");
  secondChild.cancel();
  await wait([secondTask]);
  console.log("child:", secondChild.cancelled(), "parent:", secondTask.cancelled());
});

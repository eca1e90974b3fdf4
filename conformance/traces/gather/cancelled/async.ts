// Cancelling the task that awaits a gather cancels every child.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { createTask, currentTask, gather, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (name: string) => {
  try {
    console.log(name, "starts");
    await sleep(10_000);
  } catch (error) {
    if (isCancelled(error)) console.log(name, "is cancelled");
    throw error;
  }
});

const quick = coroutine(async (name: string) => {
  console.log(name, "ends");
  return name;
});

const parent = coroutine(async () => {
  try {
    await gather([worker("one"), quick("two"), worker("three")]);
  } catch (error) {
    if (isCancelled(error)) console.log("parent is cancelled");
    throw error;
  }
});

export const main = coroutine(async () => {
  const task = createTask(parent());
  await sleep(10);
  console.log("main cancels the parent");
  task.cancel();
  for (let turn = 0; turn < 4; turn += 1) {
    await sleep(0);
    console.log("iteration", turn, "parent done:", task.done());
  }
  console.log("parent cancelled:", task.cancelled());
  const both = gather([worker("four"), worker("five")]);
  await sleep(0);
  console.log("main cancels the gather", both.cancel());
  try {
    await both;
  } catch (error) {
    if (!isCancelled(error)) throw error;
    console.log("gather cancelled, main cancelling", currentTask()?.cancelling());
  }
});

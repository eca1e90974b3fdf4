// Cancelling the task that awaits a gather cancels every child.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { createTask, currentTask, gather, sleep } from "@asyncio-ts/task";

const worker = coroutine(function* (name: string) {
  try {
    console.log(name, "starts");
    yield* sleep(10_000);
  } catch (error) {
    if (isCancelled(error)) console.log(name, "is cancelled");
    throw error;
  }
});

const quick = coroutine(function* (name: string) {
  console.log(name, "ends");
  return name;
});

const parent = coroutine(function* () {
  try {
    yield* gather([worker("one"), quick("two"), worker("three")]);
  } catch (error) {
    if (isCancelled(error)) console.log("parent is cancelled");
    throw error;
  }
});

export const main = coroutine(function* () {
  const task = createTask(parent());
  yield* sleep(10);
  console.log("main cancels the parent");
  task.cancel();
  for (let turn = 0; turn < 4; turn += 1) {
    yield* sleep(0);
    console.log("iteration", turn, "parent done:", task.done());
  }
  console.log("parent cancelled:", task.cancelled());
  const both = gather([worker("four"), worker("five")]);
  yield* sleep(0);
  console.log("main cancels the gather", both.cancel());
  try {
    yield* both;
  } catch (error) {
    if (!isCancelled(error)) throw error;
    console.log("gather cancelled, main cancelling", currentTask()?.cancelling());
  }
});

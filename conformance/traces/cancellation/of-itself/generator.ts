// A task that cancels itself goes on until it suspends.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { createTask, currentTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(function* (name: string) {
  console.log(name, "cancels itself:", currentTask()?.cancel());
  console.log(name, "still runs, cancelling", currentTask()?.cancelling());
  try {
    yield* sleep(50);
    console.log("never printed");
  } catch (error) {
    if (!isCancelled(error)) throw error;
    console.log(name, "is cancelled where it suspended");
    yield* sleep(0);
    console.log(name, "may await in its handler");
    throw error;
  }
});

const ender = coroutine(function* (name: string) {
  currentTask()?.cancel();
  console.log(name, "returns without suspending");
  return name;
});

export const main = coroutine(function* () {
  const task = createTask(worker("worker"));
  const quick = createTask(ender("ender"));
  for (let turn = 0; turn < 5; turn += 1) {
    console.log("main", turn, "worker:", task.done(), "ender:", quick.done());
    yield* sleep(0);
  }
  console.log("worker cancelled:", task.cancelled());
});

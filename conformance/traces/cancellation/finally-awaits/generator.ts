// A finally block may await; others run meanwhile, and joiners wait for it.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { createTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(function* (name: string) {
  try {
    yield* sleep(10_000);
  } finally {
    console.log(name, "closes slowly");
    yield* sleep(60);
    console.log(name, "is closed");
  }
});

const watcher = coroutine(function* () {
  for (let step = 0; step < 3; step += 1) {
    console.log("watcher", step);
    yield* sleep(step === 0 ? 30 : 60);
  }
  console.log("watcher ends");
});

export const main = coroutine(function* () {
  const task = createTask(worker("worker"));
  yield* sleep(0);
  const watching = createTask(watcher());
  task.cancel();
  console.log("main waits for the worker");
  try {
    yield* task;
  } catch (error) {
    if (!isCancelled(error)) throw error;
    console.log("worker cancelled:", task.cancelled());
  }
  yield* watching;
  console.log("main ends");
});

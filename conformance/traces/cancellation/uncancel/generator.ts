// uncancel() counts down, and withdraws a request that was not delivered yet.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { createTask, currentTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(function* (name: string) {
  const task = currentTask();
  try {
    yield* sleep(10_000);
  } catch (error) {
    if (!isCancelled(error)) throw error;
    console.log(name, "cancelling", task?.cancelling());
    console.log(name, "uncancel", task?.uncancel());
  }
  yield* sleep(0);
  console.log(name, "lives on, cancelling", task?.cancelling());
  task?.cancel();
  task?.cancel();
  console.log(name, "asked twice, cancelling", task?.cancelling());
  console.log(name, "uncancel", task?.uncancel());
  console.log(name, "uncancel", task?.uncancel());
  console.log(name, "uncancel", task?.uncancel());
  yield* sleep(10);
  console.log(name, "was not interrupted");
  return name;
});

export const main = coroutine(function* () {
  const task = createTask(worker("worker"));
  yield* sleep(0);
  task.cancel();
  console.log("main cancels");
  yield* sleep(0);
  console.log("main goes on, cancelling", task.cancelling());
  console.log("main got", yield* task);
});

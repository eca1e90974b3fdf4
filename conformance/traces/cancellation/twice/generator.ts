// Two requests: one interrupts the wait, a later one interrupts the clean-up.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { createTask, currentTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(function* (name: string) {
  try {
    yield* sleep(10_000);
  } catch (error) {
    if (!isCancelled(error)) throw error;
    console.log(name, "first, cancelling", currentTask()?.cancelling());
    try {
      yield* sleep(10_000);
    } catch (second) {
      if (isCancelled(second)) console.log(name, "second, cancelling", currentTask()?.cancelling());
      throw second;
    }
  } finally {
    console.log(name, "ends");
  }
});

export const main = coroutine(function* () {
  const both = createTask(worker("both"));
  const apart = createTask(worker("apart"));
  yield* sleep(10);
  console.log("at once", both.cancel(), both.cancel());
  console.log("one", apart.cancel());
  yield* sleep(10);
  console.log("both done:", both.done(), "apart done:", apart.done());
  apart.cancel();
  both.cancel();
  console.log("apart cancelling", apart.cancelling());
  for (const task of [apart, both]) {
    try {
      yield* task;
    } catch (error) {
      if (!isCancelled(error)) throw error;
      console.log("joined, cancelling", task.cancelling());
    }
  }
});

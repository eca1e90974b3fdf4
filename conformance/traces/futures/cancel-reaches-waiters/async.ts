// Cancelling a future cancels those who await it, and calls its callbacks.
import { coroutine } from "@asyncio-ts/coroutine";
import { Future, InvalidStateError, isCancelled } from "@asyncio-ts/future";
import { createTask, currentTask, sleep } from "@asyncio-ts/task";

const waiter = coroutine(async (name: string, future: Future<number>) => {
  try {
    await future;
  } catch (error) {
    console.log(name, "sees the cancellation");
    if (name === "tolerant") {
      return;
    }
    throw error;
  }
});

export const main = coroutine(async () => {
  const future = new Future<number>();
  const tolerant = createTask(waiter("tolerant", future));
  future.addDoneCallback((done) => console.log("callback, cancelled:", done.cancelled()));
  const strict = createTask(waiter("strict", future));
  await sleep(0);
  console.log("cancel", future.cancel());
  console.log("cancel again", future.cancel());
  console.log("done:", future.done(), "cancelled:", future.cancelled());
  await tolerant;
  console.log("tolerant cancelled:", tolerant.cancelled());
  try {
    await strict;
  } catch (error) {
    if (!isCancelled(error)) throw error;
    console.log("strict cancelled:", strict.cancelled());
  }
  try {
    future.setResult(1);
  } catch (error) {
    if (!(error instanceof InvalidStateError)) throw error;
    console.log("a cancelled future takes no result");
  }
  console.log("main cancelling", currentTask()?.cancelling());
});

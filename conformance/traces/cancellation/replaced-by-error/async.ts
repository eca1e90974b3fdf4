// An error or a return in the handler takes the place of the cancellation.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { createTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (name: string, ending: string) => {
  try {
    await sleep(10_000);
  } catch (error) {
    if (!isCancelled(error)) throw error;
    console.log(name, "handles");
    if (ending === "error") {
      throw new Error(name + " failed in its clean-up");
    }
    if (ending === "return") {
      return name + " returned";
    }
    throw error;
  }
  return "";
});

export const main = coroutine(async () => {
  const tasks = ["error", "return", "rais"].map((ending) => createTask(worker(ending + "er", ending)));
  await sleep(0);
  for (const task of tasks) {
    task.cancel();
  }
  console.log("all asked");
  for (const task of tasks) {
    try {
      console.log("value:", await task);
    } catch (error) {
      if (isCancelled(error)) console.log("cancelled");
      else console.log("error:", (error as Error).message);
    }
    console.log("cancelled:", task.cancelled(), "cancelling", task.cancelling());
  }
});

// A task that swallows its cancellation lives on and gives its result.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { createTask, currentTask, sleep } from "@asyncio-ts/task";

const stubborn = coroutine(async (name: string) => {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      console.log(name, "attempt", attempt);
      await sleep(attempt === 2 ? 10 : 10_000);
      console.log(name, "slept through");
    } catch (error) {
      if (!isCancelled(error)) throw error;
      console.log(name, "swallows, cancelling", currentTask()?.cancelling());
    }
  }
  return name + " result";
});

export const main = coroutine(async () => {
  const task = createTask(stubborn("stubborn"));
  for (let turn = 0; turn < 2; turn += 1) {
    await sleep(10);
    console.log("main cancels", turn);
    task.cancel();
    await sleep(0);
    console.log("main goes on, done:", task.done());
  }
  console.log("main got", await task);
  console.log("cancelled:", task.cancelled(), "cancelling", task.cancelling());
});

// Cancelling a task that awaits a task goes down to the innermost, and comes back up.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { type Task, createTask, sleep } from "@asyncio-ts/task";

const inner = coroutine(async (name: string) => {
  try {
    await sleep(10_000);
  } catch (error) {
    if (isCancelled(error)) console.log(name, "is cancelled first");
    throw error;
  }
});

const link = coroutine(async (name: string, task: Task<void>) => {
  try {
    await task;
  } catch (error) {
    if (isCancelled(error)) console.log(name, "is cancelled, its task:", task.cancelled());
    throw error;
  }
});

export const main = coroutine(async () => {
  const bottom = createTask(inner("bottom"));
  const middle = createTask(link("middle", bottom));
  const top = createTask(link("top", middle));
  const bystander = createTask(link("bystander", bottom));
  await sleep(10);
  console.log("cancel top", top.cancel());
  for (let turn = 0; turn < 5; turn += 1) {
    await sleep(0);
    console.log("iteration", turn, "middle:", middle.done(), "top:", top.done());
  }
  console.log("bottom cancelling", bottom.cancelling(), "middle cancelling", middle.cancelling());
  console.log("bystander cancelling", bystander.cancelling(), "cancelled:", bystander.cancelled());
});

// Cancelling the parent, in the body and at the join, cancels the child first.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { TaskGroup, createTask, currentTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (name: string) => {
  try {
    await sleep(10_000);
  } finally {
    console.log(name, "cleans up");
    await sleep(0);
    console.log(name, "ends");
  }
});

const parent = coroutine(async (name: string, lingers: boolean) => {
  try {
    await new TaskGroup().with(async (group) => {
      group.createTask(worker(name + ".child"));
      if (lingers) {
        await sleep(10_000);
      }
      console.log(name, "body ends");
    });
  } catch (error) {
    if (isCancelled(error)) console.log(name, "is cancelled, cancelling", currentTask()?.cancelling());
    throw error;
  }
});

export const main = coroutine(async () => {
  for (const [name, lingers] of [
    ["body", true],
    ["join", false],
  ] as const) {
    const task = createTask(parent(name, lingers));
    await sleep(10);
    console.log("main cancels", name);
    task.cancel();
    try {
      await task;
    } catch (error) {
      if (!isCancelled(error)) throw error;
      console.log(name, "joined, cancelled:", task.cancelled());
    }
  }
});

// Errors are listed in the order in which the children ended.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { ExceptionGroup, TaskGroup, sleep } from "@asyncio-ts/task";

const failing = coroutine(async (name: string, rounds: number) => {
  try {
    await sleep(10_000);
  } catch (error) {
    if (!isCancelled(error)) throw error;
    for (let turn = 0; turn < rounds; turn += 1) {
      await sleep(0);
    }
    console.log(name, "raises");
    throw new Error(name);
  }
});

const trigger = coroutine(async () => {
  await sleep(10);
  throw new Error("trigger");
});

export const main = coroutine(async () => {
  try {
    await new TaskGroup().with(async (group) => {
      group.createTask(failing("slow", 5));
      group.createTask(failing("quick", 1));
      group.createTask(trigger());
      group.createTask(failing("middle", 3));
    });
  } catch (errors) {
    if (!(errors instanceof ExceptionGroup)) throw errors;
    console.log("order of the errors:", ...errors.exceptions.map((error) => (error as Error).message));
  }
});

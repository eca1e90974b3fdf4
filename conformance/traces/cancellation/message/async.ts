// The message of cancel() arrives in the task and at its joiner.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { createTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (name: string) => {
  try {
    await sleep(10_000);
  } catch (error) {
    if (isCancelled(error)) console.log(name, "is told:", (error as Error).message);
    throw error;
  }
});

const nested = coroutine(async (name: string) => {
  try {
    await createTask(worker(name + ".inner"));
  } catch (error) {
    if (isCancelled(error)) console.log(name, "is told:", (error as Error).message);
    throw error;
  }
});

export const main = coroutine(async () => {
  const flat = createTask(worker("flat"));
  const deep = createTask(nested("deep"));
  await sleep(10);
  flat.cancel("too late");
  deep.cancel("too deep");
  console.log("main has cancelled both");
  for (const task of [deep, flat]) {
    try {
      await task;
    } catch (error) {
      if (!isCancelled(error)) throw error;
      console.log("main is told:", (error as Error).message);
    }
  }
});

// What is still running when main ends is cancelled and waited for.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { createTask, sleep } from "@asyncio-ts/task";

const leftover = coroutine(async (name: string, rounds: number) => {
  try {
    console.log(name, "runs");
    await sleep(10_000);
  } catch (error) {
    if (!isCancelled(error)) throw error;
    console.log(name, "is cancelled");
    for (let turn = 0; turn < rounds; turn += 1) {
      await sleep(0);
    }
    throw error;
  } finally {
    console.log(name, "is clean");
  }
});

export const main = coroutine(async () => {
  const tasks = [createTask(leftover("only", 2))];
  await sleep(10);
  console.log("main ends, done:", tasks[0]?.done());
});

// Sleepers wake in the order of their deadlines, whatever the order of their creation.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, sleep } from "@asyncio-ts/task";

const sleeper = coroutine(async (name: string, delay: number) => {
  console.log(name, "lies down");
  const value = await sleep(delay, name + " slept");
  console.log(value);
  await sleep(60);
  console.log(name, "gets up");
});

export const main = coroutine(async () => {
  const tasks = [
    createTask(sleeper("long", 300)),
    createTask(sleeper("short", 50)),
    createTask(sleeper("middle", 200)),
  ];
  console.log("main waits");
  for (const task of tasks) {
    await task;
  }
  console.log("all up");
});

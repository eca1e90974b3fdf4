// A gather of finished things does not suspend.
import { coroutine } from "@asyncio-ts/coroutine";
import { Future } from "@asyncio-ts/future";
import { createTask, gather, sleep } from "@asyncio-ts/task";

const quick = coroutine(async (name: string) => {
  return name;
});

const ticker = coroutine(async (count: number) => {
  for (let tick = 0; tick < count; tick += 1) {
    console.log("tick", tick);
    await sleep(0);
  }
});

export const main = coroutine(async () => {
  const future = new Future<string>();
  future.setResult("future");
  const task = createTask(quick("task"));
  await sleep(0);
  const ticks = createTask(ticker(4));
  console.log("finished", ...(await gather([future, task])));
  console.log("and again", ...(await gather([task, future, task])));
  console.log("no tick before this line");
  console.log("with one fresh", ...(await gather([task, quick("fresh")])));
  await ticks;
});

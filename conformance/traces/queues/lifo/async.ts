// A LIFO queue gives the newest item.
import { coroutine } from "@asyncio-ts/coroutine";
import { LifoQueue } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const stacker = coroutine(async (queue: LifoQueue<string>) => {
  for (const item of ["a", "b", "c"]) {
    await queue.put(item);
    console.log("stacked", item);
  }
  await sleep(10);
  await queue.put("d");
  console.log("stacked d");
});

export const main = coroutine(async () => {
  const queue = new LifoQueue<string>(3);
  const stacking = createTask(stacker(queue));
  await sleep(0);
  console.log("main got", await queue.get());
  queue.putNowait("x");
  console.log("main got", queue.getNowait(), queue.getNowait(), queue.getNowait());
  console.log("main waits for more");
  console.log("main got", await queue.get());
  await stacking;
});

// A gather of nothing is a future that finishes with an empty list.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, gather, sleep } from "@asyncio-ts/task";

const ticker = coroutine(async (count: number) => {
  for (let tick = 0; tick < count; tick += 1) {
    console.log("tick", tick);
    await sleep(0);
  }
});

export const main = coroutine(async () => {
  const ticks = createTask(ticker(3));
  const first = await gather([]);
  console.log("nothing gathered:", first.length);
  const second = await gather([], { returnExceptions: true });
  console.log("nothing gathered again:", second.length);
  await ticks;
});

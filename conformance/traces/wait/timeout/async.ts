// A wait that times out throws nothing and cancels nothing.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, sleep, wait } from "@asyncio-ts/task";

const worker = coroutine(async (name: string, delay: number) => {
  await sleep(delay);
  console.log(name, "ends");
});

const ticker = coroutine(async (count: number) => {
  for (let tick = 0; tick < count; tick += 1) {
    console.log("tick", tick);
    await sleep(0);
  }
});

export const main = coroutine(async () => {
  const quick = createTask(worker("quick", 10));
  const slow = createTask(worker("slow", 50));
  const first = await wait([quick, slow], { timeout: 30 });
  console.log("quick done:", first.done.has(quick), "slow pending:", first.pending.has(slow));
  console.log("slow cancelling", slow.cancelling());
  const second = await wait([quick, slow]);
  console.log("done", second.done.size, "pending", second.pending.size);
  const ticks = createTask(ticker(2));
  const third = await wait([slow, quick]);
  console.log("all were done: no tick before this line", third.done.size);
  await ticks;
});

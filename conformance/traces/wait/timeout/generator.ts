// A wait that times out throws nothing and cancels nothing.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, sleep, wait } from "@asyncio-ts/task";

const worker = coroutine(function* (name: string, delay: number) {
  yield* sleep(delay);
  console.log(name, "ends");
});

const ticker = coroutine(function* (count: number) {
  for (let tick = 0; tick < count; tick += 1) {
    console.log("tick", tick);
    yield* sleep(0);
  }
});

export const main = coroutine(function* () {
  const quick = createTask(worker("quick", 10));
  const slow = createTask(worker("slow", 50));
  const first = yield* wait([quick, slow], { timeout: 30 });
  console.log("quick done:", first.done.has(quick), "slow pending:", first.pending.has(slow));
  console.log("slow cancelling", slow.cancelling());
  const second = yield* wait([quick, slow]);
  console.log("done", second.done.size, "pending", second.pending.size);
  const ticks = createTask(ticker(2));
  const third = yield* wait([slow, quick]);
  console.log("all were done: no tick before this line", third.done.size);
  yield* ticks;
});

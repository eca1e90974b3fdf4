// How many iterations lie between the end of the last child and the caller's going on.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, gather, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (name: string, rounds: number) => {
  for (let turn = 0; turn < rounds; turn += 1) {
    await sleep(0);
  }
  console.log(name, "ends");
  return rounds;
});

const ticker = coroutine(async (count: number) => {
  for (let tick = 0; tick < count; tick += 1) {
    console.log("tick", tick);
    await sleep(0);
  }
});

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

export const main = coroutine(async () => {
  const ticks = createTask(ticker(7));
  const both = gather([worker("one", 1), worker("two", 2)]);
  console.log("gather made, not awaited");
  await sleep(0);
  console.log("main after one iteration, done:", both.done());
  console.log("sum", sum(await both));
  const task = createTask(worker("three", 0));
  console.log("sum", sum(await gather([task, worker("four", 0)])));
  await ticks;
});

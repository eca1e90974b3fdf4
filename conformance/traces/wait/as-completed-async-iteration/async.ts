// Asynchronous iteration gives the tasks themselves.
import { coroutine } from "@asyncio-ts/coroutine";
import { asCompleted, createTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (name: string, rounds: number) => {
  for (let turn = 0; turn < rounds; turn += 1) {
    await sleep(0);
  }
  console.log(name, "ends");
  return name;
});

const ticker = coroutine(async (count: number) => {
  for (let tick = 0; tick < count; tick += 1) {
    console.log("tick", tick);
    await sleep(0);
  }
});

export const main = coroutine(async () => {
  const ticks = createTask(ticker(7));
  const one = createTask(worker("one", 3));
  const two = createTask(worker("two", 1));
  const three = createTask(worker("three", 1));
  for await (const { task } of asCompleted([one, two, three])) {
    console.log("first task:", task === one, "result", await task);
  }
  console.log("loop ends");
  for await (const { task } of asCompleted([three])) {
    console.log("finished before:", await task);
  }
  await ticks;
});

// A priority queue gives the smallest item that is there when the getter looks.
import { coroutine } from "@asyncio-ts/coroutine";
import { PriorityQueue } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const getter = coroutine(async (queue: PriorityQueue<number>, name: string, count: number) => {
  for (let turn = 0; turn < count; turn += 1) {
    console.log(name, "got", await queue.get());
  }
});

export const main = coroutine(async () => {
  const queue = new PriorityQueue<number>(4);
  const waiting = createTask(getter(queue, "early", 2));
  await sleep(0);
  for (const number of [5, 2, 8]) {
    await queue.put(number);
    console.log("put", number, "size", queue.qsize());
  }
  await waiting;
  for (const number of [7, 1, 9]) {
    queue.putNowait(number);
  }
  console.log("full:", queue.full());
  const late = createTask(queue.put(0));
  await sleep(0);
  await getter(queue, "main", 2);
  await late;
  await getter(queue, "main", 3);
  console.log("empty:", queue.empty());
});

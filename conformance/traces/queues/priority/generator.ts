// A priority queue gives the smallest item that is there when the getter looks.
import { coroutine } from "@asyncio-ts/coroutine";
import { PriorityQueue } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const getter = coroutine(function* (queue: PriorityQueue<number>, name: string, count: number) {
  for (let turn = 0; turn < count; turn += 1) {
    console.log(name, "got", yield* queue.get());
  }
});

export const main = coroutine(function* () {
  const queue = new PriorityQueue<number>(4);
  const waiting = createTask(getter(queue, "early", 2));
  yield* sleep(0);
  for (const number of [5, 2, 8]) {
    yield* queue.put(number);
    console.log("put", number, "size", queue.qsize());
  }
  yield* waiting;
  for (const number of [7, 1, 9]) {
    queue.putNowait(number);
  }
  console.log("full:", queue.full());
  const late = createTask(queue.put(0));
  yield* sleep(0);
  yield* getter(queue, "main", 2);
  yield* late;
  yield* getter(queue, "main", 3);
  console.log("empty:", queue.empty());
});

// A producer that never suspends fills the queue; two consumers share the items.
import { coroutine } from "@asyncio-ts/coroutine";
import { Queue } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const producer = coroutine(function* (queue: Queue<number>, count: number) {
  for (let item = 0; item < count; item += 1) {
    yield* queue.put(item);
    console.log("put", item, "size", queue.qsize());
  }
  yield* sleep(0);
  yield* queue.put(count);
  console.log("put the last one");
});

const consumer = coroutine(function* (queue: Queue<number>, name: string, count: number) {
  for (let turn = 0; turn < count; turn += 1) {
    console.log(name, "asks");
    const item = yield* queue.get();
    console.log(name, "got", item, "size", queue.qsize());
  }
});

export const main = coroutine(function* () {
  const queue = new Queue<number>();
  const tasks = [
    createTask(consumer(queue, "a", 2)),
    createTask(consumer(queue, "b", 2)),
    createTask(producer(queue, 3)),
  ];
  for (const task of tasks) {
    yield* task;
  }
  console.log("empty:", queue.empty());
});

// A full queue holds its putters back; each get lets one in.
import { coroutine } from "@asyncio-ts/coroutine";
import { Queue, QueueFull } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const producer = coroutine(function* (queue: Queue<string>, name: string, items: string[]) {
  for (const item of items) {
    console.log(name, "puts", item, "full:", queue.full());
    yield* queue.put(item);
  }
  console.log(name, "is done");
});

export const main = coroutine(function* () {
  const queue = new Queue<string>(2);
  const tasks = [
    createTask(producer(queue, "left", ["l1", "l2", "l3"])),
    createTask(producer(queue, "right", ["r1", "r2"])),
  ];
  yield* sleep(0);
  try {
    queue.putNowait("more");
  } catch (error) {
    if (!(error instanceof QueueFull)) throw error;
    console.log("full, size", queue.qsize());
  }
  while (!tasks.every((task) => task.done()) || !queue.empty()) {
    console.log("main got", yield* queue.get(), "size", queue.qsize());
    yield* sleep(0);
  }
  console.log("main ends");
});

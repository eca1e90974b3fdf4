// A get_nowait may take the item meant for a woken getter, which then waits on.
import { coroutine } from "@asyncio-ts/coroutine";
import { Queue, QueueEmpty } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const getter = coroutine(async (queue: Queue<string>, name: string) => {
  console.log(name, "waits");
  const item = await queue.get();
  console.log(name, "got", item);
});

export const main = coroutine(async () => {
  const queue = new Queue<string>();
  const first = createTask(getter(queue, "first"));
  const second = createTask(getter(queue, "second"));
  await sleep(0);
  queue.putNowait("one");
  console.log("main put one, size", queue.qsize());
  console.log("main takes it back:", queue.getNowait());
  await sleep(0);
  try {
    queue.getNowait();
  } catch (error) {
    if (!(error instanceof QueueEmpty)) throw error;
    console.log("nothing left, first done:", first.done());
  }
  queue.putNowait("two");
  await sleep(0);
  console.log("first done:", first.done(), "second done:", second.done());
  await queue.put("three");
  await first;
  await second;
  console.log("size", queue.qsize());
});

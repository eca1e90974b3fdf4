// An immediate shutdown drops the items and lets join() end.
import { coroutine } from "@asyncio-ts/coroutine";
import { Queue, QueueShutDown } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const joiner = coroutine(async (queue: Queue<string>) => {
  console.log("joiner waits");
  await queue.join();
  console.log("joiner is through, size", queue.qsize());
});

const putter = coroutine(async (queue: Queue<string>, item: string) => {
  try {
    await queue.put(item);
  } catch (error) {
    if (!(error instanceof QueueShutDown)) throw error;
    console.log("no room for", item);
  }
});

export const main = coroutine(async () => {
  const queue = new Queue<string>(2);
  queue.putNowait("one");
  queue.putNowait("two");
  const joining = createTask(joiner(queue));
  const putting = createTask(putter(queue, "three"));
  await sleep(0);
  queue.shutdown({ immediate: true });
  console.log("shut down, size", queue.qsize());
  await joining;
  await putting;
  try {
    await queue.get();
  } catch (error) {
    if (!(error instanceof QueueShutDown)) throw error;
    console.log("nothing to get");
  }
});

// shutdown() fails the putters at once, lets the getters drain, then fails them too.
import { coroutine } from "@asyncio-ts/coroutine";
import { Queue, QueueShutDown } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const getter = coroutine(async (queue: Queue<string>, name: string) => {
  try {
    while (true) {
      console.log(name, "got", await queue.get());
      await sleep(0);
    }
  } catch (error) {
    if (!(error instanceof QueueShutDown)) throw error;
    console.log(name, "sees the shutdown");
  }
});

const putter = coroutine(async (queue: Queue<string>, item: string) => {
  try {
    await queue.put(item);
    console.log("put", item);
  } catch (error) {
    if (!(error instanceof QueueShutDown)) throw error;
    console.log("no more room for", item);
  }
});

export const main = coroutine(async () => {
  const queue = new Queue<string>(2);
  const tasks = ["one", "two", "three"].map((item) => createTask(putter(queue, item)));
  await sleep(0);
  queue.shutdown();
  console.log("shut down, size", queue.qsize());
  tasks.push(createTask(getter(queue, "first")));
  tasks.push(createTask(getter(queue, "second")));
  for (const task of tasks) {
    await task;
  }
  const idle = new Queue<string>();
  const waiting = createTask(getter(idle, "waiting"));
  await sleep(0);
  idle.shutdown();
  console.log("shut down the idle queue");
  await waiting;
  await putter(idle, "late");
});

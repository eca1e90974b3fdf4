// join() ends one iteration after the last task_done().
import { coroutine } from "@asyncio-ts/coroutine";
import { Queue } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (queue: Queue<number>, name: string) => {
  while (true) {
    const item = await queue.get();
    console.log(name, "works on", item);
    await sleep(0);
    console.log(name, "has done", item);
    queue.taskDone();
  }
});

const ticker = coroutine(async (count: number) => {
  for (let tick = 0; tick < count; tick += 1) {
    console.log("tick", tick);
    await sleep(0);
  }
});

export const main = coroutine(async () => {
  const queue = new Queue<number>();
  for (let item = 0; item < 4; item += 1) {
    queue.putNowait(item);
  }
  const workers = ["a", "b"].map((name) => createTask(worker(queue, name)));
  const ticks = createTask(ticker(5));
  await queue.join();
  console.log("everything is done");
  await queue.join();
  console.log("join again does not wait");
  for (const task of workers) {
    task.cancel();
  }
  await ticks;
  console.log("cancelled:", ...workers.map((task) => task.cancelled()));
  try {
    queue.taskDone();
  } catch {
    console.log("task_done too often");
  }
});

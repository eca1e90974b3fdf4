// A cancelled getter or putter loses no item.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { Queue } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const getter = coroutine(async (queue: Queue<string>, name: string) => {
  try {
    console.log(name, "got", await queue.get());
  } catch (error) {
    if (isCancelled(error)) console.log(name, "is cancelled");
    throw error;
  }
});

const putter = coroutine(async (queue: Queue<string>, item: string) => {
  try {
    await queue.put(item);
    console.log("put", item);
  } catch (error) {
    if (isCancelled(error)) console.log("putting", item, "is cancelled");
    throw error;
  }
});

export const main = coroutine(async () => {
  const queue = new Queue<string>(1);
  const first = createTask(getter(queue, "first"));
  const second = createTask(getter(queue, "second"));
  await sleep(0);
  first.cancel();
  await sleep(0);
  queue.putNowait("one");
  await second;
  console.log("first cancelled:", first.cancelled());
  queue.putNowait("two");
  const stopped = createTask(putter(queue, "three"));
  const patient = createTask(putter(queue, "four"));
  await sleep(0);
  stopped.cancel();
  await sleep(0);
  console.log("main got", queue.getNowait());
  await patient;
  console.log("main got", await queue.get(), "size", queue.qsize());
});

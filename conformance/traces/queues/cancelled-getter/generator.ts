// A cancelled getter or putter loses no item.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { Queue } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const getter = coroutine(function* (queue: Queue<string>, name: string) {
  try {
    console.log(name, "got", yield* queue.get());
  } catch (error) {
    if (isCancelled(error)) console.log(name, "is cancelled");
    throw error;
  }
});

const putter = coroutine(function* (queue: Queue<string>, item: string) {
  try {
    yield* queue.put(item);
    console.log("put", item);
  } catch (error) {
    if (isCancelled(error)) console.log("putting", item, "is cancelled");
    throw error;
  }
});

export const main = coroutine(function* () {
  const queue = new Queue<string>(1);
  const first = createTask(getter(queue, "first"));
  const second = createTask(getter(queue, "second"));
  yield* sleep(0);
  first.cancel();
  yield* sleep(0);
  queue.putNowait("one");
  yield* second;
  console.log("first cancelled:", first.cancelled());
  queue.putNowait("two");
  const stopped = createTask(putter(queue, "three"));
  const patient = createTask(putter(queue, "four"));
  yield* sleep(0);
  stopped.cancel();
  yield* sleep(0);
  console.log("main got", queue.getNowait());
  yield* patient;
  console.log("main got", yield* queue.get(), "size", queue.qsize());
});

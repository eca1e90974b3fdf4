// A gather of finished things does not suspend.
import { coroutine } from "@asyncio-ts/coroutine";
import { Future } from "@asyncio-ts/future";
import { createTask, gather, sleep } from "@asyncio-ts/task";

const quick = coroutine(function* (name: string) {
  return name;
});

const ticker = coroutine(function* (count: number) {
  for (let tick = 0; tick < count; tick += 1) {
    console.log("tick", tick);
    yield* sleep(0);
  }
});

export const main = coroutine(function* () {
  const future = new Future<string>();
  future.setResult("future");
  const task = createTask(quick("task"));
  yield* sleep(0);
  const ticks = createTask(ticker(4));
  console.log("finished", ...(yield* gather([future, task])));
  console.log("and again", ...(yield* gather([task, future, task])));
  console.log("no tick before this line");
  console.log("with one fresh", ...(yield* gather([task, quick("fresh")])));
  yield* ticks;
});

// Sleepers wake in the order of their deadlines, whatever the order of their creation.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, sleep } from "@asyncio-ts/task";

const sleeper = coroutine(function* (name: string, delay: number) {
  console.log(name, "lies down");
  const value = yield* sleep(delay, name + " slept");
  console.log(value);
  yield* sleep(60);
  console.log(name, "gets up");
});

export const main = coroutine(function* () {
  const tasks = [
    createTask(sleeper("long", 300)),
    createTask(sleeper("short", 50)),
    createTask(sleeper("middle", 200)),
  ];
  console.log("main waits");
  for (const task of tasks) {
    yield* task;
  }
  console.log("all up");
});

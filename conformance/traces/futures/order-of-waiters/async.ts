// set_result wakes nobody at once; waiters run in the order of their waiting.
import { coroutine } from "@asyncio-ts/coroutine";
import { Future } from "@asyncio-ts/future";
import { createTask, sleep } from "@asyncio-ts/task";

const waiter = coroutine(async (name: string, future: Future<number>) => {
  console.log(name, "waits");
  console.log(name, "got", await future);
});

const setter = coroutine(async (future: Future<number>) => {
  console.log("setter sets");
  future.setResult(42);
  console.log("setter goes on, done:", future.done());
  console.log("setter reads it at once", await future);
  await sleep(0);
  console.log("setter after one iteration");
});

export const main = coroutine(async () => {
  const future = new Future<number>();
  const tasks = ["one", "two"].map((name) => createTask(waiter(name, future)));
  tasks.push(createTask(setter(future)));
  tasks.push(createTask(waiter("late", future)));
  console.log("main waits");
  console.log("main got", await future);
  for (const task of tasks) {
    await task;
  }
  console.log("main ends");
});

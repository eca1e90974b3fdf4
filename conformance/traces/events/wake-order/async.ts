// An event wakes its waiters in the order of their waiting, among other ready tasks.
import { coroutine } from "@asyncio-ts/coroutine";
import { Event } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const waiter = coroutine(async (event: Event, name: string) => {
  await event.wait();
  console.log(name, "wakes");
  await sleep(0);
  console.log(name, "goes on");
});

const setter = coroutine(async (event: Event) => {
  console.log("setter sets");
  event.set();
  console.log("setter goes on");
  await sleep(0);
  console.log("setter ends");
});

export const main = coroutine(async () => {
  const event = new Event();
  const tasks = [createTask(waiter(event, "one")), createTask(waiter(event, "two"))];
  tasks.push(createTask(setter(event)));
  tasks.push(createTask(waiter(event, "after the set")));
  console.log("main waits");
  await event.wait();
  console.log("main wakes");
  for (const task of tasks) {
    await task;
  }
});

// notify_all() wakes all; a newcomer that asks for the lock takes its place in the line.
import { coroutine } from "@asyncio-ts/coroutine";
import { Condition } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const consumer = coroutine(async (condition: Condition, name: string) => {
  await condition.with(async () => {
    await condition.wait();
    console.log(name, "has the lock");
    await sleep(0);
  });
  console.log(name, "is out");
});

const newcomer = coroutine(async (condition: Condition) => {
  console.log("newcomer asks");
  await condition.with(async () => {
    console.log("newcomer has the lock");
  });
});

export const main = coroutine(async () => {
  const condition = new Condition();
  const tasks = ["one", "two", "three"].map((name) => createTask(consumer(condition, name)));
  await sleep(0);
  await condition.with(async () => {
    condition.notifyAll();
    tasks.push(createTask(newcomer(condition)));
    console.log("main has notified all");
  });
  console.log("main has released");
  for (const task of tasks) {
    await task;
  }
  await condition.with(async () => {
    condition.notifyAll();
    console.log("nobody waits any more");
  });
});

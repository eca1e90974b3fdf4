// Waiters get the lock in the order in which they asked.
import { coroutine } from "@asyncio-ts/coroutine";
import { Lock } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (lock: Lock, name: string) => {
  console.log(name, "asks");
  await lock.with(async () => {
    console.log(name, "has it");
    await sleep(0);
    console.log(name, "gives it back");
  });
  console.log(name, "is out");
});

export const main = coroutine(async () => {
  const lock = new Lock();
  const tasks = ["a", "b", "c"].map((name) => createTask(worker(lock, name)));
  await lock.acquire();
  console.log("main has it first");
  await sleep(0);
  tasks.push(createTask(worker(lock, "d")));
  console.log("main releases");
  lock.release();
  for (const task of tasks) {
    await task;
  }
  console.log("locked:", lock.locked());
});

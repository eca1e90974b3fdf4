// Waiters get the lock in the order in which they asked.
import { coroutine } from "@asyncio-ts/coroutine";
import { Lock } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(function* (lock: Lock, name: string) {
  console.log(name, "asks");
  yield* lock.with(function* () {
    console.log(name, "has it");
    yield* sleep(0);
    console.log(name, "gives it back");
  });
  console.log(name, "is out");
});

export const main = coroutine(function* () {
  const lock = new Lock();
  const tasks = ["a", "b", "c"].map((name) => createTask(worker(lock, name)));
  yield* lock.acquire();
  console.log("main has it first");
  yield* sleep(0);
  tasks.push(createTask(worker(lock, "d")));
  console.log("main releases");
  lock.release();
  for (const task of tasks) {
    yield* task;
  }
  console.log("locked:", lock.locked());
});

// Who asks while a woken waiter is on its way queues behind it.
import { coroutine } from "@asyncio-ts/coroutine";
import { Semaphore } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const waiter = coroutine(async (semaphore: Semaphore, name: string) => {
  console.log(name, "asks");
  await semaphore.acquire();
  console.log(name, "has it");
  semaphore.release();
});

export const main = coroutine(async () => {
  const semaphore = new Semaphore(1);
  await semaphore.acquire();
  const first = createTask(waiter(semaphore, "first"));
  const second = createTask(waiter(semaphore, "second"));
  await sleep(0);
  const newcomer = createTask(waiter(semaphore, "newcomer"));
  semaphore.release();
  console.log("main released, locked:", semaphore.locked());
  await semaphore.acquire();
  console.log("main has it again");
  await sleep(0);
  semaphore.release();
  for (const task of [first, second, newcomer]) {
    await task;
  }
  console.log("locked:", semaphore.locked());
});

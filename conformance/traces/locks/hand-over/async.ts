// Between release and the waiter's waking, a newcomer may not jump the queue.
import { coroutine } from "@asyncio-ts/coroutine";
import { Lock } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const waiter = coroutine(async (lock: Lock) => {
  console.log("waiter asks");
  await lock.acquire();
  console.log("waiter has it");
  await sleep(0);
  lock.release();
  console.log("waiter released, locked:", lock.locked());
});

const newcomer = coroutine(async (lock: Lock) => {
  console.log("newcomer asks, locked:", lock.locked());
  await lock.acquire();
  console.log("newcomer has it");
  lock.release();
});

export const main = coroutine(async () => {
  const lock = new Lock();
  await lock.acquire();
  const first = createTask(waiter(lock));
  await sleep(0);
  const second = createTask(newcomer(lock));
  lock.release();
  console.log("main released and asks again");
  await lock.acquire();
  console.log("main has it");
  lock.release();
  await first;
  await second;
  console.log("locked:", lock.locked());
});

// Between release and the waiter's waking, a newcomer may not jump the queue.
import { coroutine } from "@asyncio-ts/coroutine";
import { Lock } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const waiter = coroutine(function* (lock: Lock) {
  console.log("waiter asks");
  yield* lock.acquire();
  console.log("waiter has it");
  yield* sleep(0);
  lock.release();
  console.log("waiter released, locked:", lock.locked());
});

const newcomer = coroutine(function* (lock: Lock) {
  console.log("newcomer asks, locked:", lock.locked());
  yield* lock.acquire();
  console.log("newcomer has it");
  lock.release();
});

export const main = coroutine(function* () {
  const lock = new Lock();
  yield* lock.acquire();
  const first = createTask(waiter(lock));
  yield* sleep(0);
  const second = createTask(newcomer(lock));
  lock.release();
  console.log("main released and asks again");
  yield* lock.acquire();
  console.log("main has it");
  lock.release();
  yield* first;
  yield* second;
  console.log("locked:", lock.locked());
});

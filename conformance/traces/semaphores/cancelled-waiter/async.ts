// A cancelled waiter takes no permit with it.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { Semaphore } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (semaphore: Semaphore, name: string) => {
  try {
    await semaphore.acquire();
    console.log(name, "acquired");
  } catch (error) {
    if (isCancelled(error)) console.log(name, "is cancelled");
    throw error;
  }
});

export const main = coroutine(async () => {
  const semaphore = new Semaphore(1);
  await semaphore.acquire();
  const first = createTask(worker(semaphore, "first"));
  const second = createTask(worker(semaphore, "second"));
  const third = createTask(worker(semaphore, "third"));
  await sleep(0);
  first.cancel();
  console.log("main cancelled first");
  await sleep(0);
  console.log("locked:", semaphore.locked());
  semaphore.release();
  console.log("main released");
  await second;
  third.cancel();
  await sleep(0);
  semaphore.release();
  console.log("third cancelled:", third.cancelled(), "locked:", semaphore.locked());
});

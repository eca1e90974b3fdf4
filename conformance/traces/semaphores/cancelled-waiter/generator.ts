// A cancelled waiter takes no permit with it.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { Semaphore } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(function* (semaphore: Semaphore, name: string) {
  try {
    yield* semaphore.acquire();
    console.log(name, "acquired");
  } catch (error) {
    if (isCancelled(error)) console.log(name, "is cancelled");
    throw error;
  }
});

export const main = coroutine(function* () {
  const semaphore = new Semaphore(1);
  yield* semaphore.acquire();
  const first = createTask(worker(semaphore, "first"));
  const second = createTask(worker(semaphore, "second"));
  const third = createTask(worker(semaphore, "third"));
  yield* sleep(0);
  first.cancel();
  console.log("main cancelled first");
  yield* sleep(0);
  console.log("locked:", semaphore.locked());
  semaphore.release();
  console.log("main released");
  yield* second;
  third.cancel();
  yield* sleep(0);
  semaphore.release();
  console.log("third cancelled:", third.cancelled(), "locked:", semaphore.locked());
});

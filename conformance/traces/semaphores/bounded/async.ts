// A bounded semaphore refuses a release too many; what it guards goes on.
import { coroutine } from "@asyncio-ts/coroutine";
import { BoundedSemaphore } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (semaphore: BoundedSemaphore, name: string) => {
  await semaphore.with(async () => {
    console.log(name, "enters");
    await sleep(10);
    console.log(name, "leaves");
  });
});

export const main = coroutine(async () => {
  const semaphore = new BoundedSemaphore(1);
  try {
    semaphore.release();
  } catch {
    console.log("released too often");
  }
  const one = createTask(worker(semaphore, "one"));
  const two = createTask(worker(semaphore, "two"));
  await one;
  await two;
  try {
    semaphore.release();
  } catch {
    console.log("released too often again, locked:", semaphore.locked());
  }
});

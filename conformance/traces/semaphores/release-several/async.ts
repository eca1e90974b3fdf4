// Three releases at once wake three, in order; locked() stays true while somebody waits.
import { coroutine } from "@asyncio-ts/coroutine";
import { Semaphore } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (semaphore: Semaphore, name: string) => {
  await semaphore.acquire();
  console.log(name, "acquired, locked:", semaphore.locked());
});

export const main = coroutine(async () => {
  const semaphore = new Semaphore(0);
  console.log("locked:", semaphore.locked());
  const tasks = ["a", "b", "c", "d"].map((name) => createTask(worker(semaphore, name)));
  await sleep(0);
  semaphore.release();
  console.log("released one, locked:", semaphore.locked());
  semaphore.release();
  semaphore.release();
  console.log("released three, locked:", semaphore.locked());
  const late = createTask(worker(semaphore, "late"));
  await sleep(0);
  console.log("main after one iteration, locked:", semaphore.locked());
  semaphore.release();
  semaphore.release();
  semaphore.release();
  await late;
  for (const task of tasks) {
    await task;
  }
  console.log("main ends, locked:", semaphore.locked());
});

// What locked() says in each iteration, while the lock goes from hand to hand.
import { coroutine } from "@asyncio-ts/coroutine";
import { Lock } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (lock: Lock, name: string, rounds: number) => {
  await lock.acquire();
  console.log(name, "has it");
  for (let turn = 0; turn < rounds; turn += 1) {
    await sleep(0);
  }
  lock.release();
  console.log(name, "released");
});

const watcher = coroutine(async (lock: Lock, count: number) => {
  for (let turn = 0; turn < count; turn += 1) {
    console.log("iteration", turn, "locked:", lock.locked());
    await sleep(0);
  }
});

export const main = coroutine(async () => {
  const lock = new Lock();
  const one = createTask(worker(lock, "one", 1));
  const watching = createTask(watcher(lock, 7));
  const two = createTask(worker(lock, "two", 0));
  const three = createTask(worker(lock, "three", 2));
  for (const task of [one, two, three, watching]) {
    await task;
  }
  console.log("locked:", lock.locked());
});

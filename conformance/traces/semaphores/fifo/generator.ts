// Two at a time, the rest in the order of their asking.
import { coroutine } from "@asyncio-ts/coroutine";
import { Semaphore } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(function* (semaphore: Semaphore, name: string, rounds: number) {
  console.log(name, "asks");
  yield* semaphore.with(function* () {
    console.log(name, "enters");
    for (let turn = 0; turn < rounds; turn += 1) {
      yield* sleep(0);
    }
    console.log(name, "leaves");
  });
});

export const main = coroutine(function* () {
  const semaphore = new Semaphore(2);
  const tasks = [
    createTask(worker(semaphore, "a", 3)),
    createTask(worker(semaphore, "b", 1)),
    createTask(worker(semaphore, "c", 1)),
    createTask(worker(semaphore, "d", 0)),
    createTask(worker(semaphore, "e", 1)),
  ];
  for (const task of tasks) {
    yield* task;
  }
  console.log("locked:", semaphore.locked());
});

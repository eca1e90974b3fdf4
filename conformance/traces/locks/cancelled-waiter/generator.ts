// A waiter that is cancelled leaves the queue; the next one moves up.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { Lock } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(function* (lock: Lock, name: string) {
  try {
    yield* lock.with(function* () {
      console.log(name, "has it");
      yield* sleep(10);
      console.log(name, "is done");
    });
  } catch (error) {
    if (isCancelled(error)) console.log(name, "is cancelled, locked:", lock.locked());
    throw error;
  }
});

export const main = coroutine(function* () {
  const lock = new Lock();
  const holder = createTask(worker(lock, "holder"));
  const second = createTask(worker(lock, "second"));
  const third = createTask(worker(lock, "third"));
  const fourth = createTask(worker(lock, "fourth"));
  yield* sleep(0);
  console.log("main cancels second");
  second.cancel();
  yield* sleep(0);
  console.log("second cancelled:", second.cancelled());
  console.log("main cancels the holder");
  holder.cancel();
  yield* third;
  yield* fourth;
  console.log("holder cancelled:", holder.cancelled(), "locked:", lock.locked());
});

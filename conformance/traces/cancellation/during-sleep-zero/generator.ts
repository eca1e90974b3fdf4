// A task that waits for its turn is cancelled at the sleep(0) where it stands.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { type Task, createTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(function* (name: string) {
  try {
    for (let step = 0; step < 5; step += 1) {
      console.log(name, "step", step);
      yield* sleep(0);
    }
  } catch (error) {
    if (isCancelled(error)) console.log(name, "is cancelled");
    throw error;
  }
});

const killer = coroutine(function* (victim: Task<void>) {
  yield* sleep(0);
  console.log("killer strikes");
  victim.cancel();
  console.log("killer is done");
});

export const main = coroutine(function* () {
  const before = createTask(worker("before"));
  const killing = createTask(killer(before));
  const after = createTask(worker("after"));
  yield* killing;
  console.log("main cancels after");
  after.cancel();
  yield* sleep(0);
  console.log("before:", before.cancelled(), "after:", after.cancelled());
});

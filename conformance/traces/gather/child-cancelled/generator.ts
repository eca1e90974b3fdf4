// A child that is cancelled makes the gather raise CancelledError, the caller is not cancelled.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, currentTask, gather, sleep } from "@asyncio-ts/task";

const worker = coroutine(function* (name: string, delay: number) {
  try {
    yield* sleep(delay);
  } catch (error) {
    if (isCancelled(error)) console.log(name, "is cancelled");
    throw error;
  }
  console.log(name, "ends");
  return name;
});

export const main = coroutine(function* () {
  const victim = createTask(worker("victim", 10_000));
  const other = createTask(worker("other", 100));
  getRunningLoop().callLater(20, () => victim.cancel());
  try {
    yield* gather([other, victim]);
  } catch (error) {
    if (!isCancelled(error)) throw error;
    console.log("gather was cancelled, main cancelling", currentTask()?.cancelling());
  }
  console.log("other done:", other.done());
  console.log("other gave", yield* other);
});

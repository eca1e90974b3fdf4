// cancel() only asks: the task learns of it at its next step.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { createTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(function* (name: string) {
  console.log(name, "starts");
  try {
    yield* sleep(10_000);
    console.log("never printed");
  } catch (error) {
    if (isCancelled(error)) console.log(name, "is cancelled");
    throw error;
  } finally {
    console.log(name, "cleans up");
  }
});

export const main = coroutine(function* () {
  const first = createTask(worker("first"));
  const second = createTask(worker("second"));
  yield* sleep(10);
  console.log("main cancels second, then first");
  second.cancel();
  first.cancel();
  console.log("both asked, first done:", first.done());
  try {
    yield* first;
  } catch (error) {
    if (!isCancelled(error)) throw error;
    console.log("first joined, cancelled:", first.cancelled());
  }
  console.log("second done:", second.done(), "cancelled:", second.cancelled());
});

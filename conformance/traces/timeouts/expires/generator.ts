// An expired timeout cancels the body and becomes a TimeoutError.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { TimeoutError, currentTask, sleep, timeout } from "@asyncio-ts/task";

const work = coroutine(function* (name: string) {
  try {
    console.log(name, "starts");
    yield* sleep(10_000);
  } catch (error) {
    if (isCancelled(error)) console.log(name, "is cancelled, cancelling", currentTask()?.cancelling());
    throw error;
  }
});

export const main = coroutine(function* () {
  const limit = timeout(20);
  try {
    yield* limit.with(function* () {
      console.log("expired:", limit.expired());
      yield* work("work");
      console.log("never printed");
    });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("timed out, cancelling", currentTask()?.cancelling());
  }
  console.log("expired:", limit.expired());
  yield* sleep(10);
  console.log("main goes on");
});

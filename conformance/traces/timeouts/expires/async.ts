// An expired timeout cancels the body and becomes a TimeoutError.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { TimeoutError, currentTask, sleep, timeout } from "@asyncio-ts/task";

const work = coroutine(async (name: string) => {
  try {
    console.log(name, "starts");
    await sleep(10_000);
  } catch (error) {
    if (isCancelled(error)) console.log(name, "is cancelled, cancelling", currentTask()?.cancelling());
    throw error;
  }
});

export const main = coroutine(async () => {
  const limit = timeout(20);
  try {
    await limit.with(async () => {
      console.log("expired:", limit.expired());
      await work("work");
      console.log("never printed");
    });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("timed out, cancelling", currentTask()?.cancelling());
  }
  console.log("expired:", limit.expired());
  await sleep(10);
  console.log("main goes on");
});

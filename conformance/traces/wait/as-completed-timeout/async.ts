// When its time is over the iteration raises; the tasks go on.
import { coroutine } from "@asyncio-ts/coroutine";
import { TimeoutError, asCompleted, createTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (name: string, delay: number) => {
  await sleep(delay);
  console.log(name, "ends");
  return name;
});

export const main = coroutine(async () => {
  const quick = createTask(worker("quick", 10));
  const slow = createTask(worker("slow", 50));
  try {
    for await (const { task } of asCompleted([slow, quick], { timeout: 30 })) {
      console.log("got", await task);
    }
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("timed out, slow cancelling", slow.cancelling());
  }
  console.log("slow gave", await slow);
});

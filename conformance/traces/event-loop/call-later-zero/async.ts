// A timer that is due already joins after the handles that are ready.
import { coroutine } from "@asyncio-ts/coroutine";
import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (name: string) => {
  console.log(name, "runs");
  await sleep(0);
  console.log(name, "ends");
});

export const main = coroutine(async () => {
  const loop = getRunningLoop();
  loop.callLater(0, console.log, "later with no delay");
  loop.callSoon(console.log, "soon");
  loop.callAt(loop.time() - 1000, console.log, "at a time that has passed");
  const task = createTask(worker("worker"));
  console.log("main suspends");
  await sleep(0);
  console.log("main after one iteration");
  await task;
  console.log("main joined the worker");
  await sleep(0);
  console.log("main ends");
});

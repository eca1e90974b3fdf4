// call_later, call_at and sleeping tasks run in the order of their deadlines.
import { coroutine } from "@asyncio-ts/coroutine";
import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, sleep } from "@asyncio-ts/task";

const sleeper = coroutine(async () => {
  await sleep(180);
  console.log("task at 180");
});

export const main = coroutine(async () => {
  const loop = getRunningLoop();
  const start = loop.time();
  loop.callLater(360, console.log, "later at 360");
  loop.callAt(start + 120, console.log, "at 120");
  const task = createTask(sleeper());
  loop.callLater(60, console.log, "later at 60");
  const dropped = loop.callLater(240, console.log, "never printed");
  loop.callAt(start + 300, console.log, "at 300");
  console.log("deadlines in order:", loop.callLater(10_000, console.log, "x").when() > dropped.when());
  await task;
  dropped.cancel();
  console.log("main cancels a later one:", dropped.cancelled());
  await sleep(240);
  console.log("main at 420");
});

// Callbacks and tasks share one queue.
import { coroutine } from "@asyncio-ts/coroutine";
import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (name: string) => {
  console.log(name, "starts");
  getRunningLoop().callSoon(console.log, "soon from", name);
  await sleep(0);
  console.log(name, "ends");
});

export const main = coroutine(async () => {
  const loop = getRunningLoop();
  loop.callSoon(console.log, "soon", 1);
  const first = createTask(worker("first"));
  loop.callSoon(console.log, "soon", 2);
  const dropped = loop.callSoon(console.log, "never printed");
  const second = createTask(worker("second"));
  loop.callSoon(console.log, "soon", 3);
  dropped.cancel();
  console.log("dropped is cancelled:", dropped.cancelled());
  await sleep(0);
  console.log("main after one iteration");
  await first;
  await second;
  console.log("main ends");
});

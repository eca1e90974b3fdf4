// A sleep begins when it is awaited, not when it is made; a task's, at its first step.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, sleep } from "@asyncio-ts/task";

const note = coroutine(async (text: string) => {
  console.log(text);
});

export const main = coroutine(async () => {
  const late = sleep(90, "late");
  const early = createTask(sleep(30, "early"));
  early.addDoneCallback(() => console.log("early is done"));
  console.log("made both");
  console.log("awaited", await sleep(60, "in between"));
  const timer = createTask(sleep(60, "timer"));
  timer.addDoneCallback(() => console.log("timer is done, late still sleeps"));
  console.log("awaits late");
  console.log("awaited", await late);
  console.log("awaited", await early, await timer);
  await note("end");
});

// The inner task's end comes through a shield: result, error, cancellation.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, currentTask, shield, sleep } from "@asyncio-ts/task";

const inner = coroutine(async (name: string, rounds: number) => {
  for (let turn = 0; turn < rounds; turn += 1) {
    await sleep(0);
  }
  console.log(name, "ends");
  if (name === "bad") {
    throw new Error("went bad");
  }
  return name;
});

const ticker = coroutine(async (count: number) => {
  for (let tick = 0; tick < count; tick += 1) {
    console.log("tick", tick);
    await sleep(0);
  }
});

export const main = coroutine(async () => {
  const ticks = createTask(ticker(9));
  console.log("result", await shield(inner("good", 1)));
  try {
    await shield(inner("bad", 0));
  } catch (error) {
    console.log("error", (error as Error).message);
  }
  const task = createTask(inner("victim", 99));
  getRunningLoop().callSoon(() => task.cancel());
  try {
    await shield(task);
  } catch (error) {
    if (!isCancelled(error)) throw error;
    console.log("cancelled, main cancelling", currentTask()?.cancelling());
  }
  await ticks;
  const finished = createTask(inner("finished", 0));
  await finished;
  console.log("a finished one", await shield(finished));
});

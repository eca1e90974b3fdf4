// wait_for in time: results, errors, and finished things at once.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, currentTask, sleep, waitFor } from "@asyncio-ts/task";

const worker = coroutine(async (name: string) => {
  console.log(name, "runs in", currentTask()?.name);
  await sleep(0);
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

const script = coroutine(async () => {
  const ticks = createTask(ticker(4));
  console.log("got", await waitFor(worker("good"), 5000));
  try {
    await waitFor(worker("bad"), 5000);
  } catch (error) {
    console.log("error", (error as Error).message);
  }
  const task = createTask(worker("task"), { name: "its own task" });
  console.log("got", await waitFor(task, null));
  await ticks;
  console.log("finished:", await waitFor(task, 5000), await waitFor(task, 0));
});

export const main = coroutine(async () => {
  await createTask(script(), { name: "the caller" });
});

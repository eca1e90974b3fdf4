// A failing task gives its error to each waiter, in their order.
import { coroutine } from "@asyncio-ts/coroutine";
import { type Task, createTask, sleep } from "@asyncio-ts/task";

const failing = coroutine(async () => {
  console.log("failing starts");
  await sleep(0);
  console.log("failing raises");
  throw new Error("broken");
});

const waiter = coroutine(async (name: string, task: Task<unknown>) => {
  try {
    await task;
  } catch (error) {
    console.log(name, "caught", (error as Error).message);
    await sleep(0);
    console.log(name, "recovered");
  }
});

export const main = coroutine(async () => {
  const bad = createTask(failing());
  const one = createTask(waiter("one", bad));
  const two = createTask(waiter("two", bad));
  try {
    await bad;
  } catch (error) {
    console.log("main caught", (error as Error).message);
  }
  console.log("exception", (bad.exception() as Error).message, "cancelled", bad.cancelled());
  await one;
  console.log("main joined one");
  await two;
  console.log("main joined two");
});

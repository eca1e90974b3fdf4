// Several tasks await one task: they wake in the order in which they began to wait.
import { coroutine } from "@asyncio-ts/coroutine";
import { type Task, createTask, sleep } from "@asyncio-ts/task";

const source = coroutine(async () => {
  console.log("source starts");
  await sleep(10);
  console.log("source ends");
  return "value";
});

const waiter = coroutine(async (name: string, task: Task<string>) => {
  console.log(name, "waits");
  const value = await task;
  console.log(name, "got", value);
  return name + "(" + value + ")";
});

export const main = coroutine(async () => {
  const root = createTask(source());
  const first = createTask(waiter("first", root));
  const second = createTask(waiter("second", root));
  const chained = createTask(waiter("chained", first));
  const last = createTask(waiter("last", chained));
  console.log("main waits for last");
  console.log("main got", await last);
  console.log("second is done:", second.done());
  console.log("main got", await second);
});

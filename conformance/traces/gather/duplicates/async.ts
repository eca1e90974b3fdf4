// The same coroutine or task given twice runs once.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, gather, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (name: string) => {
  console.log(name, "runs");
  await sleep(0);
  console.log(name, "ends");
  return name;
});

export const main = coroutine(async () => {
  const same = worker("coroutine");
  const task = createTask(worker("task"));
  const results = await gather([same, task, same, worker("other"), task]);
  console.log("results", ...results);
  console.log("a finished one again", ...(await gather([task, task])));
});

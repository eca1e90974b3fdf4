// Tasks start in the order of their creation, and only once the creator suspends.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (name: string) => {
  console.log(name, "starts");
  await sleep(0);
  console.log(name, "continues");
  return name;
});

export const main = coroutine(async () => {
  console.log("main creates");
  const tasks = ["a", "b", "c"].map((name) => createTask(worker(name)));
  console.log("main has created");
  await sleep(0);
  console.log("main after one iteration");
  for (const task of tasks) {
    console.log("result", await task);
  }
  console.log("main ends");
});

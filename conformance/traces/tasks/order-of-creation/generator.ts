// Tasks start in the order of their creation, and only once the creator suspends.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(function* (name: string) {
  console.log(name, "starts");
  yield* sleep(0);
  console.log(name, "continues");
  return name;
});

export const main = coroutine(function* () {
  console.log("main creates");
  const tasks = ["a", "b", "c"].map((name) => createTask(worker(name)));
  console.log("main has created");
  yield* sleep(0);
  console.log("main after one iteration");
  for (const task of tasks) {
    console.log("result", yield* task);
  }
  console.log("main ends");
});

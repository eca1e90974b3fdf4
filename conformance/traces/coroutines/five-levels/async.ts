// Five plain functions deep, a step still ends before the next task's step begins.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, sleep } from "@asyncio-ts/task";

async function levelFive(name: string) {
  console.log(name, "level 5 before");
  await sleep(0);
  console.log(name, "level 5 after");
  return 5;
}

async function levelFour(name: string) {
  const value = await levelFive(name);
  console.log(name, "level 4");
  return value + 4;
}

async function levelThree(name: string) {
  const value = await levelFour(name);
  console.log(name, "level 3");
  return value + 3;
}

async function levelTwo(name: string) {
  const value = await levelThree(name);
  console.log(name, "level 2");
  return value + 2;
}

async function levelOne(name: string) {
  const value = await levelTwo(name);
  console.log(name, "level 1");
  return value + 1;
}

const worker = coroutine(async (name: string) => {
  console.log(name, "first total", await levelOne(name));
  console.log(name, "second total", await levelOne(name));
});

export const main = coroutine(async () => {
  const tasks = ["a", "b", "c"].map((name) => createTask(worker(name)));
  console.log("main total", await levelOne("main"));
  for (const task of tasks) {
    await task;
  }
  console.log("main ends");
});

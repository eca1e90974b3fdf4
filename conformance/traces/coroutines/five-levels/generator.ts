// Five plain functions deep, a step still ends before the next task's step begins.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, sleep } from "@asyncio-ts/task";

function* levelFive(name: string) {
  console.log(name, "level 5 before");
  yield* sleep(0);
  console.log(name, "level 5 after");
  return 5;
}

function* levelFour(name: string) {
  const value = yield* levelFive(name);
  console.log(name, "level 4");
  return value + 4;
}

function* levelThree(name: string) {
  const value = yield* levelFour(name);
  console.log(name, "level 3");
  return value + 3;
}

function* levelTwo(name: string) {
  const value = yield* levelThree(name);
  console.log(name, "level 2");
  return value + 2;
}

function* levelOne(name: string) {
  const value = yield* levelTwo(name);
  console.log(name, "level 1");
  return value + 1;
}

const worker = coroutine(function* (name: string) {
  console.log(name, "first total", yield* levelOne(name));
  console.log(name, "second total", yield* levelOne(name));
});

export const main = coroutine(function* () {
  const tasks = ["a", "b", "c"].map((name) => createTask(worker(name)));
  console.log("main total", yield* levelOne("main"));
  for (const task of tasks) {
    yield* task;
  }
  console.log("main ends");
});

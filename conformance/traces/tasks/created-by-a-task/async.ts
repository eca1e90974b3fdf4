// A task made by a task queues behind the tasks that are ready already.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, sleep } from "@asyncio-ts/task";

const leaf = coroutine(async (name: string) => {
  console.log(name, "runs");
  await sleep(0);
  console.log(name, "ends");
});

const branch = coroutine(async (name: string) => {
  console.log(name, "forks");
  const left = createTask(leaf(name + ".left"));
  const right = createTask(leaf(name + ".right"));
  console.log(name, "has forked");
  await right;
  console.log(name, "joined right, left done:", left.done());
  await left;
  console.log(name, "joined left");
});

export const main = coroutine(async () => {
  const first = createTask(branch("first"));
  const second = createTask(branch("second"));
  const third = createTask(leaf("third"));
  await third;
  console.log("main joined third");
  await first;
  console.log("main joined first");
  await second;
  console.log("main joined second");
});

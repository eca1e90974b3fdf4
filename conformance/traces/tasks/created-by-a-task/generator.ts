// A task made by a task queues behind the tasks that are ready already.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, sleep } from "@asyncio-ts/task";

const leaf = coroutine(function* (name: string) {
  console.log(name, "runs");
  yield* sleep(0);
  console.log(name, "ends");
});

const branch = coroutine(function* (name: string) {
  console.log(name, "forks");
  const left = createTask(leaf(name + ".left"));
  const right = createTask(leaf(name + ".right"));
  console.log(name, "has forked");
  yield* right;
  console.log(name, "joined right, left done:", left.done());
  yield* left;
  console.log(name, "joined left");
});

export const main = coroutine(function* () {
  const first = createTask(branch("first"));
  const second = createTask(branch("second"));
  const third = createTask(leaf("third"));
  yield* third;
  console.log("main joined third");
  yield* first;
  console.log("main joined first");
  yield* second;
  console.log("main joined second");
});

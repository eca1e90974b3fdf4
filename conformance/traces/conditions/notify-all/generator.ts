// notify_all() wakes all; a newcomer that asks for the lock takes its place in the line.
import { coroutine } from "@asyncio-ts/coroutine";
import { Condition } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const consumer = coroutine(function* (condition: Condition, name: string) {
  yield* condition.with(function* () {
    yield* condition.wait();
    console.log(name, "has the lock");
    yield* sleep(0);
  });
  console.log(name, "is out");
});

const newcomer = coroutine(function* (condition: Condition) {
  console.log("newcomer asks");
  yield* condition.with(function* () {
    console.log("newcomer has the lock");
  });
});

export const main = coroutine(function* () {
  const condition = new Condition();
  const tasks = ["one", "two", "three"].map((name) => createTask(consumer(condition, name)));
  yield* sleep(0);
  yield* condition.with(function* () {
    condition.notifyAll();
    tasks.push(createTask(newcomer(condition)));
    console.log("main has notified all");
  });
  console.log("main has released");
  for (const task of tasks) {
    yield* task;
  }
  yield* condition.with(function* () {
    condition.notifyAll();
    console.log("nobody waits any more");
  });
});

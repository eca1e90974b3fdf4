// A supervisor restarts a child that fails, and stops with the first that ends well.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { TaskGroup, createTask, sleep, wait } from "@asyncio-ts/task";

const child = coroutine(function* (name: string, life: number) {
  console.log(name, "life", life, "starts");
  try {
    yield* sleep(10);
    if (life < 2) {
      throw new Error(name + " died in life " + String(life));
    }
    return name + " made it";
  } finally {
    console.log(name, "life", life, "ends");
  }
});

const bystander = coroutine(function* () {
  try {
    yield* sleep(10_000);
  } catch (error) {
    if (isCancelled(error)) console.log("bystander is stopped");
    throw error;
  }
});

const supervise = coroutine(function* (name: string) {
  let life = 0;
  while (true) {
    const task = createTask(child(name, life));
    yield* wait([task]);
    const error = task.exception();
    if (error === null || error === undefined) {
      return task.result();
    }
    console.log("restart after:", (error as Error).message);
    life += 1;
  }
});

export const main = coroutine(function* () {
  yield* new TaskGroup().with(function* (group) {
    const watching = group.createTask(bystander());
    const supervised = group.createTask(supervise("child"));
    console.log("supervisor says:", yield* supervised);
    watching.cancel();
  });
  console.log("main ends");
});

// A supervisor restarts a child that fails, and stops with the first that ends well.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { TaskGroup, createTask, sleep, wait } from "@asyncio-ts/task";

const child = coroutine(async (name: string, life: number) => {
  console.log(name, "life", life, "starts");
  try {
    await sleep(10);
    if (life < 2) {
      throw new Error(name + " died in life " + String(life));
    }
    return name + " made it";
  } finally {
    console.log(name, "life", life, "ends");
  }
});

const bystander = coroutine(async () => {
  try {
    await sleep(10_000);
  } catch (error) {
    if (isCancelled(error)) console.log("bystander is stopped");
    throw error;
  }
});

const supervise = coroutine(async (name: string) => {
  let life = 0;
  while (true) {
    const task = createTask(child(name, life));
    await wait([task]);
    const error = task.exception();
    if (error === null || error === undefined) {
      return task.result();
    }
    console.log("restart after:", (error as Error).message);
    life += 1;
  }
});

export const main = coroutine(async () => {
  await new TaskGroup().with(async (group) => {
    const watching = group.createTask(bystander());
    const supervised = group.createTask(supervise("child"));
    console.log("supervisor says:", await supervised);
    watching.cancel();
  });
  console.log("main ends");
});

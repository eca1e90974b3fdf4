// A runner keeps its loop: a task left by one run goes on in the next.
import { coroutine } from "@asyncio-ts/coroutine";
import type { EventLoop } from "@asyncio-ts/loop";
import { Runner, type Task, createTask, sleep } from "@asyncio-ts/task";

const background = coroutine(async (name: string) => {
  try {
    for (let step = 0; step < 9; step += 1) {
      console.log(name, "step", step);
      await sleep(40);
    }
  } finally {
    console.log(name, "ends");
  }
});

const first = coroutine(async (tasks: Task<void>[]) => {
  tasks.push(createTask(background("background")));
  await sleep(10);
  return "first result";
});

const second = coroutine(async (tasks: Task<void>[]) => {
  console.log("second runs, background done:", tasks[0]?.done());
  await sleep(50);
  throw new Error("second failed");
});

export const script = async (loopFactory: () => EventLoop): Promise<void> => {
  const tasks: Task<void>[] = [];
  await new Runner({ loopFactory }).with(async (runner) => {
    console.log("got", await runner.run(first(tasks)));
    console.log("between the runs");
    try {
      await runner.run(second(tasks));
    } catch (error) {
      console.log("error", (error as Error).message);
    }
    console.log("with ends");
  });
  console.log("closed, background cancelled:", tasks[0]?.cancelled());
};

// Two runs are two loops; an error of main comes out after the clean-up.
import { coroutine } from "@asyncio-ts/coroutine";
import type { EventLoop } from "@asyncio-ts/loop";
import { type Task, createTask, run, sleep } from "@asyncio-ts/task";

const leftover = coroutine(async (name: string) => {
  try {
    await sleep(10_000);
  } finally {
    console.log(name, "is cleaned up");
  }
});

const failing = coroutine(async (keep: Task<void>[]) => {
  keep.push(createTask(leftover("leftover")));
  await sleep(0);
  console.log("main fails");
  throw new Error("failed");
});

const fine = coroutine(async () => {
  await sleep(0);
  console.log("the second main runs");
  return "fine";
});

export const script = async (loopFactory: () => EventLoop): Promise<void> => {
  const keep: Task<void>[] = [];
  try {
    await run(failing(keep), { loopFactory });
  } catch (error) {
    console.log("run raised", (error as Error).message, "after the clean-up:", keep[0]?.cancelled());
  }
  console.log("the second run gave", await run(fine(), { loopFactory }));
};

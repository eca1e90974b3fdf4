// An error climbs five levels in one step, except where a finally block awaits.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, sleep } from "@asyncio-ts/task";

async function fail(name: string, depth: number): Promise<void> {
  try {
    if (depth === 5) {
      await sleep(0);
      console.log(name, "raises");
      throw new Error(name + " broke");
    }
    await fail(name, depth + 1);
  } finally {
    if (depth === 3) {
      console.log(name, "cleans up slowly at", depth);
      await sleep(0);
    }
    console.log(name, "cleaned up", depth);
  }
}

const guarded = coroutine(async (name: string) => {
  try {
    await fail(name, 1);
  } catch (error) {
    console.log("caught:", (error as Error).message);
  }
  return name;
});

const ticker = coroutine(async (count: number) => {
  for (let tick = 0; tick < count; tick += 1) {
    console.log("tick", tick);
    await sleep(0);
  }
});

export const main = coroutine(async () => {
  const tasks = ["left", "right"].map((name) => createTask(guarded(name)));
  const ticks = createTask(ticker(5));
  for (const task of tasks) {
    console.log("joined", await task);
  }
  await ticks;
});

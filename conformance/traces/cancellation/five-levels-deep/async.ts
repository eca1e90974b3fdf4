// A cancellation unwinds five levels within one step.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { createTask, sleep } from "@asyncio-ts/task";

async function level(name: string, depth: number): Promise<void> {
  try {
    if (depth === 5) {
      console.log(name, "sleeps at the bottom");
      await sleep(10_000);
    }
    await level(name, depth + 1);
  } catch (error) {
    if (isCancelled(error)) console.log(name, "cancelled at", depth);
    throw error;
  } finally {
    console.log(name, "finally at", depth);
  }
}

const ticker = coroutine(async (count: number) => {
  for (let tick = 0; tick < count; tick += 1) {
    console.log("tick", tick);
    await sleep(0);
  }
});

export const main = coroutine(async () => {
  const one = createTask(() => level("one", 1));
  const two = createTask(() => level("two", 3));
  await sleep(0);
  const ticks = createTask(ticker(4));
  two.cancel();
  one.cancel();
  console.log("asked");
  for (const task of [one, two]) {
    try {
      await task;
    } catch (error) {
      if (!isCancelled(error)) throw error;
      console.log("joined");
    }
  }
  await ticks;
});

// Recursive helpers suspend at every level, on the way in and on the way out.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, sleep } from "@asyncio-ts/task";

async function level(name: string, depth: number): Promise<void> {
  console.log(name, "enters", depth);
  await sleep(0);
  if (depth < 5) {
    await level(name, depth + 1);
  } else {
    console.log(name, "is at the bottom");
  }
  if (depth % 2 === 1) {
    await sleep(0);
  }
  console.log(name, "leaves", depth);
}

export const main = coroutine(async () => {
  const first = createTask(() => level("first", 1));
  await sleep(0);
  const second = createTask(() => level("second", 2));
  const third = createTask(() => level("third", 4));
  await third;
  console.log("main joined third");
  await second;
  console.log("main joined second");
  await first;
  console.log("main joined first");
});

// A recursion that suspends in each leaf, run by two tasks at once.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, sleep } from "@asyncio-ts/task";

const count = coroutine(async (name: string, size: number, path: string): Promise<number> => {
  if (size < 2) {
    console.log(name, "leaf", path);
    await sleep(0);
    return 1;
  }
  const left = await count(name, size - 1, path + "l");
  const right = await count(name, size - 2, path + "r");
  console.log(name, "node", path, "has", left + right);
  return left + right;
});

export const main = coroutine(async () => {
  const small = createTask(count("small", 3, "."));
  const large = createTask(count("large", 4, "."));
  console.log("small", await small);
  console.log("large", await large);
});

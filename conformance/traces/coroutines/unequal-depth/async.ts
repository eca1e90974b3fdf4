// Tasks of depth 0, 3 and 6 take the same number of steps: depth costs no turn.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, sleep } from "@asyncio-ts/task";

async function bottom(name: string) {
  for (let step = 0; step < 3; step += 1) {
    console.log(name, "step", step);
    await sleep(0);
  }
  return name;
}

async function descend(name: string, depth: number): Promise<string> {
  if (depth === 0) {
    return await bottom(name);
  }
  const value = await descend(name, depth - 1);
  console.log(name, "back at", depth);
  return value;
}

export const main = coroutine(async () => {
  const deep = createTask(() => descend("deep", 6));
  const middle = createTask(() => descend("middle", 3));
  const flat = createTask(() => descend("flat", 0));
  console.log("joined", await flat);
  console.log("joined", await middle);
  console.log("joined", await deep);
});

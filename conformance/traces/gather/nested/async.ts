// Gathers within gathers: each level adds its turns.
import { coroutine } from "@asyncio-ts/coroutine";
import { gather, sleep } from "@asyncio-ts/task";

const leaf = coroutine(async (name: string, rounds: number) => {
  for (let step = 0; step < rounds; step += 1) {
    console.log(name, "step", step);
    await sleep(0);
  }
  return name;
});

const pair = coroutine(async (name: string) => {
  const values = await gather([leaf(name + ".1", 1), leaf(name + ".2", 2)]);
  console.log(name, "has", ...values);
  return values.join("+");
});

export const main = coroutine(async () => {
  const values = await gather([pair("a"), leaf("b", 3), gather([leaf("c", 1), pair("d")])]);
  console.log(values[0], values[1], ...values[2]);
});

// Gathers within gathers: each level adds its turns.
import { coroutine } from "@asyncio-ts/coroutine";
import { gather, sleep } from "@asyncio-ts/task";

const leaf = coroutine(function* (name: string, rounds: number) {
  for (let step = 0; step < rounds; step += 1) {
    console.log(name, "step", step);
    yield* sleep(0);
  }
  return name;
});

const pair = coroutine(function* (name: string) {
  const values = yield* gather([leaf(name + ".1", 1), leaf(name + ".2", 2)]);
  console.log(name, "has", ...values);
  return values.join("+");
});

export const main = coroutine(function* () {
  const values = yield* gather([pair("a"), leaf("b", 3), gather([leaf("c", 1), pair("d")])]);
  console.log(values[0], values[1], ...values[2]);
});

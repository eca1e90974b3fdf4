// A recursion that suspends in each leaf, run by two tasks at once.
import { coroutine } from "@asyncio-ts/coroutine";
import type { Steps } from "@asyncio-ts/future";
import { createTask, sleep } from "@asyncio-ts/task";

const count = coroutine(function* (name: string, size: number, path: string): Steps<number> {
  if (size < 2) {
    console.log(name, "leaf", path);
    yield* sleep(0);
    return 1;
  }
  const left = yield* count(name, size - 1, path + "l");
  const right = yield* count(name, size - 2, path + "r");
  console.log(name, "node", path, "has", left + right);
  return left + right;
});

export const main = coroutine(function* () {
  const small = createTask(count("small", 3, "."));
  const large = createTask(count("large", 4, "."));
  console.log("small", yield* small);
  console.log("large", yield* large);
});

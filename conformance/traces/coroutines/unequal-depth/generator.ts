// Tasks of depth 0, 3 and 6 take the same number of steps: depth costs no turn.
import { coroutine } from "@asyncio-ts/coroutine";
import type { Steps } from "@asyncio-ts/future";
import { createTask, sleep } from "@asyncio-ts/task";

function* bottom(name: string) {
  for (let step = 0; step < 3; step += 1) {
    console.log(name, "step", step);
    yield* sleep(0);
  }
  return name;
}

function* descend(name: string, depth: number): Steps<string> {
  if (depth === 0) {
    return yield* bottom(name);
  }
  const value = yield* descend(name, depth - 1);
  console.log(name, "back at", depth);
  return value;
}

export const main = coroutine(function* () {
  const deep = createTask(() => descend("deep", 6));
  const middle = createTask(() => descend("middle", 3));
  const flat = createTask(() => descend("flat", 0));
  console.log("joined", yield* flat);
  console.log("joined", yield* middle);
  console.log("joined", yield* deep);
});

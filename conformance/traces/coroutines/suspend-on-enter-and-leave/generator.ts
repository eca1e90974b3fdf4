// Recursive helpers suspend at every level, on the way in and on the way out.
import { coroutine } from "@asyncio-ts/coroutine";
import type { Steps } from "@asyncio-ts/future";
import { createTask, sleep } from "@asyncio-ts/task";

function* level(name: string, depth: number): Steps<void> {
  console.log(name, "enters", depth);
  yield* sleep(0);
  if (depth < 5) {
    yield* level(name, depth + 1);
  } else {
    console.log(name, "is at the bottom");
  }
  if (depth % 2 === 1) {
    yield* sleep(0);
  }
  console.log(name, "leaves", depth);
}

export const main = coroutine(function* () {
  const first = createTask(() => level("first", 1));
  yield* sleep(0);
  const second = createTask(() => level("second", 2));
  const third = createTask(() => level("third", 4));
  yield* third;
  console.log("main joined third");
  yield* second;
  console.log("main joined second");
  yield* first;
  console.log("main joined first");
});

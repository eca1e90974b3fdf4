// An error climbs five levels in one step, except where a finally block awaits.
import { coroutine } from "@asyncio-ts/coroutine";
import type { Steps } from "@asyncio-ts/future";
import { createTask, sleep } from "@asyncio-ts/task";

function* fail(name: string, depth: number): Steps<void> {
  try {
    if (depth === 5) {
      yield* sleep(0);
      console.log(name, "raises");
      throw new Error(name + " broke");
    }
    yield* fail(name, depth + 1);
  } finally {
    if (depth === 3) {
      console.log(name, "cleans up slowly at", depth);
      yield* sleep(0);
    }
    console.log(name, "cleaned up", depth);
  }
}

const guarded = coroutine(function* (name: string) {
  try {
    yield* fail(name, 1);
  } catch (error) {
    console.log("caught:", (error as Error).message);
  }
  return name;
});

const ticker = coroutine(function* (count: number) {
  for (let tick = 0; tick < count; tick += 1) {
    console.log("tick", tick);
    yield* sleep(0);
  }
});

export const main = coroutine(function* () {
  const tasks = ["left", "right"].map((name) => createTask(guarded(name)));
  const ticks = createTask(ticker(5));
  for (const task of tasks) {
    console.log("joined", yield* task);
  }
  yield* ticks;
});

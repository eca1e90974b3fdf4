// wait_for in time: results, errors, and finished things at once.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, currentTask, sleep, waitFor } from "@asyncio-ts/task";

const worker = coroutine(function* (name: string) {
  console.log(name, "runs in", currentTask()?.name);
  yield* sleep(0);
  if (name === "bad") {
    throw new Error("went bad");
  }
  return name;
});

const ticker = coroutine(function* (count: number) {
  for (let tick = 0; tick < count; tick += 1) {
    console.log("tick", tick);
    yield* sleep(0);
  }
});

const script = coroutine(function* () {
  const ticks = createTask(ticker(4));
  console.log("got", yield* waitFor(worker("good"), 5000));
  try {
    yield* waitFor(worker("bad"), 5000);
  } catch (error) {
    console.log("error", (error as Error).message);
  }
  const task = createTask(worker("task"), { name: "its own task" });
  console.log("got", yield* waitFor(task, null));
  yield* ticks;
  console.log("finished:", yield* waitFor(task, 5000), yield* waitFor(task, 0));
});

export const main = coroutine(function* () {
  yield* createTask(script(), { name: "the caller" });
});

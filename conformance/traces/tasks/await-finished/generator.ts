// Awaiting a finished task does not suspend, so no tick comes between.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, sleep } from "@asyncio-ts/task";

const ticker = coroutine(function* (count: number) {
  for (let tick = 0; tick < count; tick += 1) {
    console.log("tick", tick);
    yield* sleep(0);
  }
});

const quick = coroutine(function* (value: string) {
  return value;
});

const failing = coroutine(function* () {
  throw new Error("failed");
});

export const main = coroutine(function* () {
  const good = createTask(quick("good"));
  const bad = createTask(failing());
  const ticks = createTask(ticker(4));
  yield* sleep(0);
  console.log("good done:", good.done(), "bad done:", bad.done());
  for (let turn = 0; turn < 3; turn += 1) {
    console.log("await good", yield* good);
  }
  for (let turn = 0; turn < 2; turn += 1) {
    try {
      yield* bad;
    } catch (error) {
      console.log("await bad", (error as Error).message);
    }
  }
  console.log("no tick came between");
  yield* ticks;
  console.log("main ends");
});

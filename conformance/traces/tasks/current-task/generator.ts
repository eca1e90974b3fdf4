// Each step knows its own task, whatever ran in between.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, currentTask, sleep } from "@asyncio-ts/task";

const whoami = (): string => {
  return currentTask()?.name ?? "nobody";
};

const helper = coroutine(function* () {
  const before = whoami();
  yield* sleep(0);
  console.log("helper runs in", before, "and still in", whoami());
});

const worker = coroutine(function* (rounds: number) {
  for (let step = 0; step < rounds; step += 1) {
    console.log(whoami(), "step", step);
    yield* helper();
  }
  yield* createTask(child(), { name: whoami() + ".child" });
  console.log(whoami(), "ends");
});

const child = coroutine(function* () {
  console.log(whoami(), "runs");
  yield* sleep(0);
  console.log(whoami(), "ends");
});

const script = coroutine(function* () {
  const red = createTask(worker(1), { name: "red" });
  const blue = createTask(worker(2), { name: "blue" });
  console.log(whoami(), "created", red.name, blue.name);
  yield* blue;
  console.log(whoami(), "joined blue");
  yield* red;
  console.log(whoami(), "joined red");
});

export const main = coroutine(function* () {
  yield* createTask(script(), { name: "main" });
});

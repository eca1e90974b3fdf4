// Each step knows its own task, whatever ran in between.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, currentTask, sleep } from "@asyncio-ts/task";

const whoami = (): string => {
  return currentTask()?.name ?? "nobody";
};

const helper = coroutine(async () => {
  const before = whoami();
  await sleep(0);
  console.log("helper runs in", before, "and still in", whoami());
});

const worker = coroutine(async (rounds: number) => {
  for (let step = 0; step < rounds; step += 1) {
    console.log(whoami(), "step", step);
    await helper();
  }
  await createTask(child(), { name: whoami() + ".child" });
  console.log(whoami(), "ends");
});

const child = coroutine(async () => {
  console.log(whoami(), "runs");
  await sleep(0);
  console.log(whoami(), "ends");
});

const script = coroutine(async () => {
  const red = createTask(worker(1), { name: "red" });
  const blue = createTask(worker(2), { name: "blue" });
  console.log(whoami(), "created", red.name, blue.name);
  await blue;
  console.log(whoami(), "joined blue");
  await red;
  console.log(whoami(), "joined red");
});

export const main = coroutine(async () => {
  await createTask(script(), { name: "main" });
});

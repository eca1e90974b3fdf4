// Iterations from the end of the last child to the end of the group.
import { coroutine } from "@asyncio-ts/coroutine";
import { TaskGroup, createTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (name: string, rounds: number) => {
  for (let turn = 0; turn < rounds; turn += 1) {
    await sleep(0);
  }
  console.log(name, "ends");
});

const ticker = coroutine(async (count: number) => {
  for (let tick = 0; tick < count; tick += 1) {
    console.log("tick", tick);
    await sleep(0);
  }
});

export const main = coroutine(async () => {
  const ticks = createTask(ticker(10));
  await new TaskGroup().with(async (group) => {
    group.createTask(worker("one", 1));
    group.createTask(worker("two", 2));
    console.log("body ends");
  });
  console.log("first group ended");
  await new TaskGroup().with(async (group) => {
    const done = group.createTask(worker("three", 0));
    await done;
    console.log("body has joined its child");
  });
  console.log("second group ended");
  await new TaskGroup().with(async (group) => {
    group.createTask(worker("four", 1));
    await sleep(0);
    console.log("third body ends");
  });
  console.log("third group ended");
  await ticks;
});

// Helpers that never suspend run to their end, however many there are.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, sleep } from "@asyncio-ts/task";

async function noop() {
  return;
}

async function layered(depth: number): Promise<void> {
  await noop();
  if (depth > 0) {
    await layered(depth - 1);
  }
  await noop();
}

const busy = coroutine(async (name: string) => {
  console.log(name, "begins");
  for (let turn = 0; turn < 3; turn += 1) {
    await layered(5);
    console.log(name, "did layer", turn);
  }
  await sleep(0);
  console.log(name, "suspended once");
  await layered(5);
  console.log(name, "ends");
});

export const main = coroutine(async () => {
  const tasks = ["one", "two", "three"].map((name) => createTask(busy(name)));
  await layered(3);
  console.log("main has not suspended yet");
  for (const task of tasks) {
    await task;
  }
  console.log("main ends");
});

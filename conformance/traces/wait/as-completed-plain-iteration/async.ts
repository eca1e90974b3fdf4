// Plain iteration gives the results in the order in which they come.
import { coroutine } from "@asyncio-ts/coroutine";
import { asCompleted, createTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (name: string, delay: number) => {
  console.log(name, "starts");
  await sleep(delay);
  console.log(name, "ends");
  if (name === "bad") {
    throw new Error("went bad");
  }
  return name;
});

export const main = coroutine(async () => {
  const jobs = [
    ["slow", 70],
    ["bad", 40],
    ["fast", 10],
  ] as const;
  const tasks = jobs.map(([name, delay]) => createTask(worker(name, delay)));
  let step = 0;
  for (const following of asCompleted(tasks)) {
    try {
      console.log("step", step, "got", await following);
    } catch (error) {
      console.log("step", step, "error", (error as Error).message);
    }
    await sleep(0);
    console.log("step", step, "ends");
    step += 1;
  }
  console.log("main ends");
});

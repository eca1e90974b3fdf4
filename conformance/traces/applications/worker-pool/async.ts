// Three workers over a queue; sentinel-free stop by cancellation after join.
import { coroutine } from "@asyncio-ts/coroutine";
import { Queue } from "@asyncio-ts/sync";
import { TaskGroup, sleep } from "@asyncio-ts/task";

type Job = readonly [name: string, delay: number];

const worker = coroutine(async (queue: Queue<Job>, results: string[], name: string) => {
  while (true) {
    const [job, delay] = await queue.get();
    console.log(name, "starts", job);
    await sleep(delay);
    console.log(name, "ends", job);
    results.push(job);
    queue.taskDone();
  }
});

export const main = coroutine(async () => {
  const queue = new Queue<Job>();
  const results: string[] = [];
  for (const job of [
    ["j1", 50],
    ["j2", 20],
    ["j3", 90],
    ["j4", 50],
    ["j5", 70],
  ] as const) {
    queue.putNowait(job);
  }
  await new TaskGroup().with(async (group) => {
    const workers = ["ann", "bob", "cid"].map((name) => group.createTask(worker(queue, results, name)));
    await queue.join();
    console.log("all jobs are done");
    for (const task of workers) {
      task.cancel();
    }
  });
  console.log("results", ...results);
});

// The packages beside each other: each knows the objects of the others. It runs in browsers too.
import { coroutine, isCoroutine } from "@asyncio-ts/coroutine";
import { all, map } from "@asyncio-ts/flow";
import { Future, isFuture } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { Queue } from "@asyncio-ts/sync";
import { createTask, run, sleep, type Task, TaskGroup } from "@asyncio-ts/task";

const produce = coroutine(function* (queue: Queue<number>) {
  for (const item of [1, 2, 3]) {
    yield* sleep(1);
    yield* queue.put(item);
  }
  queue.shutdown();
});

async function main(): Promise<string> {
  const record: unknown[] = [];
  const queue = new Queue<number>(1);
  await new TaskGroup().with(async (group) => {
    group.createTask(produce(queue));
    for await (const square of map(queue, async (n) => n * n, { limit: 1 })) record.push(square);
  });
  const future = new Future<string>();
  const task: Task<string> = createTask(async () => await future);
  getRunningLoop().callLater(1, () => future.setResult("done"));
  record.push(...(await all([() => task, async () => isFuture(task)])), isCoroutine(sleep(0)));
  return record.join();
}

void run(main).then((got) => console.log(got === "1,4,9,done,true,true" ? "ok" : got));

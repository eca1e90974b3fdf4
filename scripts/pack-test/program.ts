// A bit of everything, as an ES module, as CommonJS and in a bundle for browsers.
import { coroutine } from "@asyncio-ts/coroutine";
import { Lock } from "@asyncio-ts/sync";
import { createTask, gather, run, sleep, type Task, TaskGroup, timeout } from "@asyncio-ts/task";

const fetchData = coroutine(async (delay: number, value: number) => {
  await sleep(delay);
  return value;
});

const main = coroutine(async () => {
  const task = createTask(fetchData(5, 1));
  const lock = new Lock();
  const [two, three] = await gather([fetchData(1, 2), lock.with(async () => 3)]);
  const group = new TaskGroup();
  let four: Task<number> | undefined;
  await group.with(async (tg) => {
    four = tg.createTask(async () => 4);
  });
  return [await task, two, three, await four, await timeout(1000).with(async () => 5)].join();
});

void run(main()).then((result) => console.log(result === "1,2,3,4,5" ? "ok" : result));

// An eager task runs up to its first suspension inside create_task.
import { type Coroutine, coroutine } from "@asyncio-ts/coroutine";
import { type Task, createTask, currentTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (name: string, rounds: number) => {
  console.log(name, "starts in", currentTask()?.name);
  for (let step = 0; step < rounds; step += 1) {
    await sleep(0);
    console.log(name, "step", step);
  }
  return name;
});

const eager = <T>(coro: Coroutine<T>, name: string): Task<T> => {
  return createTask(coro, { eagerStart: true, name });
};

const script = coroutine(async () => {
  const lazy = createTask(worker("lazy", 1), { name: "task of lazy" });
  console.log("lazy is created");
  const first = eager(worker("first", 2), "task of first");
  console.log("first is created, done:", first.done());
  first.addDoneCallback(() => console.log("callback of first"));
  console.log("back in", currentTask()?.name);
  console.log("joined first", await first);
  console.log("joined lazy", await lazy);
});

export const main = coroutine(async () => {
  await createTask(script(), { name: "script" });
});

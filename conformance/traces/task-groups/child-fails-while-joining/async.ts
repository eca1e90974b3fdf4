// A child fails when the body has ended already.
import { coroutine } from "@asyncio-ts/coroutine";
import { ExceptionGroup, type Task, TaskGroup, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (name: string) => {
  try {
    await sleep(10_000);
  } finally {
    console.log(name, "cleans up");
    await sleep(10);
    console.log(name, "is clean");
  }
});

const failing = coroutine(async () => {
  await sleep(10);
  throw new Error("failed");
});

export const main = coroutine(async () => {
  const group = new TaskGroup();
  const children: Task<void>[] = [];
  try {
    await group.with(async () => {
      const sibling = group.createTask(worker("sibling"));
      const bad = group.createTask(failing());
      children.push(sibling, bad);
      bad.addDoneCallback(() => console.log("bad is done"));
      console.log("body ends");
    });
  } catch (errors) {
    if (!(errors instanceof ExceptionGroup)) throw errors;
    console.log("caught", errors.exceptions.length, (errors.exceptions[0] as Error).message);
  }
  const [sibling, bad] = children;
  console.log("sibling cancelled:", sibling?.cancelled(), "bad:", bad?.cancelled());
});

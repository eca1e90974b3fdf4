// A child's timeout fails the group; a timeout around the group cancels it as a whole.
import { coroutine } from "@asyncio-ts/coroutine";
import { ExceptionGroup, TaskGroup, TimeoutError, currentTask, sleep, timeout } from "@asyncio-ts/task";

const worker = coroutine(async (name: string) => {
  try {
    await sleep(10_000);
  } finally {
    console.log(name, "ends");
  }
});

const limited = coroutine(async (name: string) => {
  await timeout(10).with(async () => {
    await worker(name);
  });
});

export const main = coroutine(async () => {
  try {
    await new TaskGroup().with(async (group) => {
      group.createTask(worker("sibling"));
      group.createTask(limited("limited"));
    });
  } catch (errors) {
    if (!(errors instanceof ExceptionGroup)) throw errors;
    console.log("group failed with a timeout:", errors.exceptions[0] instanceof TimeoutError);
  }
  try {
    await timeout(10).with(async () => {
      await new TaskGroup().with(async (group) => {
        group.createTask(worker("child"));
        console.log("body ends");
      });
    });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("the whole group timed out");
  }
  console.log("cancelling", currentTask()?.cancelling());
});

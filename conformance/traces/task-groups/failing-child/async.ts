// The first failing child cancels its sibling and the body.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { ExceptionGroup, TaskGroup, currentTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (name: string) => {
  try {
    console.log(name, "starts");
    await sleep(10_000);
  } catch (error) {
    if (isCancelled(error)) console.log(name, "is cancelled");
    throw error;
  } finally {
    console.log(name, "ends");
  }
});

const failing = coroutine(async () => {
  await sleep(10);
  console.log("failing raises");
  throw new Error("failed");
});

export const main = coroutine(async () => {
  try {
    await new TaskGroup().with(async (group) => {
      group.createTask(worker("sibling"));
      group.createTask(failing());
      try {
        await sleep(10_000);
      } catch (error) {
        if (isCancelled(error)) console.log("the body is cancelled, cancelling", currentTask()?.cancelling());
        throw error;
      }
    });
  } catch (errors) {
    if (!(errors instanceof ExceptionGroup)) throw errors;
    console.log("caught", ...errors.exceptions.map((error) => (error as Error).message));
  }
  console.log("main cancelling", currentTask()?.cancelling());
  await sleep(0);
  console.log("main ends");
});

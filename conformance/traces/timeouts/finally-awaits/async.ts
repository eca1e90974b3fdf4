// A clean-up that awaits delays the TimeoutError; it is not interrupted again.
import { coroutine } from "@asyncio-ts/coroutine";
import { TimeoutError, createTask, sleep, timeout } from "@asyncio-ts/task";

const resource = coroutine(async (name: string) => {
  console.log(name, "opens");
  try {
    await sleep(10_000);
  } finally {
    console.log(name, "closes");
    await sleep(90);
    console.log(name, "is closed");
  }
});

const watcher = coroutine(async () => {
  await sleep(60);
  console.log("watcher at 60");
  await sleep(90);
  console.log("watcher at 150");
});

export const main = coroutine(async () => {
  const watching = createTask(watcher());
  try {
    await timeout(30).with(async () => {
      await resource("file");
    });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("timed out after the clean-up");
  }
  await watching;
});

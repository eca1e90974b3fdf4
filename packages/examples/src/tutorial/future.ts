import { coroutine } from "@asyncio-ts/coroutine";
import type { Future } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, run, sleep } from "@asyncio-ts/task";

const setFutureResult = coroutine(async (future: Future<string>, value: string) => {
  await sleep(2000);
  future.setResult(value);
  console.log(`set the future's result to ${value}`);
});

export const main = coroutine(async () => {
  const loop = getRunningLoop();
  const future = loop.createFuture<string>();
  createTask(setFutureResult(future, "future is ready"));
  const result = await future;
  console.log(`Received future's result: ${result}`);
});

if (process.argv[1] === import.meta.filename) await run(main());

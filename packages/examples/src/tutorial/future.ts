import * as asyncio from "asyncio-ts";

const setFutureResult = asyncio.coroutine(async (future: asyncio.Future<string>, value: string) => {
  await asyncio.sleep(2000);
  future.setResult(value);
  console.log(`set the future's result to ${value}`);
});

export const main = asyncio.coroutine(async () => {
  const loop = asyncio.getRunningLoop();
  const future = loop.createFuture<string>();
  asyncio.createTask(setFutureResult(future, "future is ready"));
  const result = await future;
  console.log(`Received future's result: ${result}`);
});

if (process.argv[1] === import.meta.filename) await asyncio.run(main());

import * as asyncio from "asyncio-ts";

const setFutureResult = asyncio.coroutine(function* (future: asyncio.Future<string>, value: string) {
  yield* asyncio.sleep(2000);
  future.setResult(value);
  console.log(`set the future's result to ${value}`);
});

const main = asyncio.coroutine(function* () {
  const loop = asyncio.getRunningLoop();
  const future = loop.createFuture<string>();
  asyncio.createTask(setFutureResult(future, "future is ready"));
  const result = yield* future;
  console.log(`Received future's result: ${result}`);
});

await asyncio.run(main());

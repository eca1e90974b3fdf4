import * as asyncio from "asyncio-ts";

const fetchData = asyncio.coroutine(function* (delay: number) {
  console.log("Fetching data...");
  yield* asyncio.sleep(delay);
  console.log("Data fetched");
  return { data: "Some data" };
});

export const main = asyncio.coroutine(function* () {
  console.log("Start of main coroutine");
  const task = fetchData(2000); // a coroutine object: nothing has run yet
  const result = yield* task;
  console.log(`Received result: ${result.data}`);
  console.log("End of main coroutine");
});

if (process.argv[1] === import.meta.filename) await asyncio.run(main());

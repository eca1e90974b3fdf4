import * as asyncio from "asyncio-ts";

const fetchData = asyncio.coroutine(async (delay: number) => {
  console.log("Fetching data...");
  await asyncio.sleep(delay);
  console.log("Data fetched");
  return { data: "Some data" };
});

export const main = asyncio.coroutine(async () => {
  console.log("Start of main coroutine");
  const task = fetchData(2000); // a coroutine object: nothing has run yet
  const result = await task;
  console.log(`Received result: ${result.data}`);
  console.log("End of main coroutine");
});

if (process.argv[1] === import.meta.filename) await asyncio.run(main());

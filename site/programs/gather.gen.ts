import * as asyncio from "asyncio-ts";

const fetchData = asyncio.coroutine(function* (id: number, delay: number) {
  console.log(`Coroutine ${id} starting to fetch data.`);
  yield* asyncio.sleep(delay);
  if (id === 4) {
    throw new RangeError("coroutine 4 failed");
  }
  console.log(`Coroutine ${id} done.`);
  return { id, data: `Sample data from coroutine ${id}` };
});

const main = asyncio.coroutine(function* () {
  const results = yield* asyncio.gather([fetchData(1, 2000), fetchData(2, 3000), fetchData(3, 1000)]);
  for (const result of results) {
    console.log(`Received result: ${result.data}`);
  }

  // an error in one coroutine does not stop the others
  try {
    yield* asyncio.gather([fetchData(4, 1000), fetchData(5, 2000)]);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.log(`gather raised: ${error.message}`);
  }
  yield* asyncio.sleep(2000);
});

await asyncio.run(main());

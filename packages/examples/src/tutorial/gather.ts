import * as asyncio from "asyncio-ts";

const fetchData = asyncio.coroutine(async (id: number, delay: number) => {
  console.log(`Coroutine ${id} starting to fetch data.`);
  await asyncio.sleep(delay);
  if (id === 4) {
    throw new RangeError("coroutine 4 failed");
  }
  console.log(`Coroutine ${id} done.`);
  return { id, data: `Sample data from coroutine ${id}` };
});

export const main = asyncio.coroutine(async () => {
  const results = await asyncio.gather([fetchData(1, 2000), fetchData(2, 3000), fetchData(3, 1000)]);
  for (const result of results) {
    console.log(`Received result: ${result.data}`);
  }

  // an error in one coroutine does not stop the others
  try {
    await asyncio.gather([fetchData(4, 1000), fetchData(5, 2000)]);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.log(`gather raised: ${error.message}`);
  }
  await asyncio.sleep(2000);
});

if (process.argv[1] === import.meta.filename) await asyncio.run(main());

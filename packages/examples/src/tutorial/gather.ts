import { coroutine } from "@asyncio-ts/coroutine";
import { gather, run, sleep } from "@asyncio-ts/task";

const fetchData = coroutine(async (id: number, delay: number) => {
  console.log(`Coroutine ${id} starting to fetch data.`);
  await sleep(delay);
  if (id === 4) {
    throw new RangeError("coroutine 4 failed");
  }
  console.log(`Coroutine ${id} done.`);
  return { id, data: `Sample data from coroutine ${id}` };
});

export const main = coroutine(async () => {
  const results = await gather([fetchData(1, 2000), fetchData(2, 3000), fetchData(3, 1000)]);
  for (const result of results) {
    console.log(`Received result: ${result.data}`);
  }

  // an error in one coroutine does not stop the others
  try {
    await gather([fetchData(4, 1000), fetchData(5, 2000)]);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.log(`gather raised: ${error.message}`);
  }
  await sleep(2000);
});

if (process.argv[1] === import.meta.filename) await run(main());

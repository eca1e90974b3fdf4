import * as asyncio from "asyncio-ts";

const fetchData = asyncio.coroutine(function* (id: number, delay: number) {
  console.log(`Coroutine ${id} starting to fetch data.`);
  yield* asyncio.sleep(delay);
  return { id, data: `Sample data from coroutine ${id}` };
});

export const main = asyncio.coroutine(function* () {
  const task1 = asyncio.createTask(fetchData(1, 2000));
  const task2 = asyncio.createTask(fetchData(2, 3000));
  const task3 = asyncio.createTask(fetchData(3, 1000));

  const result1 = yield* task1;
  const result2 = yield* task2;
  const result3 = yield* task3;

  console.log(result1.data, "|", result2.data, "|", result3.data);
});

if (process.argv[1] === import.meta.filename) await asyncio.run(main());

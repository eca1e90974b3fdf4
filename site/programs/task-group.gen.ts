import * as asyncio from "asyncio-ts";

const fetchData = asyncio.coroutine(function* (id: number, delay: number) {
  console.log(`Coroutine ${id} starting to fetch data.`);
  try {
    yield* asyncio.sleep(delay);
  } catch (error) {
    if (asyncio.isCancelled(error)) console.log(`Coroutine ${id} cancelled.`);
    throw error;
  }
  if (id === 4) {
    throw new RangeError("coroutine 4 failed");
  }
  return { id, data: `Sample data from coroutine ${id}` };
});

const main = asyncio.coroutine(function* () {
  const tasks: asyncio.Task<{ id: number; data: string }>[] = [];
  yield* new asyncio.TaskGroup().with(function* (tg) {
    for (const [i, sleepTime] of [2000, 1000, 3000].entries()) {
      const task = tg.createTask(fetchData(i + 1, sleepTime));
      tasks.push(task);
    }
  });

  const results = tasks.map((task) => task.result());
  for (const result of results) {
    console.log(`Received result: ${result.data}`);
  }

  // an error in one task cancels its siblings
  try {
    yield* new asyncio.TaskGroup().with(function* (tg) {
      tg.createTask(fetchData(4, 1000));
      tg.createTask(fetchData(5, 2000));
    });
  } catch (errors) {
    if (!(errors instanceof asyncio.ExceptionGroup)) throw errors;
    const [group, rest] = errors.split(RangeError);
    if (group !== undefined) console.log(`TaskGroup raised: ${group.exceptions[0]?.message}`);
    if (rest !== undefined) throw rest;
  }
});

await asyncio.run(main());

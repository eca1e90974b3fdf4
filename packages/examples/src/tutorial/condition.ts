import * as asyncio from "asyncio-ts";

const consumer = asyncio.coroutine(async (condition: asyncio.Condition, items: string[], name: string) => {
  await condition.with(async () => {
    await condition.waitFor(() => items.length > 0);
    console.log(`${name} took ${items.shift()}`);
  });
});

const producer = asyncio.coroutine(async (condition: asyncio.Condition, items: string[]) => {
  for (const item of ["apple", "pear", "plum"]) {
    await asyncio.sleep(1000);
    await condition.with(async () => {
      items.push(item);
      console.log(`produced ${item}`);
      condition.notify();
    });
  }
});

export const main = asyncio.coroutine(async () => {
  const condition = new asyncio.Condition();
  const items: string[] = [];
  await asyncio.gather([
    ...[1, 2, 3].map((n) => consumer(condition, items, `consumer ${n}`)),
    producer(condition, items),
  ]);
});

if (process.argv[1] === import.meta.filename) await asyncio.run(main());

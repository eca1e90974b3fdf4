import * as asyncio from "asyncio-ts";

const consumer = asyncio.coroutine(function* (condition: asyncio.Condition, items: string[], name: string) {
  yield* condition.with(function* () {
    yield* condition.waitFor(() => items.length > 0);
    console.log(`${name} took ${items.shift()}`);
  });
});

const producer = asyncio.coroutine(function* (condition: asyncio.Condition, items: string[]) {
  for (const item of ["apple", "pear", "plum"]) {
    yield* asyncio.sleep(1000);
    yield* condition.with(function* () {
      items.push(item);
      console.log(`produced ${item}`);
      condition.notify();
    });
  }
});

const main = asyncio.coroutine(function* () {
  const condition = new asyncio.Condition();
  const items: string[] = [];
  yield* asyncio.gather([
    ...[1, 2, 3].map((n) => consumer(condition, items, `consumer ${n}`)),
    producer(condition, items),
  ]);
});

await asyncio.run(main());

import { coroutine } from "@asyncio-ts/coroutine";
import { Condition } from "@asyncio-ts/sync";
import { gather, run, sleep } from "@asyncio-ts/task";

const consumer = coroutine(async (condition: Condition, items: string[], name: string) => {
  await condition.with(async () => {
    await condition.waitFor(() => items.length > 0);
    console.log(`${name} took ${items.shift()}`);
  });
});

const producer = coroutine(async (condition: Condition, items: string[]) => {
  for (const item of ["apple", "pear", "plum"]) {
    await sleep(1000);
    await condition.with(async () => {
      items.push(item);
      console.log(`produced ${item}`);
      condition.notify();
    });
  }
});

export const main = coroutine(async () => {
  const condition = new Condition();
  const items: string[] = [];
  await gather([
    ...[1, 2, 3].map((n) => consumer(condition, items, `consumer ${n}`)),
    producer(condition, items),
  ]);
});

if (process.argv[1] === import.meta.filename) await run(main());

import { Broadcast, run, sleep, TaskGroup } from "asyncio-ts";

const prices = new Broadcast<number>();

async function show(name: string) {
  for await (const price of prices.subscribe()) {
    console.log(`${name}: ${price}`);
  }
  console.log(`${name}: closed`);
}

await run(() =>
  new TaskGroup().with(async (group) => {
    group.createTask(() => show("screen"));
    group.createTask(() => show("archive"));
    await sleep(0); // both listen now
    for (const price of [10, 12, 11]) {
      await prices.send(price);
      await sleep(100);
    }
    prices.shutdown();
  }),
);

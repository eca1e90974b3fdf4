import { Broadcast, run, sleep, TaskGroup } from "asyncio-ts";

const prices = new Broadcast<number>();

function* show(name: string) {
  yield* prices.subscribe().each((price) => {
    console.log(`${name}: ${price}`);
  });
  console.log(`${name}: closed`);
}

await run(() =>
  new TaskGroup().with(function* (group) {
    group.createTask(() => show("screen"));
    group.createTask(() => show("archive"));
    yield* sleep(0); // both listen now
    for (const price of [10, 12, 11]) {
      yield* prices.send(price);
      yield* sleep(100);
    }
    prices.shutdown();
  }),
);

import { createChannel, each, run, sleep, spawn } from "effection";

const prices = createChannel<number, void>();

function* show(name: string) {
  for (const price of yield* each(prices)) {
    console.log(`${name}: ${price}`);
    yield* each.next();
  }
  console.log(`${name}: closed`);
}

await run(function* () {
  const screen = yield* spawn(() => show("screen"));
  const archive = yield* spawn(() => show("archive"));
  yield* sleep(0); // both listen now
  for (const price of [10, 12, 11]) {
    yield* prices.send(price);
    yield* sleep(100);
  }
  yield* prices.close();
  yield* screen;
  yield* archive;
});

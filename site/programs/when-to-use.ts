import * as asyncio from "asyncio-ts";

const compute = () => {
  const end = performance.now() + 200;
  while (performance.now() < end);
};

const wait = asyncio.coroutine(async (n: number) => {
  await asyncio.sleep(200);
  console.log(`wait ${n} done`);
});

const computation = asyncio.coroutine(async (n: number) => {
  compute(); // nothing else runs meanwhile
  console.log(`computation ${n} done`);
});

const main = asyncio.coroutine(async () => {
  await asyncio.gather([1, 2, 3].map((n) => wait(n)));
  await asyncio.gather([1, 2, 3].map((n) => computation(n)));
});

await asyncio.run(main());

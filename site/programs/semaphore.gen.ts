import * as asyncio from "asyncio-ts";

const accessResource = asyncio.coroutine(function* (semaphore: asyncio.Semaphore, resourceId: number) {
  yield* semaphore.with(function* () {
    // simulate accessing a limited resource
    console.log(`Accessing resource ${resourceId}`);
    yield* asyncio.sleep(1000);
    console.log(`Releasing resource ${resourceId}`);
  });
});

const main = asyncio.coroutine(function* () {
  const semaphore = new asyncio.Semaphore(2); // allow 2 concurrent accesses
  yield* asyncio.gather(Array.from({ length: 5 }, (_, i) => accessResource(semaphore, i)));
});

await asyncio.run(main());

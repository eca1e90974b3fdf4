import * as asyncio from "asyncio-ts";

const accessResource = asyncio.coroutine(async (semaphore: asyncio.Semaphore, resourceId: number) => {
  await semaphore.with(async () => {
    // simulate accessing a limited resource
    console.log(`Accessing resource ${resourceId}`);
    await asyncio.sleep(1000);
    console.log(`Releasing resource ${resourceId}`);
  });
});

export const main = asyncio.coroutine(async () => {
  const semaphore = new asyncio.Semaphore(2); // allow 2 concurrent accesses
  await asyncio.gather(Array.from({ length: 5 }, (_, i) => accessResource(semaphore, i)));
});

if (process.argv[1] === import.meta.filename) await asyncio.run(main());

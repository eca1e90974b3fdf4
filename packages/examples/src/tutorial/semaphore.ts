import { coroutine } from "@asyncio-ts/coroutine";
import { Semaphore } from "@asyncio-ts/sync";
import { gather, run, sleep } from "@asyncio-ts/task";

const accessResource = coroutine(async (semaphore: Semaphore, resourceId: number) => {
  await semaphore.with(async () => {
    // simulate accessing a limited resource
    console.log(`Accessing resource ${resourceId}`);
    await sleep(1000);
    console.log(`Releasing resource ${resourceId}`);
  });
});

export const main = coroutine(async () => {
  const semaphore = new Semaphore(2); // allow 2 concurrent accesses
  await gather(Array.from({ length: 5 }, (_, i) => accessResource(semaphore, i)));
});

if (process.argv[1] === import.meta.filename) await run(main());

import { coroutine } from "@asyncio-ts/coroutine";
import { Lock } from "@asyncio-ts/sync";
import { gather, run, sleep } from "@asyncio-ts/task";

let sharedResource = 0;
const lock = new Lock();

const modifySharedResource = coroutine(async () => {
  await lock.with(async () => {
    // critical section starts
    console.log(`Resource before modification: ${sharedResource}`);
    sharedResource += 1;
    await sleep(1000);
    console.log(`Resource after modification: ${sharedResource}`);
    // critical section ends
  });
});

export const main = coroutine(async () => {
  await gather(Array.from({ length: 5 }, () => modifySharedResource()));
});

if (process.argv[1] === import.meta.filename) await run(main());

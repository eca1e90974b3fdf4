import * as asyncio from "asyncio-ts";

let sharedResource = 0;
const lock = new asyncio.Lock();

const modifySharedResource = asyncio.coroutine(function* () {
  yield* lock.with(function* () {
    // critical section starts
    console.log(`Resource before modification: ${sharedResource}`);
    sharedResource += 1;
    yield* asyncio.sleep(1000);
    console.log(`Resource after modification: ${sharedResource}`);
    // critical section ends
  });
});

export const main = asyncio.coroutine(function* () {
  yield* asyncio.gather(Array.from({ length: 5 }, () => modifySharedResource()));
});

if (process.argv[1] === import.meta.filename) await asyncio.run(main());

import * as asyncio from "asyncio-ts";

const waiter = asyncio.coroutine(async (event: asyncio.Event) => {
  console.log("waiting for the event to be set");
  await event.wait();
  console.log("event has been set, continuing execution");
});

const setter = asyncio.coroutine(async (event: asyncio.Event) => {
  await asyncio.sleep(2000);
  event.set();
  console.log("event has been set!");
});

export const main = asyncio.coroutine(async () => {
  const event = new asyncio.Event();
  await asyncio.gather([waiter(event), setter(event)]);
});

if (process.argv[1] === import.meta.filename) await asyncio.run(main());

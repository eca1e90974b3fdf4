import { coroutine } from "@asyncio-ts/coroutine";
import { Event } from "@asyncio-ts/sync";
import { gather, run, sleep } from "@asyncio-ts/task";

const waiter = coroutine(async (event: Event) => {
  console.log("waiting for the event to be set");
  await event.wait();
  console.log("event has been set, continuing execution");
});

const setter = coroutine(async (event: Event) => {
  await sleep(2000);
  event.set();
  console.log("event has been set!");
});

export const main = coroutine(async () => {
  const event = new Event();
  await gather([waiter(event), setter(event)]);
});

if (process.argv[1] === import.meta.filename) await run(main());

import * as asyncio from "asyncio-ts";

const waiter = asyncio.coroutine(function* (event: asyncio.Event) {
  console.log("waiting for the event to be set");
  yield* event.wait();
  console.log("event has been set, continuing execution");
});

const setter = asyncio.coroutine(function* (event: asyncio.Event) {
  yield* asyncio.sleep(2000);
  event.set();
  console.log("event has been set!");
});

const main = asyncio.coroutine(function* () {
  const event = new asyncio.Event();
  yield* asyncio.gather([waiter(event), setter(event)]);
});

await asyncio.run(main());

import * as asyncio from "asyncio-ts";

const fetch = asyncio.coroutine(function* (name: string, ms: number) {
  console.log(`${name}: begun`);
  yield* asyncio.sleep(ms);
  console.log(`${name}: done`);
  return name.length;
});

const main = asyncio.coroutine(function* () {
  const one = fetch("one", 200); // nothing runs yet
  const two = asyncio.createTask(fetch("two", 300));
  console.log("both made");
  console.log((yield* one) + (yield* two));

  const lock = new asyncio.Lock();
  yield* lock.with(function* () {
    console.log("locked:", lock.locked());
  });

  try {
    yield* asyncio.timeout(500).with(function* () {
      yield* fetch("three", 5000);
    });
  } catch (error) {
    if (!(error instanceof asyncio.TimeoutError)) throw error;
    console.log("too late");
  }
});

await asyncio.run(main());

import * as asyncio from "asyncio-ts";

const fetch = asyncio.coroutine(async (name: string, ms: number) => {
  console.log(`${name}: begun`);
  await asyncio.sleep(ms);
  console.log(`${name}: done`);
  return name.length;
});

const main = asyncio.coroutine(async () => {
  const one = fetch("one", 200); // nothing runs yet
  const two = asyncio.createTask(fetch("two", 300));
  console.log("both made");
  console.log((await one) + (await two));

  const lock = new asyncio.Lock();
  await lock.with(async () => {
    console.log("locked:", lock.locked());
  });

  try {
    await asyncio.timeout(500).with(async () => {
      await fetch("three", 5000);
    });
  } catch (error) {
    if (!(error instanceof asyncio.TimeoutError)) throw error;
    console.log("too late");
  }
});

await asyncio.run(main());

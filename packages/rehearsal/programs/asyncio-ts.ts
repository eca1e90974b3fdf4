// Everything from one import. It runs in browsers too.
import * as asyncio from "asyncio-ts";

const fetchData = asyncio.coroutine(async (delay: number, value: number) => {
  await asyncio.sleep(delay);
  return value;
});

async function main(): Promise<string> {
  const lock = new asyncio.Lock();
  const [one, two] = await asyncio.gather([fetchData(1, 1), lock.with(async () => 2)]);
  const three = await asyncio.timeout(60_000).with(() => fetchData(1, 3));
  const [four] = await asyncio.all([async () => 4]);
  return [one, two, three, four].join();
}

void asyncio.run(main).then((got) => console.log(got === "1,2,3,4" ? "ok" : got));

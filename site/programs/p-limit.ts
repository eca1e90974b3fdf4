import { gather, run, Semaphore, sleep } from "asyncio-ts";

async function load(page: string, ms: number) {
  console.log(`${page}: asked for`);
  await sleep(ms);
  console.log(`${page}: loaded`);
  return page.length;
}

await run(async () => {
  const limit = new Semaphore(2);
  const lengths = await gather([
    limit.with(() => load("/", 300)),
    limit.with(() => load("/news", 500)),
    limit.with(() => load("/about", 400)),
    limit.with(() => load("/contact", 100)),
  ]);
  console.log(`lengths: ${lengths}`);
});

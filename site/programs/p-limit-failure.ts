import { isCancelled, map, run, sleep } from "asyncio-ts";

const pages: [string, number][] = [
  ["/", 300],
  ["/news", 500],
  ["/about", 900],
  ["/contact", 100],
];

async function load(page: string, ms: number) {
  try {
    console.log(`${page}: asked for`);
    await sleep(ms);
    if (page === "/news") throw new Error(`${page} is gone`);
    console.log(`${page}: loaded`);
  } catch (error) {
    if (isCancelled(error)) console.log(`${page}: stopped`);
    throw error;
  }
}

await run(async () => {
  const loads = map(pages, (page) => load(...page), { limit: 2 });
  try {
    for await (const _ of loads);
  } catch (error) {
    console.log((error as Error).message);
  }
});

import { CancelledError, map, run, sleep } from "asyncio-ts";

const pages = { "/": 300, "/news": 500, "/about": 900, "/contact": 100 };

async function load(page: string, milliseconds: number) {
  try {
    console.log(`${page}: asked for`);
    await sleep(milliseconds);
    if (page === "/news") throw new Error(`${page} is gone`);
    console.log(`${page}: loaded`);
  } catch (error) {
    if (error instanceof CancelledError) console.log(`${page}: stopped`);
    throw error;
  }
}

await run(async () => {
  const loads = map(Object.entries(pages), (page) => load(...page), { limit: 2 });
  try {
    for await (const _ of loads);
  } catch (error) {
    console.log((error as Error).message);
  }
});

import { all, isCancelled, run, sleep, timeout } from "asyncio-ts";

class NotFound extends Error {}

async function load(page: string, ms: number) {
  try {
    await sleep(ms);
    if (page === "/news") throw new NotFound(`there is no ${page}`);
    console.log(`${page}: loaded`);
    return page.length;
  } catch (error) {
    if (isCancelled(error)) console.log(`${page}: interrupted`);
    throw error;
  } finally {
    console.log(`${page}: closed`);
  }
}

async function loadSite() {
  try {
    const lengths = await all([
      // at the same time
      () => load("/", 300),
      () => load("/news", 500),
      () => load("/about", 900),
    ]);
    return `lengths: ${lengths}`;
  } catch (error) {
    if (error instanceof NotFound) return error.message;
    throw error;
  }
}

await run(async () => {
  console.log(await timeout(2000).with(() => loadSite()));
});

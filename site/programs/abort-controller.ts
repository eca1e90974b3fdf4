import { run, sleep, TaskGroup, timeout, TimeoutError } from "asyncio-ts";

async function load(page: string, ms: number) {
  try {
    await sleep(ms);
    console.log(`${page}: loaded`);
  } finally {
    console.log(`${page}: closed`);
  }
}

async function loadSite() {
  await new TaskGroup().with((group) => {
    group.createTask(() => load("/", 300));
    group.createTask(() => load("/news", 1200));
    group.createTask(() => load("/about", 9000));
  });
}

await run(async () => {
  try {
    await timeout(1000).with(() => loadSite());
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("not loaded in a second");
  }
});

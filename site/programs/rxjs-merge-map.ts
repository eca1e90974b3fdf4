import { map, moveOnAfter, retry, run, sleep } from "asyncio-ts";

const failures = new Map([["/news", 1]]);

async function load(page: string, ms: number) {
  console.log(`${page}: asked for`);
  await sleep(ms);
  const left = failures.get(page) ?? 0;
  failures.set(page, left - 1);
  if (left > 0) throw new Error(`${page} is busy`);
  console.log(`${page}: loaded`);
  return page;
}

const pages: [string, number][] = [
  ["/", 300],
  ["/news", 200],
  ["/about", 250],
  ["/contact", 9000],
];

const loaded: string[] = [];
async function loadAll() {
  const policy = { attempts: 3, delay: 50, factor: 1 };
  const loads = map(pages, (page) => retry(() => load(...page), policy), {
    limit: 2,
    ordered: false,
  });
  for await (const page of loads) loaded.push(page);
}

await run(async () => {
  await moveOnAfter(1000).with(() => loadAll());
  console.log(`in time: ${loaded}`);
});

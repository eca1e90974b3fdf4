import { setTimeout as sleep } from "node:timers/promises";
import { defer, from, mergeMap, retry, takeUntil, timer } from "rxjs";

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
await from(pages)
  .pipe(
    mergeMap(
      (page) => defer(() => load(...page)).pipe(retry({ count: 2, delay: 50 })),
      2, // at a time
    ),
    takeUntil(timer(1000)),
  )
  .forEach((page) => void loaded.push(page));
console.log(`in time: ${loaded}`);

import { setTimeout as sleep } from "node:timers/promises";
import pLimit from "p-limit";

const pages: [string, number][] = [
  ["/", 300],
  ["/news", 500],
  ["/about", 900],
  ["/contact", 100],
];
const controller = new AbortController();
const { signal } = controller;

async function load(page: string, ms: number) {
  signal.throwIfAborted();
  try {
    console.log(`${page}: asked for`);
    await sleep(ms, undefined, { signal });
    if (page === "/news") throw new Error(`${page} is gone`);
    console.log(`${page}: loaded`);
  } catch (error) {
    if (signal.aborted) console.log(`${page}: stopped`);
    controller.abort(); // stops the others
    throw error;
  }
}

const limit = pLimit(2);
const loads = pages.map((page) => limit(() => load(...page)));
try {
  await Promise.all(loads);
} catch (error) {
  await Promise.allSettled(loads);
  console.log((error as Error).message);
}

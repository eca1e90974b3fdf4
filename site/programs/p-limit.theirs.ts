import { setTimeout as sleep } from "node:timers/promises";
import pLimit from "p-limit";

async function load(page: string, ms: number) {
  console.log(`${page}: asked for`);
  await sleep(ms);
  console.log(`${page}: loaded`);
  return page.length;
}

const limit = pLimit(2);
const lengths = await Promise.all([
  limit(() => load("/", 300)),
  limit(() => load("/news", 500)),
  limit(() => load("/about", 400)),
  limit(() => load("/contact", 100)),
]);
console.log(`lengths: ${lengths}`);

/** Functions that count each of their runs in Redis, in the set `effect:ID`. */
import { randomUUID } from "node:crypto";
import { sleep } from "@asyncio-ts/task";
import { Redis } from "ioredis";
import { longText } from "../support/long-text.js";

/** Another test file of the same process may have had another server. */
const clients = new Map<string, Redis>();

/** Counts a run, and returns how many there are. A set, since the client may send a command twice. */
async function count(url: string, id: string): Promise<number> {
  let client = clients.get(url);
  if (client === undefined) {
    client = new Redis(url, { maxRetriesPerRequest: null }).on("error", () => {});
    clients.set(url, client);
  }
  const key = `effect:${id}`;
  await client.sadd(key, randomUUID());
  return await client.scard(key);
}

export async function once(url: string, id: string, n: number): Promise<number> {
  await count(url, id);
  return 2 * n;
}

export async function later(url: string, id: string, n: number): Promise<number> {
  await count(url, id);
  await sleep(n % 20);
  return 2 * n;
}

/** Returns a result that has a key of its own. */
export async function long(url: string, id: string, n: number): Promise<string> {
  await count(url, id);
  return longText(n);
}

export async function failOnce(url: string, id: string, n: number): Promise<number> {
  if ((await count(url, id)) === 1) throw new Error(`failure of ${n}`);
  return 2 * n;
}

export async function fail(url: string, id: string, n: number): Promise<never> {
  await count(url, id);
  throw new RangeError(`failure of ${n}`);
}

export async function hang(url: string, id: string): Promise<never> {
  await count(url, id);
  for (;;) await sleep(1_000_000);
}

/** Takes one to three seconds. */
export async function slowly(url: string, id: string, n: number): Promise<number> {
  await count(url, id);
  await sleep(1000 + (n % 21) * 100);
  return 2 * n;
}

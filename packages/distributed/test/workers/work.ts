/** The functions that the tests run in workers. */
import { ContextVar } from "@asyncio-ts/contextvars";
import { report } from "@asyncio-ts/executor/worker";
import { sleep } from "@asyncio-ts/task";
import { Redis } from "ioredis";

/** Longer than any test. */
const LONG = 2 ** 31 - 1;

let client: { readonly url: string; readonly redis: Redis } | undefined;

/** Adds an entry to a list in Redis, for the test to see. */
export async function note(url: string, key: string, text: string): Promise<void> {
  if (client?.url !== url) {
    client?.redis.disconnect();
    const redis = new Redis(url);
    // The server of a test that is over.
    redis.on("error", () => redis.disconnect());
    client = { url, redis };
  }
  await client.redis.rpush(key, text);
}

export function add(a: number, b: number): number {
  return a + b;
}

export async function addLater(a: number, b: number): Promise<number> {
  await sleep(1);
  return a + b;
}

const user = new ContextVar<string>("user", { transfer: true, default: "nobody" });

/** Tells for whom the job runs, before and after it has set the variable. */
export async function whoAsks(): Promise<string[]> {
  const found = [user.get()];
  user.set("somebody else");
  await sleep(1);
  return [...found, user.get()];
}

export function fib(n: number): number {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

export function same<T>(value: T): T {
  return value;
}

export function giveFunction(): unknown {
  return { rows: [{ format: () => 1 }] };
}

export function bytes(length: number): Uint8Array {
  // Not to be compressed.
  const all = new Uint8Array(length);
  let x = 1;
  for (let i = 0; i < length; i++) all[i] = x = (x * 48_271) % 2_147_483_647;
  return all;
}

class PlanError extends RangeError {
  override name = "PlanError";
  readonly code = "E_PLAN";
}

export function fail(text: string): never {
  throw new PlanError(text, { cause: new TypeError("the root") });
}

/** Throws a value that is hard to read. */
export function throwOdd(kind: "number" | "object" | "getter" | "bare" | "proxy"): never {
  const error = new Error("odd");
  if (kind === "number") throw Object.assign(error, { message: 42 });
  if (kind === "object") throw Object.defineProperty(error, "message", { value: { a: 1 } });
  const refuse = (): never => {
    throw new Error("not to be read");
  };
  if (kind === "getter")
    throw Object.defineProperties(error, { message: { get: refuse }, code: { get: refuse } });
  if (kind === "bare") throw Object.create(null);
  const { proxy, revoke } = Proxy.revocable(error, {});
  revoke();
  throw proxy;
}

/** Notes that it has begun, and fails the first times. */
export async function failAtFirst(url: string, key: string, times: number): Promise<number> {
  await note(url, key, "begun");
  const begun = await (client as { redis: Redis }).redis.llen(key);
  if (begun <= times) throw new Error(`failure ${begun}`);
  return begun;
}

/** Notes that it has begun, waits for ever, and notes how that ended. */
export async function hang(url: string, key: string): Promise<void> {
  await note(url, key, "begun");
  try {
    await sleep(LONG);
  } catch (error) {
    await note(url, key, String(error));
    throw error;
  }
}

/** Notes that it has begun, and when it is cancelled, waits for another entry before it stops. */
export async function linger(url: string, key: string): Promise<void> {
  await note(url, key, "begun");
  try {
    await sleep(LONG);
  } finally {
    while ((await (client as { redis: Redis }).redis.llen(key)) < 2) await sleep(5);
  }
}

/** Notes that it has begun, and returns in spite of being cancelled. */
export async function insist(url: string, key: string): Promise<string> {
  await note(url, key, "begun");
  try {
    await sleep(LONG);
  } catch {
    // It is to be cancelled.
  }
  return "nevertheless";
}

/** Notes that it has begun, and goes on for ever in spite of being cancelled, unless it is not the first. */
export async function stay(url: string, key: string): Promise<string> {
  await note(url, key, "begun");
  while ((await (client as { redis: Redis }).redis.llen(key)) === 1) {
    try {
      await sleep(LONG);
    } catch {
      // It is to be cancelled.
    }
  }
  return "left";
}

/** Notes its process, and computes for ever. */
export async function spin(url: string, key: string): Promise<never> {
  await note(url, key, String(process.pid));
  for (;;);
}

/** Notes its process, and kills it at the first attempts. */
export async function dieAtFirst(url: string, key: string, times: number): Promise<number> {
  await note(url, key, String(process.pid));
  const begun = await (client as { redis: Redis }).redis.llen(key);
  if (begun <= times) {
    process.kill(process.pid, "SIGKILL");
    await sleep(LONG);
  }
  return begun;
}

/** Notes its process, and hangs at the first attempts. */
export async function hangAtFirst(url: string, key: string, times: number): Promise<number> {
  await note(url, key, String(process.pid));
  const begun = await (client as { redis: Redis }).redis.llen(key);
  if (begun <= times) await sleep(LONG);
  return begun;
}

/**
 * Notes that it has begun. The first run waits for ever; when it is cancelled, it notes that too, and waits for another
 * entry before it stops.
 */
export async function stopAtFirst(url: string, key: string): Promise<string> {
  await note(url, key, "begun");
  const { redis } = client as { redis: Redis };
  if ((await redis.llen(key)) > 1) return "again";
  try {
    await sleep(LONG);
  } finally {
    await note(url, key, "told to stop");
    while ((await redis.llen(key)) < 3) await sleep(5);
  }
  return "not stopped";
}

export async function steps(count: number): Promise<string> {
  for (let i = 1; i <= count; i++) {
    report({ step: i });
    await sleep(1);
  }
  return "all steps";
}

/** Reports more than Redis takes in a minute, and computes for ever. */
export function flood(): never {
  for (let i = 0; i < 100_000; i++) report(i);
  for (;;);
}

/** Notes that it has begun, and waits for another entry. */
export async function pass(url: string, key: string): Promise<string> {
  await note(url, key, "begun");
  while ((await (client as { redis: Redis }).redis.llen(key)) < 2) await sleep(5);
  return "passed";
}

/** Counts that it has begun, waits a little, and fails the first time if it is to. */
export async function effect(url: string, i: number, failsOnce: boolean): Promise<number> {
  if (client?.url !== url) client = { url, redis: new Redis(url, { maxRetriesPerRequest: null }) };
  const begun = await client.redis.hincrby("effects", String(i), 1);
  await sleep(i % 7);
  if (failsOnce && begun === 1) throw new Error("the first time");
  return i;
}

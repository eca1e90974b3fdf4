/** Clients of Redis: how they are opened and closed, where they lead, and what their errors mean. */
import { BrokenExecutorError } from "@asyncio-ts/executor";
import { describe } from "@asyncio-ts/future/lowlevel";
import { Redis } from "ioredis";
import type { Connection } from "./connection.js";

/** How long a client waits before it connects again, at most, in milliseconds. */
const LONGEST_PAUSE = 2000;

/** The clients that BullMQ, or we, have made of one. */
const duplicates: WeakMap<Redis, Redis[]> = new WeakMap();

/** Opens a connection, which is made again whenever it is lost. */
export function openRedis(connection: Connection, where: string): Redis {
  const client = clientFor(connection, where);
  const made: Redis[] = [];
  duplicates.set(client, made);
  const duplicate = client.duplicate.bind(client);
  client.duplicate = (options) => {
    const other = duplicate(options);
    made.push(other);
    return other;
  };
  return client;
}

function clientFor(connection: Connection, where: string): Redis {
  const options = {
    // A command waits until there is a connection; the deadline is the executor's.
    maxRetriesPerRequest: null,
    retryStrategy: (times: number) => Math.min(50 * 2 ** times, LONGEST_PAUSE),
  };
  if (connection instanceof URL || typeof connection === "string") {
    const url = String(connection);
    if (url.startsWith("unix://")) return new Redis({ path: url.slice("unix://".length), ...options });
    if (!/^rediss?:\/\//.test(url)) throw refuse(where, connection);
    return watched(new Redis(url, options));
  }
  if (typeof connection !== "object" || connection === null) throw refuse(where, connection);
  return watched(new Redis({ ...connection, ...options }));
}

/** Ends a client that has not got its database: it would go on with database 0. */
function watched(client: Redis): Redis {
  return client.on("error", (error) => {
    if (NO_DATABASE.test(error.message)) client.disconnect();
  });
}

function refuse(where: string, connection: unknown): TypeError {
  return new TypeError(
    `${where}() needs a connection, the URL of Redis or its parts, got ${describe(connection)}; ` +
      'write { connection: "redis://localhost:6379" }',
  );
}

/** Returns the address of a client, without its password. */
export function addressOf({ options }: Redis): string {
  return options.path ?? `${options.host ?? "localhost"}:${options.port ?? 6379}`;
}

const NO_DATABASE = /DB index is out of range/;

/** The errors of Redis that no waiting mends, each with its meaning. */
const REFUSALS: readonly (readonly [pattern: RegExp, meaning: string])[] = [
  [/WRONGPASS|invalid password|invalid username/i, "refuses the user name or password"],
  [/NOAUTH|Authentication required/i, "needs a password"],
  [/NOPERM/, "does not permit this user the commands of BullMQ"],
  [NO_DATABASE, "has no database of that number"],
  [/READONLY/, "is a replica that can only be read; connect to the primary"],
  [/OOM/, "has no memory left (maxmemory)"],
  [/MISCONF/, "can't write its data to disk, and refuses commands that change them"],
];

/** Returns why Redis refuses to work for this client; undefined if the error is another one. */
export function refusalOf(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : "";
  return REFUSALS.find(([pattern]) => pattern.test(message))?.[1];
}

/** Returns the error of a job, or of an executor, which Redis has refused or not answered. */
export function redisError(what: string, address: string, error: unknown): BrokenExecutorError {
  const refusal = refusalOf(error);
  const message = error instanceof Error ? error.message || (error as { code?: string }).code : undefined;
  const why =
    refusal === undefined
      ? `Redis at ${address} failed: ${message ?? String(error)}`
      : `Redis at ${address} ${refusal}`;
  return new BrokenExecutorError(`${what}: ${why}`, { cause: error });
}

/**
 * Closes a client and its duplicates: politely those that are connected and answer within a second. BullMQ does not
 * end the duplicates that it has while they try to connect again.
 */
export async function closeRedis(client: Redis): Promise<void> {
  const clients = [client, ...(duplicates.get(client) ?? [])];
  const connected = clients.filter(({ status }) => status === "ready");
  await within(1000, Promise.all(connected.map((each) => each.quit().catch(() => {}))));
  for (const each of clients) each.disconnect();
}

/** Waits for a promise, but for so many milliseconds at most: then it is undefined. */
export async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves after so many milliseconds. It does not keep the process alive. */
export async function pause(milliseconds: number): Promise<void> {
  await new Promise<void>((resolve) => void setTimeout(resolve, milliseconds).unref());
}

/** Clients of Redis: how they are opened and closed, where they lead, and what their errors mean. */
import { BrokenExecutorError } from "@asyncio-ts/executor";
import { describe } from "@asyncio-ts/future/lowlevel";
import { Cluster, Redis, type RedisOptions } from "ioredis";
import type { ClusterOptions, Connection, ConnectionOptions } from "./connection.js";
import { Connector } from "./connector.js";
import { diagnose, SPEAKS_PLAIN, SPEAKS_TLS } from "./diagnosis.js";

/** How long a client waits before it connects again, at most, in milliseconds. */
const LONGEST_PAUSE = 2000;

/** How long a server may take for a handshake until we look why, in milliseconds. */
const HANDSHAKE = 1000;

/** How often a cluster's command may be sent again, a tenth of a second later, while a node is replaced. */
const REDIRECTIONS = 600;

const pauseBefore = (times: number): number => Math.min(50 * 2 ** times, LONGEST_PAUSE);

/** The clients that we have opened: where they lead, and the clients that BullMQ, or we, have made of them. */
const opened: WeakMap<Redis, { readonly address: string; readonly duplicates: Redis[] }> = new WeakMap();

/** Opens a connection, which is made again whenever it is lost. */
export function openRedis(connection: Connection, where: string): Redis {
  const { client, address } = isCluster(connection)
    ? openCluster(connection, where)
    : openSingle(connection, where);
  const duplicates: Redis[] = [];
  opened.set(client, { address, duplicates });
  const duplicate = client.duplicate.bind(client) as (...args: unknown[]) => Redis;
  client.duplicate = (...args: unknown[]) => {
    // Without a listener the client prints an error.
    const other = duplicate(...args).on("error", () => {});
    duplicates.push(other);
    return other;
  };
  return client;
}

interface Opened {
  readonly client: Redis;
  /** Without the password. */
  readonly address: string;
}

function openSingle(connection: unknown, where: string): Opened {
  const client = clientFor(connection, where, {
    // A command waits until there is a connection; the deadline is the executor's.
    maxRetriesPerRequest: null,
    retryStrategy: pauseBefore,
    Connector,
  });
  explain(client, client.options);
  // It would go on with database 0.
  client.on("error", (error) => {
    if (NO_DATABASE.test(error.message)) client.disconnect();
  });
  return { client, address: addressFrom(client.options) };
}

/** The client of a cluster has the methods and events of one for a single server. */
function openCluster({ nodes }: ClusterOptions, where: string): Opened {
  const parts = nodes.map((node) => clientFor(node, where, { lazyConnect: true }).options);
  const [first] = parts;
  if (first === undefined) throw refuse(where, { nodes });
  const { username, password, tls } = first;
  /** The client tells only that a connection was closed, and not why. */
  class ReportingConnector extends Connector {
    protected override failed(error: Error): void {
      cluster.emit("error", error);
    }
  }
  const cluster: Cluster = new Cluster(
    parts.map(({ host = "localhost", port = 6379 }) => ({ host, port })),
    {
      clusterRetryStrategy: pauseBefore,
      maxRedirections: REDIRECTIONS,
      redisOptions: {
        maxRetriesPerRequest: null,
        Connector: ReportingConnector,
        ...(username !== undefined && { username }),
        ...(password !== undefined && { password }),
        ...(tls !== undefined && { tls }),
      },
    },
  );
  const client = cluster as unknown as Redis;
  explain(client, first);
  return { client, address: parts.map(addressFrom).join(", ") };
}

function isCluster(connection: unknown): connection is ClusterOptions {
  return Array.isArray((connection as Partial<ClusterOptions> | null)?.nodes);
}

function clientFor(
  connection: unknown,
  where: string,
  options: Pick<RedisOptions, "maxRetriesPerRequest" | "retryStrategy" | "lazyConnect" | "Connector">,
): Redis {
  const isUrl = connection instanceof URL || typeof connection === "string";
  if (!isUrl && (typeof connection !== "object" || connection === null)) throw refuse(where, connection);
  const { url, ...parts } = isUrl ? { url: connection } : (connection as ConnectionOptions);
  if (url === undefined) return new Redis({ ...parts, ...options });
  const text = String(url);
  if (text.startsWith("unix://")) return new Redis({ path: text.slice("unix://".length), ...options });
  if (!/^rediss?:\/\//.test(text) || !URL.canParse(text)) throw refuse(where, connection);
  return new Redis(text, { ...("tls" in parts && { tls: parts.tls }), ...options });
}

/** As long as a client has never been ready, finds out why, and emits that as an error at each attempt. */
function explain(client: Redis, target: RedisOptions): void {
  if (target.path !== undefined) return;
  let isLooking = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    if (isLooking || client.status === "ready" || client.status === "end") return;
    isLooking = true;
    const reason = await diagnose(target);
    isLooking = false;
    if (reason === undefined || isReady()) return;
    client.emit("error", reason);
    // It may hang in its handshake.
    client.disconnect(true);
  };
  const isReady = (): boolean => client.status === "ready" || client.status === "end";
  const onConnecting = (): void => {
    clearTimeout(timer);
    if (target.tls !== undefined) timer = setTimeout(() => void look(), HANDSHAKE).unref();
  };
  const onError = (error: Error): void => {
    if (/ECONNRESET|EPIPE/.test((error as { code?: string }).code ?? "")) void look();
  };
  const onEnd = (): void => {
    clearTimeout(timer);
    client.off("connecting", onConnecting).off("error", onError);
  };
  client.on("connecting", onConnecting).on("error", onError).once("ready", onEnd).once("end", onEnd);
  onConnecting();
}

function refuse(where: string, connection: unknown): TypeError {
  // A URL may have a password in it.
  const got = describe(connection).replace(/(?<=\/\/)[^@]*(?=@)/, "…");
  return new TypeError(
    `${where}() needs a connection, the URL of Redis or its parts, got ${got}; ` +
      'write { connection: "redis://localhost:6379" }',
  );
}

function addressFrom({ path, host = "localhost", port = 6379 }: RedisOptions): string {
  return path ?? `${host}:${port}`;
}

/** Returns the address of a client that we have opened, without its password. */
export function addressOf(client: Redis): string {
  return opened.get(client)?.address as string;
}

const NO_DATABASE = /DB index is out of range/;

/** The errors of Redis, and of TLS, that no waiting mends, each with its meaning. */
const REFUSALS: readonly (readonly [pattern: RegExp, meaning: string])[] = [
  [/WRONGPASS|invalid password|invalid username/i, "refuses the user name or password"],
  [/NOAUTH|Authentication required/i, "needs a password"],
  [/NOPERM/, "does not permit this user the commands of BullMQ"],
  [NO_DATABASE, "has no database of that number"],
  [/READONLY/, "is a replica that can only be read; connect to the primary"],
  [/OOM/, "has no memory left (maxmemory)"],
  [/MISCONF/, "can't write its data to disk, and refuses commands that change them"],
  [
    /CROSSSLOT/,
    'is a cluster, where a prefix needs braces: write { prefix: "{bull}" }, and so for all workers',
  ],
  [/^\S* ?MOVED /, 'is a node of a cluster: write { connection: { nodes: ["redis://…"] } }'],
  // 21 is the first byte of an alert of TLS.
  [new RegExp(`${SPEAKS_TLS}|Unknown RESP type 21\\b`), "speaks TLS: write rediss://, or { tls: {} }"],
  [new RegExp(SPEAKS_PLAIN), "does not speak TLS: write redis://, without tls"],
  [
    /SELF_SIGNED_CERT|UNABLE_TO_(VERIFY|GET)|CERT_UNTRUSTED|INVALID_CA/,
    "has a certificate that is not trusted: write { tls: { ca } } with that of its authority, or set NODE_EXTRA_CA_CERTS",
  ],
  [/CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/, "has a certificate that has expired, or is not valid yet"],
  [
    /CERT_ALTNAME_INVALID/,
    "has the certificate of another host: connect to the host that it names, or write { tls: { servername } }",
  ],
  [
    /ALERT_(CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE)/,
    "wants a certificate of its clients: write { tls: { ca, cert, key } }",
  ],
  [
    /ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_)/,
    "does not trust the certificate of this client (tls.cert)",
  ],
];

/** Returns why Redis refuses to work for this client; undefined if the error is another one. */
export function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = "", lastNodeError } = error as { code?: string; lastNodeError?: unknown };
  const message = `${code} ${error.message}`;
  return refusalOf(lastNodeError) ?? REFUSALS.find(([pattern]) => pattern.test(message))?.[1];
}

/** Returns the error of a job, or of an executor, which Redis has refused or not answered. */
export function redisError(what: string, address: string, error: unknown): BrokenExecutorError {
  const refusal = refusalOf(error);
  const message = error instanceof Error ? error.message || (error as { code?: string }).code : undefined;
  const why =
    refusal === undefined
      ? `Redis at ${address} failed: ${message ?? String(error)}`
      : `Redis at ${address} ${refusal}`;
  return new BrokenExecutorError(`${what}: ${why}`, { cause: withoutArguments(error) });
}

/** Takes the arguments of the command from an error of the client: they may have a password, or all data of a job. */
export function withoutArguments(error: unknown): unknown {
  const { command } = (error ?? {}) as { command?: { args?: unknown } };
  if (command !== undefined) delete command.args;
  return error;
}

/** Has a client and its duplicates connect again. They send again what was not answered. */
export function reconnect(client: Redis): void {
  for (const each of [client, ...(opened.get(client)?.duplicates ?? [])]) each.disconnect(true);
}

/**
 * Closes a client and its duplicates: politely those that are connected and answer within a second. BullMQ does not
 * end the duplicates that it has while they try to connect again.
 */
export async function closeRedis(client: Redis): Promise<void> {
  const clients = [client, ...(opened.get(client)?.duplicates ?? [])];
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

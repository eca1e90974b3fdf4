/**
 * Connecting: from the call until there is a connection.
 *
 * `Connecting` is a future in one of these states: pending, while the socket connects; finished, with an open
 * connection, which its task gets even if it was cancelled meanwhile; failed or cancelled, and then the socket
 * is destroyed.
 */
import type * as Net from "node:net";
import { Coroutine } from "@asyncio-ts/coroutine";
import { Future, type Steps } from "@asyncio-ts/future";
import { describe, waitFacts, type WaitFacts, waitsOutside } from "@asyncio-ts/future/lowlevel";
import { type EventLoop, getRunningLoop } from "@asyncio-ts/loop";
import { Connection, hostAndPort } from "./connection.js";
import { awaitClose, type Ending, endWith, forget } from "./ending.js";
import { ConnectionError } from "./errors.js";
import { beginTls } from "./handshake.js";
import { HIGH_WATER_MARK } from "./outflow.js";
import { limitIn, type StreamReader, type StreamReaderOptions } from "./reader.js";
import { builtin } from "./runtime.js";
import type { TlsOptions } from "./tls-options.js";
import { assertHandshakeTimeout, HANDSHAKE_TIMEOUT, type StreamWriter } from "./writer.js";

/** Options for `openConnection()` and `openUnixConnection()`. */
export interface ConnectionOptions extends StreamReaderOptions {
  /** Uses TLS: true, or options of Node's `tls.connect()`, such as `ca`. Default: false. */
  readonly tls?: boolean | TlsOptions;
  /** The name that the server's certificate must be for. Default: the host. */
  readonly serverHostname?: string;
  /** Milliseconds after which the handshake of TLS fails. Default: 60,000. */
  readonly handshakeTimeout?: number;
}

/** The two ends of a connection in this program. */
export type Streams = [reader: StreamReader, writer: StreamWriter];

/**
 * Connects to a port of a host by TCP, with TLS if the options say so. Python: `asyncio.open_connection`.
 *
 * If it is cancelled while it connects, no socket is left. Close the writer in the end. What a `run()` leaves
 * open is closed at its end, without sending what is buffered.
 *
 * @throws ConnectionError, with the runtime's `code` and its error as `cause`; TypeError for an invalid
 * argument; Error where there are no sockets, as in a browser.
 *
 * @example
 * ```ts
 * import { openConnection, startServer } from "@asyncio-ts/streams";
 *
 * const server = await startServer(
 *   async (reader, writer) => {
 *     writer.write(await reader.read());
 *     writer.close();
 *   },
 *   "127.0.0.1",
 *   0,
 * );
 * const [reader, writer] = await openConnection("127.0.0.1", server.port);
 * writer.write("echo");
 * writer.writeEof();
 * console.log(new TextDecoder().decode(await reader.read()));
 * writer.close();
 * server.close();
 * // prints: echo
 * ```
 */
export function openConnection(
  host: string,
  port: number,
  options: ConnectionOptions = {},
): Coroutine<Streams> {
  if (typeof host !== "string" || host === "") {
    throw new TypeError(
      `openConnection() needs a host, got ${describe(host)}; write, for instance, "localhost"`,
    );
  }
  assertPort(port, 1, "openConnection");
  const place = { host, port, name: host, text: hostAndPort(host, port) };
  return new Coroutine(
    connecting(place, checked(options, "openConnection"), "openConnection"),
    "openConnection",
  );
}

/**
 * Connects to a Unix socket. Python: `asyncio.open_unix_connection`. See `openConnection()`.
 *
 * @example
 * ```ts
 * import { openUnixConnection, startUnixServer } from "@asyncio-ts/streams";
 * import { tmpdir } from "node:os";
 *
 * const path = `${tmpdir()}/asyncio-ts-example-${process.pid}.sock`;
 * const server = await startUnixServer((_reader, writer) => writer.close(), path);
 * const [reader, writer] = await openUnixConnection(path);
 * console.log((await reader.read()).length);
 * writer.close();
 * server.close();
 * // prints: 0
 * ```
 */
export function openUnixConnection(path: string, options: ConnectionOptions = {}): Coroutine<Streams> {
  assertPath(path, "openUnixConnection");
  const place = { path, name: path, text: path };
  const all = checked(options, "openUnixConnection");
  if (all.tls !== undefined && all.serverHostname === undefined) {
    throw new TypeError("openUnixConnection() needs a serverHostname with tls: a path has none");
  }
  return new Coroutine(connecting(place, all, "openUnixConnection"), "openUnixConnection");
}

/** Throws unless `port` is one, from `least` on. */
export function assertPort(port: unknown, least: number, where: string): void {
  if (typeof port !== "number") throw new TypeError(`${where}() needs a port, got ${describe(port)}`);
  if (Number.isInteger(port) && port >= least && port <= 65_535) return;
  throw new RangeError(`${where}() needs a port from ${least} to 65,535, got ${port}`);
}

/** Throws unless `path` is that of a socket. One that is too long would be cut off by some versions of Node. */
export function assertPath(path: unknown, where: string): void {
  if (typeof path === "string" && path !== "") {
    const { platform } = (globalThis as { process?: { readonly platform?: string } }).process ?? {};
    const most = platform === "win32" ? Infinity : platform === "linux" ? 107 : 103;
    const { length } = new TextEncoder().encode(path);
    if (length > most) {
      throw new RangeError(
        `${where}() needs a path of at most ${most} bytes, got ${length}: ${describe(path)}`,
      );
    }
    if (!path.includes("\0", isAbstract(path) && platform === "linux" ? 1 : 0)) return;
    throw new RangeError(
      `${where}() needs a path without zero bytes, got ${describe(path)}; one at its beginning is an abstract ` +
        "name, which only Linux has",
    );
  }
  throw new TypeError(`${where}() needs the path of a socket, got ${describe(path)}`);
}

/** Returns whether a path is an abstract name: a socket of Linux that has no file, and begins with a zero byte. */
export function isAbstract(path: string): boolean {
  return path.startsWith("\0");
}

/** The options that connections and servers share. */
export interface Checked {
  readonly limit: number;
  readonly tls: object | undefined;
  readonly serverHostname: string | undefined;
  readonly handshakeTimeout: number;
}

interface ToCheck extends StreamReaderOptions {
  readonly tls?: boolean | object;
  readonly serverHostname?: string;
  readonly handshakeTimeout?: number;
}

/** The options of a connection. */
const KNOWN: readonly string[] = ["limit", "tls", "serverHostname", "handshakeTimeout"];

/**
 * Checks the options of connections and servers. One that is not `known` is refused: whoever writes Python's
 * `ssl: true` would have a connection without TLS.
 */
export function checked(options: ToCheck, where: string, known: readonly string[] = KNOWN): Checked {
  const limit = limitIn(options, where);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || known.includes(name)) continue;
    throw new TypeError(`${where}() has no option ${name}; it takes ${known.join(", ")}`);
  }
  const { tls = false, serverHostname, handshakeTimeout = HANDSHAKE_TIMEOUT } = options;
  if (typeof tls !== "boolean" && (typeof tls !== "object" || tls === null)) {
    throw new TypeError(`${where}() needs tls to be true, false or an object, got ${describe(tls)}`);
  }
  if (serverHostname !== undefined && typeof serverHostname !== "string") {
    throw new TypeError(
      `${where}() needs a serverHostname that is a string, got ${describe(serverHostname)}`,
    );
  }
  assertHandshakeTimeout(handshakeTimeout, where);
  return { limit, tls: tls === true ? {} : tls || undefined, serverHostname, handshakeTimeout };
}

type Place = ({ readonly host: string; readonly port: number } | { readonly path: string }) & {
  readonly name: string;
  readonly text: string;
};

function* connecting(place: Place, options: Checked, where: string): Steps<Streams> {
  const { limit, tls, serverHostname, handshakeTimeout } = options;
  const net = builtin("node:net", where);
  const { name, text, ...target } = place;
  // As in asyncio, small messages are sent at once.
  const raw = net.connect({
    ...target,
    allowHalfOpen: tls === undefined,
    noDelay: true,
    highWaterMark: HIGH_WATER_MARK,
  } as object as Net.NetConnectOpts);
  const loop = getRunningLoop();
  // Also once it has connected: the loop may be closed before the turn of the task.
  const ending: Ending = {
    cancel() {
      awaitClose(loop, raw);
      raw.destroy();
    },
  };
  endWith(loop, ending);
  try {
    yield* new Connecting(raw, loop, `${where}() to ${text}`, text);
    let socket = raw;
    if (tls !== undefined) {
      const module = builtin("node:tls", where);
      socket = yield* beginTls(module, raw, tls, serverHostname ?? name, handshakeTimeout, text);
    }
    const peername = "port" in place && net.isIPv4(name) ? ([name, place.port] as const) : undefined;
    const facts = { loop, limit, isServer: false, place: name, peername };
    const { reader, writer } = new Connection(socket, facts);
    return [reader, writer];
  } catch (error) {
    // Options of TLS that are refused: no handshake has taken the socket yet.
    if (!raw.destroyed) ending.cancel();
    throw error;
  } finally {
    forget(loop, ending);
  }
}

class Connecting extends Future<void> {
  private readonly socket: Net.Socket;
  private readonly loop: EventLoop;
  private readonly call: string;
  private readonly place: string;

  constructor(socket: Net.Socket, loop: EventLoop, call: string, place: string) {
    super({ loop });
    this.socket = socket;
    this.loop = loop;
    this.call = call;
    this.place = place;
    socket.on("error", this.failed);
    socket.on("close", () => {
      // Each connection closes in the end: not before the question, since the stack of an error costs 3 %.
      if (!this.done()) this.failed(new Error("the connection was closed"));
    });
    socket.on("connect", () => {
      if (!this.done()) this.finish();
    });
  }

  override cancel(message?: string): boolean {
    if (!super.cancel(message)) return false;
    awaitClose(this.loop, this.socket);
    this.socket.destroy();
    return true;
  }

  override [waitsOutside](): boolean {
    return true;
  }

  [waitFacts](): WaitFacts {
    return { kind: "socket", peer: this.place };
  }

  protected override describe(): string {
    return this.call;
  }

  private readonly failed = (
    cause: Error & { readonly code?: string; readonly errors?: readonly Error[] },
  ): void => {
    if (this.done()) return;
    // One that has tried several addresses has no message of its own.
    const reason = cause.message || (cause.errors ?? []).map((error) => error.message).join("; ");
    this.fail(new ConnectionError(`can't connect to ${this.place}: ${reason}`, cause.code ?? "", cause));
  };
}

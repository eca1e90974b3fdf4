/** Starting servers: the checks of what they are given, and their first step. */
import { Coroutine } from "@asyncio-ts/coroutine";
import type { Steps } from "@asyncio-ts/future";
import { assertFunction, describe, readFlag } from "@asyncio-ts/future/lowlevel";
import { getRunningLoop } from "@asyncio-ts/loop";
import { sleep } from "@asyncio-ts/task";
import { assertPath, assertPort, checked, isAbstract } from "./connect.js";
import { hostAndPort } from "./connection.js";
import type { StreamReaderOptions } from "./reader.js";
import { builtin } from "./runtime.js";
import type { TlsOptions } from "./tls-options.js";
import { type Connected, type Server, serverOf, type ServerSetup, type Target } from "./server.js";

/** Options for `startServer()` and `startUnixServer()`. */
export interface ServerOptions extends StreamReaderOptions {
  /** Options of Node's `tls.createServer()`, such as `cert` and `key`. Default: no TLS. */
  readonly tls?: TlsOptions;
  /** Milliseconds after which the handshake of a client fails. Default: 60,000. */
  readonly handshakeTimeout?: number;
  /**
   * The largest number of connections that wait to be accepted. If more clients connect at once, Linux may lose
   * the end of a connection, which the server then keeps. Default: 511, as in Node. Python: 100.
   */
  readonly backlog?: number;
  /** Accepts connections at once; otherwise once `startServing()` or `serveForever()` is called. Default: true. */
  readonly startServing?: boolean;
}

/** The longest time of a timer of Node, in milliseconds: 24.8 days. */
const LONGEST = 2 ** 31 - 1;

const KNOWN: readonly string[] = ["limit", "tls", "handshakeTimeout", "backlog", "startServing"];

/**
 * Starts a server that runs `connected(reader, writer)` for each connection, in a task of its own. `host` null
 * is for all interfaces, port 0 for any free port. Python: `asyncio.start_server`.
 *
 * When a handler has returned, its connection is closed, once what is buffered was sent. If it throws, that is
 * also reported to the exception handler of the loop; the server goes on. Only a plain function, one that
 * returns no promise and no generator, leaves its connection open, for others to use and close. At the end of
 * `run()` the server closes, and its handlers are cancelled and waited for; what is still open 4,000 ms later
 * is cut off, so that no handler waits without end for a client that never reads.
 *
 * @throws ConnectionError if it can't listen there; TypeError, RangeError for an invalid argument.
 *
 * @example
 * ```ts
 * import { openConnection, startServer } from "@asyncio-ts/streams";
 *
 * const server = await startServer(
 *   async (reader, writer) => {
 *     for await (const line of reader.lines()) writer.write(`${line.toUpperCase()}\n`);
 *     writer.close();
 *   },
 *   "127.0.0.1",
 *   0,
 * );
 * const [reader, writer] = await openConnection("127.0.0.1", server.port);
 * writer.write("hello\nbye\n");
 * writer.writeEof();
 * for await (const line of reader.lines()) console.log(line);
 * writer.close();
 * server.close();
 * // prints: HELLO
 * // prints: BYE
 * ```
 */
export function startServer(
  connected: Connected,
  host: string | null,
  port: number,
  options: ServerOptions = {},
): Coroutine<Server> {
  if (host !== null && typeof host !== "string") {
    throw new TypeError(`startServer() needs a host, or null for all interfaces, got ${describe(host)}`);
  }
  assertPort(port, 0, "startServer");
  const target = { port, ...(host && { host }) };
  return starting(connected, target, hostAndPort(host || "*", port), options, "startServer");
}

/**
 * Starts a server on a Unix socket. Python: `asyncio.start_unix_server`. See `startServer()`.
 *
 * A socket that is there already is replaced, as in Python. When the server closes, its socket is removed,
 * unless another server has replaced that. On Linux, a path that begins with a zero byte is an abstract name, of
 * a socket without a file.
 *
 * @example
 * ```ts
 * import { openUnixConnection, startUnixServer } from "@asyncio-ts/streams";
 * import { tmpdir } from "node:os";
 *
 * const path = `${tmpdir()}/asyncio-ts-server-${process.pid}.sock`;
 * const server = await startUnixServer((_reader, writer) => {
 *   writer.write("welcome");
 *   writer.close();
 * }, path);
 * const [reader, writer] = await openUnixConnection(path);
 * console.log(new TextDecoder().decode(await reader.read()));
 * writer.close();
 * server.close();
 * // prints: welcome
 * ```
 */
export function startUnixServer(
  connected: Connected,
  path: string,
  options: ServerOptions = {},
): Coroutine<Server> {
  assertPath(path, "startUnixServer");
  return starting(connected, { path }, path, options, "startUnixServer");
}

function starting(
  connected: Connected,
  target: Target,
  text: string,
  options: ServerOptions,
  where: ServerSetup["where"],
): Coroutine<Server> {
  assertFunction(connected, where);
  const { limit, tls, handshakeTimeout } = checked(options, where, KNOWN);
  if ((options.tls as unknown) === true) {
    throw new TypeError(`${where}() needs tls to be an object with the cert and the key of the server`);
  }
  const { backlog = 511 } = options;
  if (!Number.isInteger(backlog) || backlog < 1) {
    throw new RangeError(
      `${where}() needs a backlog that is a whole number from 1, got ${describe(backlog)}`,
    );
  }
  const serves = options.startServing === undefined || readFlag(options, "startServing", where);
  const setup = {
    where,
    connected,
    target: { ...target, backlog },
    text,
    limit,
    tls: tls && { handshakeTimeout: Math.min(handshakeTimeout, LONGEST), ...tls },
  };
  return new Coroutine(started(setup, serves), where);
}

function* started(setup: Omit<ServerSetup, "loop">, serves: boolean): Steps<Server> {
  const { where, target } = setup;
  builtin("node:net", where);
  if (target.path !== undefined && !isAbstract(target.path)) removeSocket(target.path, where);
  const server = serverOf({ ...setup, loop: getRunningLoop() });
  if (serves) yield* server.startServing();
  else yield* sleep(0);
  return server;
}

/** Removes a socket that a server before has left: nothing could listen there otherwise. */
function removeSocket(path: string, where: string): void {
  const fs = builtin("node:fs", where);
  if (fs.statSync(path, { throwIfNoEntry: false })?.isSocket() === true) fs.unlinkSync(path);
}

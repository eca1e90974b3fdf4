/** StreamWriter: what a program writes to. The states are in `Outflow`. */
import { Coroutine } from "@asyncio-ts/coroutine";
import { PolledCoroutine, type pending } from "@asyncio-ts/coroutine/lowlevel";
import type { Future, Steps } from "@asyncio-ts/future";
import {
  assertMilliseconds,
  assertOptions,
  describe,
  inspectAsString,
  keepThen,
  nameCalls,
} from "@asyncio-ts/future/lowlevel";
import { sleep } from "@asyncio-ts/task";
import type { Outflow } from "./outflow.js";
import type { TlsOptions } from "./tls-options.js";

/** Options for `startTls()`. */
export interface StartTlsOptions {
  /** The name that the server's certificate must be for. Default: the host that was connected to. */
  readonly serverHostname?: string;
  /** Milliseconds after which the handshake fails. Default: 60,000. */
  readonly handshakeTimeout?: number;
}

/** The default time for a handshake, in milliseconds. */
export const HANDSHAKE_TIMEOUT = 60_000;

/** Throws unless `value` is a time for a handshake, in milliseconds. */
export function assertHandshakeTimeout(value: unknown, where: string): void {
  assertMilliseconds(value, where);
  if ((value as number) > 0) return;
  throw new RangeError(`${where}() needs a handshakeTimeout above 0 milliseconds, got ${describe(value)}`);
}

/**
 * Writes bytes to a connection. Get one from `openConnection()` or `startServer()`. Python:
 * `asyncio.StreamWriter`.
 *
 * `write()` never waits: what can't be sent at once is buffered. Await `drain()` after writing, or the buffer
 * grows without a limit while the peer is slow.
 *
 * @example
 * ```ts
 * import { openConnection, startServer } from "@asyncio-ts/streams";
 *
 * const server = await startServer(
 *   async (reader, writer) => {
 *     writer.writelines(["you said ", await reader.readline()]);
 *     await writer.drain();
 *     writer.close();
 *   },
 *   "127.0.0.1",
 *   0,
 * );
 * const [reader, writer] = await openConnection("127.0.0.1", server.port);
 * writer.write("hello\n");
 * for await (const line of reader.lines()) console.log(line);
 * writer.close();
 * server.close();
 * // prints: you said hello
 * ```
 */
export class StreamWriter implements AsyncDisposable {
  static {
    inspectAsString(this.prototype);
  }

  private readonly outflow: Outflow;

  /** @internal */
  constructor(outflow: Outflow) {
    this.outflow = outflow;
  }

  /**
   * Sends bytes, or buffers what can't be sent at once. They are not copied, so they must not be changed until
   * they are sent. A string is encoded as UTF-8. On a connection that is closing or lost the bytes are dropped,
   * as in Python, since the peer may close it at any time; `drain()` tells. Python: `write()`.
   *
   * @throws TypeError if they are neither bytes nor a string; Error after `writeEof()`.
   */
  write(data: Uint8Array | string): void {
    if (typeof data !== "string" && !(data instanceof Uint8Array)) throw notBytes("write", data);
    this.outflow.write(data);
  }

  /** Sends several parts, in one go if possible. Python: `writelines()`. */
  writelines(parts: Iterable<Uint8Array | string>): void {
    const all = [...parts];
    for (const part of all) {
      if (typeof part !== "string" && !(part instanceof Uint8Array)) throw notBytes("writelines", part);
    }
    this.outflow.writeAll(all);
  }

  /**
   * Waits until all that is buffered was sent, if it is more than 64 KiB; otherwise it does not suspend.
   * Cancelling it only ends the wait. Python: `drain()`.
   *
   * @throws the error that ended the connection, also one of its reader; ConnectionError if it was closed.
   */
  drain(): Coroutine<void> {
    const { outflow } = this;
    return outflow.closing ? new Coroutine(drainClosing(outflow), "StreamWriter.drain") : new Drain(outflow);
  }

  /**
   * Closes the connection, in both directions, once all that is buffered was sent. Python: `close()`.
   */
  close(): void {
    this.outflow.close();
  }

  /** Returns whether the connection is closed, or about to be. Python: `is_closing()`. */
  isClosing(): boolean {
    return this.outflow.closing;
  }

  /**
   * Waits until the connection is closed. Python: `wait_closed()`.
   *
   * @throws the error that ended the connection, if there was one.
   */
  waitClosed(): Coroutine<void> {
    return new WaitClosed(this.outflow);
  }

  /**
   * Ends this direction, once all that is buffered was sent: the peer reads the end of the stream, and can
   * still answer. Python: `write_eof()`.
   *
   * @throws Error if the connection can't: see `canWriteEof()`.
   */
  writeEof(): void {
    if (!this.outflow.canEnd()) {
      throw new Error(
        `writeEof() was called on ${this}, but TLS has no half-closed connections; call close()`,
      );
    }
    this.outflow.end();
  }

  /** Returns whether one direction can be ended: false for TLS. Python: `can_write_eof()`. */
  canWriteEof(): boolean {
    return this.outflow.canEnd();
  }

  /**
   * Returns a fact of the connection, or `otherwise` if it is not known. Python: `get_extra_info()`.
   */
  getExtraInfo<Name extends keyof ExtraInfo>(name: Name): ExtraInfo[Name] | undefined;
  getExtraInfo(name: string, otherwise?: unknown): unknown;
  getExtraInfo(name: string, otherwise?: unknown): unknown {
    return this.outflow.info(name) ?? otherwise;
  }

  /**
   * Starts TLS on the open connection: waits until all was sent, and then for the handshake. The peer must do
   * the same. `options` are those of Node's `tls`: `ca`, or, in a server, `cert` and `key`. If it is cancelled,
   * the connection is closed. Python: `start_tls()`.
   *
   * @throws ConnectionError if the handshake fails or takes too long, and the connection is closed then; Error
   * if bytes have arrived that nobody has read, which would count as sent by TLS.
   */
  startTls(options: TlsOptions = {}, startOptions: StartTlsOptions = {}): Coroutine<void> {
    assertOptions(options, "startTls");
    assertOptions(startOptions, "startTls");
    const { serverHostname, handshakeTimeout = HANDSHAKE_TIMEOUT } = startOptions;
    assertHandshakeTimeout(handshakeTimeout, "startTls");
    return this.outflow.startTls(options, serverHostname, handshakeTimeout);
  }

  /**
   * Closes the connection and waits until it is closed, however that ends. If it is cancelled, it drops what
   * was not sent.
   */
  [Symbol.asyncDispose](): Coroutine<void> {
    return new Coroutine(disposing(this.outflow), "StreamWriter.asyncDispose");
  }

  toString(): string {
    return this.outflow.describe();
  }
}

/** The facts that `getExtraInfo()` knows of a connection, by name. */
export interface ExtraInfo {
  /** The address and port of the other side; of a Unix socket the path. */
  readonly peername: readonly [host: string, port: number] | string;
  /** The address and port of this side; of a Unix socket the path. */
  readonly sockname: readonly [host: string, port: number] | string;
  /** The socket of the runtime, a `net.Socket` or `tls.TLSSocket` of Node. */
  readonly socket: object;
  /** The cipher of a TLS connection: its name, and the version of the protocol. */
  readonly cipher: readonly [name: string, version: string];
  /** The certificate of the other side of a TLS connection, as Node's `getPeerCertificate()` returns it. */
  readonly peercert: object;
}

function notBytes(where: string, data: unknown): TypeError {
  return new TypeError(`${where}() needs bytes (a Uint8Array) or a string, got ${describe(data)}`);
}

/** A call of `drain()`. */
class Drain extends PolledCoroutine<void> {
  static {
    keepThen(this.prototype);
    nameCalls(this.prototype, "StreamWriter.drain");
  }

  private readonly outflow: Outflow;

  constructor(outflow: Outflow) {
    super();
    this.outflow = outflow;
  }

  protected override poll(): void | typeof pending {
    return this.outflow.pollDrained(false);
  }

  protected override woken(): void | typeof pending {
    return this.outflow.pollDrained(true);
  }

  protected override park(): Future<void> {
    return this.outflow.draining.park();
  }
}

/** Lets the end of the connection be noticed by a loop that only writes and drains. */
function* drainClosing(outflow: Outflow): Steps<void> {
  const failure = outflow.inflow?.error;
  if (failure !== undefined) throw failure;
  yield* sleep(0);
  yield* new Drain(outflow);
}

/** A call of `waitClosed()`. */
class WaitClosed extends PolledCoroutine<void> {
  static {
    keepThen(this.prototype);
    nameCalls(this.prototype, "StreamWriter.waitClosed");
  }

  private readonly outflow: Outflow;

  constructor(outflow: Outflow) {
    super();
    this.outflow = outflow;
  }

  protected override poll(): void | typeof pending {
    return this.outflow.pollClosed();
  }

  protected override park(): Future<void> {
    return this.outflow.closed.park();
  }
}

function* disposing(outflow: Outflow): Steps<void> {
  outflow.close();
  try {
    if (!outflow.lost) yield* outflow.closed.park();
  } catch (cancellation) {
    outflow.abort();
    if (!outflow.lost) yield* outflow.closed.park();
    throw cancellation;
  }
}

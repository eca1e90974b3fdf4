/**
 * Connection: an open socket, with the reader and the writer over it.
 *
 * States: those of `Outflow`. While it is open, its loop knows it, and ends it: nothing of a program is left
 * when `run()` has ended.
 *
 * A start of TLS replaces `socket`: from then on the reader is fed by the secure socket, which reads from the
 * raw one itself. In between nothing feeds the reader. Bytes that were there before are refused: they were
 * sent by anybody, and a program would take them for what the peer has sent by TLS.
 */
import type { Socket } from "node:net";
import type { ConnectionOptions, TLSSocket, TlsOptions } from "node:tls";
import { Coroutine } from "@asyncio-ts/coroutine";
import { isCancelled, type Steps } from "@asyncio-ts/future";
import { type LoopLike, waitFacts, type WaitFacts } from "@asyncio-ts/future/lowlevel";
import { awaitClose, endWith, forget } from "./ending.js";
import { ConnectionError } from "./errors.js";
import { acceptTls, beginTls } from "./handshake.js";
import { NodeSource } from "./node-source.js";
import { Outflow } from "./outflow.js";
import { inflowOf, StreamReader } from "./reader.js";
import { builtin } from "./runtime.js";
import { type ExtraInfo, StreamWriter } from "./writer.js";

/** Facts of a connection that its socket does not tell. */
export interface ConnectionFacts {
  readonly loop: LoopLike;
  /** The limit of the reader, in bytes. */
  readonly limit: number;
  readonly isServer: boolean;
  /** The host or path that was connected to, or that the server listens on. */
  readonly place: string;
  /** The addresses that are known without a question to the system: each question costs 1 % of a connection. */
  readonly peername?: Address | undefined;
  readonly sockname?: Address | undefined;
}

type Address = readonly [host: string, port: number] | string;

export class Connection extends Outflow {
  readonly reader: StreamReader;
  readonly writer: StreamWriter = new StreamWriter(this);
  /** The address of the other side, as text. */
  readonly peer: string;
  /** Called once it is lost. */
  whenLost: (() => void) | undefined = undefined;
  /** True once a server's handler has left it to others, who close it. */
  isLeft = false;
  private readonly facts: ConnectionFacts;
  private readonly peername: Address;
  private readonly sockname: Address;
  private peercert: object | undefined = undefined;
  private cipher: ExtraInfo["cipher"] | undefined = undefined;
  private socket: Socket | TLSSocket;
  private source: NodeSource;

  constructor(socket: Socket | TLSSocket, facts: ConnectionFacts) {
    const reader = new StreamReader({ limit: facts.limit });
    const inflow = inflowOf(reader);
    super(socket, inflow, facts.loop);
    this.reader = reader;
    inflow.connection = this;
    this.facts = facts;
    this.socket = socket;
    this.source = new NodeSource(socket, inflow);
    // A socket no longer knows these facts once it is closed.
    this.learn(socket);
    this.peername =
      facts.peername ?? addressOf(socket.remoteAddress, socket.remotePort, facts.isServer ? "" : facts.place);
    this.sockname =
      facts.sockname ?? addressOf(socket.localAddress, socket.localPort, facts.isServer ? facts.place : "");
    const { peername } = this;
    this.peer = typeof peername === "string" ? facts.place : hostAndPort(...peername);
    if (!this.lost) endWith(this.loop, this);
  }

  override info(name: string): unknown {
    switch (name) {
      case "peername":
      case "sockname":
      case "peercert":
      case "cipher":
      case "socket":
        return this[name];
      default:
        return undefined;
    }
  }

  override canEnd(): boolean {
    return !this.isSecure();
  }

  /** Ends it with its loop. */
  cancel(): void {
    awaitClose(this.loop, this.socket);
    this.abort();
  }

  override startTls(options: object, serverHostname: string | undefined, timeout: number): Coroutine<void> {
    return new Coroutine(this.secure(options, serverHostname, timeout), "StreamWriter.startTls");
  }

  override describe(): string {
    return super.describe().replace(">", `, ${this.facts.isServer ? "from" : "to"} ${this.peer}>`);
  }

  /** @internal */
  override [waitFacts](): WaitFacts {
    return { kind: "socket", of: this, peer: this.peer };
  }

  protected override errorOf(cause: unknown): unknown {
    const { code = "", message } = cause as NodeJS.ErrnoException;
    return new ConnectionError(`the connection is lost: ${message}`, code, cause);
  }

  protected override onLost(): void {
    forget(this.loop, this);
    this.whenLost?.();
  }

  /** Notes what a secure socket knows of the other side, and closes with that. */
  private learn(plain: Socket | TLSSocket): void {
    const socket = plain as Partial<TLSSocket>;
    if (socket.encrypted !== true) return;
    // TLS has no half-closed connections: Node takes no more bytes then, and would lose those that are buffered.
    plain.once("end", () => this.close());
    this.peercert = socket.getPeerCertificate?.();
    const cipher = socket.getCipher?.();
    if (cipher !== undefined) this.cipher = [cipher.standardName ?? cipher.name, cipher.version];
  }

  private isSecure(): boolean {
    return (this.socket as Partial<TLSSocket>).encrypted === true;
  }

  /** Throws unless TLS can be started. */
  private assertPlain(): void {
    if (this.isSecure()) throw new Error(`startTls() was called on ${this.describe()}, which has TLS`);
    if (!this.closing && !this.ended) return;
    if (this.error !== undefined) throw this.error;
    const instead = "start TLS before writeEof() and close(), or open a new connection";
    throw new Error(`startTls() was called on ${this.describe()}; ${instead}`);
  }

  private *secure(options: object, serverHostname: string | undefined, timeout: number): Steps<void> {
    this.assertPlain();
    yield* this.writer.drain();
    this.assertPlain();
    const { facts, socket } = this;
    const inflow = inflowOf(this.reader);
    const { length } = inflow.chunks;
    if (length > 0) {
      throw new Error(
        `startTls() was called on ${this.describe()}, and ${length} bytes that came without TLS are unread; ` +
          "read them first, and don't trust them",
      );
    }
    if (inflow.ended) {
      this.abort();
      const message = `the TLS handshake with ${this.peer} failed: the other side has ended the connection`;
      throw new ConnectionError(message, "ECONNRESET");
    }
    const tls = builtin("node:tls", "startTls");
    this.source.detach();
    this.detach(socket);
    // TLS has no half-closed connections. A socket that could stay open after the end of the peer would keep
    // the handshake, and then the connection, waiting for it.
    socket.allowHalfOpen = false;
    let secure: TLSSocket;
    try {
      secure = yield* facts.isServer
        ? acceptTls(tls, socket, options as TlsOptions, timeout, this.peer)
        : beginTls(
            tls,
            socket,
            options as ConnectionOptions,
            serverHostname ?? facts.place,
            timeout,
            this.peer,
          );
    } catch (error) {
      this.attach(socket);
      if (isCancelled(error)) inflow.end();
      else inflow.fail(error);
      if (!this.lost) this.abort();
      throw error;
    }
    this.socket = this.stream = secure;
    this.learn(secure);
    this.attach(secure);
    this.source = new NodeSource(secure, inflow);
  }
}

function addressOf(host: string | undefined, port: number | undefined, path: string): Address {
  return host === undefined || port === undefined ? path : [host, port];
}

/** Writes an address as text: `127.0.0.1:80`, `[::1]:80`. */
export function hostAndPort(host: string, port: number | string): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

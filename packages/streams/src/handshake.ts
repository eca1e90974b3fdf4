/**
 * Handshake: the future of a secure socket over an open one.
 *
 * It ends once: with the secure socket, with an error (also if it takes too long), or cancelled. In all but the
 * first case the socket is destroyed.
 */
import type { Socket } from "node:net";
import type * as Tls from "node:tls";
import { Future } from "@asyncio-ts/future";
import { waitFacts, type WaitFacts, waitsOutside } from "@asyncio-ts/future/lowlevel";
import { type EventLoop, getRunningLoop, type TimerHandle } from "@asyncio-ts/loop";
import { ConnectionError } from "./errors.js";
import { awaitClose } from "./ending.js";

type TlsModule = typeof Tls;

class Handshake extends Future<Tls.TLSSocket> {
  private readonly place: string;
  private readonly timeout: number;
  private readonly loop: EventLoop;
  private readonly timer: TimerHandle;
  private readonly raw: Socket;

  constructor(raw: Socket, timeout: number, place: string) {
    const loop = getRunningLoop();
    super({ loop });
    this.loop = loop;
    this.raw = raw;
    this.place = place;
    this.timeout = timeout;
    this.timer = loop.callLater(timeout, () => this.tooLong());
    raw.on("error", (error) => this.failWith(error));
    raw.on("close", () => this.failWith(undefined));
  }

  override cancel(message?: string): boolean {
    if (!super.cancel(message)) return false;
    this.stop();
    return true;
  }

  override [waitsOutside](): boolean {
    return true;
  }

  [waitFacts](): WaitFacts {
    return { kind: "socket", peer: this.place };
  }

  protected override describe(): string {
    return `TLS handshake with ${this.place}`;
  }

  succeed(secure: Tls.TLSSocket): void {
    if (this.done()) {
      secure.destroy();
      return;
    }
    this.timer.cancel();
    this.finish(secure);
  }

  private tooLong(): void {
    const message = `the TLS handshake with ${this.place} took longer than ${this.timeout} ms`;
    if (!this.done()) this.end(new ConnectionError(message, "ETIMEDOUT"));
  }

  failWith(cause: (Error & { readonly code?: string }) | undefined): void {
    if (this.done()) return;
    const reason = cause?.message ?? "the connection was closed";
    const message = `the TLS handshake with ${this.place} failed: ${reason}`;
    this.end(new ConnectionError(message, cause?.code ?? "ECONNRESET", cause));
  }

  private end(error: ConnectionError): void {
    this.stop();
    this.fail(error);
  }

  private stop(): void {
    this.timer.cancel();
    if (this.raw.closed) return;
    awaitClose(this.loop, this.raw);
    this.raw.destroy();
  }
}

/** Begins a handshake as client. */
export function beginTls(
  tls: TlsModule,
  raw: Socket,
  options: Tls.ConnectionOptions,
  serverHostname: string,
  timeout: number,
  place: string,
): Future<Tls.TLSSocket> {
  const secure = tls.connect({ ...clientOptions(options, serverHostname), socket: raw });
  const handshake = new Handshake(raw, timeout, place);
  secure.on("error", (error) => handshake.failWith(error));
  secure.on("secureConnect", () => handshake.succeed(secure));
  return handshake;
}

/** Waits for the handshake of a client. */
export function acceptTls(
  tls: TlsModule,
  raw: Socket,
  options: Tls.TlsOptions,
  timeout: number,
  place: string,
): Future<Tls.TLSSocket> {
  // It never listens: it knows how to check a client, which a TLSSocket alone does not.
  const server = tls.createServer(options);
  const handshake = new Handshake(raw, timeout, place);
  server.on("tlsClientError", (error) => handshake.failWith(error));
  server.on("secureConnection", (secure) => handshake.succeed(secure));
  server.emit("connection", raw);
  return handshake;
}

/** Returns the options of a client for Node, which sends the name of the server only if it is told to. */
function clientOptions(options: Tls.ConnectionOptions, serverHostname: string): Tls.ConnectionOptions {
  const isName = !/^[\d.]+$|:|\//.test(serverHostname);
  return { host: serverHostname, ...(isName && { servername: serverHostname }), ...options };
}

/**
 * Outflow: what a writer writes to, over a `Writable` of Node: a socket, or a pipe to a child process.
 *
 * States, each a predicate over fields:
 *   open       bytes are sent, or buffered by the stream
 *   ended      `ended`: `end()` was called; what is buffered is still sent, and the other direction goes on
 *   closing    `closing`: what is buffered is still sent, and then it closes
 *   lost       `lost`: it is closed; `error` is set if it ended with an error
 * They follow each other in this order, and any may be left out. From closing on, writing drops the bytes, as
 * in Python: the program learns of it from `drain()`. To find one that never asks, the fifth is reported.
 *
 * Above the high-water mark, `drain()` waits until all that is buffered was sent; the end wakes all that wait.
 */
import { pending } from "@asyncio-ts/coroutine/lowlevel";
import type { Coroutine } from "@asyncio-ts/coroutine";
import { type LoopLike, waitFacts, type WaitFacts } from "@asyncio-ts/future/lowlevel";
import { getRunningLoop } from "@asyncio-ts/loop";
import { ConnectionError } from "./errors.js";
import type { Inflow } from "./inflow.js";
import { Waiters } from "./waiters.js";

/** The part of Node's `Writable`, or of its sockets, that is needed. */
export interface NodeWritable {
  on(event: string, listener: (...values: unknown[]) => void): unknown;
  off(event: string, listener: (...values: unknown[]) => void): unknown;
  write(data: Uint8Array | string): boolean;
  end(): unknown;
  destroy(): unknown;
  destroySoon?(): void;
  cork(): void;
  uncork(): void;
  readonly writableNeedDrain: boolean;
  readonly writableLength: number;
  readonly writableHighWaterMark: number;
  readonly writableFinished: boolean;
  readonly closed: boolean;
  readonly errored: Error | null;
}

/**
 * The high-water mark of sockets, in bytes: asyncio's 64 KiB, up to which a stream of Node does not ask to
 * wait. Node 20 has 16 KiB by default.
 */
export const HIGH_WATER_MARK = 65_537;

/** The number of dropped writes after which they are reported. */
const REPORTED_AT = 5;

export class Outflow {
  protected stream: NodeWritable;
  /** The other direction, whose error `drain()` throws too. */
  readonly inflow: Inflow | undefined;
  readonly loop: LoopLike;
  readonly draining: Waiters = new Waiters("StreamWriter.drain", this);
  readonly closed: Waiters = new Waiters("StreamWriter.waitClosed", this);
  ended = false;
  closing = false;
  lost = false;
  error: unknown = undefined;
  /** True if it is lost because both sides have ended it. */
  private isOver = false;
  private dropped = 0;

  constructor(stream: NodeWritable, inflow: Inflow | undefined, loop: LoopLike = getRunningLoop()) {
    this.stream = stream;
    this.inflow = inflow;
    this.loop = loop;
    this.attach(stream);
  }

  write(data: Uint8Array | string): void {
    if (this.ended || this.closing) this.refuse();
    else this.stream.write(data);
  }

  writeAll(parts: Iterable<Uint8Array | string>): void {
    const { stream } = this;
    if (this.closing) {
      this.refuse();
      return;
    }
    stream.cork();
    try {
      for (const part of parts) this.write(part);
    } finally {
      stream.uncork();
    }
  }

  canEnd(): boolean {
    return true;
  }

  end(): void {
    if (this.ended || this.closing) return;
    this.ended = true;
    this.stream.end();
  }

  /** Closes once everything was sent. */
  close(): void {
    if (this.closing) return;
    this.closing = true;
    const { stream } = this;
    if (stream.destroySoon !== undefined) stream.destroySoon();
    else stream.end();
  }

  /** Closes at once, and drops what was not sent. */
  abort(): void {
    this.closing = true;
    this.stream.destroy();
  }

  /** Returns a fact, for `getExtraInfo()`; undefined if it is not known. */
  info(_name: string): unknown {
    return undefined;
  }

  startTls(_options: object, _serverHostname: string | undefined, _timeout: number): Coroutine<void> {
    throw new Error("startTls() was called on a writer of a pipe; only that of a socket can start TLS");
  }

  // ---- for the calls that wait ----

  /** Waits while too much is buffered. */
  pollDrained(wasWaiting: boolean): void | typeof pending {
    const failure = this.inflow?.error;
    if (failure !== undefined && !wasWaiting) throw failure;
    if (!this.lost) return this.isFull(wasWaiting) ? pending : undefined;
    if (this.error !== undefined) throw this.error;
    // It was closed while the call waited, which is no error.
    if (wasWaiting || this.isOver) return undefined;
    throw new ConnectionError("the connection is lost: drain() was called after its end", "ECONNRESET");
  }

  pollClosed(): void | typeof pending {
    if (!this.lost) return pending;
    if (this.error !== undefined) throw this.error;
  }

  private isFull(wasFull: boolean): boolean {
    const { stream } = this;
    if (!this.ended) return stream.writableNeedDrain;
    // Node does not ask to wait once it was told of the end.
    return wasFull ? !stream.writableFinished : stream.writableLength >= stream.writableHighWaterMark;
  }

  describe(): string {
    const state = this.lost ? "closed" : this.closing ? "closing" : this.ended ? "ended" : "open";
    return `<StreamWriter ${state}>`;
  }

  toString(): string {
    return this.describe();
  }

  /** @internal */
  [waitFacts](): WaitFacts {
    return { kind: "stream", of: this };
  }

  // ---- the events of the stream ----

  protected attach(stream: NodeWritable): void {
    stream.on("drain", this.drained);
    stream.on("finish", this.drained);
    stream.on("error", this.failed);
    stream.on("close", this.wasLost);
    if (stream.errored) this.failed(stream.errored);
    if (stream.closed) this.wasLost();
  }

  protected detach(stream: NodeWritable): void {
    stream.off("drain", this.drained);
    stream.off("finish", this.drained);
    stream.off("error", this.failed);
    stream.off("close", this.wasLost);
  }

  private readonly drained = (): void => this.draining.wakeAll();

  private readonly failed = (error: unknown): void => {
    if (this.error === undefined) {
      this.error = this.errorOf(error);
      this.inflow?.fail(this.error);
    }
    this.closing = true;
  };

  private readonly wasLost = (): void => {
    if (this.lost) return;
    this.isOver = this.ended && !this.closing;
    this.lost = this.closing = true;
    // In asyncio's order: what a read has to do with the end is done when the writer or the server is closed.
    if (this.inflow?.ended === false) this.inflow.end();
    this.closed.wakeAll();
    this.draining.wakeAll();
    this.onLost();
  };

  protected onLost(): void {}

  /** Returns the error for programs, from that of the stream. */
  protected errorOf(error: unknown): unknown {
    return error;
  }

  private refuse(): void {
    if (!this.closing) throw new Error(`write() was called on ${this.describe()} after writeEof()`);
    if (++this.dropped !== REPORTED_AT) return;
    this.loop.callExceptionHandler({
      message:
        `write() was called ${REPORTED_AT} times on ${this.describe()}, and what it was given was dropped; ` +
        "await drain() after writing, which throws when the connection is lost, or ask isClosing()",
    });
  }
}

/**
 * Inflow: the bytes on their way from a source to the reads of a reader.
 *
 * States, each a predicate over fields:
 *   open      more may arrive
 *   ended     `ended`: no more will; what is in `chunks` can still be read
 *   failed    `error` is set: every read throws it from now on, as in Python, whatever is in `chunks`
 * and, independent of them:
 *   idle      `waiter` undefined
 *   waiting   `waiter` is pending: a read has found too little. It is woken once `chunks` has `least` bytes,
 *             the stream ends or fails. Cancelling it leads back to idle
 *   woken     `waiter` is done: the read has not had its turn yet
 * While a read waits or is woken, any other read throws: it would take bytes from the middle of the first
 * one's result. So a search keeps its place between two polls.
 *
 * A read takes bytes only in the poll that returns them. So one that is cancelled has taken nothing, and one
 * that was woken returns its bytes even if its task was cancelled, or the stream failed, meanwhile.
 *
 * The source is paused while more than twice the limit is there, unless a read waits for still more; it is
 * resumed once no more than the limit is left, or when a read has to wait.
 */
import { Future } from "@asyncio-ts/future";
import { currentTaskLike, waitFacts, type WaitFacts, waitsOutside } from "@asyncio-ts/future/lowlevel";
import { Chunks, plain } from "./chunks.js";
import type { WithFacts } from "./waiters.js";

/** Where bytes come from, as an inflow controls it. */
export interface Source {
  /** Stops the flow; what is under way may still arrive. */
  pause(): void;
  /** Lets it flow. Called whenever a read has to wait, even if it flows. */
  resume(): void;
}

/** The text of lines of the first chunk that are still to be read: see `buffered-lines.ts`. */
export interface DecodedLines {
  readonly chunk: Uint8Array;
  /** The bytes of the chunk that come before the next line. */
  offset: number;
  /** Whole lines. */
  readonly text: string;
  /** The index of the next line. */
  position: number;
  /** True if each character is one byte. */
  readonly isEven: boolean;
}

export class Inflow {
  readonly chunks: Chunks = new Chunks();
  readonly limit: number;
  source: Source | undefined = undefined;
  ended = false;
  error: unknown = undefined;
  /** The connection that it belongs to, if it is of a socket. */
  connection: WithFacts | undefined = undefined;
  /** Closes the source; undefined if that is no concern of its reader. */
  close: (() => PromiseLike<void>) | undefined = undefined;
  /** Called at the end, and at a failure. */
  whenOver: (() => void) | undefined = undefined;
  /** The text of lines that are still to be read; undefined while nobody iterates those. */
  text: DecodedLines | undefined = undefined;
  private waiter: Arrival | undefined = undefined;
  private paused = false;

  constructor(limit: number) {
    this.limit = limit;
  }

  // ---- for sources ----

  feed(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const { chunks, waiter } = this;
    chunks.push(plain(bytes));
    if (waiter !== undefined && !waiter.done()) {
      if (chunks.length < waiter.least) return;
      waiter.setResult();
    }
    if (chunks.length > 2 * this.limit && !this.paused && this.source !== undefined) {
      this.paused = true;
      this.source.pause();
    }
  }

  end(): void {
    this.ended = true;
    this.whenOver?.();
    const { waiter } = this;
    if (waiter !== undefined && !waiter.done()) waiter.setResult();
  }

  fail(error: unknown): void {
    this.error = error;
    this.whenOver?.();
    const { waiter } = this;
    // A read that was woken before returns the bytes that woke it, as in Python.
    if (waiter === undefined || waiter.done()) return;
    this.waiter = undefined;
    waiter.setException(error);
  }

  /** Tells whether a read waits, for more than there is. */
  wants(): boolean {
    return this.waiter?.done() === false;
  }

  // ---- for reads ----

  /** Throws what a read that begins has to throw. */
  assertReadable(name: string): void {
    if (this.waiter !== undefined) this.refuse(name, this.waiter);
    if (this.error !== undefined) throw this.error;
  }

  /** Tells whether a read may take bytes now. */
  isReadable(): boolean {
    return this.waiter === undefined && this.error === undefined;
  }

  /** Returns the future of the arrival of enough bytes, so that there are `least` of them, or of the end. */
  wait(name: string, least: number): Future<void> {
    this.paused = false;
    const waiter = new Arrival(this, name, least);
    // Before the source is resumed, which may fail at once.
    this.waiter = waiter;
    this.source?.resume();
    return waiter;
  }

  /** Ends the wait, in the turn of the read. */
  woken(): void {
    this.waiter = undefined;
  }

  take(count: number): Uint8Array {
    const bytes = this.chunks.take(count);
    if (this.paused) this.resumeBelowLimit();
    return bytes;
  }

  /** Removes bytes, which must be in the first chunk. */
  skip(count: number): void {
    this.chunks.skip(count);
    if (this.paused) this.resumeBelowLimit();
  }

  resumeBelowLimit(): void {
    if (!this.paused || this.chunks.length > this.limit) return;
    this.paused = false;
    this.source?.resume();
  }

  /** Forgets a read that was cancelled while it waited. */
  forget(waiter: object): void {
    if (this.waiter === waiter) this.waiter = undefined;
  }

  describe(): string {
    const facts = [`${this.chunks.length} bytes`];
    if (this.ended) facts.push("ended");
    if (this.error !== undefined) facts.push("failed");
    if (this.waiter !== undefined) facts.push(`${this.waiter.name} waiting`);
    if (this.paused) facts.push("paused");
    return `<StreamReader ${facts.join(", ")}>`;
  }

  toString(): string {
    return this.describe();
  }

  /** @internal */
  [waitFacts](): WaitFacts {
    return { kind: "stream", ...this.connection?.[waitFacts](), of: this };
  }

  private refuse(name: string, waiter: Arrival): never {
    const [first] = waiter.awaitedBy();
    throw new Error(
      `${name}() was called in ${nameOf(currentTaskLike())} while ${nameOf(first)} waits in ${waiter.name}() ` +
        "of the same StreamReader; let one task read, and pass what it has read to others in a Queue",
    );
  }
}

function nameOf(task: object | undefined): string {
  return task === undefined ? "code outside every task" : String(task);
}

/** The wait of a read. */
class Arrival extends Future<void> {
  readonly name: string;
  /** The number of bytes from which on the read wakes. */
  readonly least: number;
  private readonly inflow: Inflow;

  constructor(inflow: Inflow, name: string, least: number) {
    super();
    this.inflow = inflow;
    this.name = name;
    this.least = least;
  }

  override cancel(message?: string): boolean {
    if (!super.cancel(message)) return false;
    this.inflow.forget(this);
    return true;
  }

  /** What has a source is open as long as somebody waits: its end wakes the read. */
  override [waitsOutside](): boolean {
    return this.inflow.source !== undefined;
  }

  /** @internal */
  [waitFacts](): WaitFacts {
    return this.inflow[waitFacts]();
  }

  protected override describe(): string {
    return `StreamReader.${this.name}()`;
  }
}

/**
 * IterableSource: an async iterable, or a web `ReadableStream`, as the source of an inflow.
 *
 * States:
 *   idle      no read waits: nothing is pulled, so what is fast does not fill the memory
 *   pulling   `pulling`: the promise of the next chunk has not settled. If the read that has asked is cancelled,
 *             the chunk is there for the next one
 *   over      `over`: it has ended, failed, or been closed
 * While pulling, a read that waits for more starts the next pull once a chunk has arrived.
 */
import { runInside } from "@asyncio-ts/future/lowlevel";
import { bytesOf, notBytes } from "./chunk-bytes.js";
import type { Inflow, Source } from "./inflow.js";

/** A web `ReadableStream`, of which the engine makes an iterable in Node alone. */
export interface WebStream {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: unknown }>;
    cancel(reason?: unknown): Promise<void>;
    releaseLock(): void;
  };
}

interface Pulled {
  readonly done?: boolean | undefined;
  readonly value?: unknown;
}

/** The part of an async iterator, or of the reader of a web stream, that is needed. */
interface Pullable {
  next(): PromiseLike<Pulled> | Pulled;
  close(): PromiseLike<unknown> | unknown;
}

export class IterableSource implements Source {
  private readonly inflow: Inflow;
  private readonly pullable: Pullable;
  private pulling = false;
  private over = false;

  private constructor(inflow: Inflow, pullable: Pullable) {
    this.inflow = inflow;
    this.pullable = pullable;
    inflow.source = this;
  }

  static ofIterable(items: AsyncIterable<unknown> | Iterable<unknown>, inflow: Inflow): IterableSource {
    const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
    return new IterableSource(inflow, {
      next: () => iterator.next(),
      close: () => iterator.return?.(),
    });
  }

  static ofWebStream(stream: WebStream, inflow: Inflow): IterableSource {
    const reader = stream.getReader();
    return new IterableSource(inflow, {
      next: () => reader.read(),
      close: () => reader.cancel(),
    });
  }

  /** It is never ahead of the reads by more than one chunk. */
  pause(): void {}

  resume(): void {
    // What the source waits for is not for the task that reads: a cancellation of that would end the source.
    if (!this.pulling && !this.over) void runInside(noTask, () => this.pull());
  }

  async close(): Promise<void> {
    if (this.over) return;
    this.over = true;
    try {
      const closed = runInside(noTask, () => this.pullable.close());
      // A generator that waits ends after that, if ever.
      if (this.pulling) void Promise.resolve(closed).catch(() => {});
      else await closed;
    } finally {
      this.inflow.end();
    }
  }

  private async pull(): Promise<void> {
    const { inflow, pullable } = this;
    this.pulling = true;
    try {
      do {
        const { done, value } = await pullable.next();
        if (this.over) break;
        const bytes = done === true ? undefined : bytesOf(value);
        this.over = bytes === undefined;
        if (bytes !== undefined) inflow.feed(bytes);
        else if (done === true) inflow.end();
        else {
          inflow.fail(notBytes(value));
          await pullable.close();
        }
      } while (!this.over && inflow.wants());
    } catch (error) {
      if (!this.over) inflow.fail(error);
      this.over = true;
    } finally {
      this.pulling = false;
    }
  }
}

const noTask = { awaiter: undefined, context: undefined };

/** StreamReader: what a program reads from. The bytes and the waits are in `Inflow`, the calls in `reads.ts`. */
import { Coroutine } from "@asyncio-ts/coroutine";
import { assertOptions, describe, inspectAsString } from "@asyncio-ts/future/lowlevel";
import { bytesOf } from "./chunk-bytes.js";
import { feedFrom, type ReadableSource } from "./from.js";
import { BufferedLines, takeLine, takeText } from "./buffered-lines.js";
import { Inflow } from "./inflow.js";
import { NextLine, NextText, ReadAll, ReadExactly, ReadLine, ReadSome, ReadUntil } from "./reads.js";
import { newline, separatorsOf } from "./search.js";

export type { ReadableSource };

/** The default limit of a reader, in bytes. */
const LIMIT = 65_536;

/** Options for `new StreamReader()`. */
export interface StreamReaderOptions {
  /**
   * The longest line, in bytes, that `readline()` and `readuntil()` return, without the separator. The source
   * is paused while twice as much has arrived and was not read. Default: 65,536.
   */
  readonly limit?: number;
}

let inflows: (reader: StreamReader) => Inflow;

/** Returns the inflow of a reader, which sources feed. */
export function inflowOf(reader: StreamReader): Inflow {
  return inflows(reader);
}

/**
 * Reads bytes as they arrive. Get one from `openConnection()` or `startServer()`; one that is made by itself
 * gets its bytes from `feedData()`. Python: `asyncio.StreamReader`.
 *
 * A read whose bytes are there does not suspend. One that is cancelled, or whose timeout expires, takes
 * nothing: the next read gets all of it. Only one task may read at a time.
 *
 * The bytes of a result may be a view of a larger chunk; `bytes.slice()` copies them. It is an async iterable
 * of lines, as bytes with the line end.
 *
 * @example
 * ```ts
 * import { StreamReader } from "@asyncio-ts/streams";
 *
 * const reader = new StreamReader();
 * reader.feedData("first line\nsecond");
 * reader.feedEof();
 * const text = new TextDecoder();
 * console.log(JSON.stringify(text.decode(await reader.readline())));
 * console.log(text.decode(await reader.read()), reader.atEof());
 * // prints: "first line\n"
 * // prints: second true
 * ```
 */
export class StreamReader implements AsyncIterable<Uint8Array>, AsyncDisposable {
  static {
    inspectAsString(this.prototype);
    inflows = (reader) => reader.inflow;
  }

  private readonly inflow: Inflow;

  /** @throws TypeError, RangeError if the limit is not a number above 0. */
  constructor(options: StreamReaderOptions = {}) {
    this.inflow = new Inflow(limitIn(options, "new StreamReader"));
  }

  /**
   * Makes a reader of a stream of Node, a web `ReadableStream`, or an iterable or async iterable of bytes or
   * strings. The source is paused, or not asked for more, while nobody reads.
   *
   * The source is closed when the reader is disposed of (`await using reader = …`), and at the end of the
   * `run()` in which the reader was made.
   *
   * @throws TypeError if it is none of these.
   *
   * @example
   * ```ts
   * import { StreamReader } from "@asyncio-ts/streams";
   *
   * const { body } = new Response("first\nsecond\n");
   * await using reader = StreamReader.from(body as ReadableStream<Uint8Array>);
   * for await (const line of reader.lines()) console.log(line);
   * // prints: first
   * // prints: second
   * ```
   */
  static from(source: ReadableSource, options: StreamReaderOptions = {}): StreamReader {
    const reader = new StreamReader(options);
    feedFrom(source, reader.inflow);
    return reader;
  }

  /**
   * Reads up to `n` bytes, as soon as there is one; without `n`, all bytes up to the end. Returns no bytes at
   * the end of the stream. Python: `read()`.
   *
   * @throws TypeError if `n` is no whole number; what `setException()` has set; Error if another task reads.
   */
  read(n = -1): Coroutine<Uint8Array> {
    assertCount(n, "read");
    return n < 0 ? new ReadAll(this.inflow) : new ReadSome(this.inflow, n);
  }

  /**
   * Reads a line, up to and with its `\n`. Returns what is left at the end of the stream, and then no bytes.
   * Python: `readline()`.
   *
   * @throws LimitOverrunError (Python: `ValueError`) if the line is longer than the limit; the line is dropped,
   * or as much of it as has arrived. Also what `read()` throws.
   */
  readline(): Coroutine<Uint8Array> {
    return new ReadLine(this.inflow);
  }

  /**
   * Reads exactly `n` bytes, however many those are. Python: `readexactly()`.
   *
   * @throws IncompleteReadError if the stream ends before; it has, and takes, what was there. RangeError if `n`
   * is less than 0. Also what `read()` throws.
   */
  readexactly(n: number): Coroutine<Uint8Array> {
    assertCount(n, "readexactly");
    if (n < 0) throw new RangeError(`readexactly() needs a number of bytes from 0 on, got ${n}`);
    return new ReadExactly(this.inflow, n);
  }

  /**
   * Reads up to a separator, and with it. Of several, the one that ends first counts. Python: `readuntil()`.
   *
   * @throws IncompleteReadError if the stream ends before; it has, and takes, what was there.
   * LimitOverrunError if the bytes before the separator are more than the limit; all stay there to be read.
   * TypeError if a separator is neither a string nor bytes, RangeError if it is empty. Also what `read()`
   * throws.
   */
  readuntil(separator: string | Uint8Array | readonly (string | Uint8Array)[] = "\n"): Coroutine<Uint8Array> {
    return new ReadUntil(this.inflow, separator === "\n" ? newline : separatorsOf(separator));
  }

  /**
   * Iterates the lines as text, decoded from UTF-8, without `\n` or `\r\n`. A break leaves the rest to be read.
   *
   * @throws LimitOverrunError for a line that is longer than the limit, as `readline()` does.
   *
   * @example
   * ```ts
   * import { StreamReader } from "@asyncio-ts/streams";
   *
   * const reader = new StreamReader();
   * reader.feedData("Grüße\r\nBye");
   * reader.feedEof();
   * for await (const line of reader.lines()) console.log(line);
   * // prints: Grüße
   * // prints: Bye
   * ```
   */
  lines(): AsyncIterableIterator<string> {
    const { inflow } = this;
    const read = (): Coroutine<IteratorResult<string, undefined>> => new NextText(inflow);
    return lazy(read, new BufferedLines(inflow, takeText, read));
  }

  /** Iterates the lines, as bytes with the line end. A break leaves the rest to be read. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    const { inflow } = this;
    return new BufferedLines(inflow, takeLine, () => new NextLine(inflow));
  }

  /** Returns whether the stream has ended and all of it was read. Python: `at_eof()`. */
  atEof(): boolean {
    return this.inflow.ended && this.inflow.chunks.length === 0;
  }

  /**
   * Appends bytes to what can be read, for the author of a source. They are not copied, so they must not be
   * changed afterwards. A string is encoded as UTF-8. Python: `feed_data()`.
   *
   * @throws Error after `feedEof()`; TypeError if they are neither bytes nor a string.
   */
  feedData(data: Uint8Array | string): void {
    const bytes = bytesOf(data);
    if (bytes === undefined) {
      throw new TypeError(`feedData() needs a Uint8Array or a string, got ${describe(data)}`);
    }
    if (this.inflow.ended) throw new Error(`feedData() was called on ${this} after feedEof()`);
    this.inflow.feed(bytes);
  }

  /** Ends the stream: reads return what is left, and then no bytes. Python: `feed_eof()`. */
  feedEof(): void {
    this.inflow.end();
  }

  /** Returns the error that reads throw; undefined if there is none. Python: `exception()`. */
  exception(): unknown {
    return this.inflow.error;
  }

  /** Has all reads throw `error` from now on, also one that waits. Python: `set_exception()`. */
  setException(error: unknown): void {
    this.inflow.fail(error);
  }

  /** Closes the source of `from()`; the reader of a connection is closed by its writer. */
  [Symbol.asyncDispose](): Coroutine<void> {
    return new Coroutine(async () => this.inflow.close?.(), "StreamReader.asyncDispose");
  }

  toString(): string {
    return this.inflow.describe();
  }
}

/** Returns the limit in some options. */
export function limitIn(options: StreamReaderOptions | undefined, where: string): number {
  assertOptions(options, where);
  const limit: unknown = options?.limit ?? LIMIT;
  if (typeof limit !== "number" || Number.isNaN(limit)) {
    throw new TypeError(`${where}() needs a limit in bytes, got ${describe(limit)}`);
  }
  if (limit > 0) return limit;
  throw new RangeError(`${where}() needs a limit above 0 bytes, got ${limit}`);
}

function assertCount(n: unknown, where: string): void {
  if (Number.isInteger(n)) return;
  throw new TypeError(`${where}() needs a whole number of bytes, got ${describe(n)}`);
}

/**
 * Returns an iterator, for both kinds of coroutine, whose `next()` is a read; for a loop it is `looped`.
 *
 * Not an async generator: a cancelled read would end that one, and the loop could not go on.
 */
function lazy<T>(
  next: () => Coroutine<IteratorResult<T, undefined>>,
  looped: AsyncIterableIterator<T>,
): AsyncIterableIterator<T> {
  return { next, [Symbol.asyncIterator]: () => looped };
}

/**
 * Reads: the calls of a reader that wait. Each polls the inflow: it takes its bytes, or finds too few and
 * waits for more. If the bytes are there it does not suspend, and makes no promise in a generator coroutine.
 */
import { PolledCoroutine, pending } from "@asyncio-ts/coroutine/lowlevel";
import type { Future } from "@asyncio-ts/future";
import { keepThen, nameCalls } from "@asyncio-ts/future/lowlevel";
import { IncompleteReadError, LimitOverrunError } from "./errors.js";
import type { Inflow } from "./inflow.js";
import { decoder, takeText, takeThrough } from "./buffered-lines.js";
import { newline, NEWLINE, Search, type Separators } from "./search.js";

/** The part of a read that has nothing to do with what it returns. */
abstract class Read<T> extends PolledCoroutine<T> {
  protected readonly inflow: Inflow;

  constructor(inflow: Inflow) {
    super();
    this.inflow = inflow;
  }

  /** The method of the reader, for errors and reports. */
  protected abstract readonly method: string;
  /** The number of bytes from which on another try makes sense. */
  protected abstract least(): number;

  protected override park(): Future<void> {
    return this.inflow.wait(this.method, this.least());
  }

  /** Takes its bytes, or returns `pending` if there are too few. */
  protected abstract attempt(): T | typeof pending;

  protected override poll(): T | typeof pending {
    this.inflow.assertReadable(this.method);
    return this.attempt();
  }

  protected override woken(): T | typeof pending {
    const { inflow } = this;
    inflow.woken();
    const result = this.attempt();
    // Woken by bytes that were too few, and then the stream failed.
    if (result === pending && inflow.error !== undefined) throw inflow.error;
    return result;
  }
}

/** A call of `read(n)`. */
export class ReadSome extends Read<Uint8Array> {
  static {
    keepThen(this.prototype);
    nameCalls(this.prototype, "StreamReader.read");
  }

  private readonly count: number;

  constructor(inflow: Inflow, count: number) {
    super(inflow);
    this.count = count;
  }

  protected override get method(): string {
    return "read";
  }

  protected override least(): number {
    return 1;
  }

  protected override attempt(): Uint8Array | typeof pending {
    const { inflow, count } = this;
    const { length } = inflow.chunks;
    if (length === 0 && !inflow.ended && count > 0) return pending;
    return inflow.take(count < length ? count : length);
  }
}

/** A call of `read()`, up to the end. */
export class ReadAll extends Read<Uint8Array> {
  static {
    keepThen(this.prototype);
    nameCalls(this.prototype, "StreamReader.read");
  }

  protected override get method(): string {
    return "read";
  }

  protected override least(): number {
    return Infinity;
  }

  protected override attempt(): Uint8Array | typeof pending {
    const { inflow } = this;
    return inflow.ended ? inflow.take(inflow.chunks.length) : pending;
  }
}

/** A call of `readexactly(n)`. */
export class ReadExactly extends Read<Uint8Array> {
  static {
    keepThen(this.prototype);
    nameCalls(this.prototype, "StreamReader.readexactly");
  }

  private readonly count: number;

  constructor(inflow: Inflow, count: number) {
    super(inflow);
    this.count = count;
  }

  protected override get method(): string {
    return "readexactly";
  }

  protected override least(): number {
    return this.count;
  }

  protected override attempt(): Uint8Array | typeof pending {
    const { inflow, count } = this;
    const { length } = inflow.chunks;
    if (length >= count) return inflow.take(count);
    if (!inflow.ended) return pending;
    throw new IncompleteReadError(inflow.take(length), count);
  }
}

/** A read up to a separator. */
abstract class Delimited<T> extends Read<T> {
  private readonly separators: Separators;
  /** Made when the first look was in vain. */
  private search: Search | undefined = undefined;

  constructor(inflow: Inflow, separators: Separators) {
    super(inflow);
    this.separators = separators;
  }

  /** Returns the bytes up to the end of the separator. */
  protected abstract found(bytes: Uint8Array): T;
  /** Ends the read at the end of the stream; `rest` are the bytes before that, which were taken. */
  protected abstract cutShort(rest: Uint8Array): T;
  /** Called before the read throws that the bytes before the separator are too many. */
  protected tooLong(_consumed: number): void {}

  protected override least(): number {
    return this.inflow.chunks.length + 1;
  }

  protected override attempt(): T | typeof pending {
    return (this.search === undefined ? this.buffered() : undefined) ?? this.find();
  }

  /** Looks whether all of it is within the first chunk, as most often; undefined if not. */
  protected buffered(): T | undefined {
    const { automaton, firstByte } = this.separators;
    const bytes = automaton === undefined ? takeThrough(this.inflow, firstByte) : undefined;
    return bytes && this.found(bytes);
  }

  private find(): T | typeof pending {
    const { inflow } = this;
    const { chunks, limit } = inflow;
    const search = (this.search ??= new Search(this.separators));
    if (search.find(chunks)) {
      if (search.end - search.width > limit) this.overrun(search.end - search.width);
      return this.found(inflow.take(search.end));
    }
    const searched = chunks.length + 1 - this.separators.longest;
    if (searched > limit) this.overrun(searched);
    return inflow.ended ? this.cutShort(inflow.take(chunks.length)) : pending;
  }

  private overrun(consumed: number): never {
    const { limit } = this.inflow;
    this.tooLong(consumed);
    throw new LimitOverrunError(
      `${this.method}() found no separator within the limit of ${limit} bytes; ` +
        "make the reader with a larger limit, or read long parts with readexactly()",
      consumed,
    );
  }
}

/** A call of `readuntil()`. */
export class ReadUntil extends Delimited<Uint8Array> {
  static {
    keepThen(this.prototype);
    nameCalls(this.prototype, "StreamReader.readuntil");
  }

  protected override get method(): string {
    return "readuntil";
  }

  protected override found(bytes: Uint8Array): Uint8Array {
    return bytes;
  }

  protected override cutShort(rest: Uint8Array): never {
    throw new IncompleteReadError(rest, undefined);
  }
}

/** A read of a line, of which one that is too long is dropped. */
abstract class Line<T> extends Delimited<T> {
  constructor(inflow: Inflow) {
    super(inflow, newline);
  }

  protected override tooLong(consumed: number): void {
    const { inflow } = this;
    if (inflow.chunks.at(consumed) === NEWLINE) inflow.take(consumed + 1);
    else inflow.chunks.clear();
    inflow.resumeBelowLimit();
  }
}

/** A call of `readline()`. */
export class ReadLine extends Line<Uint8Array> {
  static {
    keepThen(this.prototype);
    nameCalls(this.prototype, "StreamReader.readline");
  }

  protected override get method(): string {
    return "readline";
  }

  protected override found(bytes: Uint8Array): Uint8Array {
    return bytes;
  }

  protected override cutShort(rest: Uint8Array): Uint8Array {
    return rest;
  }
}

/** A call of `next()` of an iterator of a reader. */
export class NextLine extends Line<IteratorResult<Uint8Array, undefined>> {
  static {
    nameCalls(this.prototype, "StreamReader.next");
  }

  protected override get method(): string {
    return "next";
  }

  protected override found(bytes: Uint8Array): IteratorResult<Uint8Array, undefined> {
    return { done: false, value: bytes };
  }

  protected override cutShort(rest: Uint8Array): IteratorResult<Uint8Array, undefined> {
    return rest.length === 0 ? { done: true, value: undefined } : { done: false, value: rest };
  }
}

const RETURN = 13;

/** A call of `next()` of an iterator of a reader's `lines()`. */
export class NextText extends Line<IteratorResult<string, undefined>> {
  static {
    nameCalls(this.prototype, "StreamReader.lines.next");
  }

  protected override get method(): string {
    return "lines";
  }

  protected override buffered(): IteratorResult<string, undefined> | undefined {
    const line = takeText(this.inflow);
    return line === undefined ? undefined : { done: false, value: line };
  }

  protected override found(bytes: Uint8Array): IteratorResult<string, undefined> {
    const end = bytes.length - (bytes[bytes.length - 2] === RETURN ? 2 : 1);
    return { done: false, value: decoder.decode(bytes.subarray(0, end)) };
  }

  protected override cutShort(rest: Uint8Array): IteratorResult<string, undefined> {
    return rest.length === 0
      ? { done: true, value: undefined }
      : { done: false, value: decoder.decode(rest) };
  }
}

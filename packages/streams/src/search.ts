/**
 * Search: looks for the end of the first separator in chunks, and goes on where it has stopped when more have
 * arrived. No byte is looked at twice, wherever the chunks begin and end.
 *
 * A single byte, by far the most common separator, is found by `indexOf`. Any others are found by an
 * automaton: its state is the longest beginning of a separator that the bytes so far end with, and its table
 * has the next state for each byte (Aho and Corasick's, as a table). It takes about 1 ns a byte. In its first
 * state it goes ahead by `indexOf`, if all separators begin with one byte.
 *
 * Of several separators the one that ends first is found; of those that end together, the shortest.
 *
 * Rejected: `indexOf` of the whole separator. It can't see one that spans chunks, and for several it looks at
 * each byte once for each.
 */
import { describe } from "@asyncio-ts/future/lowlevel";
import type { Chunks } from "./chunks.js";

type IndexOf = (this: Uint8Array, byte: number, from: number) => number;

/** Node's own is memchr: 64 KiB take 0.4 µs instead of 16. */
const { Buffer } = globalThis as { Buffer?: { readonly prototype: { readonly indexOf: IndexOf } } };
export const indexOf: IndexOf = Buffer?.prototype.indexOf ?? Uint8Array.prototype.indexOf;

/** Separators, prepared for searches. */
export interface Separators {
  /** The byte that all begin with; -1 if they begin with several. */
  readonly firstByte: number;
  readonly longest: number;
  /** The automaton; undefined for a single separator of one byte. */
  readonly automaton: Automaton | undefined;
}

interface Automaton {
  /** The next state, for each state times 256 plus each byte. */
  readonly next: Uint16Array;
  /** The length of the shortest separator that ends in a state; 0 if none does. */
  readonly ends: Uint16Array;
}

/** One search, from the front of the chunks. */
export class Search {
  /** The number of bytes up to the end of the separator that was found. */
  end = 0;
  /** The length of that separator. */
  width = 1;
  private readonly separators: Separators;
  private index = -1;
  private position = 0;
  /** The number of bytes in the chunks before `index`, less those that were taken. */
  private before = 0;
  private state = 0;

  constructor(separators: Separators) {
    this.separators = separators;
  }

  /** Goes on to the end of the chunks. Returns true if a separator was found. */
  find(chunks: Chunks): boolean {
    if (this.index === -1) {
      this.index = chunks.first;
      this.position = chunks.offset;
      this.before = -chunks.offset;
    }
    const { list } = chunks;
    for (let chunk = list[this.index]; chunk !== undefined; chunk = list[this.index]) {
      if (this.findIn(chunk)) return true;
      // It may be the last one: then the search goes on with the next that arrives.
      this.before += chunk.length;
      this.position = 0;
      this.index++;
    }
    return false;
  }

  private findIn(chunk: Uint8Array): boolean {
    const { automaton, firstByte } = this.separators;
    if (automaton !== undefined) return this.step(chunk, automaton, firstByte);
    const found = indexOf.call(chunk, firstByte, this.position);
    if (found === -1) return false;
    this.end = this.before + found + 1;
    return true;
  }

  private step(chunk: Uint8Array, { next, ends }: Automaton, firstByte: number): boolean {
    let { state } = this;
    for (let at = this.position; at < chunk.length; at++) {
      if (state === 0 && firstByte !== -1) {
        at = indexOf.call(chunk, firstByte, at);
        if (at === -1) break;
      }
      state = next[(state << 8) | (chunk[at] as number)] as number;
      if (ends[state] !== 0) {
        this.width = ends[state] as number;
        this.end = this.before + at + 1;
        return true;
      }
    }
    this.state = state;
    return false;
  }
}

/** The byte of a line end. */
export const NEWLINE = 10;

/** The separator of `readline()`, and of `readuntil()` without arguments. */
export const newline: Separators = { firstByte: NEWLINE, longest: 1, automaton: undefined };

type Separator = string | Uint8Array;

let lastGiven: string | undefined;
let lastMade: Separators = newline;

/**
 * Prepares separators.
 *
 * @throws TypeError unless they are strings or bytes; RangeError if there are none, or one is empty.
 */
export function separatorsOf(given: Separator | readonly Separator[]): Separators {
  if (given === "\n") return newline;
  // Nearly every program has one separator, and asks for it again and again.
  if (typeof given === "string" && given === lastGiven) return lastMade;
  const all = (Array.isArray(given) ? (given as readonly Separator[]) : [given as Separator]).map(bytesOf);
  if (all.length === 0) throw new RangeError("readuntil() needs at least one separator, got []");
  if (all.some((one) => one.length === 0)) {
    throw new RangeError("readuntil() needs separators of at least one byte, got an empty one");
  }
  const [first] = all as [Uint8Array];
  const firstByte = all.every((one) => one[0] === first[0]) ? (first[0] as number) : -1;
  const longest = Math.max(...all.map((one) => one.length));
  const automaton = all.length === 1 && longest === 1 ? undefined : automatonOf(all);
  const made = { firstByte, longest, automaton };
  if (typeof given === "string") {
    lastGiven = given;
    lastMade = made;
  }
  return made;
}

function bytesOf(separator: unknown): Uint8Array {
  if (typeof separator === "string") return new TextEncoder().encode(separator);
  if (separator instanceof Uint8Array) return separator;
  throw new TypeError(`readuntil() needs a separator that is a string or bytes, got ${describe(separator)}`);
}

function automatonOf(separators: readonly Uint8Array[]): Automaton {
  const states = separators.reduce((sum, one) => sum + one.length, 1);
  if (states > 0xffff) throw new RangeError("readuntil() takes separators of 65,534 bytes at most, together");
  const next = new Uint16Array(states << 8);
  const ends = new Uint16Array(states);
  // First the tree of all separators: 0 is no state, since no separator leads back to the root.
  let count = 1;
  for (const separator of separators) {
    let state = 0;
    for (const byte of separator) {
      const edge = (state << 8) | byte;
      if (next[edge] === 0) next[edge] = count++;
      state = next[edge] as number;
    }
    ends[state] = separator.length;
  }
  // Then the other edges, by growing depth: a byte that does not go on is one that the fallback goes on with.
  const fallback = new Uint16Array(states);
  const queue: number[] = [0];
  for (const state of queue) {
    const back = fallback[state] as number;
    for (let byte = 0; byte < 256; byte++) {
      const edge = (state << 8) | byte;
      const elsewhere = state === 0 ? 0 : (next[(back << 8) | byte] as number);
      const child = next[edge] as number;
      if (child === 0) {
        next[edge] = elsewhere;
        continue;
      }
      fallback[child] = elsewhere;
      if (ends[elsewhere] !== 0) ends[child] = ends[elsewhere] as number;
      queue.push(child);
    }
  }
  return { next, ends };
}

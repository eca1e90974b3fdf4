import { RandomNumbers } from "@asyncio-ts/testkit";
import { describe, expect, it } from "vitest";
import { Chunks } from "../src/chunks.js";
import { newline, Search, separatorsOf } from "../src/search.js";

const encoder = new TextEncoder();

/** Searches `text`, of which a chunk has `size` bytes, while the chunks arrive one after the other. */
function searched(
  text: string,
  separator: string | readonly string[],
  size: number,
): [end: number, width: number] {
  const chunks = new Chunks();
  const search = new Search(separatorsOf(separator));
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length; at += size) {
    chunks.push(bytes.subarray(at, at + size));
    if (search.find(chunks)) return [search.end, search.width];
  }
  return [-1, 0];
}

/** The naive answer: the shortest beginning of the text that ends with a separator. */
function expected(text: string, separators: readonly string[]): [end: number, width: number] {
  for (let end = 1; end <= text.length; end++) {
    const [shortest] = separators.filter((one) => text.slice(0, end).endsWith(one)).sort(byLength);
    if (shortest !== undefined) return [end, shortest.length];
  }
  return [-1, 0];
}

function byLength(a: string, b: string): number {
  return a.length - b.length;
}

describe("a search", () => {
  it.each([1, 2, 3, 100])("finds a separator of several bytes in chunks of %i", (size) => {
    expect(searched("head\r\nmore\r\n\r\nbody", "\r\n\r\n", size)).toEqual([14, 4]);
    expect(searched("aabaabaaaab", "aaaab", size)).toEqual([11, 5]);
    expect(searched("no end\r", "\r\n", size)).toEqual([-1, 0]);
  });

  it.each([1, 2, 100])(
    "finds the separator that ends first, and of two the shorter one, in chunks of %i",
    (size) => {
      expect(searched("one;two\n", ["\n", ";"], size)).toEqual([4, 1]);
      expect(searched("line\r\n", ["\r\n", "\n"], size)).toEqual([6, 1]);
      expect(searched("abcde", ["bcde", "cd"], size)).toEqual([4, 2]);
    },
  );

  it("goes on after bytes that were taken from the front of a chunk", () => {
    const chunks = new Chunks();
    chunks.push(encoder.encode("x\nabc"));
    chunks.take(2);
    const search = new Search(separatorsOf("cd"));
    expect(search.find(chunks)).toBe(false);
    chunks.push(encoder.encode("de"));
    expect([search.find(chunks), search.end]).toEqual([true, 4]);
  });

  it("looks at no byte twice", () => {
    const looks: number[] = [];
    const watched = (text: string, from: number): Uint8Array =>
      new Proxy(encoder.encode(text), {
        get(bytes, key) {
          if (typeof key === "string" && /^\d+$/.test(key)) looks.push(from + Number(key));
          const value: unknown = Reflect.get(bytes, key, bytes);
          return typeof value === "function" ? value.bind(bytes) : value;
        },
      });
    const chunks = new Chunks();
    const search = new Search(separatorsOf(["aab", "c"]));
    chunks.push(watched("aaaa", 0));
    expect(search.find(chunks)).toBe(false);
    chunks.push(watched("aaab", 4));
    expect(search.find(chunks)).toBe(true);
    expect(looks).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it("takes separators of bytes, and the newline that is known", () => {
    const chunks = new Chunks();
    chunks.push(encoder.encode("ab\r\nc"));
    const search = new Search(separatorsOf(encoder.encode("\r\n")));
    expect([search.find(chunks), search.end, search.width]).toEqual([true, 4, 2]);
    expect(searched("ab\nc", "\n", 2)).toEqual([3, 1]);
    expect(separatorsOf("\n")).toBe(newline);
  });

  it("finds what a naive search finds, for random texts, separators and chunks", () => {
    const random = new RandomNumbers(1);
    const word = (longest: number): string =>
      Array.from({ length: 1 + random.below(longest) }, () => random.oneOf([..."aab\n"])).join("");
    for (let round = 0; round < 3000; round++) {
      const separators = Array.from({ length: 1 + random.below(3) }, () => word(4));
      const text = word(30);
      const found = searched(text, separators, 1 + random.below(8));
      expect([text, separators, ...found]).toEqual([text, separators, ...expected(text, separators)]);
    }
  });

  it.each([
    [[], RangeError, "readuntil() needs at least one separator, got []"],
    ["", RangeError, "readuntil() needs separators of at least one byte, got an empty one"],
    [["\n", ""], RangeError, "readuntil() needs separators of at least one byte, got an empty one"],
    [10, TypeError, "readuntil() needs a separator that is a string or bytes, got 10"],
    ["a".repeat(65_535), RangeError, "readuntil() takes separators of 65,534 bytes at most, together"],
    [
      ["a".repeat(40_000), "b".repeat(25_535)],
      RangeError,
      "readuntil() takes separators of 65,534 bytes at most, together",
    ],
  ])("refuses the separator %.40j", (separator, kind, message) => {
    expect(() => separatorsOf(separator as string)).toThrow(kind);
    expect(() => separatorsOf(separator as string)).toThrow(message);
  });
});

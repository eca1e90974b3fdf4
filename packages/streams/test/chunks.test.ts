import { expect, it } from "vitest";
import { Chunks, plain } from "../src/chunks.js";

function chunksOf(...texts: string[]): Chunks {
  const chunks = new Chunks();
  for (const text of texts) chunks.push(new TextEncoder().encode(text));
  return chunks;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

it("takes bytes that are within a chunk without copying them", () => {
  const chunks = new Chunks();
  const chunk = new TextEncoder().encode("abcdef");
  chunks.push(chunk);
  expect(chunks.take(2).buffer).toBe(chunk.buffer);
  expect(text(chunks.take(4))).toBe("cdef");
  chunks.push(chunk);
  expect(chunks.take(6)).toBe(chunk);
});

it("joins bytes that span chunks", () => {
  const chunks = chunksOf("abc", "d", "efg");
  expect(text(chunks.take(1))).toBe("a");
  expect(text(chunks.take(4))).toBe("bcde");
  expect([chunks.length, text(chunks.take(2)), chunks.length]).toEqual([2, "fg", 0]);
  expect(chunks.take(0)).toEqual(new Uint8Array(0));
});

it("tells the byte at a position", () => {
  const chunks = chunksOf("abc", "de");
  chunks.take(1);
  expect([chunks.at(0), chunks.at(2), chunks.at(3), chunks.at(4)]).toEqual([98, 100, 101, undefined]);
});

it("keeps no chunk that was taken", () => {
  const chunks = new Chunks();
  for (let i = 0; i < 1000; i++) {
    chunks.push(new Uint8Array([i, i]));
    if (i > 0) chunks.take(2);
    expect(chunks.list.length).toBeLessThan(130);
  }
  expect(chunks.take(2)).toEqual(new Uint8Array([999, 999]));
  expect(chunks.list).toEqual([]);
});

it("makes plain bytes of a Buffer", () => {
  const bytes = plain(Buffer.from("abc"));
  expect([bytes.constructor, text(bytes)]).toEqual([Uint8Array, "abc"]);
});

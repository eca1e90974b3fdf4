import { Coroutine } from "@asyncio-ts/coroutine";
import { StreamReader } from "@asyncio-ts/streams";
import { createTask, run, sleep } from "@asyncio-ts/task";
import { RandomNumbers } from "@asyncio-ts/testkit";
import { describe, expect, it } from "vitest";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Splits bytes after each line end. */
function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(10, from);
    const next = end === -1 ? bytes.length : end + 1;
    lines.push(bytes.subarray(from, next));
    from = next;
  }
  return lines;
}

function textOf(line: Uint8Array): string {
  return decoder.decode(line).replace(/\r?\n$/, "");
}

/** Returns bytes with many line ends, some of which are no UTF-8. */
function randomBytes(random: RandomNumbers): Uint8Array {
  const parts = ["\n", "\n", "\r\n", "\r", "a", "plain text", "ü", "€uro", "😀", "\uFEFF", "x".repeat(300)];
  const bytes: number[] = [];
  for (let count = random.below(60); count >= 0; count--) {
    if (random.below(12) === 0) bytes.push(random.below(256));
    else bytes.push(...encoder.encode(parts[random.below(parts.length)]));
  }
  return Uint8Array.from(bytes);
}

/** Feeds bytes in chunks, one of them the same object as another if they are equal. */
function feed(reader: StreamReader, bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) reader.feedData(bytes.subarray(at, at + size));
  reader.feedEof();
}

describe("lines that are there", () => {
  it("are those that were sent, however they are cut and read", () =>
    run(async () => {
      for (let seed = 1; seed <= 300; seed++) {
        const random = new RandomNumbers(seed);
        const bytes = randomBytes(random);
        const reader = new StreamReader({ limit: 10_000 });
        feed(reader, bytes, 1 + random.below(seed % 2 === 0 ? 8 : 20_000));
        const expected = linesOf(bytes);
        const got: string[] = [];
        // Each way of reading goes on where another has stopped, also a loop that is left.
        while (!reader.atEof()) {
          let left = random.below(4);
          const way = random.below(4);
          if (way === 0) for await (const line of reader.lines()) if ((got.push(line), left-- === 0)) break;
          if (way === 1) for await (const line of reader) if ((got.push(textOf(line)), left-- === 0)) break;
          if (way === 2) got.push(textOf(await reader.readline()));
          if (way === 3) got.push((await reader.lines().next()).value as string);
        }
        expect([seed, got]).toEqual([seed, expected.map(textOf)]);
      }
    }));

  it("are decoded for many at once, and again after another read", () =>
    run(async () => {
      const reader = new StreamReader();
      const chunk = encoder.encode("one\nzwölf\nthree\n".repeat(2000));
      // The same object twice: what was decoded of it is for other places.
      reader.feedData(chunk);
      reader.feedData(chunk);
      reader.feedEof();
      let count = 0;
      for await (const line of reader.lines()) {
        expect(line).toBe(["one", "zwölf", "three"][count % 3]);
        if (++count % 49 === 0) {
          await reader.readline();
          count++;
        }
      }
      expect(count).toBe(12_000);
    }));

  it("are awaited as native promises by a loop, and read at the await by all others", () =>
    run(async () => {
      const reader = new StreamReader();
      reader.feedData("a\nb\nc\nd\n");
      await sleep(0);
      const looped = reader[Symbol.asyncIterator]();
      const first = looped.next();
      expect([first instanceof Promise, first instanceof Coroutine]).toEqual([true, false]);
      const lines = reader.lines();
      const second = lines.next();
      const third = reader.readline();
      expect([second instanceof Coroutine, third instanceof Coroutine]).toEqual([true, true]);
      expect(textOf(await third)).toBe("b");
      expect((await second).value).toBe("c");
      await createTask(function* () {
        expect((yield* looped.next() as Coroutine<IteratorResult<Uint8Array>>).value).toEqual(
          encoder.encode("d\n"),
        );
      });
    }));

  it("are refused if they are too long, and the loop can go on after them", () =>
    run(async () => {
      const reader = new StreamReader({ limit: 4 });
      reader.feedData("fine\nnot fine\nfour\n");
      reader.feedEof();
      const got: string[] = [];
      const lines = reader.lines();
      for (let left = 2; left > 0; left--) {
        try {
          for await (const line of lines) got.push(line);
        } catch (error) {
          got.push((error as Error).name);
        }
      }
      expect(got).toEqual(["fine", "LimitOverrunError", "four"]);
    }));

  it("are not taken while another task reads, or after a failure", () =>
    run(async () => {
      const reader = new StreamReader();
      const waiting = createTask(() => reader.readexactly(100));
      await sleep(0);
      reader.feedData("a\n");
      await expect(Promise.resolve(reader[Symbol.asyncIterator]().next())).rejects.toThrow(
        "waits in readexactly() of the same StreamReader",
      );
      waiting.cancel();
      await waiting.catch(() => {});
      reader.setException(new Error("lost"));
      await expect(Promise.resolve(reader.lines()[Symbol.asyncIterator]().next())).rejects.toThrow("lost");
    }));
});

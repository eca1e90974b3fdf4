import { getRunningLoop } from "@asyncio-ts/loop";
import { IncompleteReadError, LimitOverrunError, StreamReader } from "@asyncio-ts/streams";
import { run, wait } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf, oneIteration, type Program } from "@asyncio-ts/testkit";
import { describe, expect, it } from "vitest";

const DATA = "line1\nline2\nline3\n";

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Makes a reader that has some chunks. */
function readerWith(limit: number, ...chunks: string[]): StreamReader {
  const reader = new StreamReader({ limit });
  for (const chunk of chunks) reader.feedData(chunk);
  return reader;
}

/** Makes a reader with the default limit that has some chunks. */
function readerOf(...chunks: string[]): StreamReader {
  return readerWith(65_536, ...chunks);
}

function callSoon(callback: () => void): void {
  getRunningLoop().callSoon(callback);
}

/** Feeds a reader in the next turn, all chunks at once. */
function feedSoon(reader: StreamReader, ...chunks: string[]): void {
  callSoon(() => {
    for (const chunk of chunks) reader.feedData(chunk);
  });
}

/** Waits for a read, and returns what it has read as text. */
function* readText(read: PromiseLike<Uint8Array>): Program<string> {
  return text(yield* awaited(read));
}

/** Ends a reader, and returns what was left in it. */
function* restOf(reader: StreamReader): Program<string> {
  reader.feedEof();
  return yield* readText(reader.read());
}

describe.each(bothKinds)("read(), in %s", ({ runProgram, startTask }) => {
  it("takes no bytes that are not there: feeding none leaves the reader empty", () =>
    runProgram(function* () {
      const reader = readerOf("");
      expect(String(reader)).toBe("<StreamReader 0 bytes>");
      reader.feedData(DATA);
      expect(String(reader)).toBe("<StreamReader 18 bytes>");
      expect(yield* restOf(reader)).toBe(DATA);
    }));

  it("of 0 bytes takes none", () =>
    runProgram(function* () {
      const reader = readerOf(DATA);
      expect(yield* readText(reader.read(0))).toBe("");
      expect(yield* restOf(reader)).toBe(DATA);
    }));

  it("waits for bytes, and returns all that have arrived by its turn, up to so many", () =>
    runProgram(function* () {
      const reader = readerOf();
      const task = startTask(() => readText(reader.read(30)));
      feedSoon(reader, DATA);
      expect(yield* awaited(task)).toBe(DATA);
      feedSoon(reader, "line1", "line2");
      expect(yield* readText(reader.read(5))).toBe("line1");
      expect(yield* restOf(reader)).toBe("line2");
    }));

  it("returns no bytes at the end", () =>
    runProgram(function* () {
      const reader = readerOf();
      const task = startTask(() => readText(reader.read(1024)));
      callSoon(() => reader.feedEof());
      expect(yield* awaited(task)).toBe("");
      expect(reader.atEof()).toBe(true);
    }));

  it("without a number waits for the end", () =>
    runProgram(function* () {
      const reader = readerOf();
      const task = startTask(() => readText(reader.read(-1)));
      feedSoon(reader, "chunk1\n", "chunk2");
      yield* oneIteration();
      yield* oneIteration();
      expect(task.done()).toBe(false);
      reader.feedEof();
      expect(yield* awaited(task)).toBe("chunk1\nchunk2");
    }));

  it("is not bound by the limit", () =>
    runProgram(function* () {
      const reader = readerWith(3, "chunk");
      expect(yield* readText(reader.read(5))).toBe("chunk");
      expect(yield* restOf(reader)).toBe("");
    }));
});

describe.each(bothKinds)("readline(), in %s", ({ runProgram, startTask }) => {
  it("waits until the line end has come, and leaves what is after it", () =>
    runProgram(function* () {
      const reader = readerOf("chunk1 ");
      const task = startTask(() => readText(reader.readline()));
      feedSoon(reader, "chunk2 ", "chunk3 ", "\n chunk4");
      expect(yield* awaited(task)).toBe("chunk1 chunk2 chunk3 \n");
      expect(yield* restOf(reader)).toBe(" chunk4");
    }));

  it("takes one line of several, and read() goes on behind it", () =>
    runProgram(function* () {
      const reader = readerOf(DATA.slice(0, 6), DATA.slice(6));
      expect(yield* readText(reader.readline())).toBe("line1\n");
      expect(yield* readText(reader.read(7))).toBe("line2\nl");
      expect(yield* restOf(reader)).toBe("ine3\n");
    }));

  it("returns the rest at the end, and then nothing", () =>
    runProgram(function* () {
      const reader = readerOf("some data");
      reader.feedEof();
      expect(yield* readText(reader.readline())).toBe("some data");
      expect(yield* readText(reader.readline())).toBe("");
    }));

  it("drops a line that is too long, or all that is there if its end has not come", () =>
    runProgram(function* () {
      const whole = readerWith(3, "li", "ne1\nline2\n");
      expect(yield* errorOf(whole.readline())).toBeInstanceOf(RangeError);
      expect(yield* restOf(whole)).toBe("line2\n");
      const part = readerWith(3, "li", "ne1", "li");
      expect(yield* errorOf(part.readline())).toBeInstanceOf(RangeError);
      expect(yield* restOf(part)).toBe("");
    }));

  it("has the limit for lines that come while it waits, too", () =>
    runProgram(function* () {
      const one = readerWith(7);
      feedSoon(one, "chunk1", "chunk2", "chunk3\n");
      expect(yield* errorOf(one.readline())).toBeInstanceOf(LimitOverrunError);
      expect(yield* restOf(one)).toBe("");
      const two = readerWith(7);
      feedSoon(two, "chunk1", "chunk2\n", "chunk3\n");
      expect(yield* errorOf(two.readline())).toBeInstanceOf(LimitOverrunError);
      expect(yield* restOf(two)).toBe("chunk3\n");
      const exact = readerWith(7, "1234567\n");
      expect(yield* readText(exact.readline())).toBe("1234567\n");
      for (const tooLong of ["12345678\n", "12345678"]) {
        exact.feedData(tooLong);
        expect(yield* errorOf(exact.readline())).toBeInstanceOf(LimitOverrunError);
        expect(String(exact)).toBe("<StreamReader 0 bytes>");
      }
    }));
});

describe.each(bothKinds)("readuntil(), in %s", ({ runProgram, startTask }) => {
  it("refuses an empty separator, and no separator at all", () =>
    runProgram(function* () {
      const reader = readerOf(DATA);
      for (const separator of ["", [""], []]) {
        expect(() => reader.readuntil(separator)).toThrow(RangeError);
      }
      expect(yield* restOf(reader)).toBe(DATA);
    }));

  it.each([
    [["lineAAA"], "lineAAA", ""],
    [["lineAAAxxx"], "lineAAA", "xxx"],
    [["QWEAA", "XYAA", "A"], "QWEAAXYAAA", ""],
    [["QWEAA", "XYA", "AA"], "QWEAAXYAAA", ""],
    [["AAA"], "AAA", ""],
    [["XAAA"], "XAAA", ""],
    [["XXX", "A", "A", "A"], "XXXAAA", ""],
  ])("finds a separator however it is cut: %j", (chunks, found, left) =>
    runProgram(function* () {
      const reader = readerOf(...chunks);
      expect(yield* readText(reader.readuntil("AAA"))).toBe(found);
      expect(yield* restOf(reader)).toBe(left);
    }),
  );

  it("throws IncompleteReadError at the end, and has what there was", () =>
    runProgram(function* () {
      const reader = readerOf("some dataAA");
      reader.feedEof();
      const error = (yield* errorOf(reader.readuntil("AAA"))) as IncompleteReadError;
      expect(error).toBeInstanceOf(IncompleteReadError);
      expect([text(error.partial), error.expected]).toEqual(["some dataAA", undefined]);
      expect(reader.atEof()).toBe(true);
    }));

  it("throws LimitOverrunError, found or not, and leaves all bytes there", () =>
    runProgram(function* () {
      const reader = readerWith(3, "some dataAA");
      expect(yield* errorOf(reader.readuntil("AAA"))).toBeInstanceOf(LimitOverrunError);
      reader.feedData("A");
      const error = (yield* errorOf(reader.readuntil("AAA"))) as LimitOverrunError;
      expect([error.name, error.consumed]).toEqual(["LimitOverrunError", 9]);
      expect(yield* restOf(reader)).toBe("some dataAAA");
    }));

  it("takes several separators, of which the one counts that ends first", () =>
    runProgram(function* () {
      const reader = readerOf("line 1\nline 2\r");
      expect(yield* readText(reader.readuntil(["\r", "\n"]))).toBe("line 1\n");
      expect(yield* readText(reader.readuntil(["\r", "\n"]))).toBe("line 2\r");
      reader.feedData("ABCDEFG");
      expect(yield* readText(reader.readuntil(["DEF", "BCDE"]))).toBe("ABCDE");
      expect(yield* restOf(reader)).toBe("FG");
    }));

  it("has the limit for the bytes before the shortest of several separators", () =>
    runProgram(function* () {
      const reader = readerWith(3, "some dataA");
      expect(yield* errorOf(reader.readuntil(["A", "ome dataA"]))).toBeInstanceOf(LimitOverrunError);
      expect(yield* restOf(reader)).toBe("some dataA");
    }));

  it("finds a short separator while a longer one does not fit yet", () =>
    runProgram(function* () {
      const reader = readerOf("data");
      const task = startTask(() => readText(reader.readuntil(["A", "long sep"])));
      feedSoon(reader, "Z");
      feedSoon(reader, "Aaaa");
      expect(yield* awaited(task)).toBe("dataZA");
      expect(yield* restOf(reader)).toBe("aaa");
    }));

  it("takes bytes of any kind as separator", () =>
    runProgram(function* () {
      const reader = readerOf("some data\r\n");
      expect(yield* readText(reader.readuntil(Buffer.from("\r\n")))).toBe("some data\r\n");
      expect(yield* restOf(reader)).toBe("");
    }));
});

describe.each(bothKinds)("readexactly(), in %s", ({ runProgram, startTask }) => {
  it("of 0 bytes takes none, and refuses less", () =>
    runProgram(function* () {
      const reader = readerOf(DATA);
      expect(yield* readText(reader.readexactly(0))).toBe("");
      expect(() => reader.readexactly(-1)).toThrow(RangeError);
      expect(yield* restOf(reader)).toBe(DATA);
    }));

  it("waits for so many bytes, and takes no more", () =>
    runProgram(function* () {
      const reader = readerOf();
      const task = startTask(() => readText(reader.readexactly(2 * DATA.length)));
      feedSoon(reader, DATA, DATA, DATA);
      expect(yield* awaited(task)).toBe(DATA + DATA);
      expect(yield* restOf(reader)).toBe(DATA);
    }));

  it("is not bound by the limit", () =>
    runProgram(function* () {
      expect(yield* readText(readerWith(3, "chunk").readexactly(5))).toBe("chunk");
    }));

  it("throws IncompleteReadError at the end, which has what there was and says how much", () =>
    runProgram(function* () {
      const reader = readerOf();
      const task = startTask(() => awaited(reader.readexactly(36)));
      callSoon(() => {
        reader.feedData(DATA);
        reader.feedEof();
      });
      const error = (yield* errorOf(task)) as IncompleteReadError;
      expect([text(error.partial), error.expected]).toEqual([DATA, 36]);
      expect(error.message).toBe("the stream ended after 18 bytes of the 36 asked for");
      expect(reader.atEof()).toBe(true);
    }));
});

describe.each(bothKinds)("a reader, in %s", ({ body, runProgram, startTask }) => {
  it("is at its end once the end has come and all was read", () =>
    runProgram(function* () {
      const reader = readerOf();
      const seen = [reader.atEof()];
      reader.feedData("some data\n");
      seen.push(reader.atEof());
      yield* awaited(reader.readline());
      seen.push(reader.atEof());
      reader.feedData("some data\n");
      reader.feedEof();
      seen.push(reader.atEof());
      yield* awaited(reader.readline());
      seen.push(reader.atEof());
      expect(seen).toEqual([false, false, false, false, true]);
    }));

  it("has all its reads throw the error that it was given", () =>
    runProgram(function* () {
      const reader = readerOf("line\nline\n");
      expect(reader.exception()).toBeUndefined();
      expect(yield* readText(reader.readexactly(2))).toBe("li");
      expect(yield* readText(reader.readline())).toBe("ne\n");
      const broken = new Error("broken");
      reader.setException(broken);
      expect(reader.exception()).toBe(broken);
      for (const read of [reader.read(2), reader.readline(), reader.readexactly(2), reader.readuntil()]) {
        expect(yield* errorOf(read)).toBe(broken);
      }
    }));

  it("has a read that waits throw the error", () =>
    runProgram(function* () {
      const reader = readerOf();
      const broken = new Error("broken");
      const reading = startTask(() => readText(reader.readline()));
      const breaking = startTask(function* () {
        yield* oneIteration();
        reader.setException(broken);
      });
      yield* awaited(wait([reading, breaking]));
      expect(reading.exception()).toBe(broken);
    }));

  it("may be given an error after its read was cancelled", () =>
    runProgram(function* () {
      const reader = readerOf();
      const reading = startTask(() => readText(reader.readline()));
      yield* oneIteration();
      reading.cancel();
      yield* errorOf(reading);
      reader.setException(new Error("broken"));
      yield* oneIteration();
      expect([reading.cancelled(), String(reader)]).toEqual([true, "<StreamReader 0 bytes, failed>"]);
    }));

  it("belongs to no loop: made and fed outside, it can be read in one run after the other", async () => {
    const reader = readerOf("first\nsecond\n");
    const lines: string[] = [];
    const readLine = body(function* () {
      lines.push(yield* readText(reader.readline()));
    });
    await run(readLine);
    await run(readLine);
    expect(lines).toEqual(["first\n", "second\n"]);
  });
});

describe("a reader", () => {
  it.each([0, -1])("refuses the limit %i", (limit) => {
    expect(() => new StreamReader({ limit })).toThrow(RangeError);
    expect(() => new StreamReader({ limit })).toThrow("limit");
  });

  it("says what it has in its text", () =>
    run(async () => {
      const reader = readerWith(123);
      const texts = [String(reader)];
      reader.feedData("data");
      texts.push(String(reader));
      reader.feedEof();
      texts.push(String(reader));
      reader.setException(new Error("broken"));
      texts.push(String(reader));
      expect(texts).toEqual([
        "<StreamReader 0 bytes>",
        "<StreamReader 4 bytes>",
        "<StreamReader 4 bytes, ended>",
        "<StreamReader 4 bytes, ended, failed>",
      ]);
    }));
});

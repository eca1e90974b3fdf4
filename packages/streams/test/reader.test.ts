import { createTask, formatCallGraph, gather, sleep, timeout } from "@asyncio-ts/task";
import {
  allKinds,
  awaited,
  bothKinds,
  errorOf,
  cancelBeforeEachTurn,
  oneIteration,
  outcomeOf,
  type Program,
  RandomNumbers,
} from "@asyncio-ts/testkit";
import { IncompleteReadError, LimitOverrunError, StreamReader } from "@asyncio-ts/streams";
import { describe, expect, it } from "vitest";
import { inflowOf } from "../src/reader.js";

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Makes a reader that has some chunks, and has ended. */
function readerOf(...chunks: string[]): StreamReader {
  const reader = new StreamReader();
  for (const chunk of chunks) reader.feedData(chunk);
  reader.feedEof();
  return reader;
}

/** Feeds a reader chunk by chunk, each in a turn of its own, and ends it. */
function* feeding(reader: StreamReader, chunks: readonly string[]): Program<void> {
  for (const chunk of chunks) {
    yield* oneIteration();
    reader.feedData(chunk);
  }
  yield* oneIteration();
  reader.feedEof();
}

describe.each(allKinds)("a reader, in %s", ({ runProgram }) => {
  it("reads what is there without suspending", () =>
    runProgram(function* () {
      const reader = readerOf("ab", "cd\nef\n\r\nrest");
      const order: string[] = [];
      createTask(() => void order.push("another task"));
      order.push(text(yield* awaited(reader.read(3))));
      order.push(text(yield* awaited(reader.readline())));
      order.push(text(yield* awaited(reader.readuntil("\r\n"))));
      order.push(text(yield* awaited(reader.readexactly(2))));
      order.push(text(yield* awaited(reader.read())));
      order.push(text(yield* awaited(reader.read())));
      expect(order).toEqual(["abc", "d\n", "ef\n\r\n", "re", "st", ""]);
      expect(reader.atEof()).toBe(true);
    }));

  it("waits for what is not there", () =>
    runProgram(function* () {
      const reader = new StreamReader();
      const log: string[] = [];
      createTask(async () => {
        for (const chunk of ["a", "bc", "d\ne", "\r", "\n", "f", "gh"]) {
          await sleep(1);
          log.push(JSON.stringify(chunk));
          reader.feedData(chunk);
        }
        await sleep(1);
        reader.feedEof();
      });
      log.push(text(yield* awaited(reader.read(10))));
      log.push(text(yield* awaited(reader.readexactly(2))));
      log.push(text(yield* awaited(reader.readline())));
      log.push(text(yield* awaited(reader.readuntil("\r\n"))));
      log.push(text(yield* awaited(reader.read())));
      expect(log).toEqual([
        '"a"',
        "a",
        '"bc"',
        "bc",
        '"d\\ne"',
        "d\n",
        '"\\r"',
        '"\\n"',
        "e\r\n",
        '"f"',
        '"gh"',
        "fgh",
      ]);
    }));
});

describe.each(bothKinds)("a reader, in %s", ({ runProgram, startTask }) => {
  it("throws IncompleteReadError with what there was", () =>
    runProgram(function* () {
      for (const [read, expected] of [
        [(one: StreamReader) => one.readexactly(9), 9],
        [(one: StreamReader) => one.readuntil(";"), undefined],
      ] as const) {
        const reader = new StreamReader();
        startTask(() => feeding(reader, ["ab", "c"]));
        const error = (yield* errorOf(read(reader))) as IncompleteReadError;
        expect(error).toBeInstanceOf(IncompleteReadError);
        expect([text(error.partial), error.expected]).toEqual(["abc", expected]);
        expect(reader.atEof()).toBe(true);
      }
    }));

  it("returns the rest of a line at the end, and then nothing", () =>
    runProgram(function* () {
      const reader = new StreamReader();
      startTask(() => feeding(reader, ["one\ntw", "o"]));
      const lines = [];
      for (let count = 0; count < 3; count++) lines.push(text(yield* awaited(reader.readline())));
      expect(lines).toEqual(["one\n", "two", ""]);
    }));

  it.each([
    ["found in time", "abcd\n", undefined, "abcd\n"],
    ["found too late", "abcde\nf", 5, "abcde\nf"],
    ["not found", "abcdef", 6, "abcdef"],
  ])("has a limit for readuntil, which leaves all bytes there: %s", (_name, sent, consumed, left) =>
    runProgram(function* () {
      const reader = new StreamReader({ limit: 4 });
      reader.feedData(sent);
      if (consumed === undefined) {
        expect(text(yield* awaited(reader.readuntil()))).toBe(left);
        return;
      }
      const error = (yield* errorOf(reader.readuntil())) as LimitOverrunError;
      expect([error.name, error.consumed]).toEqual(["LimitOverrunError", consumed]);
      reader.feedEof();
      expect(text(yield* awaited(reader.read()))).toBe(left);
    }),
  );

  it("has a limit for readline, which drops the line, or what has arrived of it", () =>
    runProgram(function* () {
      const reader = new StreamReader({ limit: 4 });
      reader.feedData("too long\nnext\n");
      expect(yield* errorOf(reader.readline())).toBeInstanceOf(RangeError);
      expect(text(yield* awaited(reader.readline()))).toBe("next\n");
      reader.feedData("without");
      expect(yield* errorOf(reader.readline())).toBeInstanceOf(LimitOverrunError);
      reader.feedData("end\n");
      expect(text(yield* awaited(reader.readline()))).toBe("end\n");
    }));

  it("subtracts what may belong to a separator from what was searched", () =>
    runProgram(function* () {
      const reader = new StreamReader({ limit: 3 });
      reader.feedData("abcXY");
      const task = startTask(() => awaited(reader.readuntil("XYZ")));
      yield* oneIteration();
      reader.feedData("Z");
      expect(text(yield* awaited(task))).toBe("abcXYZ");
      reader.feedData("abcdef");
      const error = (yield* errorOf(reader.readuntil("XYZ"))) as LimitOverrunError;
      expect(error.consumed).toBe(4);
    }));

  it("throws what was set as exception, also in a read that waits", () =>
    runProgram(function* () {
      const reader = new StreamReader();
      const task = startTask(() => awaited(reader.readline()));
      yield* oneIteration();
      const lost = new Error("lost");
      reader.setException(lost);
      expect(yield* errorOf(task)).toBe(lost);
      reader.feedData("there\n");
      for (const read of [reader.read(), reader.read(1), reader.readline(), reader.readexactly(1)]) {
        expect(yield* errorOf(read)).toBe(lost);
      }
      expect(reader.exception()).toBe(lost);
    }));

  it("returns from a read what had arrived before the stream failed", () =>
    runProgram(function* () {
      for (const call of ["read", "readexactly", "readuntil"] as const) {
        const reader = new StreamReader();
        const task = startTask(() => awaited(call === "readuntil" ? reader.readuntil("b") : reader[call](2)));
        yield* oneIteration();
        reader.feedData("ab");
        reader.setException(new Error("lost"));
        expect(text(yield* awaited(task))).toBe("ab");
        expect(String(yield* errorOf(reader.read()))).toBe("Error: lost");
      }
    }));

  it("fails a read that has too few bytes when the stream fails", () =>
    runProgram(function* () {
      for (const call of ["readline", "readexactly"] as const) {
        const reader = new StreamReader();
        const task = startTask(() => awaited(reader[call](5)));
        yield* oneIteration();
        reader.feedData("ab");
        reader.setException(new Error("lost"));
        expect(String(yield* errorOf(task))).toBe("Error: lost");
      }
    }));

  it("consumes nothing if a read is cancelled, or its timeout expires", () =>
    runProgram(function* () {
      for (const read of ["read", "readline", "readuntil", "readexactly"] as const) {
        const reader = new StreamReader();
        const call = () => (read === "readexactly" ? reader.readexactly(6) : reader[read]());
        reader.feedData("abc");
        const task = startTask(() => awaited(call()));
        yield* oneIteration();
        reader.feedData("de");
        yield* oneIteration();
        task.cancel();
        yield* errorOf(task);
        yield* errorOf(timeout(5).with(() => call()));
        reader.feedData("\n");
        reader.feedEof();
        expect(text(yield* awaited(call()))).toBe("abcde\n");
      }
    }));

  it("returns what has arrived to a task that was cancelled meanwhile", () =>
    runProgram(function* () {
      const reader = new StreamReader();
      const task = startTask(() => awaited(reader.readline()));
      yield* oneIteration();
      reader.feedData("line\n");
      task.cancel();
      expect(text(yield* awaited(task))).toBe("line\n");
    }));

  it("refuses a second read at once, and names both tasks", () =>
    runProgram(function* () {
      const reader = new StreamReader();
      const first = createTask(() => reader.readline(), { name: "first" });
      const second = createTask(() => sleep(1).then(() => reader.read(1)), { name: "second" });
      const error = (yield* errorOf(second)) as Error;
      expect(error.message).toMatch(
        /^read\(\) was called in <Task 'second'.*> while <Task 'first'.*> waits in readline\(\) of the same StreamReader; /,
      );
      reader.feedData("line\n");
      expect(yield* errorOf(reader.read(1))).toBeInstanceOf(Error);
      expect(text(yield* awaited(first))).toBe("line\n");
    }));

  it("iterates lines, as bytes and as text", () =>
    runProgram(function* () {
      const lines = (reader: AsyncIterable<Uint8Array | string>) => async (): Promise<string[]> => {
        const all: string[] = [];
        for await (const line of reader) all.push(typeof line === "string" ? line : text(line));
        return all;
      };
      const chunks = ["on", "e\r", "\ntwo\n\nlast"];
      const [bytes, decoded] = [new StreamReader(), new StreamReader()];
      startTask(() => feeding(bytes, chunks));
      startTask(() => feeding(decoded, chunks));
      const both = yield* awaited(gather([lines(bytes), lines(decoded.lines())]));
      expect(both).toEqual([
        ["one\r\n", "two\n", "\n", "last"],
        ["one", "two", "", "last"],
      ]);
    }));

  it("decodes characters that span chunks", () =>
    runProgram(function* () {
      const reader = new StreamReader();
      for (const byte of new TextEncoder().encode("grün\n\ufeffblau\n")) {
        reader.feedData(new Uint8Array([byte]));
      }
      reader.feedEof();
      const lines = reader.lines();
      expect((yield* awaited(lines.next())).value).toBe("grün");
      expect((yield* awaited(lines.next())).value).toBe("\ufeffblau");
      expect((yield* awaited(lines.next())).done).toBe(true);
    }));
});

describe("a reader", () => {
  it("pauses its source above twice the limit, and resumes it at the limit", () => {
    const log: string[] = [];
    const reader = new StreamReader({ limit: 4 });
    const source = { pause: () => log.push("pause"), resume: () => log.push("resume") };
    inflowOf(reader).source = { pause: () => void source.pause(), resume: () => void source.resume() };
    return bothKinds[1].runProgram(function* () {
      reader.feedData("12345678");
      expect(log).toEqual([]);
      reader.feedData("9");
      reader.feedData("10");
      expect(log).toEqual(["pause"]);
      yield* awaited(reader.readexactly(6));
      expect(log).toEqual(["pause"]);
      yield* awaited(reader.read(1));
      expect(log).toEqual(["pause", "resume"]);
    });
  });

  it("does not pause its source while a read waits for more than twice the limit", () => {
    const log: string[] = [];
    const reader = new StreamReader({ limit: 1 });
    inflowOf(reader).source = { pause: () => void log.push("pause"), resume: () => {} };
    return bothKinds[1].runProgram(function* () {
      const task = createTask(() => reader.readexactly(5));
      yield* oneIteration();
      reader.feedData("1234");
      expect(log).toEqual([]);
      reader.feedData("567890");
      expect([text(yield* awaited(task)), ...log]).toEqual(["12345", "pause"]);
    });
  });

  it("says what it has, and what waits", async () => {
    const reader = new StreamReader();
    expect(String(reader)).toBe("<StreamReader 0 bytes>");
    const task = createTask(() => reader.readexactly(3), { name: "reads" });
    await sleep(0);
    reader.feedData("a");
    expect(String(reader)).toBe("<StreamReader 1 bytes, readexactly waiting>");
    expect(formatCallGraph(task)).toContain("waits for <StreamReader.readexactly() pending>");
    reader.feedEof();
    await expect(task).rejects.toThrow("the stream ended after 1 bytes of the 3 asked for");
    reader.setException(new Error("lost"));
    expect(String(reader)).toBe("<StreamReader 0 bytes, ended, failed>");
  });

  it("lets a deadlock be found if nothing can feed it", async () => {
    const reader = new StreamReader();
    const { error } = await outcomeOf(() => reader.readline());
    expect(String(error)).toContain("StreamReader.readline()");
    expect((error as Error).name).toBe("DeadlockError");
  });

  it.each([
    [
      () => new StreamReader({ limit: 0 }),
      RangeError,
      "new StreamReader() needs a limit above 0 bytes, got 0",
    ],
    [() => new StreamReader({ limit: "1" as never }), TypeError, 'needs a limit in bytes, got "1"'],
    [() => new StreamReader(4 as never), TypeError, "new StreamReader() takes its options as an object"],
    [() => new StreamReader().read(1.5), TypeError, "read() needs a whole number of bytes, got 1.5"],
    [() => new StreamReader().readexactly(-1), RangeError, "readexactly() needs a number of bytes from 0 on"],
    [
      () => new StreamReader().feedData(1 as never),
      TypeError,
      "feedData() needs a Uint8Array or a string, got 1",
    ],
    [
      () => readerOf().feedData("a"),
      Error,
      "feedData() was called on <StreamReader 0 bytes, ended> after feedEof()",
    ],
  ])("refuses a wrong call: %s", (call, kind, message) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
  });

  it("loses and doubles no byte, whenever a read is cancelled", async () => {
    const sent = "one\ntwo\nthree\nfour\n";
    let reader = new StreamReader();
    let taken = "";
    const { endings } = await cancelBeforeEachTurn(
      function* () {
        reader = new StreamReader();
        taken = "";
        createTask(async () => {
          for (const character of sent) {
            reader.feedData(character);
            if (character === "t" || character === "\n") await sleep(0);
          }
        });
        for (let count = 0; count < 2; count++) {
          taken += text(yield* reader.readline());
          taken += text(yield* reader.readexactly(2));
          taken += text(yield* reader.read(1));
        }
        return "done";
      },
      () => {
        const { chunks } = inflowOf(reader);
        const left = text(chunks.take(chunks.length));
        expect([taken, left, sent.startsWith(taken + left)]).toEqual([taken, left, true]);
      },
    );
    expect([...new Set(endings)]).toEqual(["cancelled", "done"]);
    expect(endings.length).toBeGreaterThan(4);
  });
});

describe("random reads of random chunks", () => {
  /** Reads from text that is all there, in the simplest way. */
  function naive(all: string, at: number, read: RandomRead, limit: number): [result: string, taken: number] {
    const rest = all.slice(at);
    switch (read.kind) {
      case "readexactly":
        if (rest.length < read.count) return [`incomplete ${rest}`, rest.length];
        return [rest.slice(0, read.count), read.count];
      case "readuntil":
      case "readline": {
        const end = rest.indexOf(read.separator);
        const stop = end + read.separator.length;
        if (end === -1) return [read.kind === "readline" ? rest : `incomplete ${rest}`, rest.length];
        return end > limit ? ["too long", read.kind === "readline" ? stop : 0] : [rest.slice(0, stop), stop];
      }
    }
  }

  interface RandomRead {
    readonly kind: "readexactly" | "readuntil" | "readline";
    readonly count: number;
    readonly separator: string;
  }

  it.each(bothKinds)("are as in a naive model, in %s", (kind) =>
    kind.runProgram(function* () {
      for (let seed = 0; seed < 300; seed++) {
        const random = new RandomNumbers(seed);
        const all = Array.from({ length: random.below(120) }, () => random.oneOf([..."aab\r\n"])).join("");
        const limit = 1000;
        const reader = new StreamReader({ limit });
        const chunks: string[] = [];
        for (let at = 0; at < all.length;) {
          const size = 1 + random.below(9);
          chunks.push(all.slice(at, at + size));
          at += size;
        }
        const feeder = kind.startTask(() => feeding(reader, chunks));
        for (let at = 0, count = 0; count < 20; count++) {
          const read: RandomRead = {
            kind: random.oneOf(["readexactly", "readuntil", "readline"]),
            count: random.below(12),
            separator: "\n",
          };
          const separator = read.kind === "readline" ? "\n" : random.oneOf(["\n", "\r\n", "ab", "aab"]);
          const [expected, taken] = naive(all, at, { ...read, separator }, limit);
          let got: string;
          try {
            const bytes =
              read.kind === "readexactly"
                ? yield* awaited(reader.readexactly(read.count))
                : read.kind === "readline"
                  ? yield* awaited(reader.readline())
                  : yield* awaited(reader.readuntil(separator));
            got = text(bytes);
          } catch (error) {
            got = `incomplete ${text((error as IncompleteReadError).partial)}`;
          }
          at += taken;
          expect([seed, count, read.kind, got]).toEqual([seed, count, read.kind, expected]);
        }
        yield* awaited(feeder);
      }
    }),
  );
});

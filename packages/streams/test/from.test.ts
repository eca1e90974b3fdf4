import { Readable } from "node:stream";
import { Future, isCancelled } from "@asyncio-ts/future";
import { type ReadableSource, StreamReader } from "@asyncio-ts/streams";
import { createTask, run, sleep, timeout } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf } from "@asyncio-ts/testkit";
import { describe, expect, it } from "vitest";

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

const bytes = (part: string): Uint8Array => new TextEncoder().encode(part);

async function* generated(parts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield bytes(part);
}

const sources: readonly (readonly [string, (parts: readonly string[]) => ReadableSource])[] = [
  ["a stream of Node", (parts) => Readable.from(parts.map(bytes))],
  ["a stream of Node with an encoding", (parts) => Readable.from(parts.map(bytes)).setEncoding("utf8")],
  [
    "a web stream",
    (parts) =>
      new ReadableStream({
        start(controller) {
          for (const part of parts) controller.enqueue(bytes(part));
          controller.close();
        },
      }),
  ],
  ["an async iterable", generated],
  ["an iterable of strings", (parts) => parts],
];

describe.each(bothKinds)("a reader, in %s", ({ body }) => {
  it.each(sources)("reads from %s", (_name, make) =>
    run(
      body(function* () {
        const reader = StreamReader.from(make(["one\ntw", "o\n", "three", "!"]));
        expect(text(yield* awaited(reader.readline()))).toBe("one\n");
        expect(text(yield* awaited(reader.readexactly(5)))).toBe("two\nt");
        expect(text(yield* awaited(reader.read()))).toBe("hree!");
        expect([text(yield* awaited(reader.read(1))), reader.atEof()]).toEqual(["", true]);
      }),
    ),
  );

  it("asks an iterable for a chunk only when a read waits, and keeps what a cancelled read has asked for", () =>
    run(
      body(function* () {
        const log: string[] = [];
        let give: (chunk: string) => void = () => {};
        const source = {
          [Symbol.asyncIterator]: () => ({
            next() {
              log.push("next");
              return new Promise<IteratorResult<string>>((resolve) => {
                give = (value) => resolve({ done: false, value });
              });
            },
          }),
        };
        const reader = StreamReader.from(source);
        yield* awaited(sleep(0));
        expect(log).toEqual([]);
        yield* errorOf(timeout(1).with(() => reader.readline()));
        expect(log).toEqual(["next"]);
        const task = createTask(() => reader.readline());
        yield* awaited(sleep(0));
        give("on");
        while (log.length === 1) yield* awaited(sleep(0));
        give("e\ntwo\n");
        expect(text(yield* awaited(task))).toBe("one\n");
        expect(text(yield* awaited(reader.readline()))).toBe("two\n");
        expect(log).toEqual(["next", "next"]);
      }),
    ));

  it("does not cancel what a generator of the library's own waits for", () =>
    run(
      body(function* () {
        const arrived = new Future<void>();
        const reader = StreamReader.from(
          (async function* () {
            await arrived;
            yield "there\n";
          })(),
        );
        const task = createTask(() => reader.readline());
        yield* awaited(sleep(0));
        task.cancel();
        expect(isCancelled(yield* errorOf(task))).toBe(true);
        arrived.setResult();
        expect(text(yield* awaited(reader.readline()))).toBe("there\n");
      }),
    ));

  it("passes the error of a source on, once what came before was read", () =>
    run(
      body(function* () {
        const broken = new Error("broken");
        const reader = StreamReader.from(
          (async function* () {
            yield "line\n";
            throw broken;
          })(),
        );
        expect(text(yield* awaited(reader.readline()))).toBe("line\n");
        expect(yield* errorOf(reader.readline())).toBe(broken);
      }),
    ));
});

describe("a source", () => {
  it("is closed with its reader", () =>
    run(async () => {
      const closed: string[] = [];
      const stream = Readable.from([bytes("a")]);
      stream.on("close", () => closed.push("stream"));
      const web = new ReadableStream({ cancel: () => void closed.push("web stream") });
      const iterable = (async function* () {
        try {
          yield "a\n";
          yield "b\n";
        } finally {
          closed.push("generator");
        }
      })();
      for (const source of [stream, web, iterable]) {
        await using reader = StreamReader.from(source);
        if (source === iterable) await reader.readline();
      }
      expect(closed).toEqual(["stream", "web stream", "generator"]);
    }));

  it("is closed at the end of the run", async () => {
    const stream = new Readable({ read() {} });
    await run(async () => {
      StreamReader.from(stream);
    });
    expect(stream.destroyed).toBe(true);
  });

  it("must bring bytes or strings", () =>
    run(async () => {
      for (const source of [Readable.from([1]), [1], generatedNumbers()]) {
        const reader = StreamReader.from(source as never);
        const error: unknown = await Promise.resolve(reader.read()).catch((caught: unknown) => caught);
        expect(String(error)).toBe(
          "TypeError: a StreamReader needs a source of bytes (Uint8Array) or strings, got 1",
        );
      }
    }));

  it.each([
    ["text", 'got "text"; write [data]'],
    [new Uint8Array(1), "got an object of class Uint8Array; write [data]"],
    [null, "got null"],
    [{}, "got an object of class Object"],
  ])("may not be %o", (source, message) => {
    expect(() => StreamReader.from(source as never)).toThrow(
      `StreamReader.from() needs a stream or an iterable of bytes or strings, ${message}`,
    );
  });
});

async function* generatedNumbers(): AsyncGenerator<number> {
  yield 1;
}

import { Readable } from "node:stream";
import { StreamReader } from "@asyncio-ts/streams";
import { run, sleep } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf } from "@asyncio-ts/testkit";
import { describe, expect, it } from "vitest";

/** Returns a stream that has closed, after an error if one is given. */
function* closed(error?: Error) {
  const stream = new Readable({ read() {} });
  stream.on("error", () => {});
  const closing = new Promise<void>((resolve) => {
    stream.on("close", () => resolve());
  });
  stream.destroy(error);
  yield* awaited(closing);
  return stream;
}

describe.each(bothKinds)("a reader of a stream of Node, in %s,", ({ body }) => {
  it("takes little more than it needs, also if others resume the stream", () =>
    run(
      body(function* () {
        let left = 1000;
        const read = (): void => void stream.push(left-- > 0 ? "0123456789" : null);
        const stream = new Readable({ highWaterMark: 1, read });
        const reader = StreamReader.from(stream, { limit: 100 });
        for (let round = 0; round < 3; round++) {
          stream.resume();
          while (!stream.isPaused() && !stream.readableEnded) yield* awaited(sleep(0));
        }
        expect(String(reader)).toMatch(/^<StreamReader 2[1-9]0 bytes, paused>$/);
        yield* awaited(reader[Symbol.asyncDispose]());
      }),
    ));

  it("has ended if the stream closed before", () =>
    run(
      body(function* () {
        const reader = StreamReader.from(yield* closed());
        expect((yield* awaited(reader.read())).length).toBe(0);
        expect(reader.atEof()).toBe(true);
      }),
    ));

  it("throws the error that the stream had before", () =>
    run(
      body(function* () {
        const broken = new Error("broken");
        const reader = StreamReader.from(yield* closed(broken));
        expect(yield* errorOf(reader.read())).toBe(broken);
      }),
    ));

  it("can be closed after the stream", () =>
    run(
      body(function* () {
        const stream = new Readable({ read() {} });
        const reader = StreamReader.from(stream);
        const closing = new Promise<void>((resolve) => {
          stream.on("close", () => resolve());
        });
        stream.destroy();
        yield* awaited(closing);
        yield* awaited(reader[Symbol.asyncDispose]());
        expect(String(reader)).toBe("<StreamReader 0 bytes, ended>");
      }),
    ));
});

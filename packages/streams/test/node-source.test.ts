import { Readable } from "node:stream";
import { StreamReader } from "@asyncio-ts/streams";
import { run } from "@asyncio-ts/task";
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

import { Writable } from "node:stream";
import { StreamWriter } from "@asyncio-ts/streams";
import { Outflow } from "@asyncio-ts/streams/internal";
import { run, sleep } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf, type Program } from "@asyncio-ts/testkit";
import { describe, expect, it } from "vitest";

/** A stream that sends nothing, with a small buffer. */
function stuck(): Writable {
  return new Writable({ highWaterMark: 4, write() {} });
}

/** A stream that sends what it is given when it is told to, with a small buffer. */
class Told extends Writable {
  private sent = (): void => {};

  constructor() {
    // As a socket that is open in the other direction, it does not close once all was sent.
    super({ highWaterMark: 4, autoDestroy: false });
  }

  override _write(_chunk: unknown, _encoding: string, callback: () => void): void {
    this.sent = callback;
  }

  send(): void {
    this.sent();
  }
}

/** Destroys a stream, and waits until it has closed. */
function* closed(stream: Writable, error?: Error): Program<Writable> {
  const closing = new Promise<void>((resolve) => {
    stream.on("error", () => {});
    stream.on("close", () => resolve());
  });
  stream.destroy(error);
  yield* awaited(closing);
  return stream;
}

describe.each(bothKinds)("a writer whose stream closes, in %s,", ({ body, startTask }) => {
  it("ends a drain that waits, and refuses the next one", () =>
    run(
      body(function* () {
        const stream = stuck();
        const writer = new StreamWriter(new Outflow(stream, undefined));
        const log: string[] = [];
        writer.write("too much");
        const task = startTask(function* () {
          yield* awaited(writer.drain());
          log.push("drained");
        });
        yield* awaited(sleep(0));
        yield* closed(stream);
        yield* awaited(task);
        log.push(String(yield* errorOf(writer.drain())));
        expect(log).toEqual([
          "drained",
          "ConnectionError: the connection is lost: drain() was called after its end",
        ]);
      }),
    ));

  it("before it is made is closed, with the error that the stream had", () =>
    run(
      body(function* () {
        const broken = new Error("broken");
        const writer = new StreamWriter(new Outflow(yield* closed(stuck(), broken), undefined));
        expect([writer.isClosing(), String(writer)]).toEqual([true, "<StreamWriter closed>"]);
        expect(yield* errorOf(writer.drain())).toBe(broken);
        expect(yield* errorOf(writer.waitClosed())).toBe(broken);
      }),
    ));

  it("keeps the first of two errors", () =>
    run(
      body(function* () {
        const [first, second] = [new Error("first"), new Error("second")];
        const stream = stuck();
        const writer = new StreamWriter(new Outflow(stream, undefined));
        stream.emit("error", first);
        stream.emit("error", second);
        yield* closed(stream);
        expect(yield* errorOf(writer.waitClosed())).toBe(first);
      }),
    ));

  it("can be disposed of", () =>
    run(
      body(function* () {
        const stream = stuck();
        const writer = new StreamWriter(new Outflow(stream, undefined));
        yield* closed(stream);
        yield* awaited(writer[Symbol.asyncDispose]());
        expect(String(writer)).toBe("<StreamWriter closed>");
      }),
    ));
});

describe.each(bothKinds)("drain(), in %s,", ({ body, startTask }) => {
  it("waits after writeEof() too, until all was sent, and is woken by that if it has waited before", () =>
    run(
      body(function* () {
        const stream = new Told();
        const writer = new StreamWriter(new Outflow(stream, undefined));
        const log: string[] = [];
        const drains = (when: string) =>
          startTask(function* () {
            yield* awaited(writer.drain());
            log.push(`drained, ${when}`);
          });
        writer.write("too much");
        const before = drains("before");
        yield* awaited(sleep(0));
        writer.writeEof();
        const after = drains("after");
        yield* awaited(sleep(0));
        log.push("is sent");
        stream.send();
        yield* awaited(before);
        yield* awaited(after);
        expect(log).toEqual(["is sent", "drained, before", "drained, after"]);
      }),
    ));

  it("does not wait after writeEof() for less than the high-water mark", () =>
    run(
      body(function* () {
        const writer = new StreamWriter(new Outflow(stuck(), undefined));
        writer.write("abc");
        writer.writeEof();
        yield* awaited(writer.drain());
        expect(String(writer)).toBe("<StreamWriter ended>");
      }),
    ));

  it("is no error once both sides have ended", () =>
    run(
      body(function* () {
        const stream = stuck();
        const writer = new StreamWriter(new Outflow(stream, undefined));
        writer.writeEof();
        yield* closed(stream);
        yield* awaited(writer.drain());
        expect(String(writer)).toBe("<StreamWriter closed>");
      }),
    ));

  it("is one after writeEof() if the program has closed it as well", () =>
    run(
      body(function* () {
        const stream = stuck();
        const writer = new StreamWriter(new Outflow(stream, undefined));
        writer.writeEof();
        writer.close();
        yield* closed(stream);
        expect(String(yield* errorOf(writer.drain()))).toContain("drain() was called after its end");
      }),
    ));
});

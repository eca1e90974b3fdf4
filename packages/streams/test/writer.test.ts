import { PassThrough, Writable } from "node:stream";
import type { ExceptionContext } from "@asyncio-ts/future";
import { ConnectionError, StreamReader, StreamWriter } from "@asyncio-ts/streams";
import { NodeSource, Outflow } from "@asyncio-ts/streams/internal";
import { createTask, run, sleep } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf, oneIteration, reportsOf } from "@asyncio-ts/testkit";
import { describe, expect, it } from "vitest";
import { inflowOf } from "../src/reader.js";

/** A stream that sends what it was given only when it is told to, and a writer to it. */
class Slow extends Writable {
  readonly sent: string[] = [];
  private done: (() => void) | undefined = undefined;
  readonly writer: StreamWriter = new StreamWriter(new Outflow(this, undefined));

  constructor() {
    super({ highWaterMark: 4, decodeStrings: true });
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.sent.push(chunk.toString());
    this.done = done;
  }

  /** Sends what is being sent, and says so. */
  send(): void {
    const { done } = this;
    this.done = undefined;
    done?.();
  }
}

/** Waits for an event of a stream. */
function once(stream: Writable, event: string): Promise<void> {
  return new Promise((resolve) => {
    stream.once(event, () => resolve());
  });
}

describe.each(bothKinds)("a writer, in %s", ({ body, startTask }) => {
  it("drains without suspending up to the high-water mark", () =>
    run(
      body(function* () {
        const { writer, sent } = new Slow();
        const order: string[] = [];
        createTask(() => void order.push("another task"));
        writer.write("abc");
        yield* awaited(writer.drain());
        order.push("drained");
        expect([...order, ...sent]).toEqual(["drained", "abc"]);
      }),
    ));

  it("wakes all that wait for a drain, in order", () =>
    run(
      body(function* () {
        const slow = new Slow();
        const order: string[] = [];
        const drained = (name: string) =>
          startTask(function* () {
            yield* awaited(slow.writer.drain());
            order.push(name);
          });
        slow.writer.write("abcd");
        const [first, second, third] = [drained("first"), drained("second"), drained("third")];
        yield* oneIteration();
        second.cancel();
        yield* errorOf(second);
        order.push("send");
        slow.send();
        yield* awaited(first);
        yield* awaited(third);
        expect(order).toEqual(["send", "first", "third"]);
      }),
    ));

  it("sends what was written before it closes, and drops what is written then", () =>
    run(
      body(function* () {
        const slow = new Slow();
        const { writer } = slow;
        writer.write("one");
        writer.writelines(["two", new Uint8Array([33])]);
        expect([writer.isClosing(), String(writer)]).toEqual([false, "<StreamWriter open>"]);
        writer.close();
        writer.write("lost");
        writer.close();
        expect([writer.isClosing(), String(writer)]).toEqual([true, "<StreamWriter closing>"]);
        const closed = startTask(() => awaited(writer.waitClosed()));
        for (let count = 0; count < 3; count++) {
          yield* oneIteration();
          slow.send();
        }
        yield* awaited(closed);
        yield* awaited(writer.waitClosed());
        expect(slow.sent).toEqual(["one", "two", "!"]);
        expect(String(writer)).toBe("<StreamWriter closed>");
        const error = (yield* errorOf(writer.drain())) as ConnectionError;
        expect([error.name, error.code]).toEqual(["ConnectionError", "ECONNRESET"]);
      }),
    ));

  it("tells all that wait the error that ended it", () =>
    run(
      body(function* () {
        const slow = new Slow();
        const { writer } = slow;
        writer.write("abcd");
        const waiting = [writer.drain(), writer.waitClosed()].map((call) => startTask(() => awaited(call)));
        yield* oneIteration();
        const broken = new Error("broken pipe");
        slow.destroy(broken);
        for (const task of waiting) expect(yield* errorOf(task)).toBe(broken);
        expect(yield* errorOf(writer.drain())).toBe(broken);
        expect(yield* errorOf(writer.waitClosed())).toBe(broken);
      }),
    ));

  it("throws the error of its reader in drain", () =>
    run(
      body(function* () {
        const reader = new StreamReader();
        const writer = new StreamWriter(new Outflow(new PassThrough(), inflowOf(reader)));
        const lost = new Error("lost");
        reader.setException(lost);
        expect(yield* errorOf(writer.drain())).toBe(lost);
        writer.close();
        expect(yield* errorOf(writer.drain())).toBe(lost);
      }),
    ));

  it("ends its direction", () =>
    run(
      body(function* () {
        const slow = new Slow();
        const { writer } = slow;
        writer.write("abc");
        expect(writer.canWriteEof()).toBe(true);
        writer.writeEof();
        writer.writeEof();
        expect(() => writer.write("more")).toThrow(
          "write() was called on <StreamWriter ended> after writeEof()",
        );
        const finished = once(slow, "finish");
        slow.send();
        yield* awaited(finished);
        expect(slow.sent).toEqual(["abc"]);
      }),
    ));

  it("lets the end of the connection be noticed by a loop that writes and drains", () =>
    run(
      body(function* () {
        const slow = new Slow();
        slow.writer.close();
        const error = yield* errorOf(
          startTask(function* () {
            for (;;) {
              slow.writer.write("");
              yield* awaited(slow.writer.drain());
            }
          }),
        );
        expect((error as ConnectionError).code).toBe("ECONNRESET");
      }),
    ));
});

describe("a writer", () => {
  it("closes and waits as a resource, and drops what is unsent if that is cancelled", () =>
    run(async () => {
      const slow = new Slow();
      const events: string[] = [];
      slow.on("close", () => events.push("closed"));
      const task = createTask(async () => {
        try {
          await using writer = slow.writer;
          writer.write("abcdef");
          events.push("left");
        } finally {
          events.push("disposed");
        }
      });
      await sleep(0);
      task.cancel();
      await expect(task).rejects.toThrow();
      expect([...events, task.cancelled()]).toEqual(["left", "closed", "disposed", true]);
    }));

  it("reports a program that writes to a closed connection and never asks", async () => {
    const reports = await reportsOf(async () => {
      const { writer } = new Slow();
      writer.close();
      for (let count = 0; count < 12; count++) writer.write("abc");
    });
    expect(reports.map(({ message }: ExceptionContext) => message)).toEqual([
      "write() was called 5 times on <StreamWriter closing>, and what it was given was dropped; " +
        "await drain() after writing, which throws when the connection is lost, or ask isClosing()",
    ]);
  });

  it("counts a call of writelines() once, however many parts it has", async () => {
    const reports = await reportsOf(async () => {
      const { writer } = new Slow();
      writer.close();
      writer.writelines(["a", "b", "c", "d", "e"]);
    });
    expect(reports).toEqual([]);
  });

  it("refuses what is neither bytes nor text, and a start of TLS on a pipe", () => {
    const { writer } = new Slow();
    expect(() => writer.write(1 as never)).toThrow(
      new TypeError("write() needs bytes (a Uint8Array) or a string, got 1"),
    );
    expect(() => writer.writelines(["a", null as never])).toThrow("writelines() needs bytes");
    expect(() => writer.startTls()).toThrow("only that of a socket can start TLS");
    expect(writer.getExtraInfo("peername")).toBeUndefined();
    expect(writer.getExtraInfo("pipe", "none")).toBe("none");
  });
});

describe("a stream of Node as source", () => {
  it("feeds a reader, with back-pressure", () =>
    run(async () => {
      const stream = new PassThrough({ highWaterMark: 1 });
      const reader = new StreamReader({ limit: 2 });
      void new NodeSource(stream, inflowOf(reader));
      const writer = new StreamWriter(new Outflow(stream, undefined));
      for (const part of ["abc\n", "defg"]) {
        writer.write(part);
        await writer.drain();
      }
      writer.write("hij");
      const blocked = createTask(() => writer.drain());
      expect(new TextDecoder().decode(await reader.readexactly(5))).toBe("abc\nd");
      expect(blocked.done()).toBe(false);
      expect(new TextDecoder().decode(await reader.readexactly(1))).toBe("e");
      await blocked;
      writer.writeEof();
      expect(new TextDecoder().decode(await reader.read())).toBe("fghij");
      expect(reader.atEof()).toBe(true);
    }));

  it("passes its error on, and ends when it is closed before its end", () =>
    run(async () => {
      const broken = new Error("broken");
      for (const [end, error] of [
        [(stream: PassThrough) => stream.destroy(broken), broken],
        [(stream: PassThrough) => stream.destroy(), undefined],
      ] as const) {
        const stream = new PassThrough();
        const reader = new StreamReader();
        void new NodeSource(stream, inflowOf(reader));
        const reading = createTask(() => reader.read());
        await sleep(0);
        end(stream);
        expect(await reading.catch((caught: unknown) => caught)).toEqual(error ?? new Uint8Array(0));
      }
    }));

  it("may have ended already", () =>
    run(async () => {
      const stream = new PassThrough();
      stream.destroy();
      await once(stream, "close");
      const reader = new StreamReader();
      void new NodeSource(stream, inflowOf(reader));
      expect(await reader.read()).toEqual(new Uint8Array(0));
    }));
});

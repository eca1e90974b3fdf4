import { createServer, type Server as NetServer } from "node:net";
import {
  ConnectionError,
  openConnection,
  type Server,
  startServer,
  type StreamReader,
  type StreamWriter,
} from "@asyncio-ts/streams";
import { run } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf, type Program } from "@asyncio-ts/testkit";
import { afterEach, describe, expect, it } from "vitest";

const host = "127.0.0.1";

function* readAll(reader: StreamReader, writer: StreamWriter): Program<void> {
  yield* awaited(reader.read());
  writer.close();
}

describe.each(bothKinds)("a connection, in %s,", ({ body }) => {
  let other: NetServer | undefined;
  afterEach(() => void other?.close());

  /** Starts a server, and connects to it. */
  function* connected(): Program<[Server, StreamReader, StreamWriter]> {
    const server = yield* awaited(startServer(body(readAll), host, 0));
    return [server, ...(yield* awaited(openConnection(host, server.port)))];
  }

  it("knows nothing of a fact that it has no name for", () =>
    run(
      body(function* () {
        const [server, , writer] = yield* connected();
        expect(writer.getExtraInfo("colour" as never)).toBeUndefined();
        expect(writer.getExtraInfo("peername")).toEqual([host, server.port]);
        writer.close();
        yield* awaited(writer.waitClosed());
        server.close();
        yield* awaited(server.waitClosed());
      }),
    ));

  it("does not start TLS once it ends", () =>
    run(
      body(function* () {
        const [server, , writer] = yield* connected();
        writer.writeEof();
        const ended = yield* errorOf(writer.startTls({}));
        expect(String(ended)).toContain(
          `Error: startTls() was called on <StreamWriter ended, to ${host}:${server.port}>`,
        );
        writer.close();
        const closing = yield* errorOf(writer.startTls({}));
        expect(String(closing)).toContain(
          `Error: startTls() was called on <StreamWriter closing, to ${host}:${server.port}>`,
        );
        yield* awaited(writer.waitClosed());
        server.close();
        yield* awaited(server.waitClosed());
      }),
    ));

  it("tells what it was lost by when TLS is to start", () =>
    run(
      body(function* () {
        const server = createServer((socket) => {
          socket.once("data", () => socket.resetAndDestroy());
        });
        other = server;
        const listening = new Promise<void>((resolve) => {
          server.listen(0, host, resolve);
        });
        yield* awaited(listening);
        const { port } = server.address() as { port: number };
        const [reader, writer] = yield* awaited(openConnection(host, port));
        writer.write("reset this");
        const error = yield* errorOf(reader.read());
        expect(error).toBeInstanceOf(ConnectionError);
        expect(yield* errorOf(writer.startTls({}))).toBe(error);
      }),
    ));

  it("is lost when the other side answers a start of TLS with something else", () =>
    run(
      body(function* () {
        const server = createServer((socket) => {
          socket.on("error", () => {});
          socket.once("data", () => socket.end("this is no TLS\r\n"));
        });
        other = server;
        const listening = new Promise<void>((resolve) => {
          server.listen(0, host, resolve);
        });
        yield* awaited(listening);
        const { port } = server.address() as { port: number };
        const [reader, writer] = yield* awaited(openConnection(host, port));
        const error = (yield* errorOf(writer.startTls({}))) as ConnectionError;
        expect(error).toBeInstanceOf(ConnectionError);
        expect(error.message).toContain(`the TLS handshake with ${host}:${port} failed: `);
        expect(yield* errorOf(reader.read())).toBe(error);
        expect(writer.isClosing()).toBe(true);
      }),
    ));
});

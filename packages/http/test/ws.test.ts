import { once } from "node:events";
import { connect, type AddressInfo } from "node:net";
import { Future } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { Queue } from "@asyncio-ts/sync";
import { allTasks, sleep } from "@asyncio-ts/task";
import { RequestScope } from "@asyncio-ts/http";
import { handler } from "@asyncio-ts/http/ws";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";

let server: WebSocketServer;
let reports: string[] = [];

beforeEach(async () => {
  server = new WebSocketServer({ port: 0 });
  await once(server, "listening");
  reports = [];
  getRunningLoop().setExceptionHandler((_, { message, exception }) =>
    reports.push(`${message}: ${exception}`),
  );
});

afterEach(() => {
  for (const client of server.clients) client.terminate();
  server.close();
  getRunningLoop().setExceptionHandler(undefined);
});

const client = (): WebSocket => new WebSocket(`ws://localhost:${(server.address() as AddressInfo).port}`);

/** A handler that waits for ever, and tells when it begins and how it ends. */
function hanging() {
  const begun = new Future<void>();
  const ended = new Future<string>();
  return {
    begun,
    ended,
    fn: async () => {
      begun.setResult();
      try {
        await sleep(Infinity);
      } catch (error) {
        ended.setResult(String(error));
        throw error;
      }
    },
  };
}

describe("a handler of ws", () => {
  test("gets the messages of its client until that leaves", async () => {
    const scope = new RequestScope();
    const connected = handler(
      function* (socket: WebSocket) {
        const messages = new Queue<string>();
        socket.on("message", (data) => messages.putNowait(String(data)));
        for (;;) socket.send((yield* messages.get()).toUpperCase());
      },
      { scope },
    );
    server.on("connection", connected);
    const socket = client();
    await once(socket, "open");
    socket.send("hello");
    expect(String((await once(socket, "message"))[0])).toBe("HELLO");
    socket.close();
    await once(socket, "close");
    await scope.close();
    expect([allTasks().size, reports]).toEqual([0, []]);
  });

  test("leaves an error of the connection to the program's own listener", async () => {
    const { begun, ended, fn } = hanging();
    const errors: string[] = [];
    const connected = handler(fn);
    server.on("connection", (accepted: WebSocket) => {
      accepted.on("error", (error) => errors.push(String(error)));
      connected(accepted);
      accepted.emit("error", new Error("a bad frame"));
    });
    const socket = client();
    await Promise.all([once(socket, "open"), begun]);
    expect(await ended).toBe("CancelledError: the client has left");
    expect([errors, reports]).toEqual([["Error: a bad frame"], []]);
  });

  test("is cancelled when the connection is lost", async () => {
    const { begun, ended, fn } = hanging();
    server.on("connection", handler(fn));
    const socket = client();
    await Promise.all([once(socket, "open"), begun]);
    socket.terminate();
    expect(await ended).toBe("CancelledError: the client has left");
    expect(reports).toEqual([]);
  });

  test("cleans up without another interruption when a connection that has failed is closed", async () => {
    const begun = new Future<void>();
    const closed = new Future<void>();
    const ended = new Future<string>();
    server.on(
      "connection",
      handler(async (accepted: WebSocket) => {
        accepted.on("error", () => {});
        accepted.on("close", () => closed.setResult());
        begun.setResult();
        try {
          await sleep(Infinity);
        } finally {
          accepted.terminate();
          try {
            await closed;
            await sleep(0);
            ended.setResult("cleaned up");
          } catch (error) {
            ended.setResult(String(error));
          }
        }
      }),
    );
    const socket = client();
    await Promise.all([once(socket, "open"), begun]);
    for (const accepted of server.clients) accepted.emit("error", new Error("a bad frame"));
    expect(await ended).toBe("cleaned up");
  });

  test("is cancelled by an error of the connection in its first step", async () => {
    const { ended, fn } = hanging();
    server.on(
      "connection",
      handler((accepted: WebSocket) => {
        accepted.on("error", () => {});
        accepted.emit("error", new Error("a bad frame"));
        return fn();
      }),
    );
    await once(client(), "open");
    expect(await ended).toBe("CancelledError: the client has left");
  });

  test("closes the connection with 1011 if it fails, and is reported", async () => {
    server.on(
      "connection",
      handler(async () => {
        await sleep(0);
        throw new Error("broken");
      }),
    );
    const [code] = await once(client(), "close");
    expect(code).toBe(1011);
    expect(reports).toEqual(["the handler of a WebSocket failed: Error: broken"]);
  });

  test("closes the connection with 1001 when its scope is closed, and refuses new ones", async () => {
    const scope = new RequestScope();
    const { begun, ended, fn } = hanging();
    server.on("connection", handler(fn, { scope }));
    const closed = once(client(), "close");
    await begun;
    await scope.close();
    expect(await ended).toBe("CancelledError: the server is shutting down");
    expect((await closed)[0]).toBe(1001);
    expect((await once(client(), "close"))[0]).toBe(1001);
  });

  test("leaves the connection open when it returns", async () => {
    server.on(
      "connection",
      handler(async (socket: WebSocket) => {
        socket.on("message", () => socket.send("still here"));
      }),
    );
    const socket = client();
    await once(socket, "open");
    socket.send("hello?");
    expect(String((await once(socket, "message"))[0])).toBe("still here");
  });

  test("reports an invalid frame, which does not end the process, and is cancelled", async () => {
    const { begun, ended, fn } = hanging();
    server.on("connection", handler(fn));
    const socket = connect((server.address() as AddressInfo).port);
    socket.write(
      "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    await begun;
    // The whole head of a frame: Bun looks at nothing less.
    socket.write(Buffer.from([0xff, 0x80, 0, 0, 0, 0]));
    expect(await ended).toBe("CancelledError: the client has left");
    expect(reports).toEqual([
      expect.stringMatching(/^a WebSocket failed, and was closed: RangeError: Invalid WebSocket frame/),
    ]);
    socket.destroy();
  });
});

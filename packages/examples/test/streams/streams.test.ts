import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as asyncio from "asyncio-ts";
import { afterEach, describe, expect, it, vi } from "vitest";
import { main as chat } from "../../src/chat/main.js";
import { main as echoClient } from "../../src/streams/echo-client.js";
import { main as echoServer } from "../../src/streams/echo-server.js";
import { main as httpHeaders } from "../../src/streams/http-headers.js";
import { main as openSocket } from "../../src/streams/open-socket.js";
import { capture } from "../printed.js";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Waits until a line that matches is printed, and returns what it has matched. */
async function printedLine(lines: readonly string[], pattern: RegExp): Promise<string> {
  for (;;) {
    const [, found] = lines.map((line) => pattern.exec(line)).find((match) => match !== null) ?? [];
    if (found !== undefined) return found;
    await asyncio.sleep(1);
  }
}

describe("the programs of streams", () => {
  it("echo: the server sends back what the client sends, until it is cancelled", async () => {
    const printed = capture();
    await asyncio.run(async () => {
      const server = asyncio.createTask(echoServer({ port: 0 }));
      const port = await printedLine(printed.out, /^Serving on 127\.0\.0\.1:(\d+)$/);
      await echoClient({ port: Number(port) });
      server.cancel();
      await asyncio.wait([server]);
      expect(server.cancelled()).toBe(true);
    });
    expect(printed.out.slice(1).sort()).toEqual([
      "Close the connection",
      "Close the connection",
      'Received "Hello World!" from 127.0.0.1',
      'Received: "Hello World!"',
      'Send: "Hello World!"',
      'Send: "Hello World!"',
    ]);
  });

  it("http-headers prints each header line", async () => {
    const printed = capture();
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.method, request.url, request.headers.host);
      response.setHeader("x-test", "yes").end("body");
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    const { port } = server.address() as AddressInfo;
    await asyncio.run(httpHeaders({ url: `http://127.0.0.1:${port}/page` }));
    server.close();
    expect(asked).toEqual(["HEAD", "/page", "127.0.0.1"]);
    expect(printed.out[0]).toBe("HTTP header> HTTP/1.1 200 OK");
    expect(printed.out).toContain("HTTP header> x-test: yes");
  });

  it("open-socket waits for data on a socket of somebody else", async () => {
    const printed = capture();
    await asyncio.run(openSocket());
    expect(printed).toEqual({ out: ["Received: abc"], err: [] });
  });
});

describe("the program chat", () => {
  it("says how to come in, and is closed by Ctrl-C", async () => {
    const printed = capture();
    const chatting = asyncio.run(async () => {
      const open = asyncio.createTask(() => printedLine(printed.out, /nc 127\.0\.0\.1 (\d+)/));
      open.addDoneCallback(() => process.emit("SIGINT", "SIGINT"));
      await chat({ port: 0 });
    });
    await expect(chatting).rejects.toBeInstanceOf(asyncio.KeyboardInterrupt);
    expect(printed.out).toHaveLength(1);
  });
});

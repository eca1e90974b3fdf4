import { tmpdir } from "node:os";
import { openConnection, startServer, startUnixServer } from "@asyncio-ts/streams";
import { run } from "@asyncio-ts/task";
import { awaited, bothKinds } from "@asyncio-ts/testkit";
import { describe, expect, it } from "vitest";

describe.each(bothKinds)("starting a server, in %s,", ({ body }) => {
  it("needs a host, or null for all interfaces", () =>
    run(
      body(function* () {
        expect(() => startServer(() => {}, 1 as never, 0)).toThrow(
          new TypeError("startServer() needs a host, or null for all interfaces, got 1"),
        );
        const server = yield* awaited(
          startServer((_reader, writer) => writer.close(), null, 0, { startServing: false }),
        );
        expect(String(server)).toBe("<Server created, *:0, 0 connections>");
        yield* awaited(server.startServing());
        const [reader, writer] = yield* awaited(openConnection("127.0.0.1", server.port));
        expect((yield* awaited(reader.read())).length).toBe(0);
        writer.close();
        server.close();
        server.close();
        yield* awaited(server.waitClosed());
        expect(String(server)).toBe("<Server closed, *:0, 0 connections>");
      }),
    ));

  it("on a Unix socket has no port", () =>
    run(
      body(function* () {
        const path = `${tmpdir()}/asyncio-ts-no-port-${process.pid}.sock`;
        const server = yield* awaited(startUnixServer(() => {}, path));
        expect(() => server.port).toThrow(
          `the port of <Server listening, ${path}, 0 connections> was asked for, but it does not listen on one`,
        );
        server.close();
        yield* awaited(server.waitClosed());
        expect(() => server.port).toThrow(
          `the port of <Server closed, ${path}, 0 connections> was asked for`,
        );
      }),
    ));
});

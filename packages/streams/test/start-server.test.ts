import { Server as NetServer } from "node:net";
import { tmpdir } from "node:os";
import { isCancelled } from "@asyncio-ts/future";
import { ConnectionError, openConnection, startServer, startUnixServer } from "@asyncio-ts/streams";
import { createTask, run, sleep } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf } from "@asyncio-ts/testkit";
import { afterEach, describe, expect, it, vi } from "vitest";
import { playNet } from "./support/played-net.js";

afterEach(() => void vi.restoreAllMocks());

/** A server that never listens by itself. */
class Played extends NetServer {
  override listen(): this {
    return this;
  }
}

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

  it.each(["listening", "error"])("may still bring %s once it was cancelled", (event) =>
    run(
      body(function* () {
        const listener = new Played();
        playNet({ createServer: () => listener });
        const starting = createTask(startServer(() => {}, "127.0.0.1", 0));
        yield* awaited(sleep(0));
        starting.cancel();
        listener.emit(event, new Error("late"));
        expect(isCancelled(yield* errorOf(starting))).toBe(true);
      }),
    ),
  );

  it("fails with an error that has no code, too", () =>
    run(
      body(function* () {
        const listener = new Played();
        playNet({ createServer: () => listener });
        const starting = createTask(startServer(() => {}, "127.0.0.1", 80));
        yield* awaited(sleep(0));
        listener.emit("error", new Error("not today"));
        const error = (yield* errorOf(starting)) as ConnectionError;
        expect([error.message, error.code]).toEqual([
          "startServer() can't listen on 127.0.0.1:80: not today",
          "",
        ]);
      }),
    ));
});

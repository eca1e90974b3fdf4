import { Socket } from "node:net";
import { isCancelled } from "@asyncio-ts/future";
import { ConnectionError, openConnection, openUnixConnection, startUnixServer } from "@asyncio-ts/streams";
import { createTask, run, sleep } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf } from "@asyncio-ts/testkit";
import { afterEach, describe, expect, it, test, vi } from "vitest";
import { playNet } from "./support/played-net.js";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe.each(bothKinds)("openConnection(), in %s,", ({ body }) => {
  // The name stands for one address on some machines, and for two on others.
  it.each([
    ["127.0.0.1", "127.0.0.1:1"],
    ["::1", "[::1]:1"],
    ["localhost", "localhost:1"],
  ])("names the place and the reason when %s refuses", (host, place) =>
    run(
      body(function* () {
        const error = (yield* errorOf(openConnection(host, 1))) as ConnectionError;
        expect(error).toBeInstanceOf(ConnectionError);
        expect(error.code).toMatch(/^E[A-Z]+$/);
        expect(error.message).toContain(`can't connect to ${place}: `);
        expect(error.message).toContain(error.code);
        expect(error.cause).toBeInstanceOf(Error);
      }),
    ),
  );

  it("refuses a name of the server that is none", () =>
    run(
      body(function* () {
        yield* awaited(Promise.resolve());
        expect(() => openConnection("localhost", 1, { tls: true, serverHostname: 1 as never })).toThrow(
          new TypeError("openConnection() needs a serverHostname that is a string, got 1"),
        );
      }),
    ));
});

describe.each(bothKinds)("a socket that connects, in %s,", ({ body }) => {
  it.each([
    [
      "names the reasons of all addresses",
      Object.assign(new AggregateError([new Error("no 1"), new Error("no 2")]), { code: "ECONNREFUSED" }),
      "can't connect to example.org:80: no 1; no 2",
      "ECONNREFUSED",
    ],
    ["may have no reason, and no code", new Error(), "can't connect to example.org:80: ", ""],
  ])("%s", (_name, cause, message, code) =>
    run(
      body(function* () {
        const socket = new Socket();
        playNet({ connect: () => socket });
        const opening = createTask(openConnection("example.org", 80));
        yield* awaited(sleep(0));
        socket.emit("error", cause);
        const error = (yield* errorOf(opening)) as ConnectionError;
        expect([error.message, error.code, error.cause]).toEqual([message, code, cause]);
        socket.destroy();
      }),
    ),
  );

  it("may still connect once the wait was cancelled", () =>
    run(
      body(function* () {
        const socket = new Socket();
        playNet({ connect: () => socket });
        const opening = createTask(openConnection("example.org", 80));
        yield* awaited(sleep(0));
        opening.cancel();
        socket.emit("connect");
        expect(isCancelled(yield* errorOf(opening))).toBe(true);
        expect(socket.destroyed).toBe(true);
      }),
    ));

  it("may be lost before the turn of the task", () =>
    run(
      body(function* () {
        const socket = new Socket();
        playNet({ connect: () => socket });
        const opening = createTask(openConnection("example.org", 80));
        yield* awaited(sleep(0));
        socket.emit("connect");
        vi.spyOn(socket, "closed", "get").mockReturnValue(true);
        const [reader, writer] = yield* awaited(opening);
        expect(String(writer)).toBe("<StreamWriter closed, to example.org>");
        expect((yield* awaited(reader.read())).length).toBe(0);
        yield* awaited(writer.waitClosed());
        socket.destroy();
      }),
    ));
});

test.each([
  ["linux", 107],
  ["darwin", 103],
  ["win32", Infinity],
  [undefined, 103],
])("on %s the path of a Unix socket has at most %d bytes", (platform, most) => {
  vi.stubGlobal("process", platform && { platform });
  for (const call of [openUnixConnection, (path: string) => startUnixServer(() => {}, path)]) {
    call("a".repeat(Math.min(most, 1000)));
    const tooLong = (): unknown => call("a".repeat(most + 1));
    if (most < Infinity) expect(tooLong).toThrow(`needs a path of at most ${most} bytes, got ${most + 1}`);
  }
});

import { existsSync, unlinkSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import type { ExceptionContext } from "@asyncio-ts/future";
import { getRunningLoop, newEventLoop } from "@asyncio-ts/loop";
import {
  type ConnectionError,
  openConnection,
  openUnixConnection,
  type Server,
  startServer,
  startUnixServer,
  type StreamReader,
  type StreamWriter,
} from "@asyncio-ts/streams";
import { Event } from "@asyncio-ts/sync";
import { createTask, currentTask, run, type Task } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf, type Kind, oneIteration, type Program } from "@asyncio-ts/testkit";
import { describe, expect, it } from "vitest";

const host = "127.0.0.1";
const path = `${tmpdir()}/asyncio-ts-conformance-${process.pid}.sock`;

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

type Handler = (reader: StreamReader, writer: StreamWriter) => unknown;

/** The two kinds of address that a server may have. */
const places = [
  {
    place: "a port",
    start: (handler: Handler, startServing = true) => startServer(handler, host, 0, { startServing }),
    open: (server: Server) => openConnection(host, server.port),
  },
  {
    place: "a Unix socket",
    start: (handler: Handler, startServing = true) => startUnixServer(handler, path, { startServing }),
    open: () => openUnixConnection(path),
  },
];

/** Answers a request in the way of HTTP, and closes. */
function* answer(reader: StreamReader, writer: StreamWriter): Program<void> {
  yield* awaited(reader.readuntil("\r\n\r\n"));
  writer.write("HTTP/1.0 200 OK\r\ncontent-type: text/plain\r\n\r\nTest message");
  writer.close();
  yield* awaited(writer.waitClosed());
}

/** Waits until the client has left. */
function* outwait(reader: StreamReader, writer: StreamWriter): Program<void> {
  try {
    yield* awaited(reader.read());
  } finally {
    writer.close();
    yield* awaited(writer.waitClosed());
  }
}

/** Runs a program, and returns what was reported to the exception handler. */
async function reportsOf({ body }: Kind, program: () => Program<unknown>): Promise<ExceptionContext[]> {
  const reports: ExceptionContext[] = [];
  const loop = newEventLoop();
  loop.setExceptionHandler((_loop, context) => void reports.push(context));
  await run(body(program), { loopFactory: () => loop });
  return reports;
}

/** Connects to a server that answers, and sends it a request. */
function* request({ body }: Kind, { start, open }: (typeof places)[number]) {
  const server = yield* awaited(start(body(answer)));
  const [reader, writer] = yield* awaited(open(server));
  writer.write("GET / HTTP/1.0\r\n\r\n");
  return { server, reader, writer };
}

const inEachKindAndPlace = bothKinds.flatMap((kind) =>
  places.map((where) => [where.place, kind.name, kind, where] as const),
);

describe.each(inEachKindAndPlace)("a connection to %s, in %s", (_place, _name, kind, where) => {
  it("reads an answer by line, and the rest up to the end", async () => {
    const reports = await reportsOf(kind, function* () {
      const { server, reader, writer } = yield* request(kind, where);
      expect(text(yield* awaited(reader.readline()))).toBe("HTTP/1.0 200 OK\r\n");
      expect(text(yield* awaited(reader.read()))).toMatch(/\r\n\r\nTest message$/);
      writer.close();
      yield* awaited(writer.waitClosed());
      server.close();
      yield* awaited(server.waitClosed());
    });
    expect(reports).toEqual([]);
  });

  it("has its reads throw the error that broke it", async () => {
    const reports = await reportsOf(kind, function* () {
      const server = yield* awaited(where.start(kind.body(outwait)));
      const [reader, writer] = yield* awaited(where.open(server));
      const broken = new Error("broken");
      (writer.getExtraInfo("socket") as Socket).destroy(broken);
      const error = (yield* errorOf(reader.read())) as ConnectionError;
      expect([error.name, error.cause]).toEqual(["ConnectionError", broken]);
      writer.close();
      server.close();
    });
    expect(reports).toEqual([]);
  });

  it.each(["itself", "in a task that it starts"])(
    "gets its line back from a handler that sends it %s",
    (how) =>
      run(
        kind.body(function* () {
          const handle = kind.body(function* (reader: StreamReader, writer: StreamWriter): Program<void> {
            writer.write(yield* awaited(reader.readline()));
            yield* awaited(writer.drain());
            writer.close();
            yield* awaited(writer.waitClosed());
          });
          const handler: Handler =
            how === "itself" ? handle : (reader, writer) => void createTask(() => handle(reader, writer));
          const server = yield* awaited(where.start(handler));
          const [reader, writer] = yield* awaited(where.open(server));
          writer.write("hello world!\n");
          expect(text(yield* awaited(reader.readline()))).toBe("hello world!\n");
          writer.close();
          yield* awaited(writer.waitClosed());
          server.close();
          yield* awaited(server.waitClosed());
        }),
      ),
  );

  it("may end the task that serves forever: the server closes, and can't serve again", () =>
    run(
      kind.body(function* () {
        let serving: Task<unknown> | undefined;
        const handler = kind.body(function* (reader: StreamReader, writer: StreamWriter): Program<void> {
          yield* awaited(reader.readline());
          serving?.cancel();
          writer.write("1");
          writer.close();
          yield* awaited(writer.waitClosed());
        });
        const server = yield* awaited(where.start(handler, false));
        const states = [server.isServing()];
        serving = createTask(() => server.with(() => server.serveForever()));
        yield* awaited(server.startServing());
        states.push(server.isServing());
        const [reader, writer] = yield* awaited(where.open(server));
        writer.write(`${"1".repeat(5 * 1024)}\n`);
        expect(text(yield* awaited(reader.read()))).toBe("1");
        writer.close();
        yield* errorOf(serving);
        states.push(server.isServing());
        expect([serving.cancelled(), states, server.sockets]).toEqual([true, [false, true, false], []]);
        expect(String(yield* errorOf(server.serveForever()))).toContain("start a new server");
      }),
    ));
});

describe.each(bothKinds)("a writer of a connection, in %s", (kind) => {
  const { body } = kind;

  it("waits until it is closed, whether all was read or not", async () => {
    const reports = await reportsOf(kind, function* () {
      for (const readsAll of [true, false]) {
        const { server, reader, writer } = yield* request(kind, places[0] as (typeof places)[number]);
        expect(text(yield* awaited(reader.readline()))).toBe("HTTP/1.0 200 OK\r\n");
        if (readsAll) yield* awaited(reader.read());
        expect(writer.isClosing()).toBe(false);
        writer.close();
        expect(writer.isClosing()).toBe(true);
        yield* awaited(writer.waitClosed());
        server.close();
      }
    });
    expect(reports).toEqual([]);
  });

  it("throws in drain() after it was closed", async () => {
    const reports = await reportsOf(kind, function* () {
      const { server, reader, writer } = yield* request(kind, places[0] as (typeof places)[number]);
      yield* awaited(reader.read());
      writer.close();
      yield* awaited(writer.waitClosed());
      writer.write("data");
      expect(yield* errorOf(writer.drain())).toMatchObject({ name: "ConnectionError", code: "ECONNRESET" });
      server.close();
    });
    expect(reports).toEqual([]);
  });

  it("ends its reader when it is closed", () =>
    run(
      body(function* () {
        const server = yield* awaited(startServer(body(outwait), host, 0));
        const [reader, writer] = yield* awaited(openConnection(host, server.port));
        writer.close();
        yield* awaited(writer.waitClosed());
        expect(reader.atEof()).toBe(true);
        expect(text(yield* awaited(reader.read()))).toBe("");
        server.close();
      }),
    ));

  it("lets a program that only writes and drains notice that the peer has left", async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => {
      server.listen(0, host, resolve);
    });
    const { port } = server.address() as { port: number };
    const reports = await reportsOf(kind, function* () {
      const [, writer] = yield* awaited(openConnection(host, port));
      const error = yield* errorOf(
        createTask(
          body(function* () {
            for (;;) {
              writer.write("foo\n");
              yield* awaited(writer.drain());
            }
          }),
        ),
      );
      expect(["ECONNRESET", "ECONNABORTED", "EPIPE"]).toContain((error as NodeJS.ErrnoException).code);
    });
    expect(reports).toEqual([]);
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
});

describe("a connection", () => {
  it("refuses a port that is no number, such as the name of a service", () => {
    expect(() => openConnection(host, "http" as never)).toThrow(TypeError);
  });
});

describe.each(bothKinds)("a server, in %s", (kind) => {
  const { body, startTask } = kind;
  const start = () => startServer(body(outwait), host, 0);
  const waitFor = (server: Server) => startTask(() => awaited(server.waitClosed()));

  it("is waited for until it is closed and its last client has left", () =>
    run(
      body(function* () {
        const server = yield* awaited(start());
        const waits = [waitFor(server)];
        const doneAfter = function* (): Program<boolean> {
          yield* oneIteration();
          return waits.some((wait) => wait.done());
        };
        expect(yield* doneAfter()).toBe(false);
        const [, writer] = yield* awaited(openConnection(host, server.port));
        waits.push(waitFor(server));
        expect(yield* doneAfter()).toBe(false);
        server.close();
        waits.push(waitFor(server));
        expect(yield* doneAfter()).toBe(false);
        writer.close();
        yield* awaited(writer.waitClosed());
        for (const wait of waits) yield* awaited(wait);
        yield* awaited(server.waitClosed());
      }),
    ));

  it("may be closed together with its last connection", () =>
    run(
      body(function* () {
        const server = yield* awaited(start());
        const waiting = waitFor(server);
        yield* oneIteration();
        expect(waiting.done()).toBe(false);
        const [, writer] = yield* awaited(openConnection(host, server.port));
        const loop = getRunningLoop();
        loop.callSoon(() => server.close());
        loop.callSoon(() => writer.close());
        yield* awaited(server.waitClosed());
        yield* awaited(waiting);
      }),
    ));

  it("closes its connections, which ends the wait for it", () =>
    run(
      body(function* () {
        const arrived = new Event();
        const server = yield* awaited(
          startServer(
            body(function* (reader: StreamReader, writer: StreamWriter): Program<void> {
              arrived.set();
              yield* outwait(reader, writer);
            }),
            host,
            0,
          ),
        );
        const [reader, writer] = yield* awaited(openConnection(host, server.port));
        yield* awaited(arrived.wait());
        const waiting = waitFor(server);
        yield* oneIteration();
        expect(waiting.done()).toBe(false);
        server.close();
        server.closeClients();
        yield* awaited(waiting);
        expect(text(yield* awaited(reader.read()))).toBe("");
        writer.close();
      }),
    ));

  it("aborts its connections, also one with a full buffer that nobody reads", () =>
    run(
      body(function* () {
        const filled = new Event();
        const server = yield* awaited(
          startServer(
            body(function* (_reader: StreamReader, writer: StreamWriter): Program<void> {
              writer.write(new Uint8Array(20_000_000));
              filled.set();
              yield* awaited(writer.waitClosed());
            }),
            host,
            0,
          ),
        );
        const [, writer] = yield* awaited(openConnection(host, server.port, { limit: 4096 }));
        yield* awaited(filled.wait());
        const waiting = waitFor(server);
        yield* oneIteration();
        expect(waiting.done()).toBe(false);
        server.close();
        server.abortClients();
        yield* awaited(waiting);
        writer.close();
      }),
    ));

  it("reports the error of a handler, and nothing of one that is cancelled", async () => {
    const program = (handler: Handler) =>
      function* (): Program<void> {
        const server = yield* awaited(startServer(handler, host, 0));
        const [reader, writer] = yield* awaited(openConnection(host, server.port));
        writer.write("test msg");
        expect(text(yield* awaited(reader.read()))).toBe("");
        writer.close();
        server.close();
        yield* awaited(server.waitClosed());
      };
    const failing = body(function* (): Program<void> {
      yield* oneIteration();
      throw new Error("of the handler");
    });
    const cancelled = body(function* (_reader: StreamReader, writer: StreamWriter): Program<void> {
      writer.close();
      currentTask()?.cancel();
      yield* oneIteration();
    });
    const [report, ...others] = await reportsOf(kind, program(failing));
    expect([String(report?.exception), others]).toEqual(["Error: of the handler", []]);
    expect(await reportsOf(kind, program(cancelled))).toEqual([]);
  });

  it("removes its Unix socket, and does not mind if that is gone already", () =>
    run(
      body(function* () {
        for (const isGone of [false, true]) {
          const server = yield* awaited(startUnixServer(() => {}, path));
          expect(existsSync(path)).toBe(true);
          if (isGone) unlinkSync(path);
          server.close();
          yield* awaited(server.waitClosed());
          expect(existsSync(path)).toBe(false);
        }
      }),
    ));

  it.each([null, ""])("listens on all interfaces if its host is %j", (all) =>
    run(
      body(function* () {
        const server = yield* awaited(startServer(body(outwait), all, 0));
        const [, writer] = yield* awaited(openConnection(host, server.port));
        expect(["::", "0.0.0.0"]).toContain(server.sockets[0]?.address);
        writer.close();
        server.close();
        yield* awaited(server.waitClosed());
      }),
    ),
  );

  it("knows the loop that its handlers run in", () =>
    run(
      body(function* () {
        const server = yield* awaited(start());
        expect(server.getLoop()).toBe(getRunningLoop());
        server.close();
      }),
    ));
});

import { AsyncLocalStorage } from "node:async_hooks";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect, createServer, Server as NetServer, Socket } from "node:net";
import { tmpdir } from "node:os";
import { ContextVar } from "@asyncio-ts/contextvars";
import type { Coroutine } from "@asyncio-ts/coroutine";
import { type ExceptionContext, Future } from "@asyncio-ts/future";
import {
  ConnectionError,
  openConnection,
  openUnixConnection,
  type Server,
  startServer,
  startUnixServer,
  StreamReader,
  type StreamWriter,
} from "@asyncio-ts/streams";
import { allTasks, createTask, currentTask, run, sleep } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf, type Program } from "@asyncio-ts/testkit";
import { type EventLoop, newEventLoop } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import { playNet } from "./support/played-net.js";

const host = "127.0.0.1";

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Runs a program, and returns what was reported to the exception handler. */
async function reportsOf(main: () => Promise<unknown>): Promise<ExceptionContext[]> {
  const reports: ExceptionContext[] = [];
  const loop = newEventLoop();
  loop.setExceptionHandler((_loop, context) => void reports.push(context));
  await run(main, { loopFactory: () => loop });
  return reports;
}

/** Sends all that it reads back, and closes. */
function* echo(reader: StreamReader, writer: StreamWriter): Program<void> {
  for (;;) {
    const bytes = yield* awaited(reader.read(100));
    if (bytes.length === 0) break;
    writer.write(bytes);
    yield* awaited(writer.drain());
  }
  writer.close();
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(bothKinds)("a server, in %s", ({ body, startTask }) => {
  const unixPath = `${tmpdir()}/asyncio-ts-test-${process.pid}.sock`;

  it.each([
    ["a port", () => startServer(body(echo), host, 0), (server: Server) => openConnection(host, server.port)],
    ["a Unix socket", () => startUnixServer(body(echo), unixPath), () => openUnixConnection(unixPath)],
  ] as const)("echoes on %s", (_name, start, open) =>
    run(
      body(function* () {
        const server = yield* awaited(start());
        const [reader, writer] = yield* awaited(open(server));
        writer.write("hello\n");
        yield* awaited(writer.drain());
        expect(text(yield* awaited(reader.readline()))).toBe("hello\n");
        writer.writelines(["a", "b", new Uint8Array([99])]);
        writer.writeEof();
        expect(text(yield* awaited(reader.read()))).toBe("abc");
        writer.close();
        yield* awaited(writer.waitClosed());
        server.close();
        yield* awaited(server.waitClosed());
        expect([server.isServing(), server.sockets]).toEqual([false, []]);
      }),
    ),
  );

  it("sends large messages under back-pressure", () =>
    run(
      body(function* () {
        const server = yield* awaited(startServer(body(echo), host, 0, { limit: 1000 }));
        const [reader, writer] = yield* awaited(openConnection(host, server.port, { limit: 1000 }));
        const sent = new Uint8Array(3_000_000).map((_, i) => i % 251);
        const sending = startTask(function* () {
          for (let at = 0; at < sent.length; at += 100_000) {
            writer.write(sent.subarray(at, at + 100_000));
            yield* awaited(writer.drain());
          }
          writer.writeEof();
        });
        const got = yield* awaited(reader.readexactly(sent.length));
        expect(Buffer.compare(got, sent)).toBe(0);
        expect(text(yield* awaited(reader.read()))).toBe("");
        yield* awaited(sending);
        writer.close();
        server.close();
      }),
    ));

  it("runs each handler as a task that is named after its peer", () =>
    run(
      body(function* () {
        const names: string[] = [];
        const server = yield* awaited(
          startServer(
            body(function* (reader: StreamReader, writer: StreamWriter) {
              names.push(currentTask()?.name ?? "none");
              const [address, port] = writer.getExtraInfo("peername") as [string, number];
              names.push(`connection ${address}:${port}`);
              yield* awaited(reader.read());
              writer.close();
            }),
            host,
            0,
          ),
        );
        const [reader, writer] = yield* awaited(openConnection(host, server.port));
        const [, port] = writer.getExtraInfo("sockname") as [string, number];
        expect(writer.getExtraInfo("peername")).toEqual([host, server.port]);
        writer.close();
        yield* awaited(reader.read());
        server.close();
        yield* awaited(server.waitClosed());
        expect(names).toEqual([`connection ${host}:${port}`, `connection ${host}:${port}`]);
      }),
    ));

  it("serves forever until it is cancelled, and closes its connections then", () =>
    run(
      body(function* () {
        const server = yield* awaited(startServer(body(echo), host, 0, { startServing: false }));
        expect([server.isServing(), server.sockets]).toEqual([false, []]);
        const serving = startTask(() => awaited(server.serveForever()));
        while (server.sockets.length === 0) yield* awaited(new Promise((resolve) => setImmediate(resolve)));
        const [reader, writer] = yield* awaited(openConnection(host, server.port));
        writer.write("x");
        expect(text(yield* awaited(reader.read(1)))).toBe("x");
        const again = yield* errorOf(server.serveForever());
        expect(String(again)).toContain("which another task serves forever already");
        serving.cancel();
        yield* errorOf(serving);
        expect([serving.cancelled(), server.isServing()]).toEqual([true, false]);
        expect(text(yield* awaited(reader.read()))).toBe("");
        writer.close();
        expect(String(yield* errorOf(server.serveForever()))).toContain("start a new server");
      }),
    ));

  it("serves no more if it is closed while it begins to listen", () =>
    run(
      body(function* () {
        const begins: (() => NetServer)[] = [];
        playNet({
          createServer: (options: object) => {
            const listener = createServer(options);
            // As if it looked up the name of its host.
            return Object.assign(listener, {
              listen: (target: object) =>
                begins.push(() => NetServer.prototype.listen.call(listener, target)),
            });
          },
        } as never);
        const start = () => startServer(body(echo), host, 0, { startServing: false });
        const [first, second] = [yield* awaited(start()), yield* awaited(start())];
        const serving = startTask(() => awaited(first.serveForever()));
        const starting = [1, 2].map(() => startTask(() => awaited(second.startServing())));
        yield* awaited(sleep(0));
        first.close();
        second.close();
        expect(String(yield* errorOf(serving))).toMatch(/^CancelledError: <Server closed, .*> was closed$/);
        for (const task of starting) {
          expect(String(yield* errorOf(task))).toMatch(
            /^Error: <Server closed, .*> was closed before startServing\(\) had begun to listen; start a new server$/,
          );
        }
        expect(begins.length).toBe(2);
        for (const begin of begins) yield* awaited(once(begin(), "close"));
      }),
    ));

  it("begins to listen once for all that ask for it, and serves forever for one", () =>
    run(
      body(function* () {
        const server = yield* awaited(startServer(body(echo), host, 0, { startServing: false }));
        const serving = startTask(() => awaited(server.serveForever()));
        const starting = startTask(function* () {
          yield* awaited(server.startServing());
          return server.sockets.length;
        });
        yield* awaited(sleep(0));
        expect(String(yield* errorOf(server.serveForever()))).toContain(
          "another task serves forever already",
        );
        expect(yield* awaited(starting)).toBe(1);
        serving.cancel();
        yield* errorOf(serving);
        expect(serving.cancelled()).toBe(true);
      }),
    ));

  it("sets no time for its clients if it is cancelled without any", () =>
    run(
      body(function* () {
        const server = yield* awaited(startServer(() => {}, host, 0));
        const serving = startTask(() => awaited(server.serveForever()));
        yield* awaited(sleep(0));
        const later = vi.spyOn(server.getLoop(), "callLater");
        serving.cancel();
        expect(String(yield* errorOf(serving))).toContain("CancelledError");
        expect(later).not.toHaveBeenCalled();
        later.mockRestore();
      }),
    ));

  it("waits in waitClosed for its connections, as from 3.12 on", () =>
    run(
      body(function* () {
        const events: string[] = [];
        const server = yield* awaited(startServer(body(echo), host, 0));
        const [reader, writer] = yield* awaited(openConnection(host, server.port));
        writer.write("x");
        yield* awaited(reader.read(1));
        const waiting = startTask(function* () {
          yield* awaited(server.waitClosed());
          events.push("closed");
        });
        yield* awaited(sleep(0));
        server.close();
        yield* awaited(sleep(0));
        events.push("leaves");
        writer.writeEof();
        yield* awaited(waiting);
        expect(events).toEqual(["leaves", "closed"]);
        writer.close();
      }),
    ));

  it.each(["closeClients", "abortClients"] as const)("ends its connections with %s", (method) =>
    run(
      body(function* () {
        const server = yield* awaited(startServer(body(echo), host, 0));
        const [reader, writer] = yield* awaited(openConnection(host, server.port));
        writer.write("x");
        yield* awaited(reader.read(1));
        server.close();
        server[method]();
        yield* awaited(server.waitClosed());
        expect(text(yield* awaited(reader.read()))).toBe("");
        writer.close();
      }),
    ),
  );

  it("wakes a read before it wakes those that wait for the end", () =>
    run(
      body(function* () {
        const events: string[] = [];
        const waiting: Promise<unknown>[] = [];
        const server = yield* awaited(
          startServer(
            body(function* (reader: StreamReader, writer: StreamWriter) {
              const closed = startTask(function* () {
                yield* awaited(writer.waitClosed());
                events.push("the writer is closed");
              });
              waiting.push(closed.then(() => {}));
              writer.write("x");
              yield* awaited(reader.read());
              events.push("the read has ended");
            }),
            host,
            0,
          ),
        );
        const [reader, writer] = yield* awaited(openConnection(host, server.port));
        yield* awaited(reader.read(1));
        server.close();
        server.closeClients();
        yield* awaited(server.waitClosed());
        events.push("the server is closed");
        yield* awaited(Promise.all(waiting));
        expect(events).toEqual(["the read has ended", "the writer is closed", "the server is closed"]);
        writer.close();
      }),
    ));

  it("closes after the body of with, whose result and error go out", () =>
    run(
      body(function* () {
        for (const fails of [false, true]) {
          const server = yield* awaited(startServer(body(echo), host, 0));
          const failure = new Error("of the body");
          const call = server.with(
            body(function* (given: Server): Program<string> {
              expect(given).toBe(server);
              yield* awaited(sleep(0));
              if (fails) throw failure;
              return "result";
            }),
          );
          if (fails) expect(yield* errorOf(call)).toBe(failure);
          else expect(yield* awaited(call)).toBe("result");
          expect(server.isServing()).toBe(false);
        }
      }),
    ));

  it("closes the connection of a handler that has returned, once all was sent", () =>
    run(
      body(function* () {
        const events: string[] = [];
        const server = yield* awaited(
          startServer(
            body(function* (_reader, writer) {
              yield* awaited(sleep(0));
              writer.write("x".repeat(3_000_000));
              events.push("returned");
            }),
            host,
            0,
          ),
        );
        const [reader, writer] = yield* awaited(openConnection(host, server.port));
        const { length } = yield* awaited(reader.read());
        events.push(`read ${length}`);
        writer.close();
        server.close();
        yield* awaited(server.waitClosed());
        expect(events).toEqual(["returned", "read 3000000"]);
      }),
    ));
});

describe("a server", () => {
  it("makes a task of a plain function, and leaves the connection to it", () =>
    run(async () => {
      const names: string[] = [];
      const server = await startServer(
        (_reader, writer) => {
          names.push(currentTask()?.name.slice(0, 21) ?? "none");
          createTask(async () => {
            writer.write("later");
            writer.close();
          });
        },
        host,
        0,
      );
      const [reader, writer] = await openConnection(host, server.port);
      expect(text(await reader.read())).toBe("later");
      expect(names).toEqual(["connection 127.0.0.1:"]);
      writer.close();
      server.close();
    }));

  it("reports a handler that throws, closes its connection, and goes on", async () => {
    const reports = await reportsOf(async () => {
      let count = 0;
      const server = await startServer(
        async (_reader, writer) => {
          if (++count === 1) throw new Error("of the handler");
          writer.write("fine");
          writer.close();
        },
        host,
        0,
      );
      for (const expected of ["", "fine"]) {
        const [reader, writer] = await openConnection(host, server.port);
        expect(text(await reader.read())).toBe(expected);
        writer.close();
      }
      server.close();
      await server.waitClosed();
    });
    expect(reports.map(({ exception }) => String(exception))).toEqual(["Error: of the handler"]);
    expect(reports[0]?.message).toMatch(
      /^the handler of <StreamWriter open, from 127\.0\.0\.1:\d+> threw an error, and the connection is closed$/,
    );
  });

  it("reports a handler whose parameters throw", async () => {
    const fail = (): string => {
      throw new Error("of a parameter");
    };
    const reports = await reportsOf(async () => {
      const server = await startServer(
        function* (_reader: StreamReader, _writer: StreamWriter, name = fail()) {
          yield* sleep(0, name);
        },
        host,
        0,
      );
      const [reader, writer] = await openConnection(host, server.port);
      expect(text(await reader.read())).toBe("");
      writer.close();
      server.close();
      await server.waitClosed();
    });
    expect(reports.map(({ exception }) => String(exception))).toEqual(["Error: of a parameter"]);
  });

  it("ends with the run: handlers are cancelled and waited for, and no socket is left", async () => {
    const events: string[] = [];
    let port = 0;
    let writers: StreamWriter[] = [];
    await run(async () => {
      const server = await startServer(
        async (reader, writer) => {
          writers.push(writer);
          try {
            writer.write("x");
            await reader.read();
          } finally {
            events.push("stopped");
            await sleep(1);
            events.push("cleaned up");
          }
        },
        host,
        0,
      );
      ({ port } = server);
      const [reader, writer] = await openConnection(host, port);
      writers.push(writer);
      await reader.read(1);
      events.push("main ends");
    });
    expect(events).toEqual(["main ends", "stopped", "cleaned up"]);
    expect(writers.map(String)).toEqual([
      expect.stringMatching(/^<StreamWriter closed, /),
      expect.stringMatching(/^<StreamWriter closed, /),
    ]);
    await new Promise<void>((resolve, reject) => {
      const late = connect(port, host);
      late.on("connect", () => reject(new Error("it still listens")));
      late.on("error", () => resolve());
    });
  });

  it.each(["serveForever", "with", "the end of the run", "close, and the end of the run"])(
    "does not wait for a client that never reads (%s)",
    async (how) => {
      const events: string[] = [];
      let closed: Promise<unknown> = Promise.resolve();
      const main = async (): Promise<void> => {
        const full = new Future<void>();
        const server = await startServer(
          async (_reader, writer) => {
            writer.write(new Uint8Array(50_000_000));
            full.setResult();
            try {
              await sleep(60_000);
            } finally {
              events.push("cancelled");
              await writer.drain().catch(() => {});
              events.push("cleaned up");
            }
          },
          host,
          0,
        );
        const client = connect(server.port, host);
        client.on("error", () => {});
        closed = new Promise((resolve) => client.on("close", resolve));
        await full;
        // It reads once the server has cut it off.
        void server.waitClosed().then(() => client.resume());
        if (how === "close, and the end of the run") server.close();
        if (how !== "serveForever" && how !== "with") return;
        const serving = createTask(() =>
          how === "with" ? server.with(() => sleep(60_000)) : server.serveForever(),
        );
        await sleep(0);
        serving.cancel();
        await serving.catch(() => {});
        events.push(String(serving.cancelled()));
      };
      const loopFactory = (): EventLoop => {
        const loop = virtualLoop();
        // No time passes here while the connection ends, so the handler is reported as one that does not stop.
        loop.setExceptionHandler(() => {});
        return loop;
      };
      await run(main, { loopFactory });
      await closed;
      expect(events).toEqual(
        how === "serveForever" || how === "with"
          ? ["true", "cancelled", "cleaned up"]
          : ["cancelled", "cleaned up"],
      );
    },
  );

  it("does not count a connection that is lost as it arrives", () =>
    run(async () => {
      // No runtime does that, as far as is known. But one that counted would never be waited for in vain.
      const net = process.getBuiltinModule("node:net");
      const { createServer: original } = net;
      let listener: NetServer | undefined;
      net.createServer = ((...args: Parameters<typeof original>) =>
        (listener = original(...args))) as typeof original;
      const server = await startServer(() => {}, host, 0).finally(() => (net.createServer = original));
      const lost = new Socket();
      lost.destroy();
      await new Promise((resolve) => lost.on("close", resolve));
      listener?.emit("connection", lost);
      expect(String(server)).toContain("0 connections");
      server.close();
      await server.waitClosed();
    }));

  it("runs its handlers in the context in which serving was started", () =>
    run(async () => {
      const storage = new AsyncLocalStorage<string>();
      for (const handler of [
        async (_reader: StreamReader, writer: StreamWriter) => {
          await sleep(0);
          writer.write(storage.getStore() ?? "none");
          writer.close();
        },
        function* (_reader: StreamReader, writer: StreamWriter) {
          yield* sleep(0);
          writer.write(storage.getStore() ?? "none");
          writer.close();
        },
      ]) {
        const server = await storage.run("serving", async () => startServer(handler, host, 0));
        const [reader, writer] = await storage.run("client", async () => openConnection(host, server.port));
        expect(text(await reader.read())).toBe("serving");
        writer.close();
        server.close();
        await server.waitClosed();
      }
    }));

  it("lets its handlers say good-bye at the end of the run", async () => {
    const got: string[] = [];
    let closed: Promise<unknown> = Promise.resolve();
    await run(async () => {
      const server = await startServer(
        async (reader, writer) => {
          try {
            writer.write("hello ");
            await reader.read();
          } finally {
            writer.write("bye");
            await sleep(1);
            writer.write("!");
            writer.close();
            await writer.waitClosed();
          }
        },
        host,
        0,
      );
      const client = connect(server.port, host);
      closed = new Promise((resolve) => {
        client.on("close", resolve);
      });
      await new Promise<void>((resolve) => {
        client.on("data", (data) => {
          got.push(data.toString());
          resolve();
        });
      });
    });
    await closed;
    expect(got.join("")).toBe("hello bye!");
  });

  it("gives each handler a copy of the context variables of the code that has started it", () =>
    run(async () => {
      const name = new ContextVar("name", { default: "none" });
      name.set("server");
      const server = await startServer(
        async (_reader, writer) => {
          const before = name.get();
          name.set("handler");
          await sleep(0);
          writer.write(`${before}, ${name.get()}`);
          writer.close();
        },
        host,
        0,
      );
      name.set("client");
      for (let count = 0; count < 2; count++) {
        const [reader, writer] = await openConnection(host, server.port);
        expect(text(await reader.read())).toBe("server, handler");
        writer.close();
      }
      server.close();
    }));

  it("makes no more tasks once the run ends", async () => {
    const handled: string[] = [];
    let late: Promise<string> = Promise.resolve("");
    await run(async () => {
      const server = await startServer(
        async (reader) => {
          handled.push("begins");
          await reader.read();
        },
        host,
        0,
      );
      const { port } = server;
      const [, writer] = await openConnection(host, port);
      while (handled.length === 0) await new Promise((resolve) => setImmediate(resolve));
      createTask(async () => {
        try {
          await sleep(60_000);
        } finally {
          late = Promise.resolve(openConnection(host, port)).then(
            () => "connected",
            (error: ConnectionError) => error.code,
          );
          await late;
        }
      });
      await sleep(0);
      writer.write("x");
    });
    expect([await late, ...handled]).toEqual(["ECONNREFUSED", "begins"]);
  });

  it("says that it can't listen, with the code and the cause", () =>
    run(async () => {
      const server = await startServer(() => {}, host, 0);
      const error = await Promise.resolve(startServer(() => {}, host, server.port)).catch(
        (caught: unknown) => caught as ConnectionError,
      );
      expect(error).toBeInstanceOf(ConnectionError);
      const { code, message, cause } = error as ConnectionError;
      expect([code, (cause as ConnectionError).code]).toEqual(["EADDRINUSE", "EADDRINUSE"]);
      expect(message).toContain(`startServer() can't listen on 127.0.0.1:${server.port}: `);
      server.close();
    }));

  it("throws a ConnectionError, in reads and in drain(), once a connection is reset", () =>
    run(async () => {
      const server = await startServer(() => {}, host, 0);
      const [reader, writer] = await openConnection(host, server.port);
      const socket = writer.getExtraInfo("socket") as Socket;
      const reset = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
      socket.destroy(reset);
      const waits = [reader.read(), writer.waitClosed(), writer.drain(), reader.readline()];
      const errors: unknown[] = [];
      for (const wait of waits) errors.push(await Promise.resolve(wait).catch((error: unknown) => error));
      const [first] = errors as ConnectionError[];
      expect(first).toBeInstanceOf(ConnectionError);
      expect(first).toMatchObject({ code: "ECONNRESET", message: "the connection is lost: read ECONNRESET" });
      expect([first?.cause, new Set(errors).size]).toEqual([reset, 1]);
      server.close();
    }));

  it("replaces a Unix socket that was left behind", () =>
    run(async () => {
      const path = `${tmpdir()}/asyncio-ts-left-${process.pid}.sock`;
      const first = await startUnixServer(() => {}, path);
      const second = await startUnixServer((_reader, writer) => writer.close(), path);
      const [reader, writer] = await openUnixConnection(path);
      expect(text(await reader.read())).toBe("");
      writer.close();
      expect(second.sockets).toEqual([{ address: path, port: 0, family: "Unix" }]);
      expect(() => second.port).toThrow("does not listen on one");
      first.close();
      second.close();
    }));

  it.runIf(process.platform === "linux")("listens on an abstract name, which has no file", () =>
    run(async () => {
      const name = `\0asyncio-ts-abstract-${process.pid}`;
      const server = await startUnixServer((_reader, writer) => writer.close(), name);
      const [reader, writer] = await openUnixConnection(name);
      expect(text(await reader.read())).toBe("");
      writer.close();
      server.close();
      await server.waitClosed();
    }),
  );

  it("refuses a path with a zero byte inside", () => {
    expect(() => startUnixServer(() => {}, "/tmp/a\0b")).toThrow("needs a path without zero bytes");
  });

  it("leaves the Unix socket of the server that has replaced its own", () =>
    run(async () => {
      const path = `${tmpdir()}/asyncio-ts-replaced-${process.pid}.sock`;
      const first = await startUnixServer(() => {}, path);
      const second = await startUnixServer((_reader, writer) => writer.close(), path);
      first.close();
      await first.waitClosed();
      const [reader, writer] = await openUnixConnection(path);
      expect(text(await reader.read())).toBe("");
      writer.close();
      second.close();
      expect(existsSync(path)).toBe(false);
    }));

  it.each(["127.0.0.1", "localhost", null])("has the addresses of the system, on %s", (on) =>
    run(async () => {
      const names: unknown[] = [];
      const note = (writer: StreamWriter): void => {
        const socket = writer.getExtraInfo("socket") as Socket;
        expect(writer.getExtraInfo("peername")).toEqual([socket.remoteAddress, socket.remotePort]);
        expect(writer.getExtraInfo("sockname")).toEqual([socket.localAddress, socket.localPort]);
        names.push(writer.getExtraInfo("peername"), writer.getExtraInfo("sockname"));
      };
      const server = await startServer((_reader, writer) => (note(writer), writer.close()), on, 0);
      const [reader, writer] = await openConnection(on ?? host, server.port);
      note(writer);
      const before = [writer.getExtraInfo("peername"), writer.getExtraInfo("sockname")];
      await reader.read();
      writer.close();
      await writer.waitClosed();
      expect([writer.getExtraInfo("peername"), writer.getExtraInfo("sockname")]).toEqual(before);
      server.close();
      await server.waitClosed();
      expect(names).toHaveLength(4);
    }),
  );

  it("says what it does", () =>
    run(async () => {
      const server = await startServer(() => {}, host, 0);
      const { port } = server;
      expect(String(server)).toBe(`<Server listening, 127.0.0.1:${port}, 0 connections>`);
      const task = createTask(() => server.waitClosed());
      await sleep(0);
      server.close();
      await task;
      expect(String(server)).toBe("<Server closed, 127.0.0.1:0, 0 connections>");
      expect(allTasks().size).toBe(1);
    }));
});

describe("a deadlock", () => {
  it("is none while a socket is open or a server listens, and is found without them", async () => {
    const loop = newEventLoop();
    const runtime = partsOf(loop).host as { whenExhausted(callback: (certain: boolean) => void): () => void };
    let nothingIsLeft = (): void => {};
    runtime.whenExhausted = (callback) => {
      nothingIsLeft = () => callback(false);
      return () => {};
    };
    const survived: string[] = [];
    const main = async (): Promise<void> => {
      const server = await startServer(echoing, host, 0);
      const [reader, writer] = await openConnection(host, server.port);
      const waits: readonly (() => Coroutine<unknown>)[] = [
        () => reader.readline(),
        () => writer.waitClosed(),
        () => server.waitClosed(),
        () => server.serveForever(),
      ];
      for (const wait of waits) {
        const task = createTask(wait);
        await sleep(0);
        nothingIsLeft();
        await sleep(0);
        survived.push(task.done() ? "done" : "waits");
        task.cancel();
        await Promise.resolve(task).catch(() => {});
      }
      writer.close();
      await writer.waitClosed();
      await server.waitClosed();
      const task = createTask(() => new StreamReader().readline());
      loop.callSoon(() => loop.callSoon(() => nothingIsLeft()));
      await task;
    };
    const error: unknown = await run(main, { loopFactory: () => loop }).catch((caught: unknown) => caught);
    expect([(error as Error).name, ...survived]).toEqual([
      "DeadlockError",
      "waits",
      "waits",
      "waits",
      "waits",
    ]);
  });
});

describe("openConnection", () => {
  it("leaves no connection open at the end of the run, and waits until it is closed", async () => {
    const server = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => {
      server.listen(0, host, () => resolve());
    });
    const { port } = server.address() as { port: number };
    const [, writer] = await run(async () => openConnection(host, port));
    expect(String(writer)).toBe(`<StreamWriter closed, to ${host}:${port}>`);
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });

  it("names what it could not connect to", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, host, () => resolve());
    });
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => {
      server.close(resolve);
    });
    const error = await run(async () => openConnection(host, port)).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ConnectionError);
    expect((error as ConnectionError).code).toBe("ECONNREFUSED");
    expect((error as Error).message).toContain(`can't connect to 127.0.0.1:${port}: `);
    expect(((error as Error).cause as ConnectionError).code).toBe("ECONNREFUSED");
  });

  it("leaves no socket if it is cancelled", async () => {
    let connections = 0;
    const server = createServer(() => connections++);
    await new Promise<void>((resolve) => {
      server.listen(0, host, () => resolve());
    });
    const { port } = server.address() as { port: number };
    await run(async () => {
      const task = createTask(() => openConnection(host, port));
      await sleep(0);
      task.cancel();
      await Promise.resolve(task).catch(() => {});
      expect(task.cancelled()).toBe(true);
    });
    // It would wait for a socket that is left.
    await new Promise((resolve) => {
      server.close(resolve);
    });
    expect(connections).toBeLessThan(2);
  });

  it("keeps a connection that has arrived, for a task that was cancelled", () =>
    run(async () => {
      const server = await startServer(echoing, host, 0);
      const { port } = server;
      const task = createTask(() => openConnection(host, port));
      const raw = new Promise<void>((resolve) => {
        const other = createTask(async () => {
          const [, writer] = await openConnection(host, port);
          writer.close();
          resolve();
        });
        void other;
      });
      await raw;
      task.cancel();
      const [reader, writer] = await task;
      writer.write("kept\n");
      expect(text(await reader.readline())).toBe("kept\n");
      writer.close();
      server.close();
    }));

  it.each([
    [() => openConnection("", 1), TypeError, 'openConnection() needs a host, got ""'],
    [() => openConnection(host, "1" as never), TypeError, 'openConnection() needs a port, got "1"'],
    [() => openConnection(host, 70_000), RangeError, "needs a port from 1 to 65,535, got 70000"],
    [
      () => openConnection(host, 1, { tls: 1 as never }),
      TypeError,
      "needs tls to be true, false or an object",
    ],
    [
      () => openConnection(host, 1, { ssl: true } as never),
      TypeError,
      "openConnection() has no option ssl; it takes limit, tls, serverHostname, handshakeTimeout",
    ],
    [
      () => openConnection(host, 1, { handshakeTimeout: 0 }),
      RangeError,
      "openConnection() needs a handshakeTimeout above 0 milliseconds, got 0",
    ],
    [
      () => startServer(() => {}, host, 0, { reusePort: true } as never),
      TypeError,
      "startServer() has no option reusePort; it takes limit, tls, handshakeTimeout, backlog, startServing",
    ],
    [() => openUnixConnection(""), TypeError, 'openUnixConnection() needs the path of a socket, got ""'],
    [() => openUnixConnection("ü".repeat(54)), RangeError, "openUnixConnection() needs a path of at most 10"],
    [() => startUnixServer(() => {}, "ü".repeat(54)), RangeError, "bytes, got 108: "],
    [() => openUnixConnection("/a", { tls: true }), TypeError, "needs a serverHostname with tls"],
    [() => startServer(1 as never, host, 0), TypeError, "startServer() needs a function, got 1"],
    [() => startServer(() => {}, host, 0, { tls: true as never }), TypeError, "the cert and the key"],
    [
      () => startServer(() => {}, host, 0, { backlog: 0 }),
      RangeError,
      "needs a backlog that is a whole number",
    ],
  ])("refuses a wrong call: %s", (call, kind, message) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
  });
});

async function echoing(reader: StreamReader, writer: StreamWriter): Promise<void> {
  for await (const line of reader) writer.write(line);
  writer.close();
}

import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { connect as connectTls } from "node:tls";
import { Future } from "@asyncio-ts/future";
import {
  ConnectionError,
  type ConnectionOptions,
  openConnection,
  openUnixConnection,
  startServer,
  startUnixServer,
  type StreamReader,
  type StreamWriter,
} from "@asyncio-ts/streams";
import { createTask, run, sleep } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf, needing, type Program } from "@asyncio-ts/testkit";
import { describe, expect, it } from "vitest";
import { cert, key } from "./support/certificate.js";

const host = "127.0.0.1";

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function* upper(reader: StreamReader, writer: StreamWriter): Program<void> {
  const line = text(yield* awaited(reader.readline()));
  writer.write(line.toUpperCase());
  yield* awaited(writer.drain());
  writer.close();
  yield* awaited(writer.waitClosed());
}

describe.each(bothKinds)("TLS, in %s", ({ body, startTask }) => {
  it("connects, and knows the certificate and the cipher", () =>
    run(
      body(function* () {
        const server = yield* awaited(startServer(body(upper), host, 0, { tls: { cert, key } }));
        const [reader, writer] = yield* awaited(
          openConnection(host, server.port, { tls: { ca: cert }, serverHostname: "localhost" }),
        );
        writer.write("secret\n");
        expect(text(yield* awaited(reader.readline()))).toBe("SECRET\n");
        const { subject } = writer.getExtraInfo("peercert") as { subject: { CN: string } };
        expect(subject.CN).toBe("localhost");
        expect(writer.getExtraInfo("cipher")?.[1]).toMatch(/^TLSv1\.\d$/);
        expect(writer.getExtraInfo("peername")).toEqual([host, server.port]);
        expect(writer.canWriteEof()).toBe(false);
        expect(() => writer.writeEof()).toThrow("TLS has no half-closed connections; call close()");
        expect(text(yield* awaited(reader.read()))).toBe("");
        writer.close();
        yield* awaited(writer.waitClosed());
        server.close();
        yield* awaited(server.waitClosed());
      }),
    ));

  it("does not trust a certificate that nobody vouches for", () =>
    run(
      body(function* () {
        const server = yield* awaited(startServer(body(upper), host, 0, { tls: { cert, key } }));
        const error = (yield* errorOf(openConnection(host, server.port, { tls: true }))) as ConnectionError;
        expect(error).toBeInstanceOf(ConnectionError);
        expect(error.message).toContain(`the TLS handshake with 127.0.0.1:${server.port} failed: `);
        expect(error.code).toMatch(/CERT|SELF_SIGNED/);
        server.close();
        yield* awaited(server.waitClosed());
      }),
    ));

  it.each(["a port", "a Unix socket"])(
    "has a certificate for the name that the client expects, on %s",
    (place) =>
      run(
        body(function* () {
          const path = `${tmpdir()}/asyncio-ts-tls-${process.pid}.sock`;
          const server = yield* awaited(
            place === "a port"
              ? startServer(body(upper), host, 0, { tls: { cert, key } })
              : startUnixServer(body(upper), path, { tls: { cert, key } }),
          );
          const open = (options: ConnectionOptions) =>
            place === "a port"
              ? openConnection(host, server.port, options)
              : openUnixConnection(path, options);
          const error = (yield* errorOf(
            open({ tls: { ca: cert }, serverHostname: "example.org" }),
          )) as ConnectionError;
          expect([error.name, error.code]).toEqual(["ConnectionError", "ERR_TLS_CERT_ALTNAME_INVALID"]);
          // The name of a host is expected by itself.
          const serverHostname = place === "a port" ? {} : { serverHostname: "localhost" };
          const [reader, writer] = yield* awaited(open({ tls: { ca: cert }, ...serverHostname }));
          writer.write("secret\n");
          expect(text(yield* awaited(reader.read()))).toBe("SECRET\n");
          writer.close();
          yield* awaited(writer.waitClosed());
          server.close();
          yield* awaited(server.waitClosed());
        }),
      ),
  );

  it("starts on an open connection", () =>
    run(
      body(function* () {
        const server = yield* awaited(
          startServer(
            body(function* (reader: StreamReader, writer: StreamWriter) {
              expect(text(yield* awaited(reader.readline()))).toBe("STARTTLS\n");
              writer.write("go\n");
              yield* awaited(writer.startTls({ cert, key }));
              yield* upper(reader, writer);
            }),
            host,
            0,
          ),
        );
        const [reader, writer] = yield* awaited(openConnection(host, server.port));
        writer.write("STARTTLS\n");
        expect(text(yield* awaited(reader.readline()))).toBe("go\n");
        yield* awaited(writer.startTls({ ca: cert }, { serverHostname: "localhost" }));
        writer.write("secret\n");
        expect(text(yield* awaited(reader.read()))).toBe("SECRET\n");
        expect(String(yield* errorOf(writer.startTls()))).toContain("startTls() was called on ");
        writer.close();
        yield* awaited(writer.waitClosed());
        server.close();
        yield* awaited(server.waitClosed());
      }),
    ));

  it.each(["trusts nobody and leaves", "leaves", "has left"])("fails in a server whose client %s", (client) =>
    run(
      body(function* () {
        const failed = new Future<unknown>();
        const server = yield* awaited(
          startServer(
            body(function* (reader: StreamReader, writer: StreamWriter) {
              writer.write("go\n");
              if (client === "has left") yield* awaited(reader.read());
              failed.setResult(yield* errorOf(writer.startTls({ cert, key })));
            }),
            host,
            0,
          ),
        );
        const [reader, writer] = yield* awaited(openConnection(host, server.port));
        yield* awaited(reader.readline());
        if (client === "trusts nobody and leaves") yield* errorOf(writer.startTls());
        writer.close();
        expect(yield* awaited(failed)).toBeInstanceOf(ConnectionError);
        server.close();
        yield* awaited(server.waitClosed());
      }),
    ),
  );

  it("that was started on an open connection ends in both directions at once", () =>
    run(
      body(function* () {
        const server = yield* awaited(
          startServer(
            body(function* (_reader: StreamReader, writer: StreamWriter) {
              writer.write("go\n");
              yield* awaited(writer.startTls({ cert, key }));
              writer.write("secret\n");
            }),
            host,
            0,
          ),
        );
        const [reader, writer] = yield* awaited(openConnection(host, server.port));
        yield* awaited(reader.readline());
        yield* awaited(writer.startTls({ ca: cert }, { serverHostname: "localhost" }));
        expect(text(yield* awaited(reader.read()))).toBe("secret\n");
        yield* awaited(writer.waitClosed());
        server.close();
        yield* awaited(server.waitClosed());
      }),
    ));

  it("does not start while bytes that came without TLS are unread", () =>
    run(
      body(function* () {
        const server = yield* awaited(
          startServer((_reader, writer) => writer.write("go\ninjected"), host, 0),
        );
        const [reader, writer] = yield* awaited(openConnection(host, server.port));
        yield* awaited(reader.readline());
        const error = yield* errorOf(writer.startTls({ ca: cert }));
        expect(String(error)).toContain("and 8 bytes that came without TLS are unread");
        writer.close();
        server.close();
        server.abortClients();
      }),
    ));

  it.each(["writeEof", "close", "waitClosed"] as const)("does not start after %s()", (last) =>
    run(
      body(function* () {
        const server = yield* awaited(startServer(() => {}, host, 0));
        const [, writer] = yield* awaited(openConnection(host, server.port));
        if (last === "writeEof") writer.writeEof();
        else writer.close();
        if (last === "waitClosed") yield* awaited(writer.waitClosed());
        expect(String(yield* errorOf(writer.startTls({ ca: cert })))).toMatch(
          /^Error: startTls\(\) was called on <StreamWriter (ended|closing|closed), .*>; start TLS before /,
        );
        server.close();
        server.abortClients();
      }),
    ),
  );

  it("closes the connection if the handshake is cancelled", () =>
    run(
      body(function* () {
        const server = yield* awaited(startServer(() => {}, host, 0));
        const [reader, writer] = yield* awaited(openConnection(host, server.port));
        const starting = startTask(() => awaited(writer.startTls({ ca: cert })));
        for (let count = 0; count < 3; count++) yield* awaited(sleep(0));
        starting.cancel();
        yield* errorOf(starting);
        expect([starting.cancelled(), writer.isClosing()]).toEqual([true, true]);
        yield* awaited(writer.waitClosed());
        expect(text(yield* awaited(reader.read()))).toBe("");
        server.close();
        server.abortClients();
      }),
    ));

  it("leaves no socket if it is refused for its options", () =>
    run(
      body(function* () {
        const server = createServer().listen(0, host);
        yield* awaited(once(server, "listening"));
        const connected = once(server, "connection");
        const { port } = server.address() as AddressInfo;
        const error = yield* errorOf(openConnection(host, port, { tls: { minVersion: "TLSv9" as never } }));
        expect(String(error)).toContain("TLSv9");
        yield* awaited(connected);
        // It would wait for a socket that is left.
        yield* awaited(
          new Promise((resolve) => {
            server.close(resolve);
          }),
        );
      }),
    ));

  it("gives up a handshake that takes too long", () =>
    run(
      body(function* () {
        const ended: string[] = [];
        const server = yield* awaited(
          startServer(
            body(function* (reader: StreamReader, writer: StreamWriter) {
              yield* awaited(reader.read());
              ended.push("the client has closed");
              writer.close();
            }),
            host,
            0,
          ),
        );
        const error = (yield* errorOf(
          openConnection(host, server.port, { tls: { ca: cert }, handshakeTimeout: 1 }),
        )) as ConnectionError;
        expect([error.code, error.message]).toEqual([
          "ETIMEDOUT",
          `the TLS handshake with 127.0.0.1:${server.port} took longer than 1 ms`,
        ]);
        server.close();
        yield* awaited(server.waitClosed());
        expect(ended).toEqual(["the client has closed"]);
      }),
    ));
});

describe("a server with TLS", () => {
  it(
    "reads what has arrived, and sends what is buffered, once its client has ended",
    needing("TLS that sends on once its client has ended"),
    () =>
      run(async () => {
        const log: string[] = [];
        let hasEnded = (): void => {};
        const ended = new Promise<void>((resolve) => (hasEnded = resolve));
        const server = await startServer(
          async (reader, writer) => {
            writer.write(new Uint8Array(10_000_000));
            while (!String(reader).includes("ended")) await sleep(1);
            hasEnded();
            for await (const line of reader.lines()) {
              log.push(line);
              writer.write("dropped\n");
              await writer.drain();
            }
          },
          host,
          0,
          { tls: { cert, key } },
        );
        const client = connectTls({ port: server.port, host, ca: cert });
        client.end("one\ntwo\n");
        await ended;
        let length = 0;
        client.on("data", (chunk: Buffer) => (length += chunk.length));
        await once(client, "close");
        expect([log, length]).toEqual([["one", "two"], 10_000_000]);
        server.close();
      }),
  );

  it("may have no limit for the time of a handshake", () =>
    run(async () => {
      const server = await startServer((_reader, writer) => writer.write("welcome\n"), host, 0, {
        tls: { cert, key },
        handshakeTimeout: Infinity,
      });
      const [reader, writer] = await openConnection(host, server.port, { tls: { ca: cert } });
      expect(text(await reader.readline())).toBe("welcome\n");
      writer.close();
      server.close();
    }));

  it("is not disturbed by a client that does not shake hands, and leaves none at the end", async () => {
    let closed: Promise<unknown> = Promise.resolve();
    await run(async () => {
      const server = await startServer(
        async (reader, writer) => {
          writer.write(await reader.readline());
          writer.close();
        },
        host,
        0,
        { tls: { cert, key } },
      );
      const silent = connect(server.port, host);
      silent.on("error", () => {});
      closed = new Promise((resolve) => {
        silent.on("close", resolve);
      });
      const rude = connect(server.port, host);
      rude.on("error", () => {});
      await new Promise((resolve) => {
        rude.on("close", resolve);
        rude.end("this is no TLS\n");
        rude.resume();
      });
      const task = createTask(async () => {
        const [reader, writer] = await openConnection(host, server.port, { tls: { ca: cert } });
        writer.write("fine\n");
        const line = text(await reader.readline());
        writer.close();
        return line;
      });
      expect(await task).toBe("fine\n");
    });
    await closed;
  });

  it("closes without waiting for a client that does not shake hands", () =>
    run(async () => {
      const server = await startServer((_reader, writer) => writer.write("welcome\n"), host, 0, {
        tls: { cert, key },
      });
      const silent = connect(server.port, host).resume();
      await once(silent, "connect");
      // Accepted after the silent one.
      const tls = { ca: cert };
      const [reader, writer] = await openConnection(host, server.port, { tls, serverHostname: "localhost" });
      await reader.readline();
      server.close();
      await once(silent, "close");
      expect(String(server)).toContain("1 connections");
      server.closeClients();
      expect(text(await reader.read())).toBe("");
      writer.close();
      await server.waitClosed();
    }));
});

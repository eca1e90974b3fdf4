import type { TLSSocket } from "node:tls";
import { openConnection, startServer, type StreamReader, type StreamWriter } from "@asyncio-ts/streams";
import { run } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf, type Program as Steps } from "@asyncio-ts/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { echoLines, text } from "./support/echo.js";
import { findProgram } from "@asyncio-ts/testkit/installed";
import { type Certificate, Program, Scratch, Started, unless } from "./support/program.js";

const openssl = findProgram("openssl") as string;
const folder = new Started();
const started = new Started();
let files: Certificate;

beforeAll(async () => {
  if (openssl !== undefined) files = await folder.add(await Scratch.create()).certificate();
});
afterEach(() => started[Symbol.asyncDispose]());
afterAll(() => folder[Symbol.asyncDispose]());

/** Starts `openssl s_server`, which sends each line back reversed, and returns its port. */
async function reversing(...options: string[]): Promise<number> {
  const args = ["s_server", "-accept", "127.0.0.1:0", "-cert", files.certPath, "-key", files.keyPath, "-rev"];
  const server = started.add(new Program(openssl, [...args, ...options]));
  return Number((await server.printed(/ACCEPT 127\.0\.0\.1:(\d+)/))[1]);
}

/** Starts `openssl s_client`. */
function client(port: number, ...options: string[]): Program {
  const args = ["s_client", "-connect", `127.0.0.1:${port}`, "-servername", "localhost", "-quiet"];
  const verify = ["-CAfile", files.certPath, "-verify_return_error", "-verify_hostname", "localhost"];
  return started.add(new Program(openssl, [...args, ...verify, ...options]));
}

function* useReversing(reader: StreamReader, writer: StreamWriter): Steps<string[]> {
  const got: string[] = [];
  for (const line of ["abc\n", `${"0123456789".repeat(800)}\n`, "x\n"]) {
    writer.write(line);
    got.push(text(yield* awaited(reader.readline())).slice(0, 12));
  }
  writer.close();
  yield* awaited(writer.waitClosed());
  return got;
}

const reversed = ["cba\n", "987654321098", "x\n"];

const suite = describe.skipIf(openssl === undefined);
suite.each(bothKinds)(`OpenSSL, with %s${unless(openssl, "openssl")}`, ({ body }) => {
  it.each([
    ["TLSv1.2", "-tls1_2"],
    ["TLSv1.3", "-tls1_3"],
  ])("serves our client by %s", async (protocol, option) => {
    const port = await reversing(option);
    await run(
      body(function* () {
        const options = { tls: { ca: files.cert }, serverHostname: "localhost" };
        const [reader, writer] = yield* awaited(openConnection("127.0.0.1", port, options));
        const socket = writer.getExtraInfo("socket") as TLSSocket;
        expect(socket.getProtocol()).toBe(protocol);
        expect(yield* useReversing(reader, writer)).toEqual(reversed);
      }),
    );
  });

  it("serves our client that starts TLS later", async () => {
    const port = await reversing();
    await run(
      body(function* () {
        const [reader, writer] = yield* awaited(openConnection("127.0.0.1", port));
        yield* awaited(writer.startTls({ ca: files.cert }, { serverHostname: "localhost" }));
        expect(yield* useReversing(reader, writer)).toEqual(reversed);
      }),
    );
  });

  it("is not trusted without its certificate, nor for another name", async () => {
    const port = await reversing();
    await run(
      body(function* () {
        const unknown = yield* errorOf(
          openConnection("127.0.0.1", port, { tls: true, serverHostname: "localhost" }),
        );
        expect(unknown).toMatchObject({ name: "ConnectionError", code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
        const tls = { ca: files.cert };
        const other = yield* errorOf(
          openConnection("127.0.0.1", port, { tls, serverHostname: "example.org" }),
        );
        expect(other).toMatchObject({ name: "ConnectionError", code: "ERR_TLS_CERT_ALTNAME_INVALID" });
      }),
    );
  });

  it.each([
    ["TLSv1.2", "-tls1_2"],
    ["TLSv1.3", "-tls1_3"],
  ])("uses our server by %s", (_protocol, option) =>
    run(
      body(function* () {
        const tls = { cert: files.cert, key: files.key };
        const server = yield* awaited(startServer(body(echoLines()), "127.0.0.1", 0, { tls }));
        const using = client(server.port, option);
        using.write("hello\n");
        yield* awaited(using.printed(/^hello\n/m));
        using.write(`${"y".repeat(8000)} end\n`);
        yield* awaited(using.printed(/y{8000} end\n/));
        yield* awaited(using[Symbol.asyncDispose]());
        server.close();
        yield* awaited(server.waitClosed());
      }),
    ),
  );

  it("uses our server that starts TLS later, as for mail", () =>
    run(
      body(function* () {
        const heard: string[] = [];
        function* mail(reader: StreamReader, writer: StreamWriter): Steps<void> {
          writer.write("220 localhost ESMTP\r\n");
          heard.push(text(yield* awaited(reader.readline())).slice(0, 4));
          writer.write("250-localhost\r\n250 STARTTLS\r\n");
          heard.push(text(yield* awaited(reader.readuntil("\r\n"))));
          writer.write("220 Go on\r\n");
          yield* awaited(writer.startTls({ cert: files.cert, key: files.key }));
          heard.push(text(yield* awaited(reader.readline())));
          writer.write("221 Bye\r\n");
          writer.close();
        }
        const server = yield* awaited(startServer(body(mail), "127.0.0.1", 0));
        const using = client(server.port, "-starttls", "smtp");
        using.write("NOOP\n");
        yield* awaited(using.printed(/221 Bye\r\n/));
        yield* awaited(using[Symbol.asyncDispose]());
        server.close();
        yield* awaited(server.waitClosed());
        expect(heard).toEqual(["EHLO", "STARTTLS\r\n", "NOOP\n"]);
      }),
    ));
});

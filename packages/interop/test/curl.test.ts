import { startServer, type StreamReader, type StreamWriter } from "@asyncio-ts/streams";
import { run } from "@asyncio-ts/task";
import { awaited, bothKinds, type Program as Steps } from "@asyncio-ts/testkit";
import { afterEach, describe, expect, it } from "vitest";
import { text } from "./support/echo.js";
import { findProgram } from "@asyncio-ts/testkit/installed";
import { Program, Scratch, Started, unless } from "./support/program.js";

const curl = findProgram("curl") as string;
const openssl = findProgram("openssl");
const started = new Started();
afterEach(() => started[Symbol.asyncDispose]());

/** Answers requests of HTTP/1.1, on one connection as many as come, with the length of their bodies. */
function* answer(reader: StreamReader, writer: StreamWriter): Steps<void> {
  for (let count = 1; ; count++) {
    // A client that has no more requests closes between two.
    const first = text(yield* awaited(reader.readline()));
    if (first === "") break;
    const fields = text(yield* awaited(reader.readuntil("\r\n\r\n")));
    if (/^expect: 100-continue\r$/im.test(fields)) writer.write("HTTP/1.1 100 Continue\r\n\r\n");
    const length = Number(/^content-length: (\d+)\r$/im.exec(fields)?.[1] ?? 0);
    const body = yield* awaited(reader.readexactly(length));
    const [method, path] = first.split(" ");
    const result = `${method} ${path} with ${body.length} bytes, number ${count}\n`;
    writer.writelines([`HTTP/1.1 200 OK\r\nContent-Length: ${result.length}\r\n\r\n`, result]);
    yield* awaited(writer.drain());
  }
  writer.close();
}

const suite = describe.skipIf(curl === undefined);
suite.each(bothKinds)(`curl, with %s${unless(curl, "curl")}`, ({ body }) => {
  for (const secure of [false, true]) {
    const lacking = secure ? unless(openssl, "openssl") : "";
    it.skipIf(lacking !== "")(`uses our server${secure ? ", with TLS" : ""}${lacking}`, async () => {
      const scratch = started.add(await Scratch.create());
      const files = secure ? await scratch.certificate() : undefined;
      const upload = await scratch.write("upload", "z".repeat(3_000_000));
      await run(
        body(function* () {
          const options = files ? { tls: { cert: files.cert, key: files.key } } : {};
          const server = yield* awaited(startServer(body(answer), "127.0.0.1", 0, options));
          const url = `${secure ? "https" : "http"}://127.0.0.1:${server.port}`;
          const common = [
            "-sS",
            "--fail",
            "--http1.1",
            "--noproxy",
            "*",
            ...(files ? ["--cacert", files.certPath] : []),
          ];
          const getting = started.add(new Program(curl, [...common, `${url}/[1-20]`]));
          expect(yield* awaited(getting.ended), getting.output).toBe(0);
          expect(getting.output).toBe(
            Array.from({ length: 20 }, (_, i) => `GET /${i + 1} with 0 bytes, number ${i + 1}\n`).join(""),
          );
          const putting = started.add(new Program(curl, [...common, "-T", upload, `${url}/up`]));
          expect(yield* awaited(putting.ended), putting.output).toBe(0);
          expect(putting.output).toBe("PUT /up with 3000000 bytes, number 1\n");
          server.close();
          yield* awaited(server.waitClosed());
        }),
      );
    });
  }
});

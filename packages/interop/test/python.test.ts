import { fileURLToPath } from "node:url";
import { openConnection, startServer } from "@asyncio-ts/streams";
import { run } from "@asyncio-ts/task";
import { awaited, bothKinds } from "@asyncio-ts/testkit";
import { findPython } from "@asyncio-ts/testkit/python";
import { afterEach, describe, expect, it } from "vitest";
import { echoLines, text, useEcho } from "./support/echo.js";
import { findProgram } from "@asyncio-ts/testkit/installed";
import { type Certificate, Program, Scratch, Started, unless } from "./support/program.js";

const python = await findPython();
const openssl = findProgram("openssl");
const started = new Started();
afterEach(() => started[Symbol.asyncDispose]());

function script(name: string): string {
  return fileURLToPath(new URL(`python/${name}.py`, import.meta.url));
}

describe.each(bothKinds)("asyncio in Python, with %s", ({ body }) => {
  for (const mode of ["plain", "tls", "upgrade"] as const) {
    const lacking = unless(python, "Python 3.13") || (mode === "plain" ? "" : unless(openssl, "openssl"));

    async function certificate(): Promise<Certificate | undefined> {
      if (mode === "plain") return undefined;
      return started.add(await Scratch.create()).certificate();
    }

    it.skipIf(lacking !== "")(`serves our client, ${mode}${lacking}`, async () => {
      const files = await certificate();
      const args = files === undefined ? [] : [files.certPath, files.keyPath];
      const server = started.add(new Program(python as string, [script("echo_server"), mode, ...args]));
      const port = Number((await server.printed(/port (\d+)/))[1]);
      const tls = { ca: files?.cert ?? "" };
      const kept: string[] = [];
      await run(
        body(function* () {
          const [reader, writer] = yield* awaited(
            openConnection("127.0.0.1", port, mode === "tls" ? { tls, serverHostname: "localhost" } : {}),
          );
          if (mode === "upgrade") {
            writer.write("STARTTLS\n");
            kept.push(text(yield* awaited(reader.readline())));
            yield* awaited(writer.startTls(tls, { serverHostname: "localhost" }));
          }
          yield* useEcho(reader, writer, kept);
          if (mode === "plain") {
            writer.writeEof();
            kept.push(`and ${(yield* awaited(reader.read())).length} bytes at the end`);
          }
          writer.close();
          yield* awaited(writer.waitClosed());
        }),
      );
      expect(kept).toEqual([
        ...(mode === "upgrade" ? ["STARTTLS\n"] : []),
        "300 lines",
        ...(mode === "plain" ? ["and 0 bytes at the end"] : []),
      ]);
      server.endInput();
      expect([await server.ended, server.output]).toEqual([0, `port ${port}\n`]);
    });

    it.skipIf(lacking !== "")(`uses our server, ${mode}${lacking}`, async () => {
      const files = await certificate();
      const tls = files && { cert: files.cert, key: files.key };
      await run(
        body(function* () {
          const options = mode === "tls" && tls !== undefined ? { tls } : {};
          const server = yield* awaited(startServer(body(echoLines(tls)), "127.0.0.1", 0, options));
          const args = [String(server.port), mode, ...(files ? [files.certPath] : [])];
          const client = started.add(new Program(python as string, [script("client"), ...args]));
          const code = yield* awaited(client.ended);
          expect([code, client.output]).toEqual([0, "2000 lines\n"]);
          server.close();
          yield* awaited(server.waitClosed());
        }),
      );
    });
  }
});

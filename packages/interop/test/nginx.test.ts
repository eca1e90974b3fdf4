import { openConnection } from "@asyncio-ts/streams";
import { run } from "@asyncio-ts/task";
import { awaited, bothKinds } from "@asyncio-ts/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { text } from "./support/echo.js";
import { findProgram, freePort } from "@asyncio-ts/testkit/installed";
import { Program, Scratch, Started, unless } from "./support/program.js";

const nginx = findProgram("nginx");
const started = new Started();
let port = 0;

beforeAll(async () => {
  if (nginx === undefined) return;
  const scratch = started.add(await Scratch.create());
  port = await freePort();
  const folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const config = await scratch.write(
    "nginx.conf",
    `daemon off;
    master_process off;
    pid nginx.pid;
    error_log stderr notice;
    events {}
    http {
      access_log off;
      ${folders.map((name) => `${name}_temp_path ${name};`).join("\n")}
      keepalive_requests 10000;
      server {
        listen 127.0.0.1:${port};
        location / { default_type text/plain; return 200 "you asked for $request_uri\\n\\r\\n\\r\\n"; }
      }
    }`,
  );
  const server = started.add(
    new Program(nginx, ["-e", "stderr", "-p", scratch.path, "-c", config], scratch.path),
  );
  // It listens by then.
  await server.printed(/using the "\w+" event method/);
});

afterAll(() => started[Symbol.asyncDispose]());

const suite = describe.skipIf(nginx === undefined);
suite.each(bothKinds)(`nginx, with %s${unless(nginx, "nginx")}`, ({ body, startTask }) => {
  it.each([
    ["one after another", 1],
    ["pipelined", 20],
  ])("answers 1,000 requests on one connection, %s", (_name, ahead) =>
    run(
      body(function* () {
        const [reader, writer] = yield* awaited(openConnection("127.0.0.1", port));
        const requests = Array.from({ length: 1000 }, (_, i) => {
          const path = `/${i}-${"x".repeat(i % 97)}`;
          return { path, head: `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n` };
        });
        let wrong = 0;
        for (let at = 0; at < requests.length; at += ahead) {
          const some = requests.slice(at, at + ahead);
          const sending = startTask(function* () {
            writer.writelines(some.map(({ head }) => head));
            yield* awaited(writer.drain());
          });
          for (const { path } of some) {
            const head = text(yield* awaited(reader.readuntil("\r\n\r\n")));
            const length = Number(/^content-length: (\d+)\r$/im.exec(head)?.[1]);
            const answer = text(yield* awaited(reader.readexactly(length)));
            if (!head.startsWith("HTTP/1.1 200 OK\r\n")) wrong++;
            if (answer !== `you asked for ${path}\n\r\n\r\n`) wrong++;
          }
          yield* awaited(sending);
        }
        expect(wrong).toBe(0);
        writer.close();
        yield* awaited(writer.waitClosed());
      }),
    ),
  );
});

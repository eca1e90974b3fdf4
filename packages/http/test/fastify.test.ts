import type { AddressInfo } from "node:net";
import { Future } from "@asyncio-ts/future";
import { RequestScope } from "@asyncio-ts/http";
import { handler } from "@asyncio-ts/http/fastify";
import { sleep } from "@asyncio-ts/task";
import Fastify, { type FastifyReply, type FastifyRequest } from "fastify";
import { expect, test } from "vitest";

test("an answer that was sent is whole, though the handler is cancelled before the client has it", async () => {
  const scope = new RequestScope();
  const app = Fastify();
  const length = 20e6; // more than the buffers of two sockets
  app.get(
    "/",
    handler(
      async (_request: FastifyRequest, reply: FastifyReply) => {
        reply.send(Buffer.alloc(length));
        await sleep(Infinity);
      },
      { scope },
    ),
  );
  await app.listen({ port: 0, host: "127.0.0.1" });
  const response = await fetch(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}/`);
  await scope.close();
  expect((await response.arrayBuffer()).byteLength).toBe(length);
  await app.close();
});

test.each([
  ["content-type", "text/html"],
  ["content-encoding", "gzip"],
  ["content-length", "5"],
  ["location", "/new"],
])(
  "the 503 of a handler that has set the header %s has its own, and nothing is logged",
  async (name, value) => {
    const scope = new RequestScope();
    const logged: string[] = [];
    const app = Fastify({
      logger: { level: "warn", stream: { write: (line: string) => logged.push(line) } },
    });
    const begun = new Future<void>();
    app.get(
      "/",
      handler(
        async (_request: FastifyRequest, reply: FastifyReply) => {
          reply.raw.statusMessage = "Created";
          reply.header(name, value).header("access-control-allow-origin", "*");
          begun.setResult();
          await sleep(Infinity);
        },
        { scope },
      ),
    );
    await app.listen({ port: 0, host: "127.0.0.1" });
    const answer = fetch(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}/`);
    await begun;
    await scope.close();
    const response = await answer;
    const { date: _, ...headers } = Object.fromEntries(response.headers);
    expect([response.status, response.statusText, headers]).toEqual([
      503,
      "Service Unavailable",
      {
        "access-control-allow-origin": "*",
        connection: "close",
        "content-length": "80",
        "content-type": "application/json; charset=utf-8",
      },
    ]);
    expect(await response.json()).toMatchObject({ statusCode: 503 });
    expect(logged).toEqual([]);
    await app.close();
  },
);

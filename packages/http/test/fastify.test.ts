import type { AddressInfo } from "node:net";
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

/** The answers of a scope that is closed, over HTTP/2, which has no header `Connection`. */
import { connect, createServer, type IncomingHttpHeaders } from "node:http2";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { RequestScope } from "@asyncio-ts/http";
import { handler as fastifyHandler } from "@asyncio-ts/http/fastify";
import { handler as honoHandler } from "@asyncio-ts/http/hono";
import { sleep } from "@asyncio-ts/task";
import Fastify from "fastify";
import { Hono } from "hono";
import { expect, test } from "vitest";

async function headersFrom(port: number): Promise<IncomingHttpHeaders & { ":status"?: number }> {
  const client = connect(`http://127.0.0.1:${port}`);
  try {
    return await new Promise((resolve, reject) => {
      client.on("error", reject);
      client.request({ ":path": "/" }).on("response", resolve).on("error", reject).end();
    });
  } finally {
    client.destroy();
  }
}

async function closedScope(): Promise<RequestScope> {
  const scope = new RequestScope();
  await scope.close();
  return scope;
}

test("fastify answers 503 without it", async () => {
  const app = Fastify({ http2: true });
  app.get(
    "/",
    fastifyHandler(async () => sleep(1, "never"), { scope: await closedScope() }),
  );
  await app.listen({ port: 0, host: "127.0.0.1" });
  const headers = await headersFrom((app.server.address() as AddressInfo).port);
  expect([headers[":status"], headers.connection]).toEqual([503, undefined]);
  await app.close();
});

test("hono answers 503 without it", async () => {
  const app = new Hono();
  app.get(
    "/",
    honoHandler(async () => new Response("never"), { scope: await closedScope() }),
  );
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1", createServer });
  await new Promise((resolve) => server.on("listening", resolve));
  const headers = await headersFrom((server.address() as AddressInfo).port);
  expect([headers[":status"], headers.connection]).toEqual([503, undefined]);
  server.close();
});

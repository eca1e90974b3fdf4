/** The answers over HTTP/2, which has no header `Connection`, and whose streams share a connection. */
import { connect, createServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import type { IncomingHttpHeaders } from "node:http2";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Future } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { handler, type NodeRequestLike, RequestScope } from "@asyncio-ts/http";
import { type FastifyReplyLike, handler as fastifyHandler } from "@asyncio-ts/http/fastify";
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

test("node:http2 answers an error with 500, without a status text, of which Node would warn", async () => {
  getRunningLoop().setExceptionHandler(() => {});
  const warnings: string[] = [];
  const warned = ({ message }: Error): void => void warnings.push(message);
  process.on("warning", warned);
  const server = createServer(
    handler(async (_request: Http2ServerRequest, _response: Http2ServerResponse) => {
      throw new Error("broken");
    }),
  ).listen(0);
  const headers = await headersFrom((server.address() as AddressInfo).port);
  expect([headers[":status"], warnings]).toEqual([500, []]);
  process.off("warning", warned);
  getRunningLoop().setExceptionHandler(undefined);
  server.close();
});

/** Gets an answer whose first part has arrived when `begun` is called, and tells the events of its stream. */
async function eventsFrom(port: number, path: string, begun: () => void): Promise<string[]> {
  const client = connect(`http://127.0.0.1:${port}`);
  const events: string[] = [];
  await new Promise<void>((resolve) => {
    const stream = client.request({ ":path": path });
    stream.on("data", (data) => {
      events.push(String(data));
      begun();
    });
    stream.on("error", (error) => events.push(error.message));
    stream.on("end", () => events.push("end"));
    stream.on("close", resolve);
  });
  client.destroy();
  return events;
}

const brokenOff = ["a part", "Stream closed with error code NGHTTP2_INTERNAL_ERROR"];

test("node:http2 breaks off what had begun, by an error and by the closing of the scope", async () => {
  const scope = new RequestScope();
  getRunningLoop().setExceptionHandler(() => {});
  const goOn = new Future<void>();
  const server = createServer(
    handler(
      async ({ url }: Http2ServerRequest, response: Http2ServerResponse) => {
        response.write("a part");
        if (url === "/hangs") await sleep(Infinity);
        await goOn;
        throw new Error("broken");
      },
      { scope },
    ),
  ).listen(0);
  const { port } = server.address() as AddressInfo;
  expect(await eventsFrom(port, "/fails", () => goOn.setResult())).toEqual(brokenOff);
  expect(await eventsFrom(port, "/hangs", () => void scope.close())).toEqual(brokenOff);
  getRunningLoop().setExceptionHandler(undefined);
  server.close();
});

test("fastify breaks off what had begun when the scope is closed", async () => {
  const scope = new RequestScope();
  const app = Fastify({ http2: true });
  app.get(
    "/",
    fastifyHandler(
      async (_request: NodeRequestLike, reply: FastifyReplyLike & { readonly raw: Http2ServerResponse }) => {
        reply.raw.write("a part");
        await sleep(Infinity);
      },
      { scope },
    ),
  );
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as AddressInfo;
  expect(await eventsFrom(port, "/", () => void scope.close())).toEqual(brokenOff);
  await app.close();
});

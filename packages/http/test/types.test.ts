/**
 * The types of handlers. Compiled by `pnpm typecheck`; nothing is served. Where the method of a framework is
 * generic, TypeScript infers no types for a function inside a call, so the parameters are annotated.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:http2";
import { handler } from "@asyncio-ts/http";
import { handler as fastifyHandler } from "@asyncio-ts/http/fastify";
import { handler as honoHandler } from "@asyncio-ts/http/hono";
import { handler as webHandler } from "@asyncio-ts/http/web";
import { handler as wsHandler } from "@asyncio-ts/http/ws";
import { sleep } from "@asyncio-ts/task";
import express, { type NextFunction, type Request, type Response } from "express";
import Fastify, { type FastifyReply, type FastifyRequest } from "fastify";
import { type Context, Hono, type Next } from "hono";
import type { BlankEnv } from "hono/types";
import { expectTypeOf, test } from "vitest";
import { WebSocketServer } from "ws";

test("node:http gives a listener its types", () => {
  createServer(
    handler(async (request: IncomingMessage, response: ServerResponse) => {
      response.writeHead(200).end(request.headers.host);
    }),
  );
  createServer(
    handler(function* (_request: IncomingMessage, response: ServerResponse) {
      yield* sleep(1);
      response.writeHead(200).end();
    }),
  );
  createSecureServer(
    handler(async (request, response) => {
      response.stream.end(request.authority);
    }),
  );
  expectTypeOf(handler(async (_request: IncomingMessage, _response: ServerResponse) => 1)).returns.toBeVoid();
  // @ts-expect-error: a plain function that returns nothing is no coroutine
  handler((_request: IncomingMessage, response: ServerResponse) => void response.end());
});

test("express gives a handler its types", () => {
  const app = express();
  app.get(
    "/users/:id",
    handler(async (request: Request<{ id: string }>, response: Response, next: NextFunction) => {
      response.status(201).json({ id: request.params.id });
      next();
    }),
  );
  app.use(
    handler(async (_request: Request, _response: Response, next: NextFunction) => {
      next();
    }),
  );
});

test("fastify gives a handler its types", () => {
  const app = Fastify();
  app.get<{ Params: { id: string } }>(
    "/users/:id",
    fastifyHandler(async (request, reply) => {
      expectTypeOf(request.params.id).toBeString();
      void reply.code(201);
      return { id: request.params.id };
    }),
  );
  app.get(
    "/",
    fastifyHandler(async (request: FastifyRequest, reply: FastifyReply) => {
      void reply.code(201);
      return request.ip;
    }),
  );
});

test("hono gives a handler its types", () => {
  const app = new Hono();
  app.get(
    "/users/:id",
    honoHandler(async (c: Context<BlankEnv, "/users/:id">) => {
      expectTypeOf(c.req.param("id")).toBeString();
      return c.text("hello");
    }),
  );
  app.use(
    honoHandler(async (_c: Context, next: Next) => {
      await next();
    }),
  );
});

test("a web handler has the types of its function", () => {
  expectTypeOf(
    webHandler(async (_request: globalThis.Request) => new globalThis.Response()),
  ).toBeCallableWith(new globalThis.Request("http://localhost"));
});

test("ws gives a handler its types", () => {
  const server = new WebSocketServer({ noServer: true });
  server.on(
    "connection",
    wsHandler(async (socket, request) => {
      socket.send(request.url ?? "");
    }),
  );
});

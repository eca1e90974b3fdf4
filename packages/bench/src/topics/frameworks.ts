import { createServer, type Server } from "node:http";
import { setImmediate as poll, setTimeout as wait } from "node:timers/promises";
import { createAdaptorServer } from "@hono/node-server";
import { handler } from "@asyncio-ts/http";
import { handler as fastifyHandler } from "@asyncio-ts/http/fastify";
import { handler as honoHandler } from "@asyncio-ts/http/hono";
import { allTasks, ensureFuture, sleep } from "@asyncio-ts/task";
import type { Request, RequestHandler, Response } from "express";
import type { FastifyInstance, RouteHandlerMethod } from "fastify";
import type { Context, Handler, Hono } from "hono";
import { underLoad } from "../served.js";
import type { Case, Load, Program, Topic } from "../topic.js";

/** The clients that leave in the middle. */
const LEAVING = 10;
/** The milliseconds that `/slow` takes; a client that leaves has long left by then. */
const SLOW = 1000;
/** The times that the host may handle I/O after the load, until everything that was cancelled has ended. */
const MOST_POLLS = 1000;

/** The handlers of `/slow` that went on to their end, though every client had left. */
let ranOn = 0;

const native = {
  async quick() {
    await poll();
    return "hello";
  },
  async slow() {
    await wait(SLOW);
    return "late";
  },
};

const async = {
  quick: native.quick,
  async slow() {
    await sleep(SLOW);
    ranOn++;
    return "late";
  },
};

const generator = {
  *quick() {
    yield* ensureFuture(poll());
    return "hello";
  },
  *slow() {
    yield* sleep(SLOW);
    ranOn++;
    return "late";
  },
};

/** Measures a server; one whose handlers are tasks fails if a handler has run on, or a task is left. */
const measured =
  (server: Server): Program =>
  async (seconds) => {
    const value = await underLoad(server, seconds, LEAVING);
    for (let polls = 0; allTasks().size > 0 && polls < MOST_POLLS; polls++) await poll();
    const clean = allTasks().size === 0 && ranOn === 0;
    return { done: value > 0 && clean ? seconds : 0, value };
  };

/** Makes the contenders of a framework of its handlers for `/` and `/slow`. */
const contenders = <H>(
  serve: (quick: H, slow: H) => Promise<Server>,
  handlers: Record<"native" | "async" | "generator", () => readonly [quick: H, slow: H]>,
): Record<"native" | "async" | "generator", Load> => {
  const load = (name: keyof typeof handlers) => async () => measured(await serve(...handlers[name]()));
  return { native: load("native"), async: load("async"), generator: load("generator") };
};

const express = contenders<RequestHandler>(
  async (quick, slow) => {
    const { default: makeApp } = await import("express");
    return createServer(makeApp().get("/", quick).get("/slow", slow));
  },
  {
    native: () => [
      async (_, response) => void response.send(await native.quick()),
      async (_, response) => void response.send(await native.slow()),
    ],
    async: () => [
      handler(async (_: Request, response: Response) => void response.send(await async.quick())),
      handler(async (_: Request, response: Response) => void response.send(await async.slow())),
    ],
    generator: () => [
      handler(function* (_: Request, response: Response) {
        response.send(yield* generator.quick());
      }),
      handler(function* (_: Request, response: Response) {
        response.send(yield* generator.slow());
      }),
    ],
  },
);

const fastify = contenders<RouteHandlerMethod>(
  async (quick, slow) => {
    const { default: makeApp } = await import("fastify");
    const app: FastifyInstance = makeApp();
    app.get("/", quick);
    app.get("/slow", slow);
    await app.ready();
    return app.server;
  },
  {
    native: () => [native.quick, native.slow],
    async: () => [fastifyHandler(async.quick), fastifyHandler(async.slow)],
    generator: () => [fastifyHandler(generator.quick), fastifyHandler(generator.slow)],
  },
);

const hono = contenders<Handler>(
  async (quick, slow) => {
    const { Hono } = await import("hono");
    const app: Hono = new Hono().get("/", quick).get("/slow", slow);
    return createAdaptorServer({ fetch: app.fetch }) as Server;
  },
  {
    native: () => [async (c) => c.text(await native.quick()), async (c) => c.text(await native.slow())],
    async: () => [
      honoHandler(async (c: Context) => c.text(await async.quick())),
      honoHandler(async (c: Context) => c.text(await async.slow())),
    ],
    generator: () => [
      honoHandler(function* (c: Context) {
        return c.text(yield* generator.quick());
      }),
      honoHandler(function* (c: Context) {
        return c.text(yield* generator.slow());
      }),
    ],
  },
);

const caseOf = (name: string, contenders: Case["contenders"]): Case => ({
  name,
  operation: "requests per second",
  size: 3,
  processes: 5,
  unit: "requests/s",
  contenders,
});

export const topic: Topic = {
  name: "frameworks",
  title: "handlers of web frameworks, with clients that leave",
  note: "A handler that waits for one setImmediate: as it is, and made a task by @asyncio-ts/http. 50 connections; meanwhile 10 more clients request a slow page again and again, and leave after 10 ms. The tasks of those are cancelled: a contender with a handler that runs on, or a task that is left, has no row. One operation is one second of load.",
  cases: [caseOf("express", express), caseOf("fastify", fastify), caseOf("hono", hono)],
};

/** The frameworks, each as a server that answers every request with the text that a program returns. */
import { AsyncLocalStorage } from "node:async_hooks";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import type { Kind, Program } from "@asyncio-ts/testkit";
import { handler, type HandlerOptions } from "@asyncio-ts/http";
import { handler as fastifyHandler } from "@asyncio-ts/http/fastify";
import { handler as honoHandler } from "@asyncio-ts/http/hono";
import express, { type NextFunction, type Request, type Response } from "express";
import Fastify from "fastify";
import { type Context, Hono } from "hono";

interface Setup {
  readonly kind: Kind;
  readonly program: (path: string) => Program<string>;
  readonly options?: HandlerOptions;
  /** Receives what reaches the error handling of the framework, with the store that is current there. */
  readonly caught?: (error: unknown, store: string | undefined) => void;
}

interface Running extends AsyncDisposable {
  readonly port: number;
}

export interface Framework {
  readonly name: string;
  start(setup: Setup): Promise<Running>;
}

/** Middleware of each framework sets it to the path of the request. */
export const store: AsyncLocalStorage<string> = new AsyncLocalStorage<string>();

export const nodeHttp: Framework = {
  name: "node:http",
  async start({ kind, program, options }) {
    const listener = handler(
      kind.body(function* (request: IncomingMessage, response: ServerResponse) {
        response.end(yield* program(request.url ?? ""));
      }),
      options,
    );
    return listening(
      createServer((request, response) => store.run(request.url ?? "", listener, request, response)),
    );
  },
};

const expressFramework: Framework = {
  name: "express",
  async start({ kind, program, options, caught }) {
    const app = express();
    app.use((request, _response, next) => store.run(request.url, next));
    app.get(
      "/{*path}",
      handler(
        kind.body(function* (request: Request, response: Response) {
          response.send(yield* program(request.url));
        }),
        options,
      ),
    );
    app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
      caught?.(error, store.getStore());
      response.status(500).send("handled");
    });
    return listening(createServer(app));
  },
};

const fastify: Framework = {
  name: "fastify",
  async start({ kind, program, options, caught }) {
    const app = Fastify();
    app.addHook("onRequest", (request, _reply, done) => store.run(request.url, done));
    app.setErrorHandler((error, _request, reply) => {
      caught?.(error, store.getStore());
      void reply.code(500).send("handled");
    });
    app.get(
      "/*",
      fastifyHandler(
        kind.body((request: { url: string }) => program(request.url)),
        options,
      ),
    );
    await app.listen({ port: 0, host: "127.0.0.1" });
    return running(app.server, () => app.close());
  },
};

function honoApp({ kind, program, options, caught }: Setup): Hono {
  const app = new Hono();
  app.use((c, next) => store.run(c.req.path, next));
  app.onError((error, c) => {
    caught?.(error, store.getStore());
    return c.text("handled", 500);
  });
  app.get(
    "/*",
    honoHandler(
      kind.body(function* (c: Context) {
        return c.text(yield* program(c.req.path));
      }),
      options,
    ),
  );
  return app;
}

const hono: Framework = {
  name: "hono on node:http",
  async start(setup) {
    const server = serve({ fetch: honoApp(setup).fetch, port: 0, hostname: "127.0.0.1" });
    return listening(server as Server);
  },
};

/** Hono as on web-standard servers: its `Request` has a signal, and there is no `outgoing`. */
const honoByRequests: Framework = {
  name: "hono by Request",
  async start(setup) {
    const app = honoApp(setup);
    const server = serve({ fetch: (request) => app.fetch(request), port: 0, hostname: "127.0.0.1" });
    return listening(server as Server);
  },
};

export const frameworks: readonly Framework[] = [nodeHttp, expressFramework, fastify, hono, honoByRequests];

async function listening(server: Server): Promise<Running> {
  if (!server.listening) {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  }
  return running(server, async () => {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  });
}

function running(server: Server, close: () => PromiseLike<unknown>): Running {
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => void (await close()),
  };
}

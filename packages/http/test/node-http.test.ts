import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import { type AddressInfo, connect } from "node:net";
import { ContextVar } from "@asyncio-ts/contextvars";
import { Future } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { allTasks, run, sleep } from "@asyncio-ts/task";
import { rejectionOf } from "@asyncio-ts/testkit";
import { handler, RequestScope } from "@asyncio-ts/http";
import express, { type NextFunction, type Request, type Response } from "express";
import { afterEach, expect, test } from "vitest";
import { get, visit } from "./support/clients.js";

const closings: (() => void)[] = [];

afterEach(() => {
  for (const close of closings.splice(0)) close();
  getRunningLoop().setExceptionHandler(undefined);
});

async function serve(
  listener: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<number> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  closings.push(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

test("the first step runs inside the call, as that of an async function does", async () => {
  const events: string[] = [];
  const call = handler(async (_request: IncomingMessage, response: ServerResponse) => {
    events.push("the handler");
    response.end("done");
  });
  const port = await serve((request, response) => {
    call(request, response);
    events.push("after the call");
  });
  expect(await get(port, "/")).toEqual([200, "done"]);
  expect(events).toEqual(["the handler", "after the call"]);
});

test("what a handler does after its answer is no concern of the client's", async () => {
  const scope = new RequestScope();
  const goOn = new Future<void>();
  const events: string[] = [];
  const port = await serve(
    handler(
      async (_request: IncomingMessage, response: ServerResponse) => {
        response.on("close", () => goOn.setResult());
        response.end("done");
        await goOn;
        await sleep(0);
        events.push("written down");
      },
      { scope },
    ),
  );
  expect(await get(port, "/")).toEqual([200, "done"]);
  await goOn;
  await scope.close({ grace: 60_000 });
  expect(events).toEqual(["written down"]);
});

test("a handler is not called for a client that has left before", async () => {
  const called: string[] = [];
  const seen = new Future<void>();
  const gone = new Future<void>();
  const call = handler(async (request: IncomingMessage) => void called.push(request.url ?? ""));
  const port = await serve((request, response) => {
    seen.setResult();
    response.on("close", () => {
      call(request, response);
      gone.setResult();
    });
  });
  const leave = await visit(port, "/");
  await seen;
  leave();
  await gone;
  expect(called).toEqual([]);
  expect(allTasks().size).toBe(0);
});

test("an answer that had begun is broken off, not ended, by an error and by a cancellation", async () => {
  const scope = new RequestScope();
  const reports: unknown[] = [];
  getRunningLoop().setExceptionHandler((_, { exception }) => reports.push(exception));
  const begun = new Future<void>();
  const failure = new Error("broken");
  const port = await serve(
    handler(
      async (request: IncomingMessage, response: ServerResponse) => {
        response.write("a part");
        await sleep(0);
        if (request.url === "/fails") throw failure;
        begun.setResult();
        await sleep(Infinity);
      },
      { scope },
    ),
  );
  expect(await rejectionOf(get(port, "/fails"))).toBeInstanceOf(TypeError);
  const answer = rejectionOf(get(port, "/hangs"));
  await begun;
  await scope.close();
  expect(await answer).toBeInstanceOf(TypeError);
  expect(reports).toEqual([failure]);
});

test("an error's answer has nothing that the handler has set for its own, and keeps the connection", async () => {
  getRunningLoop().setExceptionHandler(() => {});
  const port = await serve(
    handler(async (_request: IncomingMessage, response: ServerResponse) => {
      response.statusCode = 201;
      response.statusMessage = "Created";
      for (const [name, value] of [
        ["Cache-Control", "public, max-age=3600"],
        ["Content-Disposition", "attachment"],
        ["Content-Encoding", "gzip"],
        ["Content-Length", "3"],
        ["Content-Type", "text/html"],
        ["ETag", '"x"'],
        ["Last-Modified", new Date(0).toUTCString()],
        ["Location", "/new"],
        ["Trailer", "Digest"],
        ["Transfer-Encoding", "gzip, chunked"],
        ["Access-Control-Allow-Origin", "*"],
      ] as const) {
        response.setHeader(name, value);
      }
      throw new Error("broken");
    }),
  );
  const response = await fetch(`http://127.0.0.1:${port}/`);
  const { date: _, ...headers } = Object.fromEntries(response.headers);
  expect([response.status, response.statusText, headers, await response.text()]).toEqual([
    500,
    "Internal Server Error",
    {
      "access-control-allow-origin": "*",
      connection: "keep-alive",
      "content-length": "22",
      "content-type": "text/plain; charset=utf-8",
      "keep-alive": expect.any(String),
    },
    "Internal Server Error\n",
  ]);
});

test("an error is answered with the usual status text, although that of the handler can't be sent", async () => {
  const reports: string[] = [];
  getRunningLoop().setExceptionHandler((_, { message }) => reports.push(message));
  const port = await serve(
    handler(async (_request: IncomingMessage, response: ServerResponse) => {
      response.statusMessage = "€";
      throw new Error("broken");
    }),
  );
  const response = await fetch(`http://127.0.0.1:${port}/`);
  expect([response.status, response.statusText]).toEqual([500, "Internal Server Error"]);
  expect(reports).toEqual(["the handler of GET / failed"]);
});

test("an answer that throws is broken off and reported", async () => {
  const scope = new RequestScope();
  const reports: string[] = [];
  getRunningLoop().setExceptionHandler((_, { message, exception }) =>
    reports.push(`${message}: ${exception}`),
  );
  const begun = new Future<void>();
  const port = await serve(
    handler(
      async (request: IncomingMessage, response: ServerResponse) => {
        response.end = () => {
          throw new Error("by a wrapper");
        };
        if (request.url === "/fails") throw new Error("broken");
        begun.setResult();
        await sleep(Infinity);
      },
      { scope },
    ),
  );
  expect(await rejectionOf(get(port, "/fails"))).toBeInstanceOf(TypeError);
  // Bun may end an answer that is destroyed later as an empty one.
  const answer = get(port, "/hangs").catch(() => {});
  await begun;
  await scope.close();
  await answer;
  expect(reports).toEqual([
    "the handler of GET /fails failed: Error: broken",
    "the answer to GET /fails failed, and was broken off: Error: by a wrapper",
    "the answer to GET /hangs failed, and was broken off: Error: by a wrapper",
  ]);
});

test("an error after the client has left is reported", async () => {
  const scope = new RequestScope();
  const reports: string[] = [];
  getRunningLoop().setExceptionHandler((_, { message, exception }) =>
    reports.push(`${message}: ${exception}`),
  );
  const begun = new Future<void>();
  const ended = new Future<void>();
  const port = await serve(
    handler(
      async () => {
        begun.setResult();
        try {
          await sleep(Infinity);
        } finally {
          ended.setResult();
          // oxlint-disable-next-line no-unsafe-finally -- what is tested
          throw new Error("clean-up failed");
        }
      },
      { scope },
    ),
  );
  const leave = await visit(port, "/late");
  await begun;
  leave();
  await ended;
  await scope.close();
  expect(reports).toEqual(["the handler of GET /late failed: Error: clean-up failed"]);
});

test("reading a body that its client breaks off is no error, and another error then is one", async () => {
  const scope = new RequestScope();
  const reports: string[] = [];
  getRunningLoop().setExceptionHandler((_, { message, exception }) =>
    reports.push(`${message}: ${exception}`),
  );
  let begun = new Future<void>();
  let ended = new Future<string>();
  const port = await serve(
    handler(
      async (request: IncomingMessage) => {
        try {
          for await (const _ of request) begun.setResult();
        } catch (error) {
          ended.setResult(String(error));
          throw request.url === "/other" ? new Error("another") : error;
        }
      },
      { scope },
    ),
  );
  for (const path of ["/upload", "/other"]) {
    [begun, ended] = [new Future<void>(), new Future<string>()];
    const socket = connect(port, "127.0.0.1");
    socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\na part`);
    await begun;
    socket.destroy();
    expect(await ended).toBe("Error: aborted");
  }
  await scope.close({ grace: 60_000 });
  expect(reports).toEqual(["the handler of POST /other failed: Error: another"]);
});

test("an error with which a handler itself destroys its request is one", async () => {
  const reports: string[] = [];
  const reported = new Future<void>();
  getRunningLoop().setExceptionHandler((_, { exception }) => {
    reports.push(String(exception));
    reported.setResult();
  });
  const port = await serve(
    handler(async (request: IncomingMessage) => {
      request.destroy(new Error("too large"));
      await once(request, "end");
    }),
  );
  const socket = connect(port, "127.0.0.1").on("error", () => {});
  socket.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\na part");
  await reported;
  expect(reports).toEqual(["Error: too large"]);
});

test.each([
  ["without a body", (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`],
  [
    "with a body that was read",
    (path: string) => `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi`,
  ],
])("pipelined requests %s are cancelled together when the client leaves", async (_, head) => {
  const scope = new RequestScope();
  const begun: (string | undefined)[] = [];
  const allBegun = new Future<void>();
  const ended: string[] = [];
  const port = await serve(
    handler(
      async (request: IncomingMessage) => {
        request.resume();
        if (head("").startsWith("POST")) await once(request, "close");
        if (begun.push(request.url) === 3) allBegun.setResult();
        try {
          await sleep(Infinity);
        } catch (error) {
          ended.push(`${request.url}: ${error}`);
          throw error;
        }
      },
      { scope },
    ),
  );
  const paths = ["/1", "/2", "/3"];
  const socket = connect(port, "127.0.0.1");
  socket.write(paths.map(head).join(""));
  await allBegun;
  socket.destroy();
  await scope.close({ grace: 60_000 });
  expect(ended.sort()).toEqual(paths.map((path) => `${path}: CancelledError: the client has left`));
});

test("a handler of a pipelined request is not called for a client that has left before", async () => {
  const called: (string | undefined)[] = [];
  const [seen, gone] = [new Future<void>(), new Future<void>()];
  const call = handler(async (request: IncomingMessage) => void called.push(request.url));
  const port = await serve((request, response) => {
    if (request.url === "/1") return;
    seen.setResult();
    request.socket.on("close", () => {
      call(request, response);
      gone.setResult();
    });
  });
  const socket = connect(port, "127.0.0.1");
  socket.write(["/1", "/2"].map((path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join(""));
  await seen;
  socket.destroy();
  await gone;
  expect(called).toEqual([]);
});

test("a handler of HTTP/2 is cancelled when the stream is", async () => {
  const begun = new Future<void>();
  const ended = new Future<string>();
  const server = createHttp2Server(
    handler(async () => {
      begun.setResult();
      try {
        await sleep(Infinity);
      } catch (error) {
        ended.setResult(String(error));
        throw error;
      }
    }),
  ).listen(0);
  const client = connectHttp2(`http://localhost:${(server.address() as AddressInfo).port}`);
  const stream = client.request({ ":path": "/" });
  await begun;
  stream.close();
  expect(await ended).toBe("CancelledError: the client has left");
  client.close();
  server.close();
});

test("a middleware of express hands on, and each handler is a task of its own", async () => {
  const events: string[] = [];
  const app = express();
  app.use(
    handler(async (_request: Request, response: Response, next: NextFunction) => {
      await sleep(0);
      response.locals["user"] = "Ann";
      next();
      events.push("the middleware has ended");
    }),
  );
  app.get(
    "/",
    handler(function* (_request: Request, response: Response) {
      yield* sleep(0);
      response.send(response.locals["user"]);
    }),
  );
  const port = await serve(app);
  expect(await get(port, "/")).toEqual([200, "Ann"]);
  expect(events).toEqual(["the middleware has ended"]);
});

test.each([undefined, null, 0])("%s that a handler of express throws is an error", async (thrown) => {
  const app = express();
  app.get(
    "/",
    handler(async (_request: Request) => {
      await Promise.reject(thrown);
    }),
  );
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    response.status(500).send(String(error));
  });
  const port = await serve(app);
  expect(await get(port, "/")).toEqual([500, `Error: a handler threw ${thrown}`]);
});

test("handlers that run at the same time for one response share a listener", async () => {
  const counts: number[] = [];
  const app = express();
  app.use((_request, response, next) => {
    counts.push(response.listenerCount("close"));
    next();
  });
  const ended = new Future<void>();
  for (let count = 0; count < 11; count++) {
    app.use(
      handler(async (_request: Request, _response: Response, next: NextFunction) => {
        await sleep(0);
        next();
        await ended;
      }),
    );
  }
  app.get("/", (_request, response) => {
    counts.push(response.listenerCount("close"));
    response.send("done");
  });
  const port = await serve(app);
  expect(await get(port, "/")).toEqual([200, "done"]);
  const [before = NaN, inside] = counts;
  expect(inside).toBe(before + 1);
  ended.setResult();
});

test("handlers for one response are cancelled together, but for those that have ended", async () => {
  const events: string[] = [];
  const begun = new Future<void>();
  const scope = new RequestScope();
  const app = express();
  app.use(
    handler(
      async (_request: Request, _response: Response, next: NextFunction) => {
        await sleep(0);
        next();
      },
      { scope },
    ),
  );
  for (const name of ["outer", "inner"]) {
    app.use(
      handler(
        async (_request: Request, _response: Response, next: NextFunction) => {
          try {
            await sleep(0);
            if (name === "outer") next();
            else begun.setResult();
            await sleep(Infinity);
          } catch (error) {
            events.push(`${name}: ${error}`);
            throw error;
          }
        },
        { scope },
      ),
    );
  }
  const port = await serve(app);
  const leave = await visit(port, "/");
  await begun;
  expect(String(scope)).toBe("<RequestScope open, 2 requests>");
  leave();
  await scope.close({ grace: 60_000 });
  expect(events).toEqual([
    "outer: CancelledError: the client has left",
    "inner: CancelledError: the client has left",
  ]);
});

test("a handler sees a copy of the context variables of the code that made it", async () => {
  const user = new ContextVar("user", { default: "nobody" });
  await run(async () => {
    user.set("maker");
    const answer = handler(async (_request: unknown, response: ServerResponse) => {
      const before = user.get();
      user.set("handler");
      await sleep(0);
      response.end(`${before}, ${user.get()}`);
    });
    user.set("maker, later");
    const port = await serve(answer);
    for (let count = 0; count < 2; count++) expect(await get(port, "/")).toEqual([200, "maker, handler"]);
  });
});

test("a handler that a middleware calls sees a copy of the middleware's context variables", async () => {
  const user = new ContextVar("user", { default: "nobody" });
  const app = express();
  const set = (name: string) =>
    handler(async (_request: Request, _response: Response, next: NextFunction) => {
      user.set(`${user.get()}, ${name}`);
      if (name !== "at once") await Promise.resolve();
      next();
    });
  app.use(set("at once"), set("later"));
  app.get(
    "/",
    handler(async (_request: Request, response: Response) => {
      response.send(user.get());
    }),
  );
  const port = await serve(app);
  for (let count = 0; count < 2; count++) {
    expect(await get(port, "/")).toEqual([200, "nobody, at once, later"]);
  }
});

test.each([
  [
    "an async function",
    async (_: IncomingMessage, response: ServerResponse, _path = fails()) => response.end(),
  ],
  [
    "a generator function",
    function* (_: IncomingMessage, response: ServerResponse, _path = fails()) {
      response.end();
    },
  ],
])("a default value that throws is an error of the handler, in %s", async (_, fn) => {
  const reports: string[] = [];
  getRunningLoop().setExceptionHandler((_, { message, exception }) =>
    reports.push(`${message}: ${exception}`),
  );
  const port = await serve(handler(fn));
  expect(await get(port, "/")).toEqual([500, "Internal Server Error\n"]);
  expect(reports).toEqual(["the handler of GET / failed: URIError: malformed"]);
});

function fails(): string {
  throw new URIError("malformed");
}

test("a handler must be a function, and its options valid", () => {
  expect(() => handler("x" as never)).toThrow('handler() needs a function, got "x"');
  expect(() => handler(async () => 1, "x" as never)).toThrow("handler() takes its options as an object");
  expect(() => handler(async () => 1, { scope: {} as never })).toThrow(
    "handler() needs a scope that is a RequestScope, got an object of class Object",
  );
});

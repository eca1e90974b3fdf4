/** `@asyncio-ts/http/fastify`: handlers for Fastify, each run as a task that is cancelled when its client leaves. */
import type { ResultOf, Returned } from "@asyncio-ts/coroutine";
import { handlerOf } from "./exchange.js";
import {
  breakOff,
  headersOfAnswer,
  NodeExchange,
  type NodeRequestLike,
  type NodeResponseLike,
} from "./node-exchange.js";
import type { HandlerOptions, RequestScope } from "./request-scope.js";

export type { HandlerOptions } from "./request-scope.js";

/** The part of a reply of Fastify that handlers need. */
export interface FastifyReplyLike {
  readonly raw: NodeResponseLike;
  code(status: number): unknown;
  header(name: string, value: string): unknown;
  removeHeader(name: string): unknown;
  send(payload: unknown): unknown;
}

/**
 * Makes a handler of Fastify of an async function or a generator function. Each call of the function is a
 * task, which is cancelled when the client leaves, when the scope is closed, and when the `run()` in which
 * the handler was made ends.
 *
 * The result of the function is sent. Its errors go to the error handler of Fastify. A cancelled function is
 * no error: the client has left, or the answer is 503.
 *
 * Fastify's `close()` waits for the handlers. To cancel them, close a scope in the hook `preClose`.
 *
 * @throws TypeError if `fn` is not a function, or for an invalid option.
 *
 * @example
 * ```ts
 * import Fastify from "fastify";
 * import { RequestScope } from "@asyncio-ts/http";
 * import { handler } from "@asyncio-ts/http/fastify";
 * import { sleep } from "@asyncio-ts/task";
 *
 * const scope = new RequestScope();
 * const app = Fastify();
 * app.addHook("preClose", () => scope.close({ grace: 1000 }));
 * app.get(
 *   "/",
 *   handler(
 *     async () => {
 *       await sleep(10);
 *       return { hello: "world" };
 *     },
 *     { scope },
 *   ),
 * );
 * const address = await app.listen({ port: 0 });
 * console.log(await (await fetch(address)).text());
 * await app.close();
 * // prints: {"hello":"world"}
 * ```
 */
export function handler<Request extends NodeRequestLike, Reply extends FastifyReplyLike, R extends Returned>(
  fn: (request: Request, reply: Reply) => R,
  options?: HandlerOptions,
): (request: Request, reply: Reply) => Promise<ResultOf<R>> {
  return handlerOf(fn, options, (scope, args) => new FastifyExchange<ResultOf<R>>(scope, args[0], args[1]));
}

class FastifyExchange<R> extends NodeExchange<R> {
  private readonly reply: FastifyReplyLike;

  constructor(scope: RequestScope, request: NodeRequestLike, reply: FastifyReplyLike) {
    super(scope, request, reply.raw);
    this.reply = reply;
  }

  /** Fastify sends nothing for undefined if the connection is lost. */
  protected override left(): R {
    return undefined as R;
  }

  /** Answers as Fastify does for requests that arrive while it closes. */
  protected override unavailable(): R {
    const { reply, response } = this;
    // The answer is whole, though the client may not have all of it yet.
    if (response.writableEnded) return undefined as R;
    if (response.headersSent) breakOff(response);
    else {
      for (const name of headersOfAnswer) reply.removeHeader(name);
      if (response.stream === undefined) response.statusMessage = "";
      reply.code(503);
      if (response.stream === undefined) reply.header("Connection", "close");
      reply.send({ statusCode: 503, error: "Service Unavailable", message: "Service Unavailable" });
    }
    return undefined as R;
  }
}

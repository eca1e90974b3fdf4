/** `@asyncio-ts/http/hono`: handlers for Hono, each run as a task that is cancelled when its client leaves. */
import type { ResultOf, Returned } from "@asyncio-ts/coroutine";
import { type Exchange, handlerOf } from "./exchange.js";
import { NodeExchange, type NodeResponseLike } from "./node-exchange.js";
import type { HandlerOptions, RequestScope } from "./request-scope.js";
import type { WebRequestLike } from "./web.js";
import { clientLeft, unavailable, WebExchange } from "./web-exchange.js";

export type { HandlerOptions } from "./request-scope.js";

/** The part of a context of Hono that handlers need. */
export interface HonoContextLike {
  readonly req: { readonly method: string; readonly path: string; readonly raw: WebRequestLike };
  /** On `@hono/node-server` it has the response of `node:http` as `outgoing`. */
  readonly env: unknown;
}

/**
 * Makes a handler or middleware of Hono of an async function or a generator function. Each call of the
 * function is a task, which is cancelled when the client leaves, when the scope is closed, and when the
 * `run()` in which the handler was made ends.
 *
 * Errors of the function go to `app.onError`. A cancelled function is no error: the answer is 499, which
 * nobody sees, if the client has left, and 503 otherwise.
 *
 * Works with `@hono/node-server`, and with every server whose `Request` has a signal that is aborted when the
 * client leaves.
 *
 * @throws TypeError if `fn` is not a function, or for an invalid option.
 *
 * @example
 * ```ts
 * import { type Context, Hono } from "hono";
 * import { handler } from "@asyncio-ts/http/hono";
 * import { sleep } from "@asyncio-ts/task";
 *
 * const app = new Hono();
 * app.get(
 *   "/hello/:name",
 *   handler(async (c: Context) => {
 *     await sleep(1);
 *     return c.text(`hello ${c.req.param("name")}`);
 *   }),
 * );
 * console.log(await (await app.request("/hello/Ann")).text());
 * // prints: hello Ann
 * ```
 */
export function handler<Context extends HonoContextLike, Rest extends unknown[], R extends Returned>(
  fn: (context: Context, ...rest: Rest) => R,
  options?: HandlerOptions,
): (context: Context, ...rest: Rest) => Promise<ResultOf<R>> {
  return handlerOf(fn, options, (scope, args) => exchangeOf<ResultOf<R>>(scope, args[0]));
}

function exchangeOf<R>(scope: RequestScope, { req, env }: HonoContextLike): Exchange<R> {
  const outgoing = (env as { readonly outgoing?: Partial<NodeResponseLike> } | null | undefined)?.outgoing;
  return typeof outgoing?.on === "function"
    ? new HonoNodeExchange(scope, { method: req.method, url: req.path }, outgoing as NodeResponseLike)
    : new WebExchange(scope, () => `${req.method} ${req.path}`, req.raw.signal);
}

/**
 * An exchange on `@hono/node-server`. Its requests have a signal too, but it is made when it is asked for, and
 * the whole web-standard `Request` with it.
 */
class HonoNodeExchange<R> extends NodeExchange<R> {
  protected override left(): R {
    return clientLeft() as R;
  }

  protected override unavailable(): R {
    const { response } = this;
    if (!response.headersSent && response.stream === undefined) response.setHeader("Connection", "close");
    return unavailable() as R;
  }
}

/** `@asyncio-ts/http/web`: handlers for servers that speak web-standard requests and responses. */
import type { ResultOf, Returned } from "@asyncio-ts/coroutine";
import { handlerOf } from "./exchange.js";
import type { HandlerOptions } from "./request-scope.js";
import { WebExchange } from "./web-exchange.js";

export type { HandlerOptions } from "./request-scope.js";

/** The part of a web-standard `Request` that handlers need. */
export interface WebRequestLike {
  readonly method: string;
  readonly url: string;
  readonly signal: AbortSignal;
}

/**
 * Makes a function from `Request` to a promise of a `Response`, as web-standard servers call it
 * (`Deno.serve`, `Bun.serve`, route handlers), of an async function or a generator function. Each call of the
 * function is a task, which is cancelled when the signal of the request is aborted, when the scope is closed,
 * and when the `run()` in which the handler was made ends.
 *
 * Errors of the function reject the promise. A cancelled function is no error: the answer is 499, which
 * nobody sees, if the client has left, and 503 otherwise.
 *
 * @throws TypeError if `fn` is not a function, or for an invalid option.
 *
 * @example
 * ```ts
 * import { handler } from "@asyncio-ts/http/web";
 * import { sleep } from "@asyncio-ts/task";
 *
 * const answer = handler(async (request: Request) => {
 *   await sleep(request.url.endsWith("/slow") ? 60_000 : 1);
 *   return new Response("hello");
 * });
 * console.log((await answer(new Request("http://localhost/quick"))).status);
 *
 * const client = new AbortController();
 * setTimeout(() => client.abort(), 10);
 * const slow = new Request("http://localhost/slow", { signal: client.signal });
 * console.log((await answer(slow)).status);
 * // prints: 200
 * // prints: 499
 * ```
 */
export function handler<Rq extends WebRequestLike, Rest extends unknown[], R extends Returned>(
  fn: (request: Rq, ...rest: Rest) => R,
  options?: HandlerOptions,
): (request: Rq, ...rest: Rest) => Promise<ResultOf<R>> {
  return handlerOf(
    fn,
    options,
    (scope, args) =>
      new WebExchange<ResultOf<R>>(scope, () => `${args[0].method} ${args[0].url}`, args[0].signal),
  );
}

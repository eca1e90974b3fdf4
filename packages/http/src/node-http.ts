import type { Returned } from "@asyncio-ts/coroutine";
import type { Task } from "@asyncio-ts/task";
import { handlerOf } from "./exchange.js";
import {
  answerWith,
  breakOff,
  NodeExchange,
  refuse,
  type NodeRequestLike,
  type NodeResponseLike,
} from "./node-exchange.js";
import type { HandlerOptions, RequestScope } from "./request-scope.js";

/**
 * Makes a request listener of `node:http`, or a handler or middleware of Express, of an async function or a
 * generator function. Each call of the function is a task, which is cancelled when the client leaves before
 * it has the whole response, when the scope is closed, and when the `run()` in which the handler was made
 * ends.
 *
 * An error of the function is passed to `next`, if the framework has given one, as Express and Connect do.
 * Without, the answer is 500 (or a closed connection, if a part was sent), and the loop's exception handler
 * reports the error. A cancelled function is no error: the client has left, or the answer is 503.
 *
 * @param fn Called with the arguments of the framework. What it returns is not used.
 * @throws TypeError if `fn` is not a function, or for an invalid option.
 *
 * @example
 * ```ts
 * import { once } from "node:events";
 * import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
 * import type { AddressInfo } from "node:net";
 * import { handler } from "@asyncio-ts/http";
 * import { sleep } from "@asyncio-ts/task";
 *
 * const answer = async (_request: IncomingMessage, response: ServerResponse) => {
 *   try {
 *     await sleep(60_000);
 *     response.end("done");
 *   } finally {
 *     console.log("stopped");
 *     server.close();
 *   }
 * };
 * const server = createServer(handler(answer)).listen(0);
 * const client = new AbortController();
 * const { port } = server.address() as AddressInfo;
 * const call = fetch(`http://localhost:${port}`, { signal: client.signal });
 * await once(server, "request");
 * client.abort();
 * await call.catch(() => {});
 * // prints: stopped
 * ```
 */
export function handler<Rq extends NodeRequestLike, Rs extends NodeResponseLike, Rest extends unknown[]>(
  fn: (request: Rq, response: Rs, ...rest: Rest) => Returned,
  options?: HandlerOptions,
): (request: Rq, response: Rs, ...rest: Rest) => void {
  const call = handlerOf(fn, options, (scope, args) => new Listening(scope, args[0], args[1], args[2]));
  return (request, response, ...rest) => {
    const [next] = rest;
    const ended = call(request, response, ...rest);
    // In the context of this call, where stores of the framework are current.
    if (typeof next === "function") {
      // For a falsy error `next` would call the next handler.
      ended.then(undefined, (error: unknown) => next(error || new Error(`a handler threw ${error}`)));
    }
  };
}

class Listening extends NodeExchange<unknown> {
  /** The function that the framework has given for errors, if it has. */
  private readonly onError: unknown;

  constructor(scope: RequestScope, request: NodeRequestLike, response: NodeResponseLike, onError: unknown) {
    super(scope, request, response);
    this.onError = onError;
  }

  protected override left(): void {}

  protected override unavailable(): void {
    this.answer(() => refuse(this.response));
  }

  protected override failed(error: unknown, task: Task<unknown>): void {
    if (typeof this.onError === "function") {
      super.failed(error, task);
      return;
    }
    const message = `the handler of ${this.describe()} failed`;
    this.scope.loop.callExceptionHandler({ message, exception: error, future: task });
    this.answer(() => answerWith(500, "Internal Server Error", this.response));
    this.succeeded(undefined);
  }

  /** Answers. What another library has made of the response may throw, and nobody else would catch it. */
  private answer(send: () => void): void {
    try {
      send();
    } catch (exception) {
      breakOff(this.response);
      const message = `the answer to ${this.describe()} failed, and was broken off`;
      this.scope.loop.callExceptionHandler({ message, exception });
    }
  }
}

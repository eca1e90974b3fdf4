/** `@asyncio-ts/http/ws`: handlers for the sockets of ws, each run as a task that is cancelled when its client leaves. */
import type { Returned } from "@asyncio-ts/coroutine";
import type { Task } from "@asyncio-ts/task";
import { Exchange, handlerOf } from "./exchange.js";
import type { HandlerOptions, RequestScope } from "./request-scope.js";

export type { HandlerOptions } from "./request-scope.js";

/** The part of a WebSocket of ws that handlers need. */
export interface WebSocketLike {
  /** 0 to 3: connecting, open, closing, closed. */
  readonly readyState: number;
  on(event: "close", listener: () => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  listenerCount(event: "error"): number;
  close(code: number, reason: string): void;
}

/**
 * Makes a listener for the event "connection" of a `WebSocketServer` of ws, of an async function or a
 * generator function. Each connection is a task, which is cancelled when the connection is closed by either
 * side, when the scope is closed, and when the `run()` in which the handler was made ends.
 *
 * When the function returns, the connection stays open. If it throws, the loop's exception handler reports
 * the error, and the connection is closed with 1011 (internal error). If it is cancelled by other means than
 * the end of the connection, that is closed with 1001 (going away). An "error" of the socket, such as an
 * invalid frame, closes the connection, and is reported unless the socket has a listener of yours.
 *
 * @param fn Called with the socket and the request. What it returns is not used.
 * @throws TypeError if `fn` is not a function, or for an invalid option.
 *
 * @example
 * ```ts
 * import { once } from "node:events";
 * import type { AddressInfo } from "node:net";
 * import { handler } from "@asyncio-ts/http/ws";
 * import { Queue } from "@asyncio-ts/sync";
 * import { WebSocket, WebSocketServer } from "ws";
 *
 * const server = new WebSocketServer({ port: 0 });
 * const connected = handler(async (socket: WebSocket) => {
 *   const messages = new Queue<string>();
 *   socket.on("message", (data) => messages.putNowait(String(data)));
 *   try {
 *     for await (const message of messages) socket.send(message.toUpperCase());
 *   } finally {
 *     console.log("the client has left");
 *   }
 * });
 * server.on("connection", connected);
 *
 * const client = new WebSocket(`ws://localhost:${(server.address() as AddressInfo).port}`);
 * client.on("open", () => client.send("hello"));
 * const [message] = await once(client, "message");
 * console.log(String(message));
 * client.close();
 * server.close();
 * // prints: HELLO
 * // prints: the client has left
 * ```
 */
export function handler<Socket extends WebSocketLike, Rest extends unknown[]>(
  fn: (socket: Socket, ...rest: Rest) => Returned,
  options?: HandlerOptions,
): (socket: Socket, ...rest: Rest) => void {
  return handlerOf(fn, options, (scope, args) => new Connection(scope, args[0]));
}

const CLOSED = 3;

class Connection extends Exchange<unknown> {
  private readonly socket: WebSocketLike;

  constructor(scope: RequestScope, socket: WebSocketLike) {
    super(scope);
    this.socket = socket;
    // Without a listener Node would end the process for what a client has sent.
    socket.on("error", (exception) => {
      // "close" may come half a minute later, when the client has agreed to it.
      this.leave();
      if (socket.listenerCount("error") > 1) return;
      scope.loop.callExceptionHandler({ message: "a WebSocket failed, and was closed", exception });
    });
  }

  protected override describe(): string {
    return "WebSocket";
  }

  protected override hasLeft(): boolean {
    return this.socket.readyState === CLOSED;
  }

  protected override listen(): void {
    this.socket.on("close", () => this.leave());
  }

  protected override left(): void {}

  protected override unavailable(): void {
    this.socket.close(1001, "the server is shutting down");
  }

  protected override failed(error: unknown, task: Task<unknown>): void {
    const message = "the handler of a WebSocket failed";
    this.scope.loop.callExceptionHandler({ message, exception: error, future: task });
    this.socket.close(1011, "internal error");
    this.succeeded(undefined);
  }
}

/** The common part of all adapters that answer by a `ServerResponse` of `node:http`. */
import { Exchange } from "./exchange.js";
import type { RequestScope } from "./request-scope.js";

/** The part of a request of `node:http` that handlers need. Express's and http2's have it too. */
export interface NodeRequestLike {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
}

/** The part of a response of `node:http` that handlers need. Express's and http2's have it too. */
export interface NodeResponseLike {
  statusCode: number;
  /** Of HTTP/1 only. */
  statusMessage?: string;
  readonly destroyed?: boolean;
  /** Of HTTP/2 only. */
  readonly stream?: { readonly destroyed: boolean; destroy(error: Error): unknown };
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
  on(event: "close", listener: () => void): unknown;
  setHeader(name: string, value: string): unknown;
  removeHeader(name: string): unknown;
  end(body: string): unknown;
  destroy(): unknown;
}

/** The part of a response that tells of its request and, of HTTP/1, whether it waits for an earlier answer. */
interface WithRequest {
  readonly socket?: unknown;
  readonly req?: {
    readonly socket?: SocketLike | null;
    readonly errored?: { readonly code?: unknown } | null;
  };
}

interface SocketLike {
  readonly destroyed?: boolean;
  on(event: "close", listener: () => void): unknown;
}

export abstract class NodeExchange<R> extends Exchange<R> {
  protected readonly request: NodeRequestLike;
  protected readonly response: NodeResponseLike;

  constructor(scope: RequestScope, request: NodeRequestLike, response: NodeResponseLike) {
    super(scope);
    this.request = request;
    this.response = response;
  }

  protected override describe(): string {
    return `${this.request.method} ${this.request.url}`;
  }

  protected override hasLeft(): boolean {
    return isGone(this.response);
  }

  protected override listen(): void {
    const { response } = this;
    // A response that waits for an earlier one is not told of the end of the connection.
    const source = waitingFor(response) ?? response;
    this.listenTo(source, (listener) => source.on("close", listener));
  }

  /** Not each error of the request, which a handler may have destroyed with one of its own. */
  protected override isOfLeaving(error: unknown): boolean {
    const errored = (this.response as WithRequest).req?.errored;
    return errored?.code === "ECONNRESET" && errored === error;
  }

  /**
   * "close" comes after the end of every response, and work that a handler does after it has answered is no
   * concern of the client's.
   */
  override told(): void {
    if (!this.response.writableEnded) this.leave();
  }
}

/** Returns the socket that a response waits for, if it does. */
function waitingFor(response: NodeResponseLike): SocketLike | undefined {
  const { socket, req } = response as WithRequest;
  return socket === null ? (req?.socket ?? undefined) : undefined;
}

/** Tells whether the connection of the response is lost. */
function isGone(response: NodeResponseLike): boolean {
  const { destroyed, stream } = response;
  return destroyed === true || stream?.destroyed === true || waitingFor(response)?.destroyed === true;
}

/**
 * Breaks an answer off so that nobody takes the part for the whole. HTTP/2 shares the connection with others,
 * and a stream that is destroyed without an error ends there as if it were complete; so it does in Bun with
 * `close(NGHTTP2_INTERNAL_ERROR)`.
 */
export function breakOff(response: NodeResponseLike): void {
  if (response.stream === undefined) response.destroy();
  else response.stream.destroy(new Error("the answer was broken off"));
}

/**
 * The headers that a handler has set for an answer of its own. Others, such as those of CORS and cookies, are
 * for every answer.
 */
export const headersOfAnswer: readonly string[] = [
  "Accept-Ranges",
  "Cache-Control",
  "Content-Disposition",
  "Content-Encoding",
  "Content-Language",
  "Content-Length",
  "Content-Location",
  "Content-Range",
  "Content-Type",
  "ETag",
  "Expires",
  "Last-Modified",
  "Location",
  "Trailer",
  "Transfer-Encoding",
];

/** Answers in place of the handler. If that had begun to answer, the answer is broken off. */
export function answerWith(status: number, text: string, response: NodeResponseLike): void {
  if (response.writableEnded || isGone(response)) return;
  if (response.headersSent) {
    breakOff(response);
    return;
  }
  response.statusCode = status;
  // HTTP/2 has none, and warns of it. Node fills in the usual text in place of an empty one.
  if (response.stream === undefined) response.statusMessage = "";
  for (const name of headersOfAnswer) response.removeHeader(name);
  const body = `${text}\n`;
  response.setHeader("Content-Type", "text/plain; charset=utf-8");
  // Once "Transfer-Encoding" was removed, Node would tell the end of the body by closing the connection.
  response.setHeader("Content-Length", String(body.length));
  response.end(body);
}

/** Answers that the server is shutting down, and that the connection can't be used again. */
export function refuse(response: NodeResponseLike): void {
  // HTTP/2 has no such header.
  if (!response.headersSent && response.stream === undefined) response.setHeader("Connection", "close");
  answerWith(503, "Service Unavailable", response);
}

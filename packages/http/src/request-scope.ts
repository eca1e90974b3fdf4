/**
 * RequestScope: the requests whose handlers run, and the end of all of them.
 *
 * States:
 *   open       handlers are started
 *   closing    `closing`: new requests are refused; the handlers that run may go on until a grace period is
 *              over, and are then cancelled
 *   closed     `closing`, and `exchanges` is empty
 * There is no way back. A loop that is closed (its `run()` has ended, and has cancelled all handlers) refuses
 * new requests too, so that a server that outlives its `run()` answers and does not crash.
 *
 * The exchanges are in a linked list. A Set drops its old table whenever it has made room, and a table that V8
 * has moved to its old generation keeps the next one alive, with the requests in it. Measured on Node 24: 9 µs
 * a request for the garbage collector became 1.
 *
 * The loop is captured when the scope is made. A request arrives in a callback of the host, where nothing
 * tells to which `run()` the server belongs.
 */
import { Future } from "@asyncio-ts/future";
import {
  assertMilliseconds,
  assertOptions,
  describe,
  hasMethods,
  inspectAsString,
  type Linked,
  LinkedList,
} from "@asyncio-ts/future/lowlevel";
import { type EventLoop, getRunningLoop, type TimerHandle } from "@asyncio-ts/loop";

/** Options for `RequestScope.close()`. */
export interface CloseOptions {
  /** The milliseconds for which the handlers may go on before they are cancelled. Default: 0. */
  readonly grace?: number;
}

/** A request, as its scope sees it. */
export interface Cancellable extends Linked {
  cancel(message: string): void;
}

/**
 * The handlers of a server, as one unit that can be shut down. Handlers are made with
 * `handler(fn, { scope })`. Their tasks run on the loop that is running where the scope is made.
 *
 * @example
 * ```ts
 * import { once } from "node:events";
 * import { createServer } from "node:http";
 * import type { AddressInfo } from "node:net";
 * import { handler, RequestScope } from "@asyncio-ts/http";
 * import { sleep } from "@asyncio-ts/task";
 *
 * const scope = new RequestScope();
 * const server = createServer(
 *   handler(
 *     async () => {
 *       await sleep(60_000);
 *     },
 *     { scope },
 *   ),
 * );
 * server.listen(0);
 * const answer = fetch(`http://localhost:${(server.address() as AddressInfo).port}`);
 * await once(server, "request");
 *
 * server.close(); // no new connections
 * await scope.close({ grace: 10 }); // handlers may go on for 10 ms, and are then cancelled
 * console.log((await answer).status, String(scope));
 * // prints: 503 <RequestScope closed, 0 requests>
 * ```
 */
export class RequestScope implements AsyncDisposable {
  static {
    inspectAsString(this.prototype);
  }

  /** The loop that runs the handlers. @internal */
  readonly loop: EventLoop = getRunningLoop();
  private readonly exchanges: LinkedList<Cancellable> = new LinkedList();
  private readonly closings: Future<void>[] = [];
  private closing = false;
  private hasCancelled = false;
  private timer: TimerHandle | undefined = undefined;

  /**
   * Closes the scope: refuses new requests, cancels the running handlers once the grace period is over, and
   * returns a future that is done when all have ended. A handler that is cancelled so answers 503 if it has
   * sent nothing yet.
   *
   * It takes effect at once, whether or not the future is awaited. A second call may shorten the grace
   * period, and does not lengthen it.
   *
   * @throws TypeError if the grace period is not a number.
   */
  close(options?: CloseOptions): Future<void> {
    assertOptions(options, "RequestScope.close");
    const grace = options?.grace ?? 0;
    assertMilliseconds(grace, "RequestScope.close");
    this.closing = true;
    const closed = new Future<void>();
    if (this.exchanges.length === 0 || this.loop.isClosed()) closed.setResult();
    else {
      this.closings.push(closed);
      this.cancelAfter(grace);
    }
    return closed;
  }

  /** Closes the scope without a grace period, and waits until all handlers have ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  toString(): string {
    const { length } = this.exchanges;
    const state = !this.closing ? "open" : length > 0 ? "closing" : "closed";
    return `<RequestScope ${state}, ${length} ${length === 1 ? "request" : "requests"}>`;
  }

  /** Tells whether new requests are accepted. @internal */
  isOpen(): boolean {
    return !this.closing && !this.loop.isClosed();
  }

  /** Notes that a handler runs. @internal */
  add(exchange: Cancellable): void {
    this.exchanges.add(exchange);
  }

  /** Notes that a handler has ended. @internal */
  delete(exchange: Cancellable): void {
    this.exchanges.delete(exchange);
    if (this.closing && this.exchanges.length === 0) this.ended();
  }

  private cancelAfter(grace: number): void {
    if (this.hasCancelled) return;
    if (grace <= 0) {
      this.timer?.cancel();
      this.cancelAll();
      return;
    }
    const { timer } = this;
    if (timer !== undefined && timer.when() <= this.loop.time() + grace) return;
    timer?.cancel();
    this.timer = this.loop.callLater(grace, () => this.cancelAll());
  }

  private cancelAll(): void {
    this.hasCancelled = true;
    // None leaves the list in this call: no body ends inside a call of `cancel()`.
    for (let exchange = this.exchanges.first; exchange !== undefined; exchange = exchange.next) {
      exchange.cancel("the server is shutting down");
    }
  }

  private ended(): void {
    this.timer?.cancel();
    for (const closed of this.closings.splice(0)) if (!closed.done()) closed.setResult();
  }
}

/** Options for `handler()`. */
export interface HandlerOptions {
  /** The scope that the handler belongs to. Default: a scope of its own that is never closed. */
  readonly scope?: RequestScope;
}

/** Returns the scope that the options name, or a new one. */
export function scopeOf(options: HandlerOptions | undefined): RequestScope {
  assertOptions(options, "handler");
  const scope: unknown = options?.scope;
  if (scope === undefined) return new RequestScope();
  // Not `instanceof`: it may be of another installed copy.
  if (hasMethods(scope, "isOpen", "add", "delete")) return scope as RequestScope;
  throw new TypeError(`handler() needs a scope that is a RequestScope, got ${describe(scope)}`);
}

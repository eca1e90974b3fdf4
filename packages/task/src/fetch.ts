/**
 * fetch: the platform's, bound to the scope in which it is called. What a task waits for are futures of this
 * library, so that a cancellation reaches it at this very wait. The platform gets the signal of `stop`, which
 * is aborted when a wait for the response, or for its body, is cancelled, and with the signals of the scope
 * and of the caller.
 *
 * Those two may live as long as the program, so they are followed only while the request can be aborted
 * (`followSignals`): until it has failed, or its body has been read by a method of the response, or the
 * response, its clones and its stream have been collected. All of these hold `stop`.
 */
import { type Future, isCancelled } from "@asyncio-ts/future";
import { describe } from "@asyncio-ts/future/lowlevel";
import { Abortable } from "./abortable.js";
import { followSignals } from "./followed-signals.js";
import { currentSignal } from "./task.js";

type Fetch = typeof globalThis.fetch;

const READERS = ["arrayBuffer", "blob", "bytes", "formData", "json", "text"] as const;

/**
 * Fetches a resource as the platform's `fetch` does, with the same arguments, bound to the scope in which it
 * is called: what cancels that code (a timeout, a task group, `cancel()`) aborts the request, also while the
 * body is read. The request begins at once.
 *
 * When the wait is cancelled, the `CancelledError` is thrown as soon as the request has ended. A `signal` of
 * the caller's aborts it too, with the error of the platform.
 *
 * @throws what the platform's `fetch` throws; TypeError if the platform has none.
 *
 * @example
 * ```ts
 * import { fetch, timeout } from "@asyncio-ts/task";
 *
 * const text = await timeout(1000).with(async () => {
 *   const response = await fetch("data:text/plain,hello");
 *   return await response.text();
 * });
 * console.log(text);
 * // prints: hello
 * ```
 */
export function fetch(input: Parameters<Fetch>[0], init?: Parameters<Fetch>[1]): Future<Response> {
  if (typeof globalThis.fetch !== "function") {
    throw new TypeError("fetch() needs a runtime that has a fetch of its own");
  }
  const signals: AbortSignal[] = [];
  const scope = currentSignal();
  // Else it is code that cleans up after the abort, or that is cancelled at its first wait.
  if (!scope.aborted) signals.push(scope);
  const own = init?.signal === undefined ? signalOf(input) : init.signal;
  if (own !== null) signals.push(assertSignal(own));
  const request = new SentRequest(signals);
  const sent = (signal: AbortSignal): Promise<Response> =>
    start(input, init, signal).then(
      (response) => request.bound(response),
      (error: unknown) => request.failed(error),
    );
  return new Abortable(sent, "fetch", request.stop);
}

function start(
  input: Parameters<Fetch>[0],
  init: Parameters<Fetch>[1],
  signal: AbortSignal,
): Promise<Response> {
  // The members of a `Request` are getters of its class, which a spread would lose.
  return init instanceof Request
    ? globalThis.fetch(new Request(input, init), { signal })
    : globalThis.fetch(input, { ...init, signal });
}

function assertSignal(signal: unknown): AbortSignal {
  if (signal instanceof AbortSignal) return signal;
  throw new TypeError(`fetch() needs a signal that is an AbortSignal, got ${describe(signal)}`);
}

/** Returns the signal of a `Request`. */
function signalOf(input: Parameters<Fetch>[0]): AbortSignal | null {
  return typeof input === "object" && "signal" in input ? input.signal : null;
}

/** The requests of the streams that the program has been given. */
const streams = new WeakMap<object, SentRequest>();

/** A request that has been sent, and what may still read its response. */
class SentRequest {
  readonly stop: AbortController = new AbortController();
  private readonly unfollow: () => void;
  /** The number of bodies that no method has read to the end: that of the response, and those of its clones. */
  private unread = 0;
  /** Held, since in Deno the signal has no effect any more once the response has been collected. */
  private response: Response | undefined = undefined;

  constructor(signals: readonly AbortSignal[]) {
    this.unfollow = followSignals(this.stop, signals);
  }

  failed(error: unknown): never {
    this.unfollow();
    throw error;
  }

  /** Has the methods that read the body of a response return futures, which can be cancelled. */
  bound(response: Response): Response {
    const { stop } = this;
    this.response ??= response;
    let isUnread = true;
    const ended = (): void => {
      if (isUnread && --this.unread === 0) this.unfollow();
      isUnread = false;
    };
    this.unread++;
    for (const name of READERS) {
      // Some platforms lack the newer ones.
      const read = response[name as "text"] as (() => Promise<unknown>) | undefined;
      if (typeof read !== "function") continue;
      replace(response, name, () => {
        return new BodyRead(() => this.reading(read.call(response), ended), `${name}() of a response`, stop);
      });
    }
    const { clone } = response;
    replace(response, "clone", () => this.bound(clone.call(response)));
    holdInStream(response, this);
    return response;
  }

  private reading<T>(read: Promise<T>, ended: () => void): Promise<T> {
    read.then(ended, () => {
      // An error may also say that somebody else reads the body.
      if (this.stop.signal.aborted) this.unfollow();
    });
    return read;
  }
}

/** Has the stream of a response hold its request: the program may read that, and drop the response. */
function holdInStream(response: Response, request: SentRequest): void {
  const prototype = Object.getPrototypeOf(response) as object;
  Object.defineProperty(response, "body", {
    get: () => {
      const stream = Reflect.get(prototype, "body", response) as object | null;
      if (stream !== null) streams.set(stream, request);
      return stream;
    },
    configurable: true,
  });
}

/** A read of a body. What aborts the request is a cancellation for its own reader alone. */
class BodyRead<T> extends Abortable<T> {
  private readonly readIn: AbortSignal = currentSignal();

  protected override isCancelledBy(signal: AbortSignal): boolean {
    return super.isCancelledBy(signal) && (this.wasCancelled || this.readIn.aborted);
  }

  protected override fail(error: unknown): void {
    super.fail(isCancelled(error) ? new DOMException("the request was aborted", "AbortError") : error);
  }
}

function replace(response: Response, name: string, value: () => unknown): void {
  Object.defineProperty(response, name, { value, configurable: true, writable: true });
}

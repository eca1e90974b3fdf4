/**
 * iterate: anything that gives values one after another, as a flow.
 *
 * An iterable or a stream can be asked for the next value: it is a source of values, pulled by the code that
 * iterates. An object that sends values by itself (an emitter, an event target) has a buffer, filled by a listener.
 */
import type { Steps } from "@asyncio-ts/future";
import { describe, hasMethods, Ring, waitsOutside } from "@asyncio-ts/future/lowlevel";
import { Waiter } from "@asyncio-ts/sync/lowlevel";
import { ensureFuture } from "@asyncio-ts/task";
import { Arriving } from "./arriving.js";
import { Flow } from "./flow.js";
import { isIterable, Source } from "./source.js";

/** A web `ReadableStream`. */
export interface StreamLike<T> {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: T | undefined }>;
    cancel(reason?: unknown): Promise<void>;
    releaseLock(): void;
  };
}

/** An `EventTarget`. */
export interface EventTargetLike {
  addEventListener(type: string, listener: (event: unknown) => void): void;
  removeEventListener(type: string, listener: (event: unknown) => void): void;
}

/** An `EventEmitter` of Node, or another with these methods. */
export interface EmitterLike {
  on(event: string | symbol, listener: (...values: unknown[]) => void): unknown;
  off(event: string | symbol, listener: (...values: unknown[]) => void): unknown;
}

/**
 * Iterates the values of a stream of Node, a web `ReadableStream`, an async iterable or an iterable; or, with
 * the name of an event, the events of an `EventTarget`, or of an `EventEmitter` as arrays of what was emitted.
 *
 * The wait for the next value can be cancelled, even if it is for a promise. At the end, and when the loop is
 * left early or cancelled, the source is closed: a stream is destroyed, a reader cancelled, `return()` called,
 * a listener removed. Events are kept from the call of `iterate` on, without a limit, so iterate the flow, or
 * call its `return()`. Events have no end.
 *
 * @throws TypeError if the source is none of these; in the loop, the error of the source, or of its `error`
 * event.
 *
 * @example
 * ```ts
 * import { iterate } from "@asyncio-ts/flow";
 * import { EventEmitter } from "node:events";
 * import { Readable } from "node:stream";
 *
 * const lines = Readable.from(["first", "second", "third"]);
 * for await (const line of iterate<string>(lines)) {
 *   console.log(line);
 *   if (line === "second") break;
 * }
 * console.log(lines.destroyed);
 *
 * const emitter = new EventEmitter();
 * const messages = iterate<[text: string]>(emitter, "message");
 * emitter.emit("message", "hello");
 * for await (const [text] of messages) {
 *   console.log(text, emitter.listenerCount("message"));
 *   break;
 * }
 * console.log(emitter.listenerCount("message"));
 * // prints: first
 * // prints: second
 * // prints: true
 * // prints: hello 1
 * // prints: 0
 * ```
 */
export function iterate<T>(source: AsyncIterable<T> | Iterable<T> | StreamLike<T>): Flow<T>;
export function iterate<E = Event>(source: EventTargetLike, event: string): Flow<E>;
export function iterate<A extends unknown[] = unknown[]>(
  source: EmitterLike,
  event: string | symbol,
): Flow<A>;
export function iterate(source: object, event?: string | symbol): Flow<unknown> {
  if (event === undefined) {
    return new Pulled(new Source(sourceIn(source), "iterate"));
  }
  if (typeof event !== "string" && typeof event !== "symbol") {
    throw new TypeError(`iterate() needs the name of an event, got ${describe(event)}`);
  }
  const way = wayOf(source);
  if (way !== undefined) return new Events(source as Methods, event, way);
  throw new TypeError(
    `iterate() needs an EventTarget or an EventEmitter for the event ${String(event)}, got ${describe(source)}`,
  );
}

type Listener = (...values: unknown[]) => void;
type Methods = Record<string, (...args: unknown[]) => unknown>;

/** The methods that add and remove listeners. */
const ways = [
  ["addEventListener", "removeEventListener"],
  ["on", "off"],
] as const;

/** Returns the names of the methods by which listeners are added to a source, and removed. */
function wayOf(source: object): (typeof ways)[number] | undefined {
  return ways.find((way) => hasMethods(source, ...way));
}

/** Returns what can be iterated: for a stream, an iterable whose `return()` ends a wait for data too. */
function sourceIn(source: object): object {
  if (isWebStream(source)) {
    return iterating(() => {
      const reader = source.getReader();
      const release = (): void => reader.releaseLock();
      return {
        next() {
          const read = reader.read();
          read.then((step) => step.done && release(), release);
          return ensureFuture(read);
        },
        async return() {
          await reader.cancel();
          release();
        },
      };
    });
  }
  if (isNodeStream(source)) {
    return iterating(() => {
      const iterator = source[Symbol.asyncIterator]();
      return {
        next: () => ensureFuture(iterator.next()),
        return() {
          source.destroy();
          return iterator.return?.();
        },
      };
    });
  }
  if (wayOf(source) !== undefined && !isIterable(source)) {
    throw new TypeError(`iterate() of an emitter needs the name of an event; write iterate(emitter, "data")`);
  }
  return source;
}

function isWebStream(source: object): source is StreamLike<unknown> {
  return hasMethods(source, "getReader");
}

function isNodeStream(source: object): source is AsyncIterable<unknown> & { destroy(): void } {
  return hasMethods(source, "pipe", "destroy") && Symbol.asyncIterator in source;
}

function iterating(open: () => { next(): unknown; return(): unknown }): object {
  return { [Symbol.asyncIterator]: open };
}

class Pulled extends Flow<unknown> {
  private readonly source: Source<unknown>;

  constructor(source: Source<unknown>) {
    super("iterate");
    this.source = source;
  }

  protected override *advance(): Steps<IteratorYieldResult<unknown> | undefined> {
    const step = yield* this.source.pull();
    return step.done === true ? undefined : step;
  }

  protected override close(): Steps<void> {
    return this.source.close();
  }
}

/** A wait for an event, which comes from outside this library. */
class EventWait extends Waiter {
  /** @internal */
  override [waitsOutside](): boolean {
    return true;
  }
}

class Events extends Arriving<unknown> {
  private readonly values = new Ring<unknown>();
  private readonly unlisten: () => void;

  constructor(source: Methods, event: string | symbol, [add, remove]: (typeof ways)[number]) {
    super("iterate");
    const ofTarget = add === "addEventListener";
    const listeners: [string | symbol, Listener][] = [
      [
        event,
        (...values) => {
          this.values.push(ofTarget ? values[0] : values);
          this.waiting.unpark();
        },
      ],
    ];
    if (event !== "error") {
      listeners.push([
        "error",
        (error) => {
          this.failure ??= { error: ofTarget ? errorIn(error) : error };
          this.end();
        },
      ]);
    }
    for (const listener of listeners) source[add]?.(...listener);
    this.unlisten = () => {
      for (const listener of listeners) source[remove]?.(...listener);
    };
  }

  protected override ready(): IteratorYieldResult<unknown> | undefined {
    if (this.values.length === 0) return undefined;
    return { done: false, value: this.values.shift() };
  }

  protected override *close(): Steps<void> {
    this.unlisten();
    this.values.clear();
    this.end();
  }

  protected override park(): EventWait {
    return new EventWait(this.waiting);
  }
}

/** Returns the error that an event tells of; the event itself if it has none. */
function errorIn(event: unknown): unknown {
  return (event as { error?: unknown }).error ?? event;
}

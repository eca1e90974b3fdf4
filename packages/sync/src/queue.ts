/**
 * Queue: producers put items and consumers get them; each waits while the queue is full or empty.
 *
 * Woken getters and putters check the queue again, as in asyncio: before the turn of a woken getter, a
 * `getNowait` may take the item, and the getter then parks again. So an item is in the queue until a getter
 * takes it in its turn, and a cancellation can't lose it: a woken getter takes the item, and the cancellation
 * is thrown at its next suspension.
 *
 * `#unfinished` counts the items that were put and not yet reported by `taskDone`; joiners wait for it to be
 * 0.
 */
import { Coroutine } from "@asyncio-ts/coroutine";
import { PolledCoroutine, pending } from "@asyncio-ts/coroutine/lowlevel";
import type { Future, Steps } from "@asyncio-ts/future";
import { slot } from "@asyncio-ts/future/internal";
import {
  assertOptions,
  describe,
  hasGrown,
  inspectAsString,
  keepThen,
  nameCalls,
  readFlag,
  Ring,
  waitFacts,
  type WaitFacts,
} from "@asyncio-ts/future/lowlevel";
import { Heap, Stack, type Store } from "./store.js";
import { QueueEmpty, QueueFull, QueueShutDown } from "./errors.js";
import { ParkingLot } from "./parking-lot.js";

/** Options for `new Queue()`. */
export interface QueueOptions {
  /** The number of items that it holds before `put()` waits; 0 for no limit. Default: 0. */
  readonly maxsize?: number;
}

/** The members of a queue for the calls at the end of this file. */
const tryPut: unique symbol = Symbol("tryPut");
const tryGet: unique symbol = Symbol("tryGet");
const putters: unique symbol = Symbol("putters");
const getters: unique symbol = Symbol("getters");

/**
 * A queue between producers and consumers, first in, first out. Python: `asyncio.Queue`.
 *
 * It is an async iterable: `for await (const item of queue)` ends when the queue has been shut down and is
 * empty.
 *
 * @example
 * ```ts
 * import { Queue } from "@asyncio-ts/sync";
 *
 * const queue = new Queue<string>();
 * queue.putNowait("first");
 * queue.putNowait("second");
 * queue.shutdown();
 * for await (const item of queue) console.log(item);
 * // prints: first
 * // prints: second
 * ```
 */
export class Queue<T> implements AsyncIterable<T> {
  static {
    inspectAsString(this.prototype);
  }

  /** The number of items that it holds before `put()` waits; 0 for no limit. Python: `maxsize`. */
  readonly maxsize: number;
  private readonly items: Store<T>;
  /** @internal */
  readonly [getters]: ParkingLot;
  /** @internal */
  readonly [putters]: ParkingLot;
  private readonly joiners = new ParkingLot("Queue.join", this);
  private unfinished = 0;
  private shutDown = false;

  /**
   * @param maxsize the number of items that it holds before `put()` waits; 0 for no limit
   * @throws TypeError if that is no number
   */
  constructor(maxsize: number | QueueOptions = 0) {
    const isOptions = typeof maxsize === "object" && maxsize !== null;
    if (isOptions) assertOptions(maxsize, `new ${this.constructor.name}`);
    const { maxsize: size = 0 } = isOptions ? maxsize : { maxsize };
    if (typeof size !== "number" || Number.isNaN(size)) {
      throw new TypeError(`new ${this.constructor.name}() needs a number of items, got ${describe(size)}`);
    }
    this.maxsize = size;
    this.items = this.store();
    this[getters] = new ParkingLot("Queue.get", this);
    this[putters] = new ParkingLot("Queue.put", this);
  }

  /** Makes the store of the items: subclasses override it. */
  protected store(): Store<T> {
    return new Ring<T>(this);
  }

  /** Returns the number of items in the queue. Python: `qsize()`. */
  qsize(): number {
    return this.items.length;
  }

  /** Returns whether the queue has no items. Python: `empty()`. */
  empty(): boolean {
    return this.items.length === 0;
  }

  /** Returns whether the queue holds `maxsize` items. Python: `full()`. */
  full(): boolean {
    return this.maxsize > 0 && this.items.length >= this.maxsize;
  }

  /**
   * Puts an item, waiting while the queue is full. If it is cancelled while it waits, it puts nothing.
   * Python: `put()`.
   *
   * @throws QueueShutDown if the queue is shut down, before or while it waits.
   */
  put(item: T): Coroutine<void> {
    return new Put(this, item);
  }

  /**
   * Puts an item without waiting. Python: `put_nowait()`.
   *
   * @throws QueueFull, QueueShutDown, or the error of a comparison in a `PriorityQueue`; the queue is
   * unchanged then.
   */
  putNowait(item: T): void {
    if (this.shutDown || this.full()) throw this.cannotPut();
    try {
      this.items.push(item);
    } catch (error) {
      // The place is still free: the putter that was woken for it must wake the next.
      this[putters].unpark();
      throw error;
    }
    this.unfinished++;
    this[getters].unpark();
  }

  /**
   * Takes an item, waiting while there is none. If it is cancelled while it waits, it takes none. Python:
   * `get()`.
   *
   * @throws QueueShutDown if the queue is shut down and empty, before or while it waits.
   */
  get(): Coroutine<T> {
    return new Get(this);
  }

  /**
   * Takes an item without waiting. Python: `get_nowait()`.
   *
   * @throws QueueEmpty, QueueShutDown, or the error of a comparison in a `PriorityQueue`; the queue is
   * unchanged then.
   */
  getNowait(): T {
    if (this.empty()) throw this.cannotGet();
    let item: T;
    try {
      item = this.items.shift() as T;
    } catch (error) {
      // The item is still there: the getter that was woken for it must wake the next.
      this[getters].unpark();
      throw error;
    }
    this[putters].unpark();
    return item;
  }

  /**
   * Reports that an item has been processed; see `join()`. Python: `task_done()`.
   *
   * @throws RangeError if it is called more often than items were put.
   */
  taskDone(): void {
    if (this.unfinished <= 0) throw new RangeError("taskDone() was called more often than items were put");
    if (--this.unfinished === 0) this.joiners.unparkAll();
  }

  /** Waits until all items have been processed, as reported by `taskDone()`. Python: `join()`. */
  join(): Coroutine<void> {
    return new Coroutine(this.joining(), "Queue.join");
  }

  /**
   * Shuts the queue down: `put()` throws from now on; `get()` returns the remaining items and then throws.
   * With `immediate`, the remaining items are dropped, and count as processed. Python: `shutdown()`.
   */
  shutdown(options?: { readonly immediate?: boolean }): void {
    if (readFlag(options, "immediate", "shutdown")) {
      const { length } = this.items;
      this.items.clear();
      this.unfinished = Math.max(0, this.unfinished - length);
      if (this.unfinished === 0) this.joiners.unparkAll();
    }
    this.shutDown = true;
    // They check the queue again, and find that it is shut down.
    this[getters].unparkAll();
    this[putters].unparkAll();
  }

  /** Iterates the items as they arrive, until the queue is shut down and empty. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    // Not an async generator: that would let only one `next` wait at a time, where no cancellation could
    // reach the others, and would await items that are themselves awaitable.
    const iterator = { next: () => new Next(this), [Symbol.asyncIterator]: () => iterator };
    return iterator as unknown as AsyncIterableIterator<T>;
  }

  /** Called when its ring has grown. @internal */
  [hasGrown](): void {
    enlist(this);
  }

  /** @internal */
  [waitFacts](): WaitFacts {
    return { kind: "Queue", size: this.items.length, maxsize: this.maxsize };
  }

  toString(): string {
    const facts = [
      `${this.items.length} items`,
      `${this[getters].length} getting`,
      `${this[putters].length} putting`,
    ];
    if (this.unfinished > 0) facts.push(`${this.unfinished} unfinished`);
    if (this.shutDown) facts.push("shut down");
    return `<${this.constructor.name} ${facts.join(", ")}>`;
  }

  /** @internal */
  [tryPut](item: T): void | typeof pending {
    return this.full() && !this.shutDown ? pending : this.putNowait(item);
  }

  /** @internal */
  [tryGet](): T | typeof pending {
    return this.empty() && !this.shutDown ? pending : this.getNowait();
  }

  // In methods of their own: V8 inlines what throws them only while it is small.

  private cannotPut(): Error {
    return this.shutDown
      ? new QueueShutDown("this queue is shut down; it takes no more items")
      : new QueueFull(`putNowait() on a queue that is full (maxsize ${this.maxsize})`);
  }

  private cannotGet(): Error {
    return this.shutDown
      ? new QueueShutDown("this queue is shut down and empty")
      : new QueueEmpty("getNowait() on a queue that is empty");
  }

  private *joining(): Steps<void> {
    if (this.unfinished > 0) yield* this.joiners.park();
  }
}

/**
 * A queue that returns the least item first. Items that are arrays are compared element by element, as tuples
 * are in Python; others by `<`. Of equals, the one put first comes first. Python: `asyncio.PriorityQueue`.
 *
 * A `put` or `get` whose comparison throws (two symbols can't be compared) throws that, and leaves the queue
 * as it was.
 *
 * @example
 * ```ts
 * import { PriorityQueue } from "@asyncio-ts/sync";
 *
 * const queue = new PriorityQueue<[priority: number, name: string]>();
 * queue.putNowait([2, "write"]);
 * queue.putNowait([1, "read"]);
 * console.log(queue.getNowait()[1]);
 * // prints: read
 * ```
 */
export class PriorityQueue<T> extends Queue<T> {
  protected override store(): Store<T> {
    return new Heap<T>();
  }
}

/**
 * A queue that returns the latest item first. Python: `asyncio.LifoQueue`.
 *
 * @example
 * ```ts
 * import { LifoQueue } from "@asyncio-ts/sync";
 *
 * const queue = new LifoQueue<string>();
 * queue.putNowait("first");
 * queue.putNowait("second");
 * console.log(queue.getNowait());
 * // prints: second
 * ```
 */
export class LifoQueue<T> extends Queue<T> {
  protected override store(): Store<T> {
    return new Stack<T>();
  }
}

/** The length of the list of queues at which it is cleared of queues that no longer exist. */
let longest = 64;

const listed = new WeakSet<object>();

/**
 * Lists a queue for those who look at the program, once it has many items: nearly all queues never have, and a
 * weak reference takes twenty times as long to make as a queue. The list does not keep it alive.
 */
function enlist(queue: object): void {
  if (listed.has(queue)) return;
  listed.add(queue);
  const queues = (slot.queues ??= []);
  queues.push(new WeakRef(queue));
  if (queues.length < longest) return;
  const left = queues.filter((ref) => ref.deref() !== undefined);
  slot.queues = left;
  longest = Math.max(64, left.length * 2);
}

/** A call of `put()`. */
class Put<T> extends PolledCoroutine<void> {
  static {
    keepThen(this.prototype);
    nameCalls(this.prototype, "Queue.put");
  }

  private readonly queue: Queue<T>;
  private readonly item: T;

  constructor(queue: Queue<T>, item: T) {
    super();
    this.queue = queue;
    this.item = item;
  }

  protected override poll(): void | typeof pending {
    return this.queue[tryPut](this.item);
  }

  protected override park(): Future<void> {
    return this.queue[putters].park();
  }
}

/** A call of `get()`. */
class Get<T> extends PolledCoroutine<T> {
  static {
    keepThen(this.prototype);
    nameCalls(this.prototype, "Queue.get");
  }

  private readonly queue: Queue<T>;

  constructor(queue: Queue<T>) {
    super();
    this.queue = queue;
  }

  protected override poll(): T | typeof pending {
    return this.queue[tryGet]();
  }

  protected override park(): Future<void> {
    return this.queue[getters].park();
  }
}

/** A call of `next()` of an iterator of a queue. */
class Next<T> extends PolledCoroutine<IteratorResult<T, undefined>> {
  static {
    nameCalls(this.prototype, "Queue.next");
  }

  private readonly queue: Queue<T>;

  constructor(queue: Queue<T>) {
    super();
    this.queue = queue;
  }

  protected override poll(): IteratorResult<T, undefined> | typeof pending {
    try {
      const item = this.queue[tryGet]();
      return item === pending ? pending : { done: false, value: item };
    } catch (error) {
      if (error instanceof QueueShutDown) return { done: true, value: undefined };
      throw error;
    }
  }

  protected override park(): Future<void> {
    return this.queue[getters].park();
  }
}

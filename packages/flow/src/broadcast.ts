/**
 * Broadcast: each item goes to each subscriber.
 *
 * A subscriber has a buffer of its own. `send` gives an item to all at once, in one step: it waits until every
 * subscriber whose buffer makes senders wait has room. So a cancelled `send` has given its item to nobody, and
 * all subscribers get the items in one order. Senders take turns, and the one whose turn it is waits
 * in `room`; taking an item and leaving wake it, and it looks again.
 *
 * States of a subscriber:
 *   subscribed   among `subscribers`
 *   failed       `failure`: its buffer was full, and it asked to fail then; it gets the items before that
 *   left         its flow is closed: no item is kept for it
 * Once the broadcast is shut down, subscribers get what is in their buffers, and then end.
 */
import { Coroutine } from "@asyncio-ts/coroutine";
import type { Steps } from "@asyncio-ts/future";
import { assertOptions, describe, inspectAsString, readFlag, Ring } from "@asyncio-ts/future/lowlevel";
import { QueueFull, QueueShutDown } from "@asyncio-ts/sync";
import { ParkingLot } from "@asyncio-ts/sync/lowlevel";
import { Arriving } from "./arriving.js";
import { Turns } from "./turns.js";

/** The policy of a subscriber whose buffer is full when an item is sent. */
export type WhenFull = "wait" | "dropOldest" | "dropNewest" | "fail";

const policies: ReadonlySet<unknown> = new Set(["wait", "dropOldest", "dropNewest", "fail"]);

/** Options for `Broadcast.subscribe()`. */
export interface SubscribeOptions {
  /** The number of items that the buffer holds: a whole number, 1 or more, or `Infinity`. Default: 1. */
  readonly maxsize?: number;
  /**
   * The policy for a full buffer: the sender waits, the oldest item in the buffer or the new one is
   * dropped, or the subscriber fails with `QueueFull`. Default: `"wait"`.
   */
  readonly whenFull?: WhenFull;
}

/** The members of a subscriber for its broadcast. */
const offer: unique symbol = Symbol("offer");
const finish: unique symbol = Symbol("finish");
const makesWait: unique symbol = Symbol("makesWait");

/**
 * Sends each item to each subscriber. A subscriber gets what is sent after it has subscribed.
 *
 * @example
 * ```ts
 * import { all, Broadcast } from "@asyncio-ts/flow";
 *
 * const news = new Broadcast<string>();
 * const listen = async (name: string, items = news.subscribe()) => {
 *   for await (const item of items) console.log(name, "heard:", item);
 * };
 * const speak = async () => {
 *   await news.send("hello");
 *   await news.send("goodbye");
 *   news.shutdown();
 * };
 * await all([() => listen("Ann"), () => listen("Bo"), speak]);
 * // prints: Ann heard: hello
 * // prints: Bo heard: hello
 * // prints: Ann heard: goodbye
 * // prints: Bo heard: goodbye
 * ```
 */
export class Broadcast<T> {
  static {
    inspectAsString(this.prototype);
  }

  private readonly subscribers: Set<Subscription<T>> = new Set();
  private readonly turns = new Turns("Broadcast.send");
  private readonly room = new ParkingLot("Broadcast.send");
  private shutDown = false;

  /**
   * Adds a subscriber: a flow of the items sent from now on. Iterate it, or call its `return()`: until then its
   * buffer fills up.
   *
   * @throws TypeError, RangeError for an option that is wrong.
   */
  subscribe(options: SubscribeOptions = {}): Subscription<T> {
    assertOptions(options, "subscribe");
    const { maxsize = 1, whenFull = "wait" } = options;
    if (maxsize !== Infinity && !(Number.isInteger(maxsize) && maxsize > 0)) {
      throw new RangeError(
        `subscribe() needs maxsize to be a whole number, 1 or more, got ${describe(maxsize)}`,
      );
    }
    if (!policies.has(whenFull)) {
      throw new TypeError(
        `subscribe() needs whenFull "wait", "dropOldest", "dropNewest" or "fail", got ${describe(whenFull)}`,
      );
    }
    const subscription = new Subscription<T>(maxsize, whenFull, (leaving) => {
      if (leaving) this.subscribers.delete(subscription);
      this.room.unpark();
    });
    if (this.shutDown) subscription[finish](false);
    else this.subscribers.add(subscription);
    return subscription;
  }

  /**
   * Sends an item to all subscribers, waiting while one of them makes senders wait. Senders take turns in order
   * of arrival. If it is cancelled while it waits, nobody gets the item.
   *
   * @throws QueueShutDown if the broadcast is shut down, before or while it waits.
   */
  send(item: T): Coroutine<void> {
    return new Coroutine(this.sending(item), "Broadcast.send");
  }

  /**
   * Sends an item to all subscribers without waiting.
   *
   * @throws QueueFull if `send()` would wait; nobody gets the item then. QueueShutDown if the broadcast is shut
   * down.
   */
  sendNowait(item: T): void {
    if (!this.shutDown && (this.turns.taken || this.isFull())) {
      throw new QueueFull(`sendNowait() on ${this}, which has a subscriber that is full; use send()`);
    }
    this.give(item);
  }

  /**
   * Shuts the broadcast down: `send()` throws from now on. Subscribers get what is in their buffers, and then
   * end; with `immediate`, they end at once.
   */
  shutdown(options?: { readonly immediate?: boolean }): void {
    const immediate = readFlag(options, "immediate", "shutdown");
    this.shutDown = true;
    for (const subscriber of this.subscribers) subscriber[finish](immediate);
    this.subscribers.clear();
    this.room.unpark();
  }

  toString(): string {
    return `<Broadcast ${this.subscribers.size} subscribers${this.shutDown ? ", shut down" : ""}>`;
  }

  private *sending(item: T): Steps<void> {
    yield* this.turns.take();
    try {
      while (this.isFull()) yield* this.room.park();
      this.give(item);
    } finally {
      this.turns.pass();
    }
  }

  private give(item: T): void {
    if (this.shutDown) throw new QueueShutDown("this broadcast is shut down; it takes no more items");
    for (const subscriber of this.subscribers) subscriber[offer](item);
  }

  private isFull(): boolean {
    for (const subscriber of this.subscribers) if (subscriber[makesWait]) return true;
    return false;
  }
}

/**
 * A subscriber of a `Broadcast`: a flow of its items.
 *
 * @example
 * ```ts
 * import { Broadcast, type Subscription } from "@asyncio-ts/flow";
 *
 * const prices = new Broadcast<number>();
 * const latest: Subscription<number> = prices.subscribe({ whenFull: "dropOldest" });
 * for (const price of [7, 8, 9]) prices.sendNowait(price);
 * console.log(latest.dropped, await latest.next());
 * await latest.return(); // leaves
 * // prints: 2 { done: false, value: 9 }
 * ```
 */
export class Subscription<T> extends Arriving<T> {
  /** The number of items that were dropped because the buffer was full. */
  dropped = 0;
  private readonly items = new Ring<T>();
  private readonly maxsize: number;
  private readonly whenFull: WhenFull;
  private readonly hasRoom: (leaving: boolean) => void;

  /** Called by `Broadcast.subscribe()`. @internal */
  constructor(maxsize: number, whenFull: WhenFull, hasRoom: (leaving: boolean) => void) {
    super("Subscription");
    this.maxsize = maxsize;
    this.whenFull = whenFull;
    this.hasRoom = hasRoom;
  }

  /** @internal */
  get [makesWait](): boolean {
    return this.whenFull === "wait" && this.items.length >= this.maxsize;
  }

  /** @internal */
  [offer](item: T): void {
    if (this.items.length >= this.maxsize) {
      if (this.whenFull === "fail") {
        const slower = `a subscriber was slower than the broadcast (maxsize ${this.maxsize})`;
        this.failure = { error: new QueueFull(slower) };
        this.end();
        this.hasRoom(true);
        return;
      }
      this.dropped++;
      if (this.whenFull === "dropNewest") return;
      this.items.shift();
    }
    this.items.push(item);
    this.waiting.unpark();
  }

  /** Has the flow end once its buffer is empty. @internal */
  [finish](immediate: boolean): void {
    if (immediate) this.items.clear();
    this.end();
  }

  /** @internal */
  protected override ready(): IteratorYieldResult<T> | undefined {
    if (this.items.length === 0) return undefined;
    const value = this.items.shift() as T;
    this.hasRoom(false);
    return { done: false, value };
  }

  /** @internal */
  protected override *close(): Steps<void> {
    this.items.clear();
    this.end();
    this.hasRoom(true);
  }
}

/**
 * gather: waitables that run concurrently, and their results in order.
 *
 * `Gathering` is the future that it returns. Each child reports to it through the loop, as a done callback
 * does, so it finishes in the same iteration as in asyncio. Cancelling it cancels the children, and it ends
 * when the first of them stops (with `returnExceptions`: when all have).
 */
import { cancelSteps, endedInDoubt, lastAsked, lastThrown } from "./members.js";
import { type IsAny, isSteps, type Unless } from "@asyncio-ts/coroutine/internal";
import { Future, type Steps } from "@asyncio-ts/future";
import type { contract } from "@asyncio-ts/future/internal";
import {
  atCallOf,
  type PublicFunction,
  assertMessage,
  cancellation,
  describe,
  isPromiseLike,
  readFlag,
  type Runnable,
  type WaitFacts,
  type WakeReason,
  arm,
  bringsCancellation,
  disarm,
  failureReason,
  hasFailed,
  isBeingCancelled,
  waitFacts,
  waitsOutside,
  wakeReason,
} from "@asyncio-ts/future/lowlevel";
import { type CancelNode, cancelFrom, isCancelNode } from "./cancel-walk.js";
import { futureFor, type Waitable } from "./ensure-future.js";

/** The type of the result of a waitable. */
export type WaitedFor<W> = W extends (...args: never) => infer R
  ? WaitedFor<R>
  : W extends Generator<unknown, infer T>
    ? T
    : Awaited<W>;

/** The type of the results of a list or record of waitables, in the same places. */
export type Gathered<W> = W extends readonly unknown[]
  ? { -readonly [K in keyof W]: WaitedFor<W[K]> }
  : W extends Iterable<infer One>
    ? WaitedFor<One>[]
    : { -readonly [K in keyof W]: WaitedFor<W[K]> };

/** The type of such results with errors in the places of those that failed. */
export type GatheredOrFailed<W> = W extends readonly unknown[]
  ? { -readonly [K in keyof W]: WaitedFor<W[K]> | Error }
  : W extends Iterable<infer One>
    ? (WaitedFor<One> | Error)[]
    : { -readonly [K in keyof W]: WaitedFor<W[K]> | Error };

/** A list or a record of waitables. */
export type Waitables =
  | readonly []
  | Iterable<Waitable<unknown>>
  | Readonly<Record<string, Waitable<unknown>>>;

/** The reason of the function named `Where` against things that are given one by one, as in Python. */
export type RefusedList<Given, Where extends string> =
  IsAny<Given> extends true
    ? never
    : Given extends PromiseLike<unknown> | Steps<unknown> | ((...args: never) => unknown)
      ? `${Where}() needs a list of things to wait for; write ${Where}([a, b])`
      : Given extends ReadonlyMap<unknown, unknown>
        ? `${Where}() needs a list of things to wait for; write ${Where}(map.values())`
        : never;

/**
 * Runs waitables concurrently, and resolves to their results in the order given: a list for a list, a record
 * for a record. Python: `asyncio.gather`, which takes them as separate arguments.
 *
 * The first error is thrown at once, and the others run on; `TaskGroup` stops them. With `returnExceptions`
 * errors are in the results. Cancelling the gather cancels all of them. A function that is given twice is
 * called twice; a future, or a coroutine object, that is given twice has its result twice.
 *
 * Where the list's type is a type parameter, name it: `gather<W>(list)`.
 *
 * @throws TypeError if `waitables` is not a list or record of things that can be waited for.
 *
 * @example
 * ```ts
 * import { coroutine } from "@asyncio-ts/coroutine";
 * import { gather, sleep } from "@asyncio-ts/task";
 *
 * const double = coroutine(async (n: number) => {
 *   await sleep(10);
 *   return 2 * n;
 * });
 * console.log(await gather([double(1), double(2)]));
 * console.log(await gather({ a: double(3) }));
 * // prints: [ 2, 4 ]
 * // prints: { a: 6 }
 * ```
 */
export function gather<const W extends Waitables, Exceptions extends boolean = false, Given = unknown>(
  waitables: Unless<RefusedList<Given, "gather">, Given, W>,
  options?: { readonly returnExceptions?: Exceptions },
  ...others: undefined[]
): Future<Exceptions extends true ? GatheredOrFailed<W> : Gathered<W>>;
export function gather(
  waitables: unknown,
  options?: { readonly returnExceptions?: boolean },
): Future<unknown> {
  // Given one by one, as in Python.
  if (isPromiseLike(options) || isSteps(options) || typeof options === "function")
    throw atCallOf(gather, noList(waitables, "gather"));
  const returnExceptions = readFlag(options, "returnExceptions", "gather", gather);
  const keys = isRecord(waitables) ? Object.keys(waitables) : undefined;
  const list =
    keys === undefined
      ? listOf(waitables as Iterable<unknown>, "gather", gather)
      : Object.values(waitables as Waitables);
  const known = new Map<unknown, Future<unknown>>();
  const distinct: Future<unknown>[] = [];
  const children = list.map((one, index) => {
    const before = known.get(one);
    if (before !== undefined) return before;
    const place = (): string => `gather(), at ${keys?.[index] ?? index},`;
    const future = futureFor(one as Waitable<unknown>, place, gather);
    distinct.push(future);
    // A function can be called again, where a coroutine object can't.
    if (typeof one !== "function") known.set(one, future);
    return future;
  });
  return new Gathering(children, distinct, keys, returnExceptions);
}

/** Returns the elements of a list of waitables; throws a TypeError that says how to give them. */
export function listOf<T>(waitables: Iterable<T>, where: string, from: PublicFunction = listOf): T[] {
  if (
    typeof waitables !== "object" ||
    waitables === null ||
    typeof waitables[Symbol.iterator] !== "function" ||
    waitables instanceof Map ||
    "then" in waitables
  ) {
    throw atCallOf(from, noList(waitables, where));
  }
  return [...waitables];
}

function noList(waitables: unknown, where: string): TypeError {
  const list = waitables instanceof Map ? "map.values()" : "[a, b]";
  const instead = isAsyncIterable(waitables)
    ? "loop over it with `for await`, or collect what it yields and "
    : "";
  return new TypeError(
    `${where}() needs a list of things to wait for, got ${describe(waitables)}; ${instead}write ${where}(${list})`,
  );
}

function isAsyncIterable(value: unknown): boolean {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

function isRecord(value: unknown): value is Readonly<Record<string, Waitable<unknown>>> {
  if (typeof value !== "object" || value === null || isAsyncIterable(value)) return false;
  if (Symbol.iterator in value || "then" in value) return false;
  // Nothing in a Date or a WeakMap can be waited for; the result would be {}.
  return isPlain(value) || Object.keys(value).length > 0;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

class Gathering extends Future<unknown> implements CancelNode {
  private readonly children: readonly Future<unknown>[];
  private readonly keys: readonly string[] | undefined;
  private readonly returnExceptions: boolean;
  private left: number;
  private cancelRequested = false;
  private cancelMessage: string | undefined = undefined;
  private beingCancelled = false;
  /** The children to which a cancellation was passed on, with the number that it has there. */
  private reached: Map<unknown, number> | undefined = undefined;
  /** The wake reason of the gather's waiters, once it is done. */
  private ended: WakeReason = "value";
  /** The last reaction; each leads to the one before. */
  private lastReaction: ChildDone | undefined = undefined;

  /** `distinct` has each of the children once. */
  constructor(
    children: readonly Future<unknown>[],
    distinct: readonly Future<unknown>[],
    keys: readonly string[] | undefined,
    returnExceptions: boolean,
  ) {
    super();
    this.children = children;
    this.keys = keys;
    this.returnExceptions = returnExceptions;
    this.left = distinct.length;
    const done: Future<unknown>[] = [];
    for (const child of distinct) {
      if (child.done()) done.push(child);
      else child[arm]((this.lastReaction = new ChildDone(this, child, this.lastReaction)));
    }
    for (const child of done) this.childDone(child);
    if (distinct.length === 0) this.finish(this.results());
  }

  override cancel(message?: string): boolean {
    assertMessage(message);
    return cancelFrom(this, message);
  }

  /** Cancels the children. Called by `cancelFrom`. @internal */
  *[cancelSteps](message: string | undefined): Generator<CancelNode, boolean, boolean> {
    if (this.done()) return false;
    let accepted = false;
    let circular = false;
    this.beingCancelled = true;
    for (const child of this.children) {
      if (!isCancelNode(child) || child.done()) accepted = child.cancel(message) || accepted;
      else if (child[isBeingCancelled]()) circular = true;
      else {
        accepted = (yield child) || accepted;
        (this.reached ??= new Map()).set(child, child[lastAsked]());
      }
    }
    this.beingCancelled = false;
    if (accepted) {
      this.cancelRequested = true;
      this.cancelMessage = message;
    }
    // A child awaits this gather: neither would ever end.
    if (circular && !this.done()) {
      this.endWith(cancellation(message), "cancelled");
      return true;
    }
    return accepted;
  }

  /** @internal */
  override [isBeingCancelled](): boolean {
    return this.beingCancelled;
  }

  /** @internal */
  override [wakeReason](): WakeReason {
    return this.ended;
  }

  /** @internal */
  override [waitsOutside](inTurn: Set<contract.Waker>): boolean {
    for (const child of this.children) inTurn.add(child);
    return false;
  }

  /** @internal */
  [waitFacts](): WaitFacts {
    return { kind: "gather", left: this.left };
  }

  protected override describe(): string {
    return `gather of ${this.children.length}`;
  }

  childDone(child: Future<unknown>): void {
    this.left--;
    const reason = child[hasFailed]() ? child[failureReason]() : undefined;
    if (this.done()) return;
    if (child[hasFailed]() && !this.returnExceptions) {
      this.endWith(
        reason,
        this.hasAnswered(child) ? "swallowed" : child[bringsCancellation]() ? "cancelled" : "value",
      );
    } else if (this.left === 0) {
      if (this.cancelRequested) this.endWith(cancellation(this.cancelMessage), "cancelled");
      else {
        this.lastReaction = undefined;
        this.finish(this.results());
      }
    }
  }

  /** Tells whether a child has swallowed the cancellation that was passed on to it, and no other. */
  private hasAnswered(child: Future<unknown>): boolean {
    const reached = this.reached?.get(child);
    if (reached === undefined || child[bringsCancellation]()) return false;
    const node = child as Future<unknown> & CancelNode;
    return node[lastThrown]() > reached && !node[endedInDoubt]();
  }

  /** Returns 0: requests are counted by the children that they are passed on to. @internal */
  [lastAsked](): number {
    return 0;
  }

  /** Returns 1, since only one that is done is asked: whether it swallowed is in the wake reason. @internal */
  [lastThrown](): number {
    return 1;
  }

  /** @internal */
  [endedInDoubt](): boolean {
    return false;
  }

  /** Ends the gather; if a child was cancelled, with that error, but not as cancelled, as in asyncio. */
  private endWith(reason: unknown, ended: WakeReason): void {
    this.ended = ended;
    this.fail(reason);
    // The children that still run may live long, and outlive many gathers.
    for (let left = this.lastReaction; left !== undefined; left = left.before) left.giveUp();
    this.lastReaction = undefined;
  }

  private results(): unknown {
    const results = this.children.map((child) =>
      child[hasFailed]() ? child[failureReason]() : child.result(),
    );
    if (this.keys === undefined) return results;
    return Object.fromEntries(this.keys.map((key, index) => [key, results[index]]));
  }
}

/** Tells a gathering that one of its children is done. */
class ChildDone implements Runnable {
  readonly awaiter: Gathering;
  readonly before: ChildDone | undefined;
  private readonly child: Future<unknown>;

  constructor(gathering: Gathering, child: Future<unknown>, before: ChildDone | undefined) {
    this.awaiter = gathering;
    this.child = child;
    this.before = before;
  }

  run(): void {
    this.awaiter.childDone(this.child);
  }

  /** Leaves the child, whose error is not reported: the gather has ended with another. */
  giveUp(): void {
    const { child } = this;
    if (child.done()) return;
    child[disarm](this);
    if (retrieved.has(child)) return;
    retrieved.add(child);
    child[arm]({
      run() {
        if (child[hasFailed]()) child[failureReason]();
      },
    });
  }
}

/** The futures whose errors will count as retrieved, by one reaction each, however many gathers left them. */
const retrieved = new WeakSet<Future<unknown>>();

import { Coroutine, isCoroutine } from "@asyncio-ts/coroutine";
import type { IsAny, Unless } from "@asyncio-ts/coroutine/internal";
import { Future, isFuture, type Steps } from "@asyncio-ts/future";
import type { contract } from "@asyncio-ts/future/internal";
import {
  assertMessage,
  assertMilliseconds,
  assertOptions,
  describe,
  type Runnable,
  arm,
  disarm,
  hasFailed,
  waitFacts,
  type WaitFacts,
  waitsOutside,
} from "@asyncio-ts/future/lowlevel";
import type { EventLoop, TimerHandle } from "@asyncio-ts/loop";
import { waitingScheduler } from "@asyncio-ts/loop/internal";
import { ensureFuture } from "./ensure-future.js";
import { fewOf } from "./few-of.js";
import { listOf, type RefusedList, type WaitedFor } from "./gather.js";

/** The condition that ends `wait`. */
export type ReturnWhen = "FIRST_COMPLETED" | "FIRST_EXCEPTION" | "ALL_COMPLETED";

/** Options for `wait()`. */
export interface WaitOptions {
  /** The time limit in milliseconds; null for none. Default: null. */
  readonly timeout?: number | null;
  /** The condition that ends the wait. Default: `"ALL_COMPLETED"`. */
  readonly returnWhen?: ReturnWhen;
}

/** The result of `wait`: each of the futures, in one of two sets. */
export interface Waited<F> {
  readonly done: Set<F>;
  readonly pending: Set<F>;
}

/** The future that `wait` returns for a waitable: a task or future itself, a new future for a promise. */
export type AsFuture<W> = W extends Future<unknown> ? W : Future<WaitedFor<W>>;

/** The reason against a list with a coroutine object in it. */
type RefusedCoroutines<Given> = Given extends Iterable<infer W> ? RefusedCoroutine<W> : never;

type RefusedCoroutine<W> =
  IsAny<W> extends true
    ? never
    : W extends Coroutine<unknown>
      ? "wait() needs tasks and futures; make it a task first: wait([createTask(it)])"
      : never;

/**
 * Waits for tasks and futures until all, one, or one with an error is done, or the time is over. It neither
 * cancels nor throws: look at `done` and `pending`. When cancelled, it leaves them running. Python:
 * `asyncio.wait`.
 *
 * @throws TypeError if there is nothing to wait for, or for a coroutine: make a task of it instead.
 *
 * @example
 * ```ts
 * import { createTask, sleep, wait } from "@asyncio-ts/task";
 *
 * const fast = createTask(() => sleep(10));
 * const slow = createTask(() => sleep(1000));
 * const { done, pending } = await wait([fast, slow], { returnWhen: "FIRST_COMPLETED" });
 * console.log(done.has(fast), pending.has(slow));
 * slow.cancel();
 * // prints: true true
 * ```
 */
export function wait<W extends PromiseLike<unknown>, Given = unknown>(
  waitables: Unless<RefusedCoroutines<Given> | RefusedList<Given, "wait">, Given, Iterable<W>>,
  options?: WaitOptions,
): Coroutine<Waited<AsFuture<W>>> {
  return new Coroutine(waiting(waitables as Iterable<W>, options), "wait") as unknown as Coroutine<
    Waited<AsFuture<W>>
  >;
}

function* waiting(waitables: Iterable<unknown>, options: WaitOptions = {}): Steps<Waited<Future<unknown>>> {
  assertOptions(options, "wait");
  const { timeout = null, returnWhen = "ALL_COMPLETED" } = options;
  if (timeout !== null) assertMilliseconds(timeout, "wait");
  if (!["FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED"].includes(returnWhen)) {
    throw new TypeError(
      `wait() needs returnWhen "FIRST_COMPLETED", "FIRST_EXCEPTION" or "ALL_COMPLETED", got ${describe(returnWhen)}`,
    );
  }
  const futures = new Set(listOf(waitables, "wait").map(futureOf));
  if (futures.size === 0) throw new TypeError("wait() needs at least one task or future to wait for");
  yield* new Waiting(futures, timeout, returnWhen);
  const done = new Set<Future<unknown>>();
  const pending = new Set<Future<unknown>>();
  for (const future of futures) (future.done() ? done : pending).add(future);
  return { done, pending };
}

function futureOf(waitable: unknown): Future<unknown> {
  if (isFuture(waitable)) return waitable;
  if (isCoroutine(waitable) || typeof waitable !== "object" || waitable === null || !("then" in waitable)) {
    throw new TypeError(
      `wait() needs tasks and futures, got ${isCoroutine(waitable) ? waitable : describe(waitable)}; ` +
        "make it a task first: wait([createTask(it)])",
    );
  }
  return ensureFuture(waitable as PromiseLike<unknown>);
}

/** A future that is done as soon as enough futures are, or the time is over. */
export class Waiting extends Future<void> {
  private left: number;
  private readonly returnWhen: ReturnWhen;
  private readonly timer: TimerHandle | undefined;
  private readonly waits: Map<Future<unknown>, Runnable> = new Map();

  constructor(futures: ReadonlySet<Future<unknown>>, timeout: number | null, returnWhen: ReturnWhen) {
    super();
    this.left = futures.size;
    this.returnWhen = returnWhen;
    const loop = waitingScheduler().loop as EventLoop;
    this.timer = timeout === null ? undefined : loop.callLater(timeout, () => this.end());
    for (const future of futures) {
      const reaction = { run: () => this.futureDone(future), awaiter: this };
      this.waits.set(future, reaction);
      future[arm](reaction);
    }
  }

  override cancel(message?: string): boolean {
    assertMessage(message);
    this.letGo();
    return super.cancel(message);
  }

  /** @internal */
  override [waitsOutside](inTurn: Set<contract.Waker>): boolean {
    for (const future of this.waits.keys()) inTurn.add(future);
    return false;
  }

  /** @internal */
  [waitFacts](): WaitFacts {
    return { kind: "wait", left: this.left };
  }

  protected override describe(): string {
    return `wait for ${fewOf(this.waits.keys(), this.waits.size)}`;
  }

  private futureDone(future: Future<unknown>): void {
    this.left--;
    if (this.left === 0 || this.isEnough(future)) this.end();
  }

  private isEnough(future: Future<unknown>): boolean {
    if (this.returnWhen === "FIRST_COMPLETED") return true;
    if (this.returnWhen === "ALL_COMPLETED" || !future[hasFailed]() || future.cancelled()) return false;
    // Looking at the error counts as retrieving it, as in asyncio.
    future.exception();
    return true;
  }

  private end(): void {
    this.letGo();
    if (!this.done()) this.setResult();
  }

  /** Disarms all reactions, since a future may outlive many waits for it. */
  private letGo(): void {
    this.timer?.cancel();
    for (const [future, reaction] of this.waits) future[disarm](reaction);
  }
}

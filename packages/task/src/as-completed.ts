import { Coroutine } from "@asyncio-ts/coroutine";
import type { Unless } from "@asyncio-ts/coroutine/internal";
import { Future, type Steps } from "@asyncio-ts/future";
import { assertMilliseconds, assertOptions, inspectAsString, arm, disarm } from "@asyncio-ts/future/lowlevel";
import type { EventLoop, TimerHandle } from "@asyncio-ts/loop";
import { waitingScheduler } from "@asyncio-ts/loop/internal";
import { futureFor, type Waitable } from "./ensure-future.js";
import { listOf, type RefusedList, type WaitedFor } from "./gather.js";
import { timedOut } from "./timed-out.js";
import type { AsFuture } from "./wait.js";

/** Options for `asCompleted()`. */
export interface AsCompletedOptions {
  /** The time limit for all of them, in milliseconds; null for none. Default: null. */
  readonly timeout?: number | null;
}

/** The future of a waitable: a task or future itself, else the task or future made of it. */
export type Completed<W> = W extends Future<unknown> ? W : AsFuture<W>;

/**
 * Runs waitables concurrently, and yields them as they finish: the tasks and futures that were given, each
 * done, in `for await (const { task } of asCompleted(tasks))`; awaitables of the next result in a plain
 * `for (const next of asCompleted(tasks)) await next`. Python: `asyncio.as_completed`.
 *
 * When the time is over, the loop (or the awaitable) throws a `TimeoutError`; unfinished ones run on.
 *
 * @example
 * ```ts
 * import { asCompleted, createTask, sleep } from "@asyncio-ts/task";
 *
 * const tasks = [30, 10, 20].map((delay) => createTask(() => sleep(delay, delay)));
 * for await (const { task } of asCompleted(tasks)) console.log(task.result());
 * // prints: 10
 * // prints: 20
 * // prints: 30
 * ```
 */
export function asCompleted<W extends Waitable<unknown>, Given = unknown>(
  waitables: Unless<RefusedList<Given, "asCompleted">, Given, Iterable<W>>,
  options?: AsCompletedOptions,
): AsCompleted<W> {
  return new AsCompleted(waitables as Iterable<W>, options);
}

/**
 * Yields futures as they finish; see `asCompleted`.
 *
 * @example
 * ```ts
 * import { asCompleted, sleep } from "@asyncio-ts/task";
 *
 * for (const next of asCompleted([sleep(20, "slow"), sleep(10, "fast")])) console.log(await next);
 * // prints: fast
 * // prints: slow
 * ```
 */
export class AsCompleted<W>
  implements AsyncIterable<{ readonly task: Completed<W> }>, Iterable<Coroutine<WaitedFor<W>>>
{
  static {
    inspectAsString(this.prototype);
  }

  private readonly todo: Map<Future<unknown>, { run(): void }> = new Map();
  /** The finished futures that were not yielded yet; undefined for one that the timeout cut off. */
  private readonly finished: (Future<unknown> | undefined)[] = [];
  private readonly waiters: Future<void>[] = [];
  private readonly timer: TimerHandle | undefined;
  private left: number;
  /** True while the reactions are armed: not while nobody iterates. */
  private listening = false;

  /** Called by `asCompleted()`. @internal */
  constructor(waitables: Iterable<W>, options: AsCompletedOptions = {}) {
    assertOptions(options, "asCompleted");
    const { timeout = null } = options;
    if (timeout !== null) assertMilliseconds(timeout, "asCompleted");
    const futures = new Set(
      [...new Set(listOf(waitables, "asCompleted"))].map((one) =>
        futureFor(one as Waitable<unknown>, "asCompleted()", AsCompleted),
      ),
    );
    for (const future of futures) {
      this.todo.set(future, { run: () => this.futureDone(future) });
    }
    this.listen();
    this.left = futures.size;
    this.timer =
      timeout === null || futures.size === 0
        ? undefined
        : (waitingScheduler().loop as EventLoop).callLater(timeout, () => this.timeIsOver());
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<{ readonly task: Completed<W> }, void, void> {
    try {
      while (this.left > 0) {
        this.left--;
        yield await new Coroutine(this.nextTask(), "asCompleted");
      }
    } finally {
      this.rest();
    }
  }

  *[Symbol.iterator](): Generator<Coroutine<WaitedFor<W>>, void, void> {
    try {
      while (this.left > 0) {
        this.left--;
        yield new Coroutine(this.nextResult(), "asCompleted");
      }
    } finally {
      // Only if left early: at the regular end, the awaitables that it yielded may still be awaited.
      if (this.left > 0) this.rest();
    }
  }

  toString(): string {
    return `<AsCompleted ${this.left} to give, ${this.todo.size} running>`;
  }

  // In a record, since an async function would await a task that it returns.
  private *nextTask(): Steps<{ readonly task: Completed<W> }> {
    return { task: (yield* this.next()) as Completed<W> };
  }

  private *nextResult(): Steps<WaitedFor<W>> {
    const future = yield* this.next();
    return future.result() as WaitedFor<W>;
  }

  private *next(): Steps<Future<unknown>> {
    this.listen();
    while (this.finished.length === 0) {
      const waiter = new Future<void>();
      this.waiters.push(waiter);
      try {
        yield* waiter;
      } catch (error) {
        const index = this.waiters.indexOf(waiter);
        if (index >= 0) this.waiters.splice(index, 1);
        this.rest();
        throw error;
      }
    }
    const future = this.finished.shift();
    if (future === undefined) throw timedOut(" before all had finished");
    return future;
  }

  private listen(): void {
    if (this.listening) return;
    this.listening = true;
    for (const [future, reaction] of this.todo) future[arm](reaction);
  }

  /** Disarms the reactions while nobody waits, since the futures may outlive many iterations. */
  private rest(): void {
    if (!this.listening || this.waiters.some((waiter) => !waiter.done())) return;
    this.listening = false;
    for (const [future, reaction] of this.todo) future[disarm](reaction);
  }

  private futureDone(future: Future<unknown>): void {
    // May be called twice: by the reaction that was scheduled when the futures were left.
    if (!this.todo.delete(future)) return;
    this.add(future);
    if (this.todo.size === 0) this.timer?.cancel();
  }

  private timeIsOver(): void {
    for (const [future, reaction] of this.todo) {
      future[disarm](reaction);
      this.add(undefined);
    }
    this.todo.clear();
  }

  private add(future: Future<unknown> | undefined): void {
    this.finished.push(future);
    // A cancelled waiter may not have had its turn to leave.
    let waiter = this.waiters.shift();
    while (waiter?.done() === true) waiter = this.waiters.shift();
    waiter?.setResult();
  }
}

/**
 * Job: one call of a function in a worker, and the future of its result.
 *
 * States, on top of those of a future:
 *   queued    it is in the pool's queue: `worker` is undefined
 *   running   `worker` runs it
 *   done      the future is settled; the pool has forgotten the job
 * `Pool` makes the transitions, except for `cancel`, which notifies the pool. A cancelled job is done
 * immediately; its worker may take a little longer to end.
 */
import { Future } from "@asyncio-ts/future";
import { type contract, slot, variables } from "@asyncio-ts/future/internal";
import { assertMessage, waitFacts, type WaitFacts } from "@asyncio-ts/future/lowlevel";
import { getRunningLoop } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import { takeMoved } from "./move.js";
import { Progress } from "./progress.js";
import type { SentVariables } from "./received.js";

const nothing: readonly never[] = [];

/** The part of a pool that a job needs. */
export interface JobOwner {
  /** The class of the executor. */
  readonly name: string;
  /** Forgets a job that is not done, and kills its worker if the job is running. */
  drop(job: Job<unknown, unknown>): void;
}

/**
 * A future of the result of a function in a worker, as returned by `submit()` and `map()`. Await it, pass it
 * to `gather`, `timeout` or a task group, or cancel it like any future. Python: `concurrent.futures.Future`,
 * which can't be cancelled once it runs.
 *
 * If a queued job is cancelled, it never starts. If a running job is cancelled, its worker is killed, even
 * while it computes, and another worker is started when there is work. Jobs of other workers continue. A
 * thread can't be killed inside a blocking call of the system (`execSync`), but ends after it; a process can.
 *
 * @example
 * ```ts
 * import { type Job, ThreadPoolExecutor } from "@asyncio-ts/executor";
 * import type * as Work from "./work.js"; // export function fib(n: number): number
 *
 * await using pool = new ThreadPoolExecutor<typeof Work>(new URL("./work.js", import.meta.url));
 * const job: Job<number> = pool.submit("fib", 100);
 * setTimeout(() => job.cancel("too slow"), 100);
 * await job.catch((error) => console.log(String(error), job));
 * // prints: CancelledError: too slow <Job 'fib' cancelled>
 * ```
 */
export class Job<T, P = unknown> extends Future<T> {
  /** The name of the function. */
  readonly functionName: string;

  /** For the pool, until the job is sent or dropped. @internal */
  args: readonly unknown[];
  /** For the pool: the objects to move with the arguments. @internal */
  moved: readonly object[];
  /** For the pool, until then: the context variables that go with them, if there are any. @internal */
  declare sent?: SentVariables | undefined;
  /** For its services: the context variables of the code that submitted it, if any was set by then. @internal */
  declare [variables]?: contract.Values | contract.Cell | undefined;
  /** For the pool: the worker that runs the job. @internal */
  worker: object | undefined = undefined;
  /** For the queue. @internal */
  previous: this | undefined = undefined;
  /** For the queue. @internal */
  next: this | undefined = undefined;

  private readonly owner: JobOwner;
  private followed: Progress<P> | undefined = undefined;

  /** Called by the pool. @internal */
  constructor(owner: JobOwner, functionName: string, args: readonly unknown[]) {
    super({ loop: getRunningLoop() });
    this.owner = owner;
    this.functionName = functionName;
    this.args = args;
    this.moved = takeMoved(args);
    if (slot.variables !== undefined) slot.variables.keep(this, undefined);
    if (slot.transferred !== undefined) this.sent = slot.transferred();
    // The loop cancels its jobs when it closes, because it could no longer deliver their results.
    partsOf(this.getLoop()).shutdown.toCancel.add(this);
    slot.observer?.jobMade?.(this);
  }

  /** For the pool: releases the data that only sending the job needs. @internal */
  forgetArguments(): void {
    this.args = nothing;
    if (this.sent !== undefined) this.sent = undefined;
    this.moved = nothing;
  }

  /** Tells whether a worker is running the job. Python: `running()`. */
  running(): boolean {
    return this.worker !== undefined && !this.done();
  }

  /**
   * Cancels the job, and schedules its waiters. A queued job never starts; a running one is stopped by
   * killing its worker. Returns false and does nothing if the job is done already. Python: `cancel()`.
   */
  override cancel(message?: string): boolean {
    assertMessage(message);
    if (this.done()) return false;
    this.owner.drop(this as Job<unknown, unknown>);
    super.cancel(message);
    this.ended();
    return true;
  }

  /**
   * Yields the values that the job reports (`report()` of `@asyncio-ts/executor/worker`):
   * `for await (const done of job.progress) …`. Values reported before the loop starts are not included. The
   * loop ends when the job ends, also if it fails or is cancelled; await the job for its result. Several
   * loops may iterate at once.
   */
  get progress(): AsyncIterable<P> {
    return { [Symbol.asyncIterator]: () => this.follow() };
  }

  /** @throws Error, always: only the job's function sets its result. */
  override setResult(_value: T): never {
    throw new Error(`setResult() on ${this}: a job's result is what its function returns`);
  }

  /** @throws Error, always: only the job's function sets its error. */
  override setException(_error: unknown): never {
    throw new Error(`setException() on ${this}: a job's error is what its function throws`);
  }

  // ---- for the pool ----

  /** Settles the job with the function's return value. @internal */
  returned(value: T): void {
    this.finish(value);
    this.ended();
  }

  /** Settles the job with an error: the function has thrown, or did not finish. @internal */
  threw(error: unknown): void {
    this.fail(error);
    this.ended();
  }

  /** Passes a reported value to all loops over `progress`. @internal */
  reported(value: P): void {
    this.followed?.report(value);
  }

  /** @internal */
  [waitFacts](): WaitFacts {
    const status = this.worker === undefined ? "queued" : "running";
    return { kind: "job", function: this.functionName, pool: this.owner.name, status };
  }

  /** @internal */
  protected override describe(): string {
    return `Job '${this.functionName}'`;
  }

  private async *follow(): AsyncGenerator<P, void, void> {
    if (this.done()) return;
    this.followed ??= new Progress();
    yield* this.followed.follow();
  }

  private ended(): void {
    partsOf(this.getLoop()).shutdown.toCancel.delete(this);
    this.followed?.end();
    slot.observer?.jobEnded?.(this);
  }
}

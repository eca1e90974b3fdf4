/**
 * RemoteJob: a call of a function that any worker of a queue runs, and the future of its result.
 *
 * **States**, on top of those of a future; `phase` on the caller's side, and where the job is in BullMQ:
 *
 *   phase        in BullMQ                      left by
 *   sending      nowhere yet                    `add` has been answered → queued; Redis refuses it → failed
 *   queued       wait, prioritized, delayed     a worker takes it → running
 *   running      active, locked by its worker   its end; or the lock expires (see below) → queued
 *   ended        completed or failed            its result has been read, if that is in a key of its own → done
 *   done         completed, failed, removed     nothing; BullMQ forgets it after `resultTtl`
 *
 * **Cancelling** is a request (`request`), in whichever phase. The future is cancelled
 *   - at once in phase sending, if it is still in the caller's outbox;
 *   - when an event says that BullMQ has removed it from the queue: so it never ran, or its worker is known to be
 *     dead (the lock of its worker has expired, since a locked job can't be removed). If it had just ended, the event
 *     of that end came before, and the future has the result;
 *   - when the worker says that the function has stopped. A function that returns in spite of the request gives its
 *     value, as a task does;
 *   - at once if Redis is not connected, and after a second if it does not answer, or if the worker does not confirm
 *     the request: then it is cut off, or dead. So a timeout expires on time. The request is repeated for as long as the
 *     caller lives, and stays in Redis for the worker; after that the lease ends the job.
 *
 * **What is told over which channel**
 *   BullMQ's job         the call, its options, and its result or failure (values.ts, job-data.ts)
 *   BullMQ's events      active, waiting, delayed, progress, completed, failed, removed: a stream that each caller
 *                        reads from the last event before its first job, so that none is missed
 *   one channel          the ids of jobs to cancel, to all workers of the queue (pub/sub, which may lose a message)
 *   cancelled:ID         the same, for a worker that missed it: it looks at each heartbeat for what it runs
 *   confirmed:ID         the worker is stopping the job, which may take its time
 *   caller:ID            the caller's lease: it renews the key at each heartbeat, a third of the lease. A worker that
 *                        finds none cancels the caller's jobs, running or about to run. A detached job has no caller
 *   BullMQ's lock        the worker's lease: one that is not renewed makes the job run again, elsewhere
 *
 * **Invariants**
 *   - an id is in `Caller.jobs` exactly while its future is pending; so there is one future for an id and caller
 *   - a caller has its lease before it adds its first job
 *   - a job runs at most `1 + retries` times because of lost workers, and thrown errors repeat it only within
 *     `attempts`; after that it fails, so that no job is repeated for ever
 *   - every pending future is looked after: by an event; by a look at all jobs once a lost connection is back; by a
 *     look at some of them at each heartbeat, since the stream of events is cut at its end; or by the deadline for
 *     connecting
 *
 * **Edges**
 *   lost worker       its lock expires, another worker finds the job stalled, and it is queued again (event waiting);
 *                     too often → failed with `BrokenExecutorError`
 *   expired result    a look finds neither job nor result → failed with `BrokenExecutorError`, which says so
 *   lost caller       its lease ends → cancelled where it runs
 *   given back        the worker shuts down: the job is queued again, and that counts as no attempt
 *   worker cut off    it can't renew its lock, so the job may run elsewhere: it cancels its own run
 */
import { Progress } from "@asyncio-ts/executor/internal";
import { Future } from "@asyncio-ts/future";
import { slot } from "@asyncio-ts/future/internal";
import { assertMessage, hasFailed, waitFacts, type WaitFacts } from "@asyncio-ts/future/lowlevel";
import { getRunningLoop } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";

/** The part of a caller that a job needs. */
export interface JobOwner {
  /** The class of the executor, and its queue. */
  readonly name: string;
  /** Has a job cancelled, wherever it is. */
  cancel(job: AnyRemoteJob): void;
  /** Forgets a job whose loop ends, without cancelling it. */
  leave(job: AnyRemoteJob): void;
}

export type AnyRemoteJob = RemoteJob<unknown, unknown>;

/**
 * A future of the result of a function that runs on another machine, as returned by `submit()` and `map()` of a
 * `DistributedExecutor`. Await it, pass it to `gather`, `timeout` or a task group, or cancel it like any future.
 *
 * @example
 * ```ts
 * import { DistributedExecutor, type RemoteJob } from "@asyncio-ts/distributed";
 * import { timeout } from "@asyncio-ts/task";
 * import type * as Work from "./work.js"; // export function fib(n: number): number
 *
 * export async function compute(): Promise<number> {
 *   await using pool = new DistributedExecutor<typeof Work>({
 *     queue: "numbers",
 *     connection: "redis://localhost:6379",
 *   });
 *   const job: RemoteJob<number> = pool.submit("fib", 30);
 *   return await timeout(5000).with(() => job); // after 5 s, it is cancelled where it runs
 * }
 * ```
 */
export class RemoteJob<T, P = unknown> extends Future<T> {
  /** The name of the function; empty if the job was submitted by another process. */
  readonly functionName: string;
  /** The id of the job in the queue, for `job(id)` in another process. */
  readonly id: string;

  /** For the caller. @internal */
  phase: "sending" | "queued" | "running" | "ended" = "sending";
  /** For the caller: the request to cancel the job, if there is one. @internal */
  request: { readonly message: string | undefined } | undefined = undefined;

  private readonly owner: JobOwner;
  private readonly followed: Progress<P> = new Progress();
  private readonly atEndOfLoop: { cancel(message?: string): unknown };
  private over: () => void = () => {};

  /** Called by the caller. @internal */
  constructor(owner: JobOwner, functionName: string, id: string, isDetached: boolean) {
    super({ loop: getRunningLoop() });
    this.owner = owner;
    this.functionName = functionName;
    this.id = id;
    // The loop cancels its jobs when it closes, because it could no longer deliver their results.
    this.atEndOfLoop = isDetached
      ? { cancel: (message) => this.left(message) }
      : { cancel: (message) => this.cancel(message) };
    partsOf(this.getLoop()).shutdown.toCancel.add(this.atEndOfLoop);
    slot.observer?.jobMade?.(this);
  }

  /** Tells whether a worker is running the job, as far as this process knows. Python: `running()`. */
  running(): boolean {
    return this.phase === "running" && !this.done();
  }

  /**
   * Requests cancellation. A queued job never starts; a running one is cancelled where it runs: its task gets a
   * `CancelledError`, its thread or process is ended. The future is cancelled when that has happened, or when the
   * worker is known to be dead; at once if Redis can't be reached, and after a second if the worker does not confirm
   * the request, which then is there for it later. If the function returns nevertheless, the future has its value. Returns false and does nothing if the job is done already. Python: `cancel()`.
   */
  override cancel(message?: string): boolean {
    assertMessage(message);
    if (this.done()) return false;
    if (this.request === undefined) {
      this.request = { message };
      // The end of `run()` waits until the worker has stopped.
      const { toAwait } = partsOf(this.getLoop()).shutdown;
      const ending = new Promise<void>((resolve) => (this.over = resolve)).then(
        () => void toAwait.delete(ending),
      );
      toAwait.add(ending);
    }
    this.owner.cancel(this as AnyRemoteJob);
    return true;
  }

  /**
   * Yields the values that the job reports (`report()` of `@asyncio-ts/executor/worker`), from the start of the
   * loop until the job ends: `for await (const done of job.progress) …`. If the job loses its worker and runs again,
   * it reports again.
   */
  get progress(): AsyncIterable<P> {
    return { [Symbol.asyncIterator]: () => this.followed.follow() };
  }

  /** @throws Error, always: only the job's function sets its result. */
  override setResult(_value: T): never {
    throw new Error(`setResult() on ${this}: a job's result is what its function returns`);
  }

  /** @throws Error, always: only the job's function sets its error. */
  override setException(_error: unknown): never {
    throw new Error(`setException() on ${this}: a job's error is what its function throws`);
  }

  // ---- for the caller ----

  /** Cancels the job because its executor or loop ends; if it is detached, only its future. @internal */
  atEnd(message: string | undefined): void {
    this.atEndOfLoop.cancel(message);
  }

  /** Tells whether the job is done because of an error, without retrieving it. @internal */
  hasError(): boolean {
    return this[hasFailed]() && !this.cancelled();
  }

  /** @internal */
  returned(value: T): void {
    this.finish(value);
    this.ended();
  }

  /** @internal */
  threw(error: unknown): void {
    this.fail(error);
    this.ended();
  }

  /** @internal */
  wasCancelled(message: string | undefined): void {
    super.cancel(message);
    this.ended();
  }

  /** @internal */
  reported(value: P): void {
    this.followed.report(value);
  }

  /** @internal */
  [waitFacts](): WaitFacts {
    const { functionName, phase, owner } = this;
    return { kind: "job", function: functionName, pool: owner.name, status: phase };
  }

  /** @internal */
  protected override describe(): string {
    return `RemoteJob '${this.functionName || this.id}'`;
  }

  private left(message: string | undefined): void {
    this.owner.leave(this as AnyRemoteJob);
    this.wasCancelled(message);
  }

  private ended(): void {
    partsOf(this.getLoop()).shutdown.toCancel.delete(this.atEndOfLoop);
    this.followed.end();
    this.over();
    slot.observer?.jobEnded?.(this);
  }
}

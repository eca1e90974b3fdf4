/**
 * Job: a function's run in a worker, and the future of its result.
 *
 * States, on top of those of a future:
 *   queued    it stands in the pool's queue: `worker` is undefined
 *   running   `worker` has it
 *   done      the future has its outcome; the pool has forgotten the job
 * The pool moves it on (`Pool`), but for `cancel`, which tells the pool. A job is done the moment it is cancelled; its
 * worker may take a little longer to end.
 */
import { Future } from "@asyncio-ts/future";
import { assertMessage } from "@asyncio-ts/future/lowlevel";
import { type EventLoop, getRunningLoop } from "@asyncio-ts/loop";
import { takeMoved } from "./move.js";

const nothing: readonly never[] = [];

/** What a job needs of its pool. */
export interface JobOwner {
  /** Forgets a job that is not done, and ends its worker if it runs. */
  drop(job: Job<unknown, unknown>): void;
}

/**
 * A future of what a function in a worker returns: `submit()` and `map()` give it. Await it, give it to `gather`,
 * `timeout`, a task group; cancel it like any future. Python: `concurrent.futures.Future`, which can't be cancelled once
 * it runs.
 *
 * Cancelled while it is queued, the job never starts. Cancelled while it runs, its worker is ended, wherever it is, and
 * another takes its place when there is work; the jobs of other workers go on.
 *
 * @example
 * ```ts no-run
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

  /** For the pool: the loop that the job belongs to. */
  readonly loop: EventLoop;
  /** For the pool, until the job is sent or dropped. */
  args: readonly unknown[];
  /** For the pool: what moves with the arguments. */
  moved: readonly object[];
  /** For the pool: the worker that runs the job. */
  worker: object | undefined = undefined;
  /** For the queue. */
  previous: this | undefined = undefined;
  /** For the queue. */
  next: this | undefined = undefined;

  private readonly owner: JobOwner;
  private followers: Set<Follower<P>> | undefined = undefined;

  /** Made by `submit()` and `map()`. */
  constructor(owner: JobOwner, functionName: string, args: readonly unknown[]) {
    const loop = getRunningLoop();
    super({ loop });
    this.loop = loop;
    this.owner = owner;
    this.functionName = functionName;
    this.args = args;
    this.moved = takeMoved(args);
    // The end of the loop is the end of its jobs: it could tell nobody what comes of them.
    loop.jobs.add(this);
  }

  /** For the pool: lets go of what only sending the job needs. */
  forgetArguments(): void {
    this.args = nothing;
    this.moved = nothing;
  }

  /** Whether a worker has the job now. Python: `running()`. */
  running(): boolean {
    return this.worker !== undefined && !this.done();
  }

  /**
   * Cancels the job, and schedules those who wait for it. A queued job never starts; a running one is stopped by ending
   * its worker. False, and nothing happens, if the job is done already. Python: `cancel()`.
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
   * What the job reports (`report()` of `@asyncio-ts/executor/worker`) while somebody iterates:
   * `for await (const done of job.progress) …`. What was reported before the loop began is not in it. The loop ends
   * when the job does, however that is; await the job for its result. Several may iterate.
   */
  get progress(): AsyncIterable<P> {
    return { [Symbol.asyncIterator]: () => this.follow() };
  }

  /** @throws Error: the result of a job is what its function returns. */
  override setResult(_value: T): never {
    throw new Error(`setResult() on ${this}: a job's result is what its function returns`);
  }

  /** @throws Error: the error of a job is what its function throws. */
  override setException(_error: unknown): never {
    throw new Error(`setException() on ${this}: a job's error is what its function throws`);
  }

  // ---- for the pool ----

  /** The function has returned. */
  returned(value: T): void {
    this.finish(value);
    this.ended();
  }

  /** The function has thrown, or could not be run to its end. */
  threw(error: unknown): void {
    this.fail(error);
    this.ended();
  }

  /** The function has reported something. */
  reported(value: P): void {
    for (const follower of this.followers ?? []) follower.values.push(value);
    this.wakeFollowers();
  }

  protected override describe(): string {
    return `Job '${this.functionName}'`;
  }

  private async *follow(): AsyncGenerator<P, void, void> {
    const follower: Follower<P> = { values: [], waiter: undefined };
    this.followers ??= new Set();
    this.followers.add(follower);
    try {
      for (;;) {
        const { values } = follower;
        follower.values = [];
        yield* values;
        if (follower.values.length > 0) continue;
        if (this.done()) return;
        follower.waiter = new Future<void>();
        await follower.waiter;
      }
    } finally {
      this.followers.delete(follower);
    }
  }

  private ended(): void {
    this.loop.jobs.delete(this);
    this.wakeFollowers();
  }

  private wakeFollowers(): void {
    if (this.followers === undefined) return;
    for (const follower of this.followers) {
      if (follower.waiter?.done() === false) follower.waiter.setResult();
    }
  }
}

/** Somebody who iterates the progress. */
interface Follower<P> {
  /** Reported, and not given yet. */
  values: P[];
  waiter: Future<void> | undefined;
}

import { randomUUID } from "node:crypto";
import type { Columns, Statistics } from "@asyncio-ts/executor";
import { listRows } from "@asyncio-ts/executor/internal";
import { Future } from "@asyncio-ts/future";
import {
  assertMilliseconds,
  assertOptions,
  describe,
  inspectAsString,
  readFlag,
  runOutside,
} from "@asyncio-ts/future/lowlevel";
import type {
  ArgumentsOf,
  Executor,
  FunctionName,
  Functions,
  ReturnOf,
  ShutdownOptions,
} from "@asyncio-ts/loop";
import { assertFunctionName } from "@asyncio-ts/loop/internal";
import { QueueKeys } from "bullmq";
import { Caller } from "./caller.js";
import type { Connection } from "./connection.js";
import { openRedis } from "./redis.js";
import { jobData } from "./job-data.js";
import { PREFIX } from "./names.js";
import { assertPrefix, assertQueue, LONGEST_TIMER, numberFrom } from "./options.js";
import { type AnyRemoteJob, RemoteJob } from "./remote-job.js";
import { writeArguments, type Written } from "./values.js";
import { variablesToSend } from "./variables.js";

const SHUT_DOWN = "the executor was shut down";
const MEGABYTE = 1_048_576;
/** The last priority of BullMQ. */
const PRIORITY_LIMIT = 2 ** 21 - 1;

/** Options for `new DistributedExecutor()`. */
export interface DistributedOptions {
  /** The name of the queue. Its workers have the same one. */
  readonly queue: string;
  /** Where Redis or Valkey is: a URL, or its parts. */
  readonly connection: Connection;
  /** How often a job begins again because its worker was lost. Default: 2. */
  readonly retries?: number;
  /**
   * Milliseconds for which a result is kept at least after the end of its job. All executors of a queue should have the
   * same, since a job with a shorter one also removes older results of others. Default: 600,000, ten minutes.
   */
  readonly resultTtl?: number;
  /** Milliseconds that a run of a job may take; then it is cancelled, and fails with `TimeoutError`. Default: no limit. */
  readonly timeout?: number;
  /**
   * Milliseconds after which workers take this caller for dead, and cancel its jobs, if it gives no sign of life.
   * Default: 30,000.
   */
  readonly lease?: number;
  /**
   * Milliseconds for which jobs wait for the first connection to Redis before they fail. One that was lost may be away
   * for as long as the lease, if that is longer. Default: 10,000.
   */
  readonly connectTimeout?: number;
  /** The bytes that the arguments of a job may take in Redis, compressed. Default: 8 MiB. */
  readonly sizeLimit?: number;
  /** The version of the module. A worker that has another one fails the job. Default: not compared. */
  readonly version?: string;
  /** The prefix of all keys in Redis. In a cluster it needs braces: `{bull}`. Default: `bull`. */
  readonly prefix?: string;
}

/** Options for `submitWith()`. */
export interface SubmitOptions {
  /**
   * The id of the job. While there is a job of that id in the queue, or its result, no other is made, and the future
   * is that of the existing job. Letters, digits and other signs, but no colon, and not only digits.
   */
  readonly id?: string;
  /** The rank of the job: 1 is first, 2,097,151 last. Jobs without one run before all that have one. */
  readonly priority?: number;
  /** Milliseconds to wait before the job may start. Default: 0. */
  readonly delay?: number;
  /**
   * The number of times that the job is started at most, whether its function throws or its worker is lost. Default:
   * an error is final, and `retries` of the executor tells how often it may lose its worker.
   */
  readonly attempts?: number;
  /** Milliseconds before the next attempt, or how they grow. Default: 0. */
  readonly backoff?: number | Backoff;
  /** True for a job that goes on when its caller has ended. Default: false. */
  readonly detached?: boolean;
  /** Milliseconds that a run of the job may take. Default: that of the executor. */
  readonly timeout?: number;
}

/** The pauses between attempts. */
export interface Backoff {
  /** Each pause is as long as the first one, or twice as long as the one before. */
  readonly type: "fixed" | "exponential";
  /** The first pause, in milliseconds. */
  readonly delay: number;
  /** The part of each pause that is random: 0 to 1. Default: 0. */
  readonly jitter?: number;
}

/**
 * Runs functions of a module on other machines, in `DistributedWorker`s, over a queue of BullMQ in Redis or Valkey. It
 * is an executor as `ThreadPoolExecutor` and `ProcessPoolExecutor` are, and can take their place. Python has none; it
 * is what `distributed.Client` of dask is.
 *
 * A job runs at least once, and may run twice if a worker is lost: functions should allow for that. Shut the executor
 * down (`await using`): its connections keep the process alive.
 *
 * @example
 * ```ts
 * import { DistributedExecutor } from "@asyncio-ts/distributed";
 * import { gather, run } from "@asyncio-ts/task";
 * import type * as Work from "./work.js"; // export function fib(n: number): number
 *
 * export const main = (): Promise<void> =>
 *   run(async () => {
 *     await using pool = new DistributedExecutor<typeof Work>({
 *       queue: "numbers",
 *       connection: "redis://localhost:6379",
 *     });
 *     console.log(await gather(pool.map("fib", [28, 29, 30])));
 *   });
 * ```
 */
export class DistributedExecutor<F = Functions, P = unknown> implements Executor<F>, AsyncDisposable {
  static {
    inspectAsString(this.prototype);
  }

  /** Exists only for the compiler, which infers `F` from it. No object has this property. */
  declare readonly functions?: (functions: F) => void;
  private readonly caller: Caller;
  private readonly settings: Required<Pick<DistributedOptions, "retries" | "resultTtl" | "sizeLimit">>;
  private readonly timeout: number | undefined;
  private readonly version: string | undefined;
  private isClosed = false;

  /** @throws TypeError for an invalid option; RangeError for a number out of range. */
  constructor(options: DistributedOptions) {
    const where = "new DistributedExecutor";
    assertOptions(options, where);
    const { queue, connection, retries = 2, resultTtl = 600_000, sizeLimit = 8 * MEGABYTE } = options;
    const { lease = 30_000, connectTimeout = 10_000, prefix = PREFIX, timeout, version } = options;
    assertQueue(queue, where);
    assertPrefix(prefix, where);
    this.settings = {
      retries: numberFrom(0, "retries", retries, true),
      resultTtl: numberFrom(0, "resultTtl", resultTtl),
      sizeLimit: numberFrom(1, "sizeLimit", sizeLimit),
    };
    this.timeout = limitOf(timeout);
    this.version = version;
    numberFrom(100, "lease", lease, false, LONGEST_TIMER);
    numberFrom(1, "connectTimeout", connectTimeout, false, LONGEST_TIMER);
    let caller: Caller | undefined;
    // The connections belong to no task.
    runOutside(() => {
      const redis = openRedis(connection, where);
      caller = new Caller(`DistributedExecutor of ${queue}`, redis, { queue, prefix, lease, connectTimeout });
    });
    this.caller = caller as unknown as Caller;
  }

  /**
   * Submits a call of the named function, and returns a future of its result. The arguments are copied at once. Python:
   * `submit()`.
   *
   * The job fails with the error that the function throws; with `TypeError` if there is no such function, or if an
   * argument or the result can't be sent; with `BrokenExecutorError` if it has lost its workers too often, its result
   * has expired, or Redis can't be reached or refuses it.
   *
   * @throws Error if the executor has been shut down.
   */
  submit<K extends FunctionName<F>>(name: K, ...args: ArgumentsOf<F, K>): RemoteJob<ReturnOf<F, K>, P> {
    assertFunctionName(name, "submit");
    return this.send({}, name, args) as RemoteJob<ReturnOf<F, K>, P>;
  }

  /**
   * Submits a call with options: `submitWith({ id: "report-42", attempts: 3 }, "report", 42)`.
   *
   * @throws the errors of `submit`; TypeError for an invalid option; RangeError for a number out of range.
   */
  submitWith<K extends FunctionName<F>>(
    options: SubmitOptions,
    name: K,
    ...args: ArgumentsOf<F, K>
  ): RemoteJob<ReturnOf<F, K>, P> {
    assertOptions(options, "submitWith");
    assertFunctionName(name, "submitWith");
    return this.send(options, name, args) as RemoteJob<ReturnOf<F, K>, P>;
  }

  /**
   * Submits a job for each value, and returns the jobs in order: `await gather(pool.map("fib", [28, 29, 30]))`. A
   * function of several parameters takes one iterable for each of them; the shortest one decides the number of jobs,
   * and the others are closed. Python: `map()`, which returns the results.
   *
   * @throws the errors of `submit`.
   */
  map<K extends FunctionName<F>>(
    name: K,
    ...columns: Columns<ArgumentsOf<F, K>>
  ): RemoteJob<ReturnOf<F, K>, P>[] {
    assertFunctionName(name, "map");
    const rows = listRows(name, columns as readonly Iterable<unknown>[]);
    return rows.map((args) => this.send({}, name, args) as RemoteJob<ReturnOf<F, K>, P>);
  }

  /**
   * Returns the future of a job that another process has submitted, by its id: `pool.job<"fib">(id)`. It fails with
   * `BrokenExecutorError` if there is no such job, or its result has expired. Cancelling it cancels the job; the end of
   * this program does not.
   */
  job<K extends FunctionName<F>>(id: string): RemoteJob<ReturnOf<F, K>, P> {
    if (typeof id !== "string" || id === "") {
      throw new TypeError(`job() needs the id of a job, got ${describe(id)}`);
    }
    this.assertOpen("job() was called");
    let job = this.caller.find(id);
    if (job === undefined) {
      job = new RemoteJob<unknown, unknown>(this.caller, "", id, true);
      this.caller.follow(job);
    }
    return job as unknown as RemoteJob<ReturnOf<F, K>, P>;
  }

  /**
   * Returns counts: jobs of all callers that are queued and running, jobs of this executor that completed, failed or
   * were cancelled, and the number of jobs that all workers together can run at once.
   *
   * @throws (as a rejection) BrokenExecutorError if Redis can't be reached.
   */
  async statistics(): Promise<Statistics> {
    const { completed, failed, cancelled } = this.caller;
    const { queued, running, workers } = await this.caller.counts();
    const utilization = workers > 0 ? Math.min(1, running / workers) : 0;
    return { queued, running, completed, failed, cancelled, workers, utilization };
  }

  /** True once the executor has been shut down: it accepts no more jobs. */
  get closed(): boolean {
    return this.isClosed;
  }

  /**
   * Shuts the executor down: it refuses new jobs, and the future resolves when all its jobs have ended and the
   * connections are closed. Workers go on. With `wait: false` it resolves immediately. With `cancelFutures: true` it
   * cancels the jobs that have not started. With `timeout` it cancels all jobs that are left after so many
   * milliseconds, and leaves those that are detached. Cancelling the future cancels all jobs. Python: `shutdown()`.
   *
   * @throws TypeError if the timeout is not a number.
   */
  shutdown(options: ShutdownOptions = {}): Future<void> {
    for (const flag of ["wait", "cancelFutures"] as const) readFlag(options, flag, "shutdown");
    const { wait = true, cancelFutures = false, timeout = Infinity } = options;
    assertMilliseconds(timeout, "shutdown");
    this.isClosed = true;
    const { caller } = this;
    if (cancelFutures) caller.cancelAll(SHUT_DOWN, true);
    const end = new Ending(caller);
    runOutside(() => {
      let timer: NodeJS.Timeout | undefined;
      if (timeout <= 0) caller.cancelAll(SHUT_DOWN, false);
      else if (timeout < 2 ** 31) timer = setTimeout(() => caller.cancelAll(SHUT_DOWN, false), timeout);
      void caller.idle().then(async () => {
        clearTimeout(timer);
        await caller.close();
        end.reached();
      });
    });
    if (!wait) end.reached();
    return end;
  }

  /** Shuts the executor down and waits for its jobs. When cancelled, it cancels them and waits until they have ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.shutdown();
    } catch (cancellation) {
      await this.shutdown();
      throw cancellation;
    }
  }

  toString(): string {
    const { name, address, size } = this.caller;
    return `<${name} at ${address}, ${size} jobs>`;
  }

  private send(options: SubmitOptions, name: string, args: readonly unknown[]): AnyRemoteJob {
    this.assertOpen(`${name}() was submitted`);
    const { retries, resultTtl, sizeLimit } = this.settings;
    const { id, attempts, priority, delay, backoff, detached = false } = options;
    const timeout = options.timeout === undefined ? this.timeout : limitOf(options.timeout);
    if (attempts !== undefined) numberFrom(1, "attempts", attempts, true);
    if (priority !== undefined) numberFrom(1, "priority", priority, true, PRIORITY_LIMIT);
    if (delay !== undefined) numberFrom(0, "delay", delay);
    if (backoff !== undefined) assertBackoff(backoff);
    if (id !== undefined) assertId(id);
    const known = id === undefined ? undefined : this.caller.find(id);
    if (known !== undefined) return known;

    const { caller } = this;
    const job = new RemoteJob<unknown, unknown>(caller, name, id ?? randomUUID(), detached);
    let written: Written;
    try {
      written = writeArguments(name, args, sizeLimit, variablesToSend());
    } catch (error) {
      caller.refuse(job, error);
      return job;
    }
    const keep = { age: resultTtl / 1000 };
    caller.add(job, {
      mayExist: id !== undefined,
      data: jobData({
        ...written,
        retries: attempts === undefined ? retries : attempts - 1,
        resultTtl,
        ...(!detached && { caller: caller.id }),
        ...(this.version !== undefined && { version: this.version }),
        ...(timeout !== undefined && { timeout }),
      }),
      options: {
        jobId: job.id,
        attempts: attempts ?? 1,
        removeOnComplete: keep,
        removeOnFail: keep,
        ...(priority !== undefined && { priority }),
        ...(delay !== undefined && { delay }),
        ...(backoff !== undefined && { backoff }),
      },
    });
    return job;
  }

  private assertOpen(what: string): void {
    if (!this.isClosed) return;
    throw new Error(`${what} after the executor had been shut down; make a new one`);
  }
}

/** The future of `shutdown()`. Cancelling it cancels all jobs, since their caller no longer waits for them. */
class Ending extends Future<void> {
  private readonly caller: Caller;

  constructor(caller: Caller) {
    super();
    this.caller = caller;
  }

  reached(): void {
    if (!this.done()) this.setResult();
  }

  override cancel(message?: string): boolean {
    if (!super.cancel(message)) return false;
    this.caller.cancelAll(message, false);
    return true;
  }

  protected override describe(): string {
    return "the shutdown of an executor";
  }
}

/** Returns the limit that an option sets; undefined for none. */
function limitOf(timeout: number | undefined): number | undefined {
  return timeout === undefined || timeout === Infinity ? undefined : numberFrom(1, "timeout", timeout);
}

/** Throws unless BullMQ takes the pauses. A worker that finds others can't tell it that a run has failed. */
function assertBackoff(backoff: number | Backoff): void {
  if (typeof backoff !== "object") return void numberFrom(0, "backoff", backoff);
  assertOptions(backoff, "submitWith");
  const { type, delay, jitter = 0 } = backoff;
  if (type !== "fixed" && type !== "exponential") {
    throw new TypeError(
      `submitWith() needs a backoff with a type of "fixed" or "exponential", got ${describe(type)}`,
    );
  }
  numberFrom(0, "backoff.delay", delay);
  numberFrom(0, "backoff.jitter", jitter, false, 1);
}

/** Keys of BullMQ, and so not ids of jobs. */
const KEYS: ReadonlySet<string> = new Set(Object.keys(new QueueKeys().getKeys("")));

/** Throws a TypeError unless BullMQ takes the id, and neither it nor we have such a key. */
function assertId(id: unknown): void {
  if (typeof id !== "string" || id === "" || id.includes(":") || /^-?\d+$/.test(id)) {
    throw new TypeError(
      `submitWith() needs an id that is text without colons, and not only digits, got ${describe(id)}; ` +
        'write { id: "report-42" }',
    );
  }
  if (KEYS.has(id)) {
    throw new TypeError(
      `submitWith() got the id ${describe(id)}, which is the name of a part of the queue in Redis; ` +
        `write another one, such as { id: "job-${id}" }`,
    );
  }
}

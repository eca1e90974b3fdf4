/**
 * DistributedWorker: takes jobs from a queue, and runs them.
 *
 * States: starting (loads the module, connects) → working → draining (takes no job; those that run may end, or are
 * given back after `grace`) → closed.
 *
 * A run is in `runs` from the moment that BullMQ hands its job over until the job is completed, failed or given
 * back. `Run.stop` has why it was told to stop, if it was: by the caller, because of its `timeout`, because the
 * worker is draining, or because its lock is lost and the job may run elsewhere. The reason decides what BullMQ is
 * told if the function stops; one that returns nevertheless has its result, as a task does.
 *
 * A message in the channel says only that a job of that id is to be cancelled: it may be about an earlier one, which
 * was removed. What counts is the key in Redis, which the caller removes then. The message may come before its job
 * does: BullMQ marks a job as active before this process has read it. So ids of late are kept for a while (`hints`).
 */
import { randomUUID } from "node:crypto";
import { BrokenExecutorError } from "@asyncio-ts/executor";
import { hrefOf, NO_SUCH_FUNCTION } from "@asyncio-ts/executor/internal";
import { CancelledError, Future, isCancelled } from "@asyncio-ts/future";
import {
  assertMilliseconds,
  assertOptions,
  describe,
  inspectAsString,
  isInstance,
  runOutside,
} from "@asyncio-ts/future/lowlevel";
import { type EventLoop, getRunningLoop } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import { type Job, UnrecoverableError, WaitingError, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { availableParallelism } from "node:os";
import type { Connection } from "./connection.js";
import { addressOf, closeRedis, openRedis, pause, redisError, refusalOf, within } from "./redis.js";
import { isJobData, type JobData } from "./job-data.js";
import { Names, PREFIX } from "./names.js";
import { assertPrefix, assertQueue, LONGEST_TIMER, numberFrom } from "./options.js";
import { type Call, type Isolation, makeRunner, type Runner } from "./runner.js";
import {
  CALLER_GONE,
  ELSEWHERE,
  legible,
  LONGEST_INLINE,
  read,
  writeBroken,
  writeCancelled,
  writeError,
  writeFrom,
  writeTimeout,
} from "./values.js";
import type { SentVariables } from "./variables.js";

const MEGABYTE = 1_048_576;
/** How long a job that was told to stop may take before it is given back all the same, in milliseconds. */
const STOPPING = 1000;
/** How long a result in a key of its own is kept at least, for a caller that waits for it, in milliseconds. */
const READING = 30_000;

/** Options for `new DistributedWorker()`. */
export interface WorkerOptions {
  /** The name of the queue. */
  readonly queue: string;
  /** Where Redis or Valkey is: a URL, or its parts. */
  readonly connection: Connection;
  /** How many jobs run at once. Default: the number that the machine can run in parallel. */
  readonly concurrency?: number;
  /**
   * Where jobs run: `"task"`, as tasks of this thread, for functions that wait; `"thread"` or `"process"`, in pools,
   * for functions that compute. Default: `"thread"`.
   */
  readonly isolation?: Isolation;
  /** Milliseconds after which others take this worker for dead, if it gives no sign of life. Default: 30,000. */
  readonly lease?: number;
  /** Milliseconds for which `ready()` waits for a connection to Redis. Default: 10,000. */
  readonly connectTimeout?: number;
  /** The bytes that a result may take in Redis, compressed. Default: 8 MiB. */
  readonly sizeLimit?: number;
  /** The version of the module. Jobs for another one fail. Default: not compared. */
  readonly version?: string;
  /** The prefix of all keys in Redis. Default: `bull`. */
  readonly prefix?: string;
  /** Gets a line for each job that ends, and for errors; control characters in it are escaped. Default: none. */
  readonly log?: (line: string) => void;
}

/** Options for `worker.shutdown()`. */
export interface WorkerShutdownOptions {
  /** Milliseconds for which running jobs may go on before they are given back. Default: no limit. */
  readonly grace?: number;
}

/** The state of a worker, and the counts of its jobs. */
export interface WorkerStatus {
  readonly state: "starting" | "working" | "draining" | "closed";
  /** True while there is a connection to Redis. */
  readonly connected: boolean;
  /** Jobs that are running. */
  readonly running: number;
  /** Jobs that returned a value. */
  readonly completed: number;
  /** Runs that ended with an error. */
  readonly failed: number;
  /** Jobs that were cancelled. */
  readonly cancelled: number;
  /** Jobs that were given back to the queue. */
  readonly givenBack: number;
}

type Stop =
  | { readonly kind: "cancelled"; readonly message: string | undefined }
  | { readonly kind: "timeout"; readonly milliseconds: number }
  | { readonly kind: "given back" }
  | { readonly kind: "lost" };

interface Run {
  readonly id: string;
  readonly name: string;
  readonly data: JobData;
  /** The task, or the job of a pool, once it has begun. */
  future: Future<unknown> | undefined;
  stop: Stop | undefined;
  /** Ends the wait for a function that does not stop. */
  abandon: () => void;
  /** Settles when the run has ended. */
  readonly ended: Promise<void>;
  readonly end: () => void;
}

/**
 * Runs the jobs of a queue that `DistributedExecutor`s fill. It starts when it is made. The command
 * `asyncio-ts-worker` is a process with one of them.
 *
 * @example
 * ```ts
 * import { DistributedWorker } from "@asyncio-ts/distributed";
 *
 * export async function serve(stop: Promise<unknown>): Promise<void> {
 *   await using worker = new DistributedWorker(new URL("./work.js", import.meta.url), {
 *     queue: "numbers",
 *     connection: "redis://localhost:6379",
 *     isolation: "process",
 *   });
 *   await worker.ready();
 *   await stop; // the end of the block waits for the jobs that run
 * }
 * ```
 */
export class DistributedWorker implements AsyncDisposable {
  static {
    inspectAsString(this.prototype);
  }

  private readonly options: Required<Omit<WorkerOptions, "version" | "connection">> &
    Pick<WorkerOptions, "version">;
  private readonly loop: EventLoop = getRunningLoop();
  private readonly redis: Redis;
  private readonly subscriber: Redis;
  private readonly names: Names;
  private readonly runner: Runner;
  private readonly worker: Worker;
  private readonly runs: Map<string, Run> = new Map();
  /** Jobs that have ended while the worker drains, until Redis confirms it. */
  private readonly untold: Set<string> = new Set();
  /** Jobs that are perhaps to be cancelled, and when that can be forgotten. */
  private readonly hints: Map<string, number> = new Map();
  /** Until when each caller is known to live. */
  private readonly callers: Map<string, number> = new Map();
  private readonly started: Future<void> = new Future();
  private readonly waitingForReady: Set<Future<void>> = new Set();
  private heartbeats: NodeJS.Timeout | undefined = undefined;
  /** Resolves when no job is running any more, and Redis knows how each has ended. */
  private working: Promise<string> = Promise.resolve("over");
  /** Until when the end of the worker waits for its jobs, and for Redis. */
  private patience = Infinity;
  private state: WorkerStatus["state"] = "starting";
  private lastError: unknown = undefined;
  private closing: Promise<void> | undefined = undefined;
  private readonly atEndOfLoop: { cancel(): void };
  private completed = 0;
  private failed = 0;
  private cancelled = 0;
  private givenBack = 0;

  /**
   * @param module the URL of a module, `new URL("./work.js", import.meta.url)`
   * @throws TypeError for an invalid URL or option; RangeError for a number out of range.
   */
  constructor(module: URL | string, options: WorkerOptions) {
    const where = "new DistributedWorker";
    assertOptions(options, where);
    const { queue, connection, concurrency = availableParallelism(), isolation = "thread" } = options;
    const { lease = 30_000, connectTimeout = 10_000, sizeLimit = 8 * MEGABYTE, prefix = PREFIX } = options;
    const { log = () => {}, version } = options;
    assertQueue(queue, where);
    assertPrefix(prefix, where);
    if (!["task", "thread", "process"].includes(isolation)) {
      throw new TypeError(
        `${where}() needs an isolation of "task", "thread" or "process", got ${describe(isolation)}`,
      );
    }
    numberFrom(1, "concurrency", concurrency, true);
    numberFrom(100, "lease", lease, false, LONGEST_TIMER);
    numberFrom(1, "connectTimeout", connectTimeout, false, LONGEST_TIMER);
    numberFrom(1, "sizeLimit", sizeLimit);
    this.options = {
      queue,
      concurrency,
      isolation,
      lease,
      connectTimeout,
      sizeLimit,
      prefix,
      log: (line) => log(line.replace(/\p{Cc}/gu, escaped)),
      ...(version !== undefined && { version }),
    };
    this.runner = makeRunner(isolation, hrefOf(module), concurrency);
    this.redis = openRedis(connection, where);
    this.names = new Names(prefix, queue, this.redis.options.db);
    this.subscriber = this.redis.duplicate();
    for (const client of [this.redis, this.subscriber]) client.on("error", (error) => this.noted(error));
    this.subscriber.on("message", (_channel, text) => this.told(text));
    // What was published while the connection was lost is in the keys.
    this.subscriber.on("ready", () => void this.beat());
    this.worker = new Worker(queue, async (job, token) => await this.process(job, token as string), {
      connection: this.redis as never,
      prefix,
      concurrency,
      autorun: false,
      // The caller's statistics read the number at its end.
      name: `${randomUUID()}.${concurrency}`,
      lockDuration: lease,
      stalledInterval: lease / 2,
      // How often a job may lose its worker is the job's own business: see `process`.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      runRetryDelay: 1000,
      drainDelay: 2,
    });
    this.worker.on("error", (error) => this.noted(error));
    this.worker.on("completed", ({ id }) => void this.untold.delete(id as string));
    this.worker.on("failed", (job) => void this.untold.delete(job?.id as string));
    this.worker.on("lockRenewalFailed", (ids) => {
      for (const id of ids) this.stop(id, { kind: "lost" });
    });
    // It can't outlive its loop, which runs its jobs.
    const { toCancel, toAwait } = partsOf(this.loop).shutdown;
    this.atEndOfLoop = {
      cancel: () => {
        const ending = new Promise<void>((resolve) => {
          this.shutdown({ grace: 0 }).addDoneCallback(() => resolve());
        }).then(() => void toAwait.delete(ending));
        toAwait.add(ending);
      },
    };
    toCancel.add(this.atEndOfLoop);
    runOutside(() => void this.start());
  }

  /**
   * Waits until the worker has loaded the module and takes jobs. Cancelling it ends only the wait.
   *
   * @throws BrokenExecutorError if the module can't be loaded, or Redis can't be reached within `connectTimeout`, or
   * refuses the worker.
   */
  ready(): Future<void> {
    const waiter = new Future<void>();
    if (this.started.done()) passOn(this.started, waiter);
    else this.waitingForReady.add(waiter);
    return waiter;
  }

  /** Returns what the worker is doing, and what it has done. */
  status(): WorkerStatus {
    const { state, redis, runs, completed, failed, cancelled, givenBack } = this;
    return {
      state,
      connected: redis.status === "ready",
      running: runs.size,
      completed,
      failed,
      cancelled,
      givenBack,
    };
  }

  /**
   * Shuts the worker down: it takes no more jobs, and the future resolves when those that run have ended, or have been
   * given back to the queue after `grace` milliseconds: they are cancelled here, run again elsewhere, and that counts as
   * no attempt. May be called again with a shorter grace.
   *
   * @throws TypeError if the grace is not a number.
   */
  shutdown({ grace = Infinity }: WorkerShutdownOptions = {}): Future<void> {
    assertMilliseconds(grace, "shutdown");
    const end = new Future<void>();
    runOutside(() => {
      let timer: NodeJS.Timeout | undefined;
      if (grace <= 0) this.giveBack();
      else if (grace < 2 ** 31) timer = setTimeout(() => this.giveBack(), grace);
      this.closing ??= this.close();
      void this.closing.then(() => {
        clearTimeout(timer);
        if (!end.done()) end.setResult();
      });
    });
    return end;
  }

  /** Shuts the worker down, and waits for the jobs that run. When cancelled, it gives them back. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.shutdown();
    } catch (cancellation) {
      await this.shutdown({ grace: 0 });
      throw cancellation;
    }
  }

  toString(): string {
    const { queue, concurrency } = this.options;
    return `<DistributedWorker of ${queue} ${this.state}, ${this.runs.size} of ${concurrency} jobs>`;
  }

  // ---- start and end ----

  private async start(): Promise<void> {
    const { lease } = this.options;
    const connecting = this.subscriber
      .subscribe(this.names.cancellations)
      // Redis 7 permits a new user no channels.
      .catch((error: Error) => {
        if (!error.message.includes("NOPERM")) throw error;
        this.noted(new Error(`only heartbeats will find jobs that are cancelled: ${error.message}`));
      })
      .then(() => this.worker.waitUntilReady())
      // A cluster has these keys in different slots, or on another node, if it is not told otherwise.
      .then(() => this.redis.exists(this.worker.toKey("wait"), this.names.cancelled("none")))
      .catch((error: unknown) => {
        throw redisError(`${this} can't start`, addressOf(this.redis), error);
      });
    const refused = new Promise<never>((_, reject) => {
      const look = (error: unknown): void => {
        if (refusalOf(error) === undefined) return;
        reject(redisError(`${this} can't start`, addressOf(this.redis), error));
      };
      this.subscriber.on("error", look);
      this.worker.on("error", look);
    });
    refused.catch(() => {});
    try {
      const isConnected = connecting.then(() => true);
      await Promise.race([Promise.all([this.runner.load(), isConnected]), refused, this.late(isConnected)]);
      if (this.closing !== undefined) return;
      this.state = "working";
      this.heartbeats = setInterval(() => void this.beat(), lease / 3);
      this.heartbeats.unref();
      this.working = this.worker
        .run()
        .catch((error: unknown) => this.noted(error))
        .then(() => "over");
      if (!this.started.done()) this.started.setResult();
    } catch (error) {
      if (!this.started.done()) this.started.setException(error);
      this.started.exception();
      this.closing ??= this.close();
    } finally {
      for (const waiter of this.waitingForReady) passOn(this.started, waiter);
      this.waitingForReady.clear();
    }
  }

  /** Rejects after `connectTimeout`, unless there is a connection by then. */
  private async late(isConnected: Promise<boolean>): Promise<void> {
    const { connectTimeout } = this.options;
    if ((await within(connectTimeout, isConnected)) === true) await new Promise(() => {});
    throw redisError(
      `${this} could not connect within ${connectTimeout} ms (connectTimeout)`,
      addressOf(this.redis),
      this.lastError ?? new Error("no answer"),
    );
  }

  private async close(): Promise<void> {
    this.state = "draining";
    const { worker, runs, untold } = this;
    // It takes no more jobs.
    const ending = worker.close();
    // Redis may be away for as long as the grace goes.
    while (
      runs.size + untold.size > 0 &&
      performance.now() < this.patience &&
      (await within(STOPPING, this.working)) === undefined
    );
    await within(STOPPING, ending);
    // What BullMQ leaves behind if Redis does not answer: the timers of its locks, and of its look for lost jobs.
    void worker["lockManager"].close();
    void worker.pause(true);
    clearInterval(this.heartbeats);
    await this.runner.close();
    await closeRedis(this.redis);
    partsOf(this.loop).shutdown.toCancel.delete(this.atEndOfLoop);
    this.state = "closed";
  }

  private giveBack(): void {
    // They stop, or are abandoned; and then Redis answers, or not.
    this.patience = Math.min(this.patience, performance.now() + 2 * STOPPING);
    for (const id of this.runs.keys()) this.stop(id, { kind: "given back" });
  }

  private noted(error: unknown): void {
    const { message } = error as Error;
    // One line for the first of the same errors, while the client tries to connect.
    if ((this.lastError as Error | undefined)?.message !== message) this.options.log(`error: ${message}`);
    this.lastError = error;
  }

  // ---- requests ----

  private told(text: string): void {
    const id = readRequest(text);
    if (id === undefined) {
      this.noted(new Error(`a message in ${this.names.cancellations} can't be read: ${text}`));
      return;
    }
    const run = this.runs.get(id);
    if (run === undefined) this.hints.set(id, Date.now() + this.options.lease);
    else void this.lookFor([run]);
  }

  /** Stops those of the runs that are to be cancelled. */
  private async lookFor(runs: readonly Run[]): Promise<void> {
    try {
      const messages = await this.redis.mget(runs.map(({ id }) => this.names.cancelled(id)));
      for (const [i, message] of messages.entries()) {
        const { id } = runs[i] as Run;
        if (message === null || !this.runs.has(id)) continue;
        this.stop(id, { kind: "cancelled", message: message === "" ? undefined : message });
        // Heartbeats renew it for as long as the function takes.
        await this.redis.set(this.names.confirmed(id), "1", "PX", this.options.lease);
      }
    } catch (error) {
      this.noted(error);
    }
  }

  /** Looks for what it may not have been told: requests to cancel what it runs, and callers that are gone. */
  private async beat(): Promise<void> {
    for (const [id, until] of this.hints) {
      if (until > Date.now()) break;
      this.hints.delete(id);
    }
    const runs = [...this.runs.values()];
    if (runs.length === 0 || this.redis.status !== "ready") return;
    await this.lookFor(runs);
    try {
      for (const { id, data } of runs) {
        if (await this.isCallerGone(data)) this.stop(id, { kind: "cancelled", message: CALLER_GONE });
      }
    } catch (error) {
      this.noted(error);
    }
  }

  /** Removes what Redis has about the cancellation of a job. */
  private forget(id: string): void {
    this.redis.del(this.names.cancelled(id), this.names.confirmed(id)).catch(() => {});
  }

  /** Tells whether the lease of a job's caller has ended. Asks Redis once for each caller and heartbeat. */
  private async isCallerGone({ caller }: JobData): Promise<boolean> {
    if (caller === undefined || (this.callers.get(caller) ?? 0) > Date.now()) return false;
    if ((await this.redis.exists(this.names.caller(caller))) === 0) {
      this.callers.delete(caller);
      return true;
    }
    this.callers.set(caller, Date.now() + this.options.lease / 4);
    return false;
  }

  /** Has a run stop, for the first reason there is. A job that nobody wants is not given back, though. */
  private stop(id: string, reason: Stop): void {
    const run = this.runs.get(id);
    if (run === undefined) return;
    if (run.stop?.kind === "given back" && reason.kind === "cancelled") run.stop = reason;
    if (run.stop !== undefined) return;
    run.stop = reason;
    const { future } = run;
    if (future === undefined) return;
    this.loop.callSoon(() => void future.cancel(reason.kind === "cancelled" ? reason.message : reason.kind));
    if (reason.kind === "given back" || reason.kind === "lost") void pause(STOPPING).then(run.abandon);
  }

  // ---- jobs ----

  /** Runs a job for BullMQ: returns what it keeps as the result, or throws what it keeps as the failure. */
  private async process(job: Job, token: string): Promise<string> {
    const begun = performance.now();
    const id = job.id as string;
    const say = (end: string): void => {
      this.options.log(`${job.name}() ${id} ${end} after ${Math.round(performance.now() - begun)} ms`);
    };
    const fail = (text: string, isFinal: boolean, stack?: string): Error => {
      const error = isFinal ? new UnrecoverableError(text) : new Error(text);
      if (stack !== undefined) error.stack = stack;
      return error;
    };
    // The errors of a pool are its own, or have come to it as plain data: they can be read without care.
    const isPool = this.options.isolation !== "task";
    let run: Run | undefined;
    // It counted as stalled, and this worker has got it again. BullMQ renews one lock of a job, and stops that when the
    // earlier run ends. So this run does not begin, and the job goes back.
    const earlier = this.runs.get(id);
    if (earlier !== undefined) {
      this.stop(id, { kind: "lost" });
      await earlier.ended;
    }
    // Or it was on its way when the worker began to drain.
    if (earlier !== undefined || this.closing !== undefined) {
      return await this.stopped(job, token, { kind: "given back" }, say, fail);
    }
    try {
      run = this.begin(job);
      if (this.hints.delete(id)) await this.lookFor([run]);
      const isGone = await this.isCallerGone(run.data).catch((error: unknown) => {
        // A heartbeat looks again.
        this.noted(error);
        return false;
      });
      if (isGone) run.stop ??= { kind: "cancelled", message: CALLER_GONE };
      const call = callOf(run);
      const value = run.stop === undefined ? await this.call(run, job, call) : undefined;
      if (value === undefined) throw new Error("stopped before it began");
      const text = await this.keep(run, value.result);
      this.completed++;
      say("completed");
      return text;
    } catch (error) {
      const stop = run?.stop;
      if (stop !== undefined && (run?.future === undefined || run.future.cancelled() || isCancelled(error))) {
        return await this.stopped(job, token, stop, say, fail);
      }
      this.failed++;
      const { message, stack } = legible(error);
      say(`failed (${message.split("\n", 1)[0]})`);
      if (isInstance(error, Refusal)) throw fail(writeError(error.reason), true, stack);
      if (isInstance(error, LostWorkers)) throw fail(writeBroken(message), true, stack);
      // A lost worker counts as an attempt, which BullMQ does not know.
      const isLast =
        (isPool && (error as { code?: unknown } | null | undefined)?.code === NO_SUCH_FUNCTION) ||
        job.stalledCounter + job.attemptsMade >= (run as Run).data.retries;
      const isDeath = isPool && error instanceof BrokenExecutorError;
      if (isDeath && !isLast) {
        // Its thread or process has died: that counts as the loss of a worker, in BullMQ's own count of them.
        void this.redis
          .hincrby(this.worker.toKey(id), "stc", 1)
          .catch((failure: unknown) => this.noted(failure));
        await this.handBack(job, token);
        throw new WaitingError();
      }
      const isBroken = isDeath || isInstance(error, NotKept);
      throw fail(isBroken ? writeBroken(message) : writeError(error), isLast, stack);
    } finally {
      if (run !== undefined) {
        this.runs.delete(id);
        run.end();
      }
      if (this.closing !== undefined) this.untold.add(id);
      // The request has been answered, in one way or the other.
      if (run?.stop?.kind === "cancelled") this.forget(id);
    }
  }

  /** Registers a run. Throws if the job can't be run, now or later. */
  private begin(job: Job): Run {
    const { id, name, data } = job as Job & { readonly id: string };
    if (!isJobData(data)) {
      throw new Refusal(
        new TypeError(
          `job ${id} (${name}) can't be read: it was not submitted by a DistributedExecutor of this version`,
        ),
      );
    }
    const lost = job.stalledCounter;
    if (lost > 0 && lost + job.attemptsMade > data.retries) {
      throw new LostWorkers(
        `${name}() was not finished: it has lost its worker ${lost} ${lost === 1 ? "time" : "times"}, ` +
          "by a crash, a signal, or a lock that was not renewed in time",
      );
    }
    const { version } = this.options;
    if (version !== undefined && data.version !== undefined && version !== data.version) {
      throw new Refusal(
        new TypeError(
          `${name}() was submitted for version ${data.version} of its module, and this worker has version ${version}`,
        ),
      );
    }
    try {
      this.runner.assertFunction(name);
    } catch (error) {
      throw new Refusal(error);
    }
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => (end = resolve));
    const run: Run = { id, name, data, future: undefined, stop: undefined, abandon: () => {}, ended, end };
    this.runs.set(id, run);
    return run;
  }

  /** Calls the function, and waits for it. The result is in an object, since it may have a `then`. */
  private async call(run: Run, job: Job, call: Call): Promise<{ readonly result: unknown }> {
    // One after the other, and all before the end of the job: a script that Redis does not know yet is sent twice, and
    // what is sent after it would overtake it.
    let sent: Promise<unknown> = Promise.resolve();
    const report = (value: unknown): void => {
      if (run.stop !== undefined) return;
      try {
        const text = writeFrom(`a value that ${run.name}() reported`, value, this.options.sizeLimit);
        sent = sent
          .then(() => (run.stop === undefined ? job.updateProgress(text) : undefined))
          .catch((error: unknown) => this.noted(error));
      } catch (error) {
        this.noted(error);
      }
    };
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<{ readonly result: unknown }>((resolve, reject) => {
        run.abandon = () => reject(new CancelledError("it did not stop"));
        this.loop.callSoon(() => {
          try {
            const { future, reported } = this.runner.start(call, report);
            run.future = future;
            // It was told to stop while it waited for its turn.
            if (run.stop !== undefined) future.cancel();
            // Its caller stops listening at the end of the job, so what it has reported goes first; but its end, if it
            // was told to stop, does not wait for that.
            future.addDoneCallback(async () => {
              try {
                if (run.stop === undefined) {
                  await reported;
                  await sent;
                }
                resolve({ result: future.result() });
              } catch (error) {
                reject(error);
              }
            });
          } catch (error) {
            reject(error);
          }
        });
        const { timeout: milliseconds } = run.data;
        if (milliseconds !== undefined && milliseconds < 2 ** 31) {
          timer = setTimeout(() => this.stop(run.id, { kind: "timeout", milliseconds }), milliseconds);
        }
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Returns the result as BullMQ keeps it; one that is long is kept in a key. */
  private async keep({ id, name, data }: Run, result: unknown): Promise<string> {
    const text = writeFrom(`the result of ${name}()`, result, this.options.sizeLimit);
    if (text.length <= LONGEST_INLINE) return text;
    try {
      await this.redis.set(this.names.result(id), text, "PX", Math.ceil(Math.max(READING, data.resultTtl)));
    } catch (error) {
      throw new NotKept(
        redisError(`the result of ${name}() can't be kept`, addressOf(this.redis), error).message,
      );
    }
    return ELSEWHERE;
  }

  /** Puts a job into its queue again. If Redis refuses that, its lock expires, and it has lost its worker. */
  private async handBack(job: Job, token: string): Promise<void> {
    await job.moveToWait(token).catch((error: unknown) => this.noted(error));
  }

  /** Tells BullMQ that a run has stopped because it was told to. */
  private async stopped(
    job: Job,
    token: string,
    stop: Stop,
    say: (end: string) => void,
    fail: (text: string, isFinal: boolean) => Error,
  ): Promise<never> {
    switch (stop.kind) {
      case "cancelled":
        this.cancelled++;
        say("was cancelled");
        throw fail(writeCancelled(stop.message), true);
      case "timeout": {
        this.failed++;
        const message = `${job.name}() timed out after ${stop.milliseconds} ms in its worker`;
        say("timed out");
        throw fail(writeTimeout(message), false);
      }
      case "given back":
        this.givenBack++;
        await this.handBack(job, token);
        say("was given back");
        throw new WaitingError();
      case "lost":
        this.failed++;
        // BullMQ may have asked about the lock of an earlier run, and this one has its own still.
        await this.handBack(job, token);
        say("was stopped, since its lock is lost,");
        throw new WaitingError();
    }
  }
}

/** Writes a control character, which would begin a new line of the log or do worse to a terminal. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** The reason why a job can't be run by any attempt. */
class Refusal extends Error {
  readonly reason: unknown;

  constructor(reason: unknown) {
    super((reason as Error).message);
    this.reason = reason;
  }
}

class LostWorkers extends Error {}

/** Redis has refused the result of a job. */
class NotKept extends Error {}

function callOf({ name, data: { args, variables } }: Run): Call {
  try {
    return {
      name,
      args: read(args) as unknown[],
      variables: variables === undefined ? undefined : (read(variables) as SentVariables),
    };
  } catch (error) {
    throw new Refusal(error);
  }
}

/** Reads a request to cancel a job, and returns its id; undefined if it is something else. */
function readRequest(text: string): string | undefined {
  try {
    const { id, message } = JSON.parse(text) as { id?: unknown; message?: unknown };
    if (typeof id !== "string" || (message !== undefined && typeof message !== "string")) return undefined;
    return id;
  } catch {
    return undefined;
  }
}

/** Ends a future as another one has. */
function passOn(from: Future<void>, to: Future<void>): void {
  if (to.done()) return;
  const error = from.done() ? from.exception() : new Error("the worker was shut down before it had started");
  if (error === undefined) to.setResult();
  else to.setException(error);
}

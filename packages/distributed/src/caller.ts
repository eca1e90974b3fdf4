/**
 * Caller: the jobs of one executor, and its side of the conversation that remote-job.ts describes.
 *
 * **Connection**: opening → open (`events` is there: the lease is set, and events are read) ⇄ lost. While it is not
 * open, `deadline` runs; when it expires, all jobs fail, and the next job starts it again. A refusal (a wrong
 * password) fails them at once. The client itself connects again for as long as the caller lives.
 *
 * **Outbox**: jobs that were submitted and not yet sent. One call of `send` is under way at a time; what is
 * submitted meanwhile goes together in the next one, which is how thousands of jobs take few round trips.
 */
import { randomUUID } from "node:crypto";
import { BrokenExecutorError } from "@asyncio-ts/executor";
import { runOutside } from "@asyncio-ts/future/lowlevel";
import { type JobsOptions, Queue, QueueEvents } from "bullmq";
import type { Redis } from "ioredis";
import { addressOf, closeRedis, pause, redisError, refusalOf, within } from "./redis.js";
import type { JobData } from "./job-data.js";
import { Names } from "./names.js";
import type { AnyRemoteJob, JobOwner } from "./remote-job.js";
import { ELSEWHERE, type Ended, read, readFailure } from "./values.js";

/** The jobs that are sent at once, and the jobs that are looked at in one heartbeat. */
const BATCH = 500;
/** How long a cancellation waits for an answer of Redis, in milliseconds. */
const ANSWER = 1000;
/** How long a request to cancel is kept for workers, in milliseconds. */
const KEPT = 3_600_000;
const LEFT = "its caller has ended";

/** A job in the outbox. */
export interface Outgoing {
  readonly data: JobData;
  readonly options: JobsOptions;
  /** The id is the user's: there may be such a job already. */
  readonly mayExist: boolean;
}

export interface CallerOptions {
  readonly queue: string;
  readonly prefix: string;
  readonly lease: number;
  readonly connectTimeout: number;
}

export class Caller implements JobOwner {
  readonly id: string = randomUUID();
  readonly name: string;
  completed = 0;
  failed = 0;
  cancelled = 0;

  private readonly redis: Redis;
  private readonly options: CallerOptions;
  private readonly names: Names;
  private readonly queue: Queue;
  private events: QueueEvents | undefined = undefined;
  private opening: Promise<void> | undefined = undefined;
  private deadline: NodeJS.Timeout | undefined = undefined;
  private heartbeats: NodeJS.Timeout | undefined = undefined;
  private lastError: unknown = undefined;
  private closing: Promise<void> | undefined = undefined;

  private readonly jobs: Map<string, AnyRemoteJob> = new Map();
  private readonly outbox: Map<AnyRemoteJob, Outgoing> = new Map();
  private sending = false;
  /** Jobs whose futures were cancelled while Redis could not be reached: workers are still to be told. */
  private readonly untold: Map<string, string | undefined> = new Map();
  private readonly whenIdle: (() => void)[] = [];

  constructor(name: string, redis: Redis, options: CallerOptions) {
    this.name = name;
    this.redis = redis;
    this.options = options;
    this.names = new Names(options.prefix, options.queue);
    redis.on("error", (error) => this.refused(error));
    redis.on("ready", () => this.isBack());
    redis.on("close", () => this.watchDeadline());
    this.queue = new Queue(options.queue, { connection: redis as never, prefix: options.prefix });
    this.queue.on("error", (error) => this.refused(error));
    this.watchDeadline();
    void this.open();
  }

  get address(): string {
    return addressOf(this.redis);
  }

  get size(): number {
    return this.jobs.size;
  }

  // ---- jobs ----

  find(id: string): AnyRemoteJob | undefined {
    return this.jobs.get(id);
  }

  /** Sends a job. */
  add(job: AnyRemoteJob, outgoing: Outgoing): void {
    this.jobs.set(job.id, job);
    this.outbox.set(job, outgoing);
    this.watchDeadline();
    if (this.sending) return;
    this.sending = true;
    runOutside(() => queueMicrotask(() => void this.send()));
  }

  /** Follows a job that another caller has submitted. */
  follow(job: AnyRemoteJob): void {
    job.phase = "queued";
    this.jobs.set(job.id, job);
    this.watchDeadline();
    runOutside(() => void this.open().then(() => this.look(job)));
  }

  cancel(job: AnyRemoteJob): void {
    const message = job.request?.message;
    if (this.outbox.delete(job)) this.end(job, () => job.wasCancelled(message));
    else if (this.redis.status !== "ready") this.leaveUntold(job);
    else runOutside(() => void (job.phase === "sending" ? this.answerInTime(job) : this.cancelThere(job)));
  }

  leave(job: AnyRemoteJob): void {
    this.outbox.delete(job);
    this.jobs.delete(job.id);
    this.cancelled++;
    this.lookForIdle();
  }

  /** Cancels all jobs, or those that no worker runs. Jobs that are detached are left. */
  cancelAll(message: string | undefined, onlyQueued: boolean): void {
    for (const job of this.jobs.values()) if (!onlyQueued || !job.running()) job.atEnd(message);
  }

  /** Fails a job that can't be submitted. */
  refuse(job: AnyRemoteJob, error: unknown): void {
    this.end(job, () => job.threw(error));
  }

  /** Resolves once no job is pending. */
  async idle(): Promise<void> {
    if (this.jobs.size > 0) await new Promise<void>((resolve) => this.whenIdle.push(resolve));
  }

  /** Returns the counts of the queue, and the room in all workers. */
  async counts(): Promise<{ queued: number; running: number; workers: number }> {
    const counting = Promise.all([
      this.queue.getJobCounts("waiting", "prioritized", "delayed", "active"),
      this.queue.getWorkers(),
    ]);
    const answer = await within(this.options.connectTimeout, counting).catch((error: unknown) => {
      throw redisError("statistics()", this.address, error);
    });
    if (answer === undefined) throw this.unreachable("statistics()");
    const [{ waiting = 0, prioritized = 0, delayed = 0, active = 0 }, workers] = answer;
    return {
      queued: waiting + prioritized + delayed,
      running: active,
      // A worker's name says how many jobs it runs at once; see worker.ts.
      workers: workers.reduce(
        (sum, { rawname }) => sum + Number(/\.(\d+)$/.exec(rawname ?? "")?.[1] ?? 1),
        0,
      ),
    };
  }

  // ---- the connection ----

  private open(): Promise<void> {
    this.opening ??= this.start().catch((error: unknown) => {
      this.opening = undefined;
      this.failAll(redisError(`${this.name} can't be used`, this.address, error));
    });
    return this.opening;
  }

  private async start(): Promise<void> {
    const { queue, prefix, lease } = this.options;
    await this.renew();
    const [last] = await this.redis.xrevrange(this.queue.keys["events"] as string, "+", "-", "COUNT", 1);
    if (this.closing !== undefined) return;
    const events = new QueueEvents(queue, {
      connection: this.redis as never,
      prefix,
      lastEventId: last?.[0] ?? "0-0",
      // It reads again that soon, and a read that is cut off holds the process for a second longer at most.
      blockingTimeout: 2000,
    });
    events.on("error", (error) => this.refused(error));
    events.on("active", ({ jobId }) => this.moved(jobId, "running"));
    events.on("waiting", ({ jobId }) => this.moved(jobId, "queued"));
    events.on("delayed", ({ jobId }) => this.moved(jobId, "queued"));
    events.on("completed", ({ jobId, returnvalue }) => void this.completedWith(jobId, returnvalue));
    events.on("failed", ({ jobId, failedReason }) => this.failedWith(jobId, failedReason));
    events.on("removed", ({ jobId }) => this.removed(jobId));
    events.on("progress", ({ jobId, data }) => this.reported(jobId, data));
    this.events = events;
    this.heartbeats = setInterval(() => void this.beat(), lease / 3);
    this.heartbeats.unref();
  }

  private async renew(): Promise<void> {
    await this.redis.set(this.names.caller(this.id), "1", "PX", this.options.lease);
  }

  /** Starts the deadline, unless there is a connection, or nothing that waits for it. */
  private watchDeadline(): void {
    const { redis, options } = this;
    if (redis.status === "ready" || this.deadline !== undefined || this.closing !== undefined) return;
    runOutside(() => {
      this.deadline = setTimeout(() => {
        this.deadline = undefined;
        this.failAll(this.unreachable(`a job of ${this.name}`));
      }, options.connectTimeout);
    });
  }

  private unreachable(what: string): BrokenExecutorError {
    const { lastError, options } = this;
    const reason = lastError === undefined ? "" : `: ${(lastError as Error).message || String(lastError)}`;
    return new BrokenExecutorError(
      `${what} could not reach Redis at ${this.address} within ${options.connectTimeout} ms (connectTimeout)${reason}`,
      { cause: lastError },
    );
  }

  private refused(error: unknown): void {
    this.lastError = error;
    // Redis has answered, and will answer the same.
    if (refusalOf(error) !== undefined && this.redis.status !== "ready") {
      this.failAll(redisError(`${this.name} can't be used`, this.address, error));
    }
  }

  private isBack(): void {
    clearTimeout(this.deadline);
    this.deadline = undefined;
    // The events that were missed may have been cut off the stream, or Redis may have lost its data.
    if (this.events !== undefined) void this.beat(Infinity);
  }

  /** Renews the lease, repeats requests to cancel, and looks at jobs whose events may have been lost. */
  private async beat(most = BATCH): Promise<void> {
    if (this.redis.status !== "ready") return;
    try {
      await this.renew();
      for (const [id, message] of this.untold) {
        if ((await this.tell(id, message)) !== undefined) this.untold.delete(id);
      }
      let looked = 0;
      let looks: Promise<void>[] = [];
      for (const job of this.jobs.values()) {
        if (job.phase === "sending") continue;
        if (looked++ >= most) break;
        // It goes to the end of the line.
        this.jobs.delete(job.id);
        this.jobs.set(job.id, job);
        looks.push(job.request === undefined ? this.look(job) : this.cancelThere(job));
        if (looks.length < BATCH) continue;
        await Promise.all(looks);
        looks = [];
        if (looked >= this.jobs.size) break;
      }
      await Promise.all(looks);
    } catch (error) {
      this.refused(error);
    }
  }

  // ---- sending ----

  private async send(): Promise<void> {
    await this.open();
    while (this.events !== undefined && this.outbox.size > 0) {
      const batch = [...this.outbox].slice(0, BATCH);
      for (const [job] of batch) this.outbox.delete(job);
      await this.sendBatch(batch);
    }
    this.sending = false;
    if (this.events === undefined) return;
    // Submitted while the last batch was on its way.
    if (this.outbox.size > 0) void this.send();
  }

  private async sendBatch(batch: readonly (readonly [AnyRemoteJob, Outgoing])[]): Promise<void> {
    try {
      if (batch.length > 1) {
        await this.queue.addBulk(
          batch.map(([{ functionName: name }, { data, options }]) => ({ name, data, opts: options })),
        );
        for (const [job, { mayExist }] of batch) this.sent(job, mayExist);
        return;
      }
    } catch {
      // Some may have been added; since each has its id, adding it once more has no effect.
    }
    for (const [job, { data, options, mayExist }] of batch) {
      try {
        if (mayExist) await this.redis.del(this.names.cancelled(job.id));
        await this.queue.add(job.functionName, data, options);
        this.sent(job, mayExist);
      } catch (error) {
        this.end(job, () =>
          job.threw(redisError(`${job.functionName}() can't be submitted`, this.address, error)),
        );
      }
    }
  }

  private sent(job: AnyRemoteJob, mayExist: boolean): void {
    // Its future has ended meanwhile: the deadline was over, or nobody wanted to wait for the answer.
    if (job.done()) void this.tell(job.id, job.request?.message);
    else {
      // The event of its start may have overtaken the answer.
      if (job.phase === "sending") job.phase = "queued";
      if (job.request !== undefined) void this.cancelThere(job);
      else if (mayExist) void this.look(job);
    }
  }

  // ---- what workers have done ----

  private moved(id: string, phase: "queued" | "running"): void {
    const job = this.jobs.get(id);
    if (job === undefined) return;
    job.phase = phase;
    // Its worker was lost, or has given it back: now it can be removed.
    if (phase === "queued" && job.request !== undefined) void this.cancelThere(job);
  }

  private reported(id: string, value: unknown): void {
    const job = this.jobs.get(id);
    if (job === undefined) return;
    try {
      job.reported(read(value));
    } catch {
      // Not one of ours.
    }
  }

  private async completedWith(id: string, text: unknown): Promise<void> {
    const job = this.jobs.get(id);
    if (job === undefined) return;
    if (text === ELSEWHERE) {
      job.phase = "ended";
      try {
        text = await this.redis.get(this.names.result(id));
      } catch (error) {
        job.phase = "running";
        this.unread(job, error);
        return;
      }
    }
    try {
      if (text === null) throw this.expired(job);
      const value = read(text);
      this.end(job, () => job.returned(value));
    } catch (error) {
      this.end(job, () => job.threw(error));
    }
  }

  /** Redis has not said how a job has ended: a later look may learn it, unless Redis will refuse that too. */
  private unread(job: AnyRemoteJob, error: unknown): void {
    this.refused(error);
    if (refusalOf(error) === undefined) return;
    const what = `the result of ${nameOf(job)} can't be read`;
    this.end(job, () => job.threw(redisError(what, this.address, error)));
  }

  private failedWith(id: string, text: string): void {
    const job = this.jobs.get(id);
    if (job === undefined) return;
    let ended: Ended;
    try {
      ended = readFailure(text, nameOf(job));
    } catch (error) {
      ended = { error };
    }
    this.end(job, () => {
      if ("cancelled" in ended) job.wasCancelled(ended.message);
      else job.threw(ended.error);
    });
  }

  private removed(id: string): void {
    const job = this.jobs.get(id);
    // One that has ended has its result still, if that is kept apart.
    if (job === undefined || job.phase === "ended") return;
    this.end(job, () => {
      if (job.request !== undefined) job.wasCancelled(job.request.message);
      else
        job.threw(new BrokenExecutorError(`${nameOf(job)} was removed from its queue before it had ended`));
    });
  }

  /** Asks BullMQ whether a job has ended. */
  private async look(job: AnyRemoteJob): Promise<void> {
    if (job.done() || this.redis.status !== "ready") return;
    let answer: [state: number, text: string];
    try {
      answer = (await this.queue.getBackend().isFinished(job.id, true)) as typeof answer;
    } catch (error) {
      this.unread(job, error);
      return;
    }
    if (job.done()) return;
    const [state, text] = answer;
    if (state === -1) this.end(job, () => job.threw(this.expired(job)));
    else if (state === 1) await this.completedWith(job.id, JSON.parse(text));
    else if (state === 2) this.failedWith(job.id, text);
  }

  private expired(job: AnyRemoteJob): BrokenExecutorError {
    return new BrokenExecutorError(
      `there is no result of ${nameOf(job)} at Redis ${this.address}: it was read after it had expired (resultTtl), ` +
        "or there never was such a job, or Redis has lost its data",
    );
  }

  // ---- cancelling ----

  /** Has a job cancelled that BullMQ has. */
  private async cancelThere(job: AnyRemoteJob): Promise<void> {
    const { message } = job.request as { message: string | undefined };
    const isRemoved = await within(ANSWER, this.tell(job.id, message));
    if (job.done()) return;
    if (isRemoved === undefined) this.leaveUntold(job);
    if (isRemoved !== true) return;
    // BullMQ also removes a job that has just ended. The event of that end comes before the one of the removal, which
    // ends the future; unless the stream was cut.
    await pause(ANSWER);
    this.removed(job.id);
  }

  /** A job is being sent: `sent` goes on, unless Redis does not answer. */
  private async answerInTime(job: AnyRemoteJob): Promise<void> {
    await pause(ANSWER);
    if (!job.done() && job.phase === "sending") this.leaveUntold(job);
  }

  private leaveUntold(job: AnyRemoteJob): void {
    const message = job.request?.message;
    this.untold.set(job.id, message);
    this.end(job, () => job.wasCancelled(message));
  }

  /** Tells workers to cancel a job. True: it was removed, so none has it. Undefined: Redis has failed. */
  private async tell(id: string, message: string | undefined): Promise<boolean | undefined> {
    const { redis, names } = this;
    try {
      // Before it is removed: a worker that takes it in between finds the key.
      const told = redis.set(names.cancelled(id), message ?? "", "PX", KEPT);
      void redis.publish(names.cancellations, JSON.stringify({ id, message })).catch(() => {});
      const [, removed] = await Promise.all([told, this.queue.remove(id)]);
      if (removed === 1) await redis.del(names.cancelled(id));
      return removed === 1;
    } catch (error) {
      this.refused(error);
      return undefined;
    }
  }

  // ---- the end ----

  private failAll(error: BrokenExecutorError): void {
    for (const job of this.jobs.values()) {
      this.outbox.delete(job);
      this.end(job, () => job.threw(error));
    }
  }

  private end(job: AnyRemoteJob, settle: () => void): void {
    if (job.done()) return;
    this.jobs.delete(job.id);
    settle();
    if (job.cancelled()) this.cancelled++;
    else if (job.hasError()) this.failed++;
    else this.completed++;
    this.lookForIdle();
  }

  private lookForIdle(): void {
    if (this.jobs.size === 0) for (const resolve of this.whenIdle.splice(0)) resolve();
  }

  /** Ends the connections. */
  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    clearTimeout(this.deadline);
    clearInterval(this.heartbeats);
    this.failAll(new BrokenExecutorError(`${this.name} was closed: ${LEFT}`));
    const { redis, queue, events, names } = this;
    if (redis.status === "ready") {
      for (const [id, message] of this.untold) void this.tell(id, message);
      await within(
        ANSWER,
        redis.del(names.caller(this.id)).catch(() => {}),
      );
    }
    const closed = Promise.all([events?.close(), queue.close()]).catch(() => {});
    await within(ANSWER, closed);
    await closeRedis(redis);
  }
}

function nameOf(job: AnyRemoteJob): string {
  return job.functionName === "" ? `job ${job.id}` : `${job.functionName}()`;
}

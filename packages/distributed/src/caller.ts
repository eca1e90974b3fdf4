/**
 * Caller: the jobs of one executor, and its side of the conversation that remote-job.ts describes.
 *
 * **Connection**: opening → open (`events` is there: the lease is set, and events are read) ⇄ lost. While it is not
 * open, or does not answer, `deadline` runs: for `connectTimeout` at first, and later for the lease, after which workers
 * take the caller for dead. When it expires, all jobs fail, and the next job starts it again. A refusal (a wrong
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
import {
  addressOf,
  closeRedis,
  pause,
  reconnect,
  redisError,
  refusalOf,
  within,
  withoutArguments,
} from "./redis.js";
import type { JobData } from "./job-data.js";
import { Names } from "./names.js";
import type { AnyRemoteJob, JobOwner } from "./remote-job.js";
import { CALLER_GONE, ELSEWHERE, type Ended, read, readFailure } from "./values.js";

/** The jobs that are sent at once, and the jobs that are looked at in one heartbeat. */
const BATCH = 500;
/** How long a cancellation waits for an answer of Redis, in milliseconds. */
const ANSWER = 1000;
/** So many events at once mean that this process has not read for a while, and that some may have been cut off. */
const BURST = 5000;
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
  /** Detached jobs whose futures have ended before they were sent. */
  private readonly left: Set<AnyRemoteJob> = new Set();
  /** Requests to cancel, by the id of the job, that Redis has not answered. */
  private readonly untold: Map<string, string | undefined> = new Map();
  private telling: Promise<void> | undefined = undefined;
  /** Jobs of which a look has found nothing; the event of their end may be on its way. */
  private readonly missing: WeakSet<AnyRemoteJob> = new WeakSet();
  /** When the lease was renewed. */
  private renewed = 0;
  /** The events since the last turn of the process. */
  private burst = 0;
  private probes: NodeJS.Timeout | undefined = undefined;
  private readonly whenIdle: (() => void)[] = [];

  constructor(name: string, redis: Redis, options: CallerOptions) {
    this.name = name;
    this.redis = redis;
    this.options = options;
    this.names = new Names(options.prefix, options.queue, redis.options.db);
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
    if (this.outbox.delete(job)) this.endCancelled(job);
    // `sent` goes on with a job that is on its way.
    else runOutside(() => (job.phase === "sending" ? this.answerInTime(job) : this.cancelThere(job)));
  }

  leave(job: AnyRemoteJob): void {
    if (job.phase === "sending") this.left.add(job);
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

  private get isIdle(): boolean {
    return this.jobs.size === 0 && this.left.size === 0;
  }

  /** Resolves once no job is pending, or still to be sent. */
  async idle(): Promise<void> {
    if (!this.isIdle) await new Promise<void>((resolve) => this.whenIdle.push(resolve));
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
    if (answer === undefined) throw this.unreachable("statistics()", this.options.connectTimeout);
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
    const job = (id: string): AnyRemoteJob | undefined => {
      this.countEvent();
      return this.jobs.get(id);
    };
    events.on("error", (error) => this.refused(error));
    events.on("active", ({ jobId }) => this.moved(job(jobId), "running"));
    events.on("waiting", ({ jobId }) => this.moved(job(jobId), "queued"));
    events.on("delayed", ({ jobId }) => this.moved(job(jobId), "queued"));
    events.on("completed", ({ jobId, returnvalue }) => void this.completedWith(job(jobId), returnvalue));
    events.on("failed", ({ jobId, failedReason }) => this.failedWith(job(jobId), failedReason));
    events.on("removed", ({ jobId }) => this.removed(job(jobId)));
    events.on("progress", ({ jobId, data }) => this.reported(job(jobId), data));
    this.events = events;
    this.heartbeats = setInterval(() => void this.beat(), lease / 3);
    this.heartbeats.unref();
    void this.tellAll();
  }

  private countEvent(): void {
    if (this.burst === 0) setImmediate(() => (this.burst = 0));
    if (++this.burst === BURST) void this.beat(Infinity);
  }

  private async renew(): Promise<void> {
    this.renewed = Date.now();
    await this.redis.set(this.names.caller(this.id), "1", "PX", this.options.lease);
  }

  /**
   * Starts the deadline, unless there is a connection. While there are jobs, it also runs for a moment twice within
   * `connectTimeout`, to see whether Redis answers: a connection may stall without being lost.
   */
  private watchDeadline(): void {
    const { redis, options } = this;
    if (this.closing !== undefined) return;
    if (redis.status !== "ready") this.startDeadline();
    if (this.probes !== undefined) return;
    runOutside(() => {
      this.probes = setInterval(() => this.probe(), options.connectTimeout / 2).unref();
    });
  }

  private probe(): void {
    const { redis } = this;
    if (this.isIdle) {
      clearInterval(this.probes);
      this.probes = undefined;
    } else if (redis.status === "ready") {
      this.startDeadline();
      redis.ping().then(
        () => this.stopDeadline(),
        (error: unknown) => this.refused(error),
      );
    }
  }

  /** How long jobs wait for Redis, in milliseconds. */
  private get patience(): number {
    const { connectTimeout, lease } = this.options;
    return this.events === undefined ? connectTimeout : Math.max(connectTimeout, lease);
  }

  private startDeadline(): void {
    if (this.deadline !== undefined) return;
    const { redis } = this;
    runOutside(() => {
      this.deadline = setTimeout(() => {
        this.deadline = undefined;
        this.failAll(this.unreachable(`a job of ${this.name}`, this.patience));
        // What it has not answered is sent again.
        if (redis.status === "ready") reconnect(redis);
      }, this.patience);
    });
  }

  private stopDeadline(): void {
    clearTimeout(this.deadline);
    this.deadline = undefined;
  }

  private unreachable(what: string, milliseconds: number): BrokenExecutorError {
    const { lastError, options } = this;
    const option = milliseconds === options.connectTimeout ? "connectTimeout" : "lease";
    const reason = lastError === undefined ? "" : `: ${(lastError as Error).message || String(lastError)}`;
    return new BrokenExecutorError(
      `${what} could not reach Redis at ${this.address} within ${milliseconds} ms (${option})${reason}`,
      { cause: lastError },
    );
  }

  private refused(error: unknown): void {
    this.lastError = withoutArguments(error);
    // Redis has answered, and will answer the same.
    if (refusalOf(error) !== undefined && this.redis.status !== "ready") {
      this.failAll(redisError(`${this.name} can't be used`, this.address, error));
    }
  }

  private isBack(): void {
    this.stopDeadline();
    // The events that were missed may have been cut off the stream, or Redis may have lost its data.
    if (this.events !== undefined) void this.beat(Infinity);
  }

  /** Renews the lease, repeats requests to cancel, and looks at jobs whose events may have been lost. */
  private async beat(most = BATCH): Promise<void> {
    if (this.redis.status !== "ready") return;
    try {
      await this.renew();
      await this.tellAll();
      const jobs = [...this.jobs.values()].filter(({ phase }) => phase !== "sending").slice(0, most);
      for (let at = 0; at < jobs.length; at += BATCH) {
        const looks = jobs.slice(at, at + BATCH).map(async (job) => {
          if (job.done()) return;
          // It goes to the end of the line.
          this.jobs.delete(job.id);
          this.jobs.set(job.id, job);
          if (job.request === undefined) await this.look(job);
          else this.cancelThere(job);
        });
        await Promise.all(looks);
      }
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
    // Redis may have lost the lease with all its data.
    if (Date.now() - this.renewed > ANSWER) this.renew().catch((error: unknown) => this.refused(error));
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
    if (this.left.delete(job)) this.lookForIdle();
    // Its future has ended meanwhile: the deadline was over, or nobody wanted to wait for the answer.
    else if (job.done()) this.request(job.id, job.request?.message);
    else {
      // The event of its start may have overtaken the answer.
      if (job.phase === "sending") job.phase = "queued";
      if (job.request !== undefined) this.cancelThere(job);
      else if (mayExist) void this.look(job);
    }
  }

  // ---- what workers have done ----

  private moved(job: AnyRemoteJob | undefined, phase: "queued" | "running"): void {
    if (job === undefined) return;
    job.phase = phase;
    // Its worker was lost, or has given it back: now it can be removed.
    if (phase === "queued" && job.request !== undefined) this.cancelThere(job);
  }

  private reported(job: AnyRemoteJob | undefined, value: unknown): void {
    if (job === undefined) return;
    try {
      job.reported(read(value));
    } catch {
      // Not one of ours.
    }
  }

  private async completedWith(job: AnyRemoteJob | undefined, text: unknown): Promise<void> {
    if (job === undefined) return;
    job.phase = "ended";
    if (text === ELSEWHERE) {
      try {
        text = await this.redis.get(this.names.result(job.id));
        // Nothing is left of the job, then: its id is free.
        if (text === null) await this.queue.remove(job.id);
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

  private failedWith(job: AnyRemoteJob | undefined, text: string): void {
    if (job === undefined) return;
    job.phase = "ended";
    let ended: Ended;
    try {
      ended = readFailure(text, nameOf(job));
    } catch (error) {
      ended = { error };
    }
    this.end(job, () => {
      if ("cancelled" in ended && ended.message === CALLER_GONE && job.request === undefined) {
        job.threw(new BrokenExecutorError(`${nameOf(job)} was cancelled where it ran: ${CALLER_GONE}`));
      } else if ("cancelled" in ended) job.wasCancelled(ended.message);
      else job.threw(ended.error);
    });
  }

  private removed(job: AnyRemoteJob | undefined): void {
    // One that has ended has its result still, if that is kept apart; and one that is being sent has not been there.
    if (job === undefined || job.phase === "ended" || job.phase === "sending") return;
    if (job.request !== undefined) this.endCancelled(job);
    // Somebody has removed it; or one of the same id, before this one was added.
    else void this.look(job, `${nameOf(job)} was removed from its queue before it had ended`);
  }

  /** Asks BullMQ whether a job has ended. If it is known why there may be no such job, `reason` says so. */
  private async look(job: AnyRemoteJob, reason?: string): Promise<void> {
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
    if (state === -1) this.isMissing(job, reason);
    else if (state === 1) await this.completedWith(job, JSON.parse(text));
    else if (state === 2) this.failedWith(job, text);
  }

  private isMissing(job: AnyRemoteJob, reason: string | undefined): void {
    const isOurs = job.functionName !== "";
    if (reason !== undefined) this.end(job, () => job.threw(new BrokenExecutorError(reason)));
    // It was there: if its result has expired already, the event of its end has that result.
    else if (isOurs && !this.missing.has(job)) this.missing.add(job);
    else this.end(job, () => job.threw(this.expired(job)));
  }

  private expired(job: AnyRemoteJob): BrokenExecutorError {
    return new BrokenExecutorError(
      `there is no result of ${nameOf(job)} at Redis ${this.address}: it was read after it had expired (resultTtl), ` +
        "or there never was such a job, or Redis has lost its data",
    );
  }

  // ---- cancelling ----

  /** Has a job cancelled that BullMQ has. Its future ends at once if Redis has been lost. */
  private cancelThere(job: AnyRemoteJob): void {
    this.request(job.id, job.request?.message);
    if (this.redis.status !== "ready" && this.events !== undefined) this.endCancelled(job);
    else this.answerInTime(job);
  }

  /** Ends a job in a while, unless Redis has answered by then, and the worker, if one runs the job. */
  private answerInTime(job: AnyRemoteJob): void {
    void pause(ANSWER).then(async () => {
      if (job.done()) return;
      const isTold = job.phase !== "sending" && !this.untold.has(job.id);
      if (isTold && (await within(ANSWER, this.isConfirmed(job))) === true) return;
      this.endCancelled(job);
    });
  }

  private async isConfirmed({ id }: AnyRemoteJob): Promise<boolean> {
    try {
      return (await this.redis.exists(this.names.confirmed(id))) === 1;
    } catch (error) {
      this.refused(error);
      return false;
    }
  }

  private request(id: string, message: string | undefined): void {
    this.untold.set(id, message);
    void this.tellAll();
  }

  /** Tells Redis of all requests, as long as it answers. A heartbeat goes on with what is left. */
  private tellAll(): Promise<void> {
    this.telling ??= this.tellEach();
    return this.telling;
  }

  private async tellEach(): Promise<void> {
    // Those of the same turn go together.
    await Promise.resolve();
    let isAnswered = true;
    while (this.untold.size > 0 && isAnswered && this.redis.status === "ready") {
      const batch = [...this.untold].slice(0, BATCH);
      const answers = await Promise.all(batch.map(([id, message]) => this.tell(id, message)));
      isAnswered = answers.includes(true);
    }
    this.telling = undefined;
  }

  /** Removes a job from its queue, or else tells the workers to cancel it. False: Redis has failed. */
  private async tell(id: string, message: string | undefined): Promise<boolean> {
    const { redis, names } = this;
    const job = this.jobs.get(id);
    try {
      if ((await this.queue.remove(id)) === 1) {
        // BullMQ also removes a job that has just ended. The event of that end comes before the one of the removal,
        // which ends the future; unless the stream was cut.
        if (job?.request !== undefined) void pause(ANSWER).then(() => this.removed(job));
      } else {
        const told = redis.set(names.cancelled(id), message ?? "", "PX", KEPT);
        redis.publish(names.cancellations, JSON.stringify({ id, message })).catch(() => {});
        await told;
        // It has ended meanwhile, as its worker says: nobody will take the request away.
        if (job?.phase === "ended") await redis.del(names.cancelled(id));
      }
      this.untold.delete(id);
      return true;
    } catch (error) {
      this.refused(error);
      return false;
    }
  }

  // ---- the end ----

  private failAll(error: BrokenExecutorError): void {
    this.outbox.clear();
    this.left.clear();
    for (const job of this.jobs.values()) {
      this.end(job, () => job.threw(error));
    }
    this.lookForIdle();
  }

  private endCancelled(job: AnyRemoteJob): void {
    this.end(job, () => job.wasCancelled(job.request?.message));
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
    if (this.isIdle) for (const resolve of this.whenIdle.splice(0)) resolve();
  }

  /** Ends the connections. */
  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    this.stopDeadline();
    clearInterval(this.probes);
    clearInterval(this.heartbeats);
    this.failAll(new BrokenExecutorError(`${this.name} was closed: ${LEFT}`));
    const { redis, queue, events, names } = this;
    // As long as Redis answers.
    for (let left = Infinity; this.untold.size < left; await within(ANSWER, this.tellAll()))
      left = this.untold.size;
    if (redis.status === "ready") {
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

/**
 * PoolWorker: one worker of a pool, from its start to its end.
 *
 * States:
 *   starting  the module is being loaded
 *   idle      it waits for a job, and does not keep this process alive; `idleTimer` may end it
 *   busy      `job` is set
 *   ending    it was asked to close or is being killed; its messages are ignored
 *   ended     its thread or process has exited
 *
 *   starting → idle ⇄ busy        `received`, `run`
 *   starting, idle, busy → ending  `close`, `kill`: the pool no longer uses it
 *   any → ended                    `ended`; unless it was ending, it has died
 * In all states but idle it keeps this process alive, because a caller waits for it.
 *
 * It updates its own state first, and then notifies the pool (`PoolWorkerOwner`), which decides what to do
 * next.
 */
import { runOutside } from "@asyncio-ts/future/lowlevel";
import type { Channel, Connect, WorkerEnd } from "./channel.js";
import { findUnclonable } from "./clone.js";
import { BrokenExecutorError } from "./errors.js";
import type { Job } from "./job.js";
import type { FromWorker } from "./messages.js";
import { isGone } from "./move.js";
import { unpack } from "./packed.js";
import { setIdleTimer } from "./timer.js";

export type AnyJob = Job<unknown, unknown>;

/** The part of a pool that a worker needs. */
export interface PoolWorkerOwner {
  /** The worker has loaded the module, and is idle. */
  workerReady(worker: PoolWorker): void;
  /** The worker can't run any job of this module. */
  workerUnfit(worker: PoolWorker, error: BrokenExecutorError): void;
  /**
   * The worker has finished its job, and is idle. Called before the job is settled, so that the worker need
   * not wait.
   */
  workerFree(worker: PoolWorker, jobFailed: boolean): void;
  /** The worker has died, or a signal has ended it, while it was starting, idle or busy. */
  workerDied(
    worker: PoolWorker,
    job: AnyJob | undefined,
    error: BrokenExecutorError,
    bySignal: boolean,
  ): void;
  /** The worker has ended, as requested. */
  workerEnded(worker: PoolWorker): void;
}

export class PoolWorker {
  /** For the pool: the job that this worker is running. */
  job: AnyJob | undefined = undefined;
  private busyTime = 0;
  private state: "starting" | "idle" | "busy" | "ending" = "starting";
  private readyAt: number | undefined = undefined;
  private busySince = 0;
  private idleTimer: NodeJS.Timeout | undefined = undefined;
  private gone: (() => void) | undefined = undefined;
  private readonly owner: PoolWorkerOwner;
  private channel!: Channel;

  constructor(owner: PoolWorkerOwner, connect: Connect) {
    this.owner = owner;
    // Run outside the current task, or the worker's events would be attributed to the task that started it.
    runOutside(() => {
      this.channel = connect({
        received: (message) => this.received(message),
        ended: (end) => this.ended(end),
      });
    });
  }

  /** Returns how long the worker has been ready, and how much of that time it was busy, in milliseconds. */
  times(now: number): { readonly alive: number; readonly busy: number } {
    return {
      alive: this.readyAt === undefined ? 0 : now - this.readyAt,
      busy: this.busyTime + (this.state === "busy" ? now - this.busySince : 0),
    };
  }

  /** Gives an idle worker a job. Returns false if the arguments can't be sent; the job has then failed. */
  run(job: AnyJob): boolean {
    const { args, moved } = job;
    job.forgetArguments();
    try {
      // Some versions of Node would send it, and fail only when receiving it.
      if (moved.some(isGone)) throw new TypeError("memory was moved already");
      this.channel.send({ type: "run", name: job.functionName, args }, moved);
    } catch (error) {
      job.threw(this.explain(error, job.functionName, args, moved));
      return false;
    }
    clearTimeout(this.idleTimer);
    this.idleTimer = undefined;
    this.state = "busy";
    this.busySince = performance.now();
    this.job = job;
    job.worker = this;
    return true;
  }

  /** Lets this process exit while the worker is idle. Calls `timeIsOver` after `idleTimeout`. */
  rest(idleTimeout: number, timeIsOver: () => void): void {
    this.channel.release();
    runOutside(() => (this.idleTimer = setIdleTimer(timeIsOver, idleTimeout)));
  }

  /** Makes the worker keep this process alive again. */
  wake(): void {
    this.channel.hold();
  }

  /** Asks an idle worker to exit. */
  close(): void {
    this.end();
    this.channel.hold();
    runOutside(() => this.channel.close());
  }

  /** Terminates the worker even if it is busy; resolves once it has exited. */
  kill(): Promise<void> {
    this.end();
    this.channel.hold();
    return new Promise((resolve) => {
      this.gone = resolve;
      runOutside(() => this.channel.kill());
    });
  }

  private end(): void {
    if (this.state === "busy") this.busyTime += performance.now() - this.busySince;
    this.state = "ending";
    this.forgetJob();
    clearTimeout(this.idleTimer);
  }

  private received(message: FromWorker | null): void {
    if (this.state === "ending") return;
    switch (message?.type) {
      case "ready":
        this.state = "idle";
        this.readyAt = performance.now();
        this.owner.workerReady(this);
        break;
      case "broken":
        this.owner.workerUnfit(this, this.describeUnfit(unpack(message.error)));
        break;
      case "progress":
        this.job?.reported(message.value);
        break;
      case "value": {
        const job = this.free(false);
        job?.returned(message.value);
        break;
      }
      case "error": {
        const job = this.free(true);
        job?.threw(unpack(message.error));
        break;
      }
      default: // A message of the user's own.
    }
  }

  private free(jobFailed: boolean): AnyJob | undefined {
    const { job } = this;
    if (job === undefined) return undefined;
    this.forgetJob();
    this.state = "idle";
    this.busyTime += performance.now() - this.busySince;
    this.owner.workerFree(this, jobFailed);
    return job;
  }

  private forgetJob(): void {
    if (this.job !== undefined) this.job.worker = undefined;
    this.job = undefined;
  }

  private ended({ how, error, bySignal }: WorkerEnd): void {
    const { state, job, channel } = this;
    this.gone?.();
    if (state === "ending") {
      this.owner.workerEnded(this);
      return;
    }
    this.end();
    const what =
      job !== undefined
        ? `${job.functionName}() was not finished: its ${channel.kind}`
        : state === "starting"
          ? `a ${channel.kind} could not be started: it`
          : `an idle ${channel.kind} of the pool`;
    const options = error === undefined ? undefined : { cause: error };
    this.owner.workerDied(this, job, new BrokenExecutorError(`${what} ${how}`, options), bySignal);
  }

  private explain(error: unknown, name: string, args: readonly unknown[], moved: readonly object[]): Error {
    const { check, kind } = this.channel;
    const movable = moved.filter((object) => !isGone(object));
    for (const [i, arg] of args.entries()) {
      const reason = findUnclonable(arg, check, movable);
      if (reason === undefined) continue;
      return new TypeError(`argument ${i + 1} of ${name}() can't be sent to a ${kind}: ${reason}`, {
        cause: error,
      });
    }
    const reason = error instanceof Error ? error.message : String(error);
    return new TypeError(`the arguments of ${name}() can't be sent to a ${kind}: ${reason}`, {
      cause: error,
    });
  }

  private describeUnfit(cause: unknown): BrokenExecutorError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new BrokenExecutorError(`the module can't be loaded in a ${this.channel.kind}: ${reason}`, {
      cause,
    });
  }
}

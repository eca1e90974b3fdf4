/**
 * PoolWorker: one worker of a pool, from its start to its end.
 *
 * States:
 *   starting  the module is being loaded
 *   idle      it waits for a job, and does not keep this process alive; `timer` may end it
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
import { type Channel, type ChannelEvents, type Connect, GRACE } from "./channel.js";
import { explainArguments } from "./clone.js";
import { Descendants } from "./descendants.js";
import { BrokenExecutorError, messageOf } from "./errors.js";
import type { Job } from "./job.js";
import type { FromWorker } from "./messages.js";
import { isGone } from "./move.js";
import { unpack } from "./packed.js";
import type { SentVariables } from "./received.js";
import { refuse, ServedCalls, type Services } from "./services.js";
import { setIdleTimer } from "./timer.js";

export type AnyJob = Job<unknown, unknown>;

/** The part of a pool that a worker needs. */
export interface PoolWorkerOwner {
  /** The functions that jobs may call. */
  readonly services: Services | undefined;
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
  /** The task of a job's call has ended. */
  serviceEnded(): void;
}

export class PoolWorker implements ChannelEvents {
  /** For the pool: the job that this worker is running. */
  job: AnyJob | undefined = undefined;
  private busyTime = 0;
  private state: "starting" | "idle" | "busy" | "ending" = "starting";
  private readyAt: number | undefined = undefined;
  private busySince = 0;
  /** Ends a worker that is idle, or one that does not exit although it was asked to. */
  private timer: NodeJS.Timeout | undefined = undefined;
  /** The error that ends the worker, and what is said of that. */
  private death: { readonly how: string; readonly cause: unknown } | undefined = undefined;
  /** The calls of the job; undefined until its first one. */
  private calls: ServedCalls | undefined = undefined;
  private readonly descendants = new Descendants();
  private gone: (() => void) | undefined = undefined;
  private readonly owner: PoolWorkerOwner;
  private channel!: Channel;

  constructor(owner: PoolWorkerOwner, connect: Connect) {
    this.owner = owner;
    // Run outside the current task, or the worker's events would be attributed to the task that started it.
    runOutside(() => (this.channel = connect(this)));
  }

  get kind(): Channel["kind"] {
    return this.channel.kind;
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
    const { args, moved, sent } = job;
    job.forgetArguments();
    try {
      // Some versions of Node would send it, and fail only when receiving it.
      if (moved.some(isGone)) throw new TypeError("memory was moved already");
      const message = { type: "run", name: job.functionName, args } as const;
      this.channel.send(sent === undefined ? message : { ...message, variables: sent }, moved);
    } catch (error) {
      job.threw(this.explain(error, job.functionName, args, moved, sent));
      return false;
    }
    clearTimeout(this.timer);
    this.state = "busy";
    this.busySince = performance.now();
    this.job = job;
    job.worker = this;
    return true;
  }

  /** Lets this process exit while the worker is idle. Calls `timeIsOver` after `idleTimeout`. */
  rest(idleTimeout: number, timeIsOver: () => void): void {
    this.channel.release();
    runOutside(() => (this.timer = setIdleTimer(timeIsOver, idleTimeout)));
  }

  /** Makes the worker keep this process alive again. */
  wake(): void {
    this.channel.hold();
  }

  /** Asks an idle worker to exit. */
  close(): void {
    this.end();
    this.channel.hold();
    runOutside(() => {
      this.channel.send({ type: "close" });
      this.timer = setTimeout(() => this.channel.kill(), GRACE);
    });
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
    clearTimeout(this.timer);
  }

  // ---- for its channel ----

  received(message: FromWorker | null): void {
    // Also from a worker that is ending.
    if (message?.type === "child") this.descendants.note(message.pid, message.alive);
    else if (message?.type === "uncaught") this.failed(unpack(message.error));
    if (this.state === "ending") return;
    switch (message?.type) {
      case "ready":
        this.state = "idle";
        this.readyAt = performance.now();
        this.owner.workerReady(this);
        break;
      case "broken": {
        const cause = unpack(message.error);
        const what = `the module can't be loaded in a ${this.channel.kind}`;
        this.owner.workerUnfit(this, new BrokenExecutorError(`${what}: ${messageOf(cause)}`, { cause }));
        break;
      }
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
      default: // See above, or a message of the user's own.
        if (message?.type === "call") this.serve(message);
        else if (message?.type === "cancel") this.calls?.cancel(message.id, message.message);
    }
  }

  lost(error: unknown): void {
    this.death ??= { how: `sent a message that can't be received: ${messageOf(error)}`, cause: error };
    this.channel.kill();
  }

  failed(error: unknown): void {
    const outOfMemory = (error as { code?: unknown } | null)?.code === "ERR_WORKER_OUT_OF_MEMORY";
    const how = outOfMemory ? "ran out of memory" : `died of an uncaught error: ${messageOf(error)}`;
    this.death ??= { how, cause: error };
  }

  ended(how: string, bySignal: boolean): void {
    const { state, job, death } = this;
    const { kind } = this.channel;
    this.descendants.end();
    if (state === "ending") {
      clearTimeout(this.timer);
      // A caller that waits for the end should find no open handle; the runtime closes them at the end of an
      // iteration.
      setImmediate(() => setImmediate(() => this.left()));
      return;
    }
    this.end();
    const what =
      job !== undefined
        ? `${job.functionName}() was not finished: its ${kind}`
        : state === "starting"
          ? `a ${kind} could not be started: it`
          : `an idle ${kind} of the pool`;
    const error = new BrokenExecutorError(`${what} ${death?.how ?? how}`, death);
    this.owner.workerDied(this, job, error, bySignal);
  }

  private left(): void {
    this.gone?.();
    this.owner.workerEnded(this);
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
    if (this.calls !== undefined) this.leaveCalls(this.calls);
  }

  private serve(message: FromWorker & { type: "call" }): void {
    const { job, owner, channel } = this;
    if (job === undefined) return;
    if (owner.services !== undefined) {
      this.calls ??= new ServedCalls(owner.services, channel, () => owner.serviceEnded());
      this.calls.serve(job, message);
      return;
    }
    const { name } = message;
    const advice = `make the pool with { services: { ${name} } }`;
    refuse(
      channel,
      message.id,
      new Error(`${job.functionName}() called ${name}(), but ${owner} has no services; ${advice}`),
    );
  }

  private leaveCalls(calls: ServedCalls): void {
    this.calls = undefined;
    // Not here: what a task does when it is cancelled must find a pool and a job that are in order again.
    queueMicrotask(() => calls.leave("the job that called it has ended"));
  }

  private explain(
    error: unknown,
    name: string,
    args: readonly unknown[],
    moved: readonly object[],
    sent: SentVariables = [],
  ): Error {
    const { check, kind } = this.channel;
    const movable = moved.filter((object) => !isGone(object));
    const call = `${name}() can't be sent to a ${kind}`;
    const found = explainArguments(call, args, check, movable, sent);
    const reason = found ?? `the arguments of ${call}: ${messageOf(error)}`;
    return new TypeError(reason, { cause: error });
  }
}

/**
 * Pool: gives jobs to workers.
 *
 * **Why it does not use a published pool.** tinypool leaves a job pending forever when its thread calls
 * `process.exit`, when the module can't be loaded, and when an abort ends the last worker while jobs are
 * queued. Its `destroy()` does not wait for workers that are being ended, and its threads can send nothing
 * but their result. workerpool keeps the process alive while it is idle, and a result that can't be cloned
 * arrives from its processes as undefined. piscina has no processes. A published pool could contribute only
 * the loop over a queue, and that is the part in which cancellation must be exact. So this pool uses only
 * `worker_threads` and `child_process`. A job is one message in each direction. With two workers it takes 0.7
 * to 0.9 times as long as in tinypool's threads, and 0.6 to 0.8 times as long as in its processes
 * (`pnpm bench executor`).
 *
 * **Workers** are started when there is a job for them, up to `maxWorkers`. `workers` contains those that are
 * starting, idle (`idle`, of which the most recent one is taken first) or busy. `ending` contains those that
 * are being ended. They no longer count towards `maxWorkers`, so a worker that ends slowly delays no job.
 *
 * **Jobs** stay in `queue` until an idle worker takes them. Invariants, when no method is on the stack and
 * `goingOn` is false:
 *   - there are never queued jobs and idle workers at the same time
 *   - if jobs are queued, there are `maxWorkers` workers, or at least as many starting workers as queued jobs
 *   - the pool holds at most `maxWorkers + maxQueue` jobs; callers of `ready` that wait are woken one by
 *     one, each after the previous one has had its turn, so that none is woken without room for it
 *
 * **The end.** open → closing (`shutdown`: accepts no more jobs) → closed (`closing`, no worker is left in
 * `workers` or `ending`, and no task of a service, unless a deadline has passed: `leavesServices`). A closing pool still starts workers for its remaining jobs, and closes each
 * worker that has nothing left to do.
 *
 * **A worker that dies** fails its job, and is replaced when there is work. If a worker can't load the
 * module, all queued jobs fail, because the next worker could not load it either. If three workers in a row
 * die while starting, all queued jobs fail too; a single start may fail for a reason that has nothing to do
 * with the module.
 */
import { Coroutine } from "@asyncio-ts/coroutine";
import { Future, type Steps } from "@asyncio-ts/future";
import { assertMilliseconds, LinkedList, runOutside } from "@asyncio-ts/future/lowlevel";
import { type EventLoop, getRunningLoop, type ShutdownOptions } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import type { Connect } from "./channel.js";
import { BrokenExecutorError, ExecutorFullError, messageOf } from "./errors.js";
import { Job, type JobOwner } from "./job.js";
import { type AnyJob, PoolWorker, type PoolWorkerOwner } from "./pool-worker.js";
import type { Services } from "./services.js";
import { setIdleTimer } from "./timer.js";

const STARTS_IN_VAIN = 3;
const SHUT_DOWN = "the executor was shut down";

/** Counts of past and current jobs and of the workers of a pool. */
export interface Statistics {
  /** Jobs that wait for a worker. */
  readonly queued: number;
  /** Jobs that are running. */
  readonly running: number;
  /** Jobs that returned a value. */
  readonly completed: number;
  /** Jobs that failed. */
  readonly failed: number;
  /** Jobs that were cancelled, queued or running. */
  readonly cancelled: number;
  /** Workers that are starting, idle or running a job. */
  readonly workers: number;
  /** Fraction of the workers' time, since each was ready, that was spent on jobs: 0 to 1. */
  readonly utilization: number;
}

/** The pools that have threads. */
const havingThreads = new Set<Pool>();

/** Closes idle threads before this process exits: it passes their output on, and would exit before it has. */
function closeIdleThreads(): void {
  for (const pool of havingThreads) pool.closeIdle();
}

export interface PoolLimits {
  readonly maxWorkers: number;
  readonly maxQueue: number;
  readonly idleTimeout: number;
}

export class Pool implements JobOwner, PoolWorkerOwner {
  readonly limits: PoolLimits;
  readonly services: Services | undefined;
  readonly name: string;
  private readonly connect: Connect;
  private readonly loop: EventLoop = getRunningLoop();

  private readonly queue: LinkedList<AnyJob> = new LinkedList();
  private readonly workers: Set<PoolWorker> = new Set();
  private readonly starting: Set<PoolWorker> = new Set();
  private readonly idle: PoolWorker[] = [];
  private readonly ending: Set<PoolWorker> = new Set();

  private closing = false;
  private leavesServices = false;
  private goingOn = false;
  private running = 0;
  private startsInVain = 0;
  private readonly waitingForRoom: LinkedList<Waiter> = new LinkedList();
  /** Those that found their room taken by another caller. They were first in line, and remain so. */
  private readonly waitingAgain: LinkedList<Waiter> = new LinkedList();
  private readonly waitingForWarmth: LinkedList<Waiter> = new LinkedList();
  private readonly waitingForEnd: Future<void>[] = [];
  /** The timer of each shutdown that has a timeout. */
  private readonly deadlines: (NodeJS.Timeout | undefined)[] = [];

  private completed = 0;
  private failed = 0;
  private cancelled = 0;
  private endedAlive = 0;
  private endedBusy = 0;

  constructor(name: string, limits: PoolLimits, services: Services | undefined, connect: Connect) {
    this.name = name;
    this.limits = limits;
    this.services = services;
    this.connect = connect;
  }

  // ---- jobs ----

  /** Adds jobs, all or none. */
  add(functionName: string, lists: readonly (readonly unknown[])[]): AnyJob[] {
    this.assertOpen(`${functionName}() was submitted`);
    if (this.room() < lists.length) {
      const { maxWorkers, maxQueue } = this.limits;
      throw new ExecutorFullError(
        `${functionName}() was submitted to ${this}, which accepts at most ` +
          `${maxWorkers + maxQueue} jobs at a time (maxWorkers ${maxWorkers}, maxQueue ${maxQueue}); ` +
          "wait for room with `await pool.ready()`",
      );
    }
    const jobs = lists.map((args) => new Job<unknown, unknown>(this, functionName, args));
    for (const job of jobs) this.queue.add(job);
    this.dispatch();
    return jobs;
  }

  /** Forgets a job that is being cancelled. */
  drop(job: AnyJob): void {
    this.cancelled++;
    if (job.worker === undefined) {
      this.queue.delete(job);
      job.forgetArguments();
    } else {
      this.running--;
      const worker = job.worker as PoolWorker;
      this.dismiss(worker);
      const { toAwait } = partsOf(job.getLoop()).shutdown;
      const ending = worker.kill().then(() => void toAwait.delete(ending));
      toAwait.add(ending);
    }
    this.goOnSoon();
  }

  /** Waits until there is room for another job. */
  ready(): Coroutine<void> {
    return new Coroutine(this.waitForRoom(), "ready");
  }

  // ---- all workers ----

  /** Starts all workers; the future resolves when they are ready. */
  warmUp(): Future<void> {
    this.assertOpen("warmUp() was called");
    const warm = new Waiter(this.waitingForWarmth);
    while (this.workers.size < this.limits.maxWorkers && this.start());
    this.lookForWarmth();
    return warm;
  }

  statistics(): Statistics {
    const now = performance.now();
    let alive = this.endedAlive;
    let busy = this.endedBusy;
    for (const worker of this.workers) {
      const times = worker.times(now);
      alive += times.alive;
      busy += times.busy;
    }
    const { queue, running, completed, failed, cancelled, workers } = this;
    return {
      queued: queue.length,
      running,
      completed,
      failed,
      cancelled,
      workers: workers.size,
      utilization: alive > 0 ? busy / alive : 0,
    };
  }

  // ---- the end ----

  get closed(): boolean {
    return this.closing;
  }

  shutdown({ wait = true, cancelFutures = false, timeout = Infinity }: ShutdownOptions = {}): Future<void> {
    assertMilliseconds(timeout, "shutdown");
    this.closing = true;
    if (cancelFutures) this.cancelQueued(SHUT_DOWN);
    if (timeout <= 0) this.timeIsOver();
    else runOutside(() => this.deadlines.push(setIdleTimer(() => this.timeIsOver(), timeout)));
    const end = new Ending(this);
    this.waitingForEnd.push(end);
    this.goOn();
    wakeAll(this.waitingAgain);
    wakeAll(this.waitingForRoom);
    cancelEach(this.waitingForWarmth, SHUT_DOWN);
    // No caller waits for this future.
    if (!wait) settle(end);
    return end;
  }

  /** Cancels queued and running jobs. */
  cancelAll(message: string | undefined): void {
    this.cancelQueued(message);
    for (const { job } of this.workers) job?.cancel(message);
  }

  /** Cancels all jobs, and waits only for the workers: a service may clean up for as long as it likes. */
  private timeIsOver(): void {
    this.leavesServices = true;
    this.cancelAll(SHUT_DOWN);
    this.lookForEnd();
  }

  toString(): string {
    const { queued, running, workers } = this.statistics();
    return `<${this.name}, ${workers} workers, ${running} jobs running, ${queued} queued>`;
  }

  // ---- for its workers ----

  workerReady(worker: PoolWorker): void {
    this.starting.delete(worker);
    this.startsInVain = 0;
    this.employ(worker);
    this.lookForWarmth();
  }

  workerFree(worker: PoolWorker, jobFailed: boolean): void {
    this.running--;
    if (jobFailed) this.failed++;
    else this.completed++;
    this.employ(worker);
  }

  workerUnfit(worker: PoolWorker, error: BrokenExecutorError): void {
    this.dismiss(worker);
    void worker.kill();
    this.failAll(error);
    this.goOn();
  }

  workerDied(
    worker: PoolWorker,
    job: AnyJob | undefined,
    error: BrokenExecutorError,
    bySignal: boolean,
  ): void {
    const wasStarting = this.starting.has(worker);
    this.dismiss(worker);
    this.ending.delete(worker);
    if (job !== undefined) {
      this.running--;
      this.failed++;
      job.threw(error);
    } else if (wasStarting) {
      if (++this.startsInVain >= STARTS_IN_VAIN) this.failAll(error);
    } else if (!bySignal) {
      // No future can carry this error. (A signal to an idle worker is not an error.)
      const message = `${error.message}; a new one is started when there is work`;
      this.loop.callExceptionHandler({ message, exception: error });
    }
    this.goOn();
  }

  workerEnded(worker: PoolWorker): void {
    this.ending.delete(worker);
    this.lookForEnd();
  }

  serviceEnded(): void {
    this.lookForEnd();
  }

  // ---- the next step ----

  /**
   * Calls `goOn` in a microtask: more jobs may be cancelled first, and no worker should be started for those.
   */
  private goOnSoon(): void {
    if (this.goingOn) return;
    this.goingOn = true;
    queueMicrotask(() => {
      this.goingOn = false;
      this.goOn();
    });
  }

  /** Rechecks all queues and waiters after a change. */
  private goOn(): void {
    this.dispatch();
    this.wakeOne();
    this.lookForWarmth();
    this.lookForEnd();
  }

  /** Gives queued jobs to idle workers, and starts workers for the remaining jobs. */
  private dispatch(): void {
    const { queue, idle } = this;
    while (queue.length > 0 && idle.length > 0) {
      const worker = idle.pop() as PoolWorker;
      worker.wake();
      this.employ(worker);
    }
    const wanted = this.waitingForWarmth.length > 0 ? Infinity : queue.length;
    while (this.starting.size < wanted && this.workers.size < this.limits.maxWorkers && this.start());
  }

  /** Gives an idle worker its next job. Without one, lets it rest, or closes it in a closing pool. */
  private employ(worker: PoolWorker): void {
    if (!this.giveJob(worker)) {
      if (this.closing) this.close(worker);
      else {
        this.idle.push(worker);
        worker.rest(this.limits.idleTimeout, () => this.close(worker));
      }
    }
    this.wakeOne();
  }

  /** Gives the worker a queued job; returns false if there is none. */
  private giveJob(worker: PoolWorker): boolean {
    for (let job = this.queue.shift(); job !== undefined; job = this.queue.shift()) {
      if (worker.run(job)) {
        this.running++;
        return true;
      }
      this.failed++;
    }
    return false;
  }

  /** Starts a worker. Returns false if that fails; the queued jobs have then failed too. */
  private start(): boolean {
    let worker: PoolWorker;
    try {
      worker = new PoolWorker(this, this.connect);
    } catch (error) {
      const message = `a worker could not be started: ${messageOf(error)}`;
      this.failAll(new BrokenExecutorError(message, { cause: error }));
      return false;
    }
    this.workers.add(worker);
    this.starting.add(worker);
    if (worker.kind === "thread") {
      if (havingThreads.size === 0) process.on("beforeExit", closeIdleThreads);
      havingThreads.add(this);
    }
    return true;
  }

  /** Closes the workers that are idle; others are started when there is work. */
  closeIdle(): void {
    for (let worker = this.idle[0]; worker !== undefined; worker = this.idle[0]) this.close(worker);
  }

  private close(worker: PoolWorker): void {
    this.dismiss(worker);
    worker.close();
  }

  /** Removes a worker that is ending, or is about to be ended. */
  private dismiss(worker: PoolWorker): void {
    const { alive, busy } = worker.times(performance.now());
    this.endedAlive += alive;
    this.endedBusy += busy;
    this.workers.delete(worker);
    this.starting.delete(worker);
    const position = this.idle.indexOf(worker);
    if (position >= 0) this.idle.splice(position, 1);
    this.ending.add(worker);
    if (this.workers.size === 0 && havingThreads.delete(this) && havingThreads.size === 0) {
      process.off("beforeExit", closeIdleThreads);
    }
  }

  /** Fails all queued jobs and calls of `warmUp`: no worker can be started. */
  private failAll(error: BrokenExecutorError): void {
    this.startsInVain = 0;
    for (let job = this.queue.shift(); job !== undefined; job = this.queue.shift()) {
      this.failed++;
      job.threw(error);
    }
    const { waitingForWarmth } = this;
    for (let warm = waitingForWarmth.shift(); warm !== undefined; warm = waitingForWarmth.shift()) {
      warm.setException(error);
    }
  }

  private cancelQueued(message: string | undefined): void {
    cancelEach(this.queue, message);
  }

  // ---- waiters ----

  private *waitForRoom(): Steps<void> {
    let line = this.waitingForRoom;
    while (!this.closing && this.room() === 0) {
      yield* new Waiter(line);
      line = this.waitingAgain;
    }
    this.assertOpen("ready() was called");
  }

  private room(): number {
    const { maxWorkers, maxQueue } = this.limits;
    return maxWorkers + maxQueue - this.running - this.queue.length;
  }

  /** Wakes the first waiter for room, if there is room; the next one follows after that waiter's turn. */
  private wakeOne(): void {
    if (this.room() === 0) return;
    const waiter = this.waitingAgain.shift() ?? this.waitingForRoom.shift();
    if (waiter === undefined) return;
    waiter.setResult();
    // The waiter's turn is scheduled before this one, in the same queue.
    waiter.scheduler.schedule({ run: () => this.wakeOne() });
  }

  private lookForWarmth(): void {
    if (this.starting.size === 0) wakeAll(this.waitingForWarmth);
  }

  private lookForEnd(): void {
    if (!this.closing) return;
    if (this.queue.length === 0) {
      this.closeIdle();
      for (const worker of this.starting) {
        this.dismiss(worker);
        void worker.kill();
      }
    }
    if (this.workers.size > 0 || this.ending.size > 0) return;
    if (!this.leavesServices && this.services?.areBusy === true) return;
    for (const deadline of this.deadlines.splice(0)) clearTimeout(deadline);
    for (const end of this.waitingForEnd.splice(0)) settle(end);
  }

  private assertOpen(what: string): void {
    if (!this.closing) return;
    throw new Error(`${what} after ${this.name} had been shut down; make a new one`);
  }
}

/** One that waits in a list of its pool, until it is woken or cancelled. */
class Waiter extends Future<void> {
  private readonly list: LinkedList<Waiter>;
  previous: this | undefined = undefined;
  next: this | undefined = undefined;

  constructor(list: LinkedList<Waiter>) {
    super();
    this.list = list;
    list.add(this);
  }

  override cancel(message?: string): boolean {
    if (!super.cancel(message)) return false;
    this.list.delete(this);
    return true;
  }
}

function wakeAll(list: LinkedList<Waiter>): void {
  for (let waiter = list.shift(); waiter !== undefined; waiter = list.shift()) waiter.setResult();
}

/** Cancels all that is in a list. Each leaves the list when it is cancelled. */
function cancelEach(list: LinkedList<AnyJob> | LinkedList<Waiter>, message: string | undefined): void {
  for (let item = list.first; item !== undefined; item = list.first) item.cancel(message);
}

/**
 * The future of `shutdown()`: resolves when the pool has ended. Cancelling it cancels the pool's jobs, since
 * their caller no longer waits for them.
 */
class Ending extends Future<void> {
  private readonly pool: Pool;

  constructor(pool: Pool) {
    super();
    this.pool = pool;
  }

  override cancel(message?: string): boolean {
    if (!super.cancel(message)) return false;
    this.pool.cancelAll(message);
    return true;
  }

  protected override describe(): string {
    return "the shutdown of an executor";
  }
}

/** Resolves a future; returns false if it is done already. */
function settle(future: Future<void>): boolean {
  if (future.done()) return false;
  future.setResult();
  return true;
}

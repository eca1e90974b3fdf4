/**
 * Chaos: a random run against a pool, which a seed repeats.
 *
 * Each step does one thing at random: it submits a job (one that returns, throws, floods its caller with
 * reports, blocks its thread, never ends, exits, crashes, returns what can't be sent, or calls services that
 * return, throw or never end, and may leave them), cancels a job, waits for one or for room, warms the pool up, and in a pool of processes kills, stops or continues a worker
 * from outside. In the end the pool is shut down in one of its ways. Then this holds, or `chaos` throws:
 *   - each job is done, and has ended in a way that its kind and what was done to it allow
 *   - a job that nobody disturbed has its own result or its own error
 *   - reports arrived in order, without a gap, and completely if the job returned
 *   - the counts of the pool are those of the ends of its jobs; nothing is queued, runs, or lives
 *   - no task of a service is left once the pool has been shut down, except after a deadline; then it ends soon
 *   - no process is left
 */
import {
  BrokenExecutorError,
  type Job,
  ProcessPoolExecutor,
  type ThreadPoolExecutor,
} from "@asyncio-ts/executor";
import { Future, isCancelled } from "@asyncio-ts/future";
import { createTask, sleep, type Task, wait } from "@asyncio-ts/task";
import { RandomNumbers } from "@asyncio-ts/testkit";
import { until } from "@asyncio-ts/testkit/until";
import { isAlive, pools, work } from "./pools.js";
import type * as Work from "../workers/work.js";

type Pool = ThreadPoolExecutor<typeof Work> | ProcessPoolExecutor<typeof Work>;
type End = "returned" | "threw" | "broken" | "cancelled";

interface Kind {
  readonly submit: (pool: Pool, random: RandomNumbers) => Job<unknown>;
  /** The end of a job that nobody disturbs; undefined if it runs for ever. */
  readonly end: Exclude<End, "cancelled"> | undefined;
  /** The message of its error, or its result if it returns. */
  readonly outcome?: unknown;
}

const REPORTS = 300;

const KINDS: Readonly<Record<string, Kind>> = {
  add: { submit: (pool) => pool.submit("add", 1, 2), end: "returned", outcome: 3 },
  later: { submit: (pool) => pool.submit("addLater", 3, 4), end: "returned", outcome: 7 },
  nap: {
    submit: (pool, random) => pool.submit("nap", random.below(30), "rested"),
    end: "returned",
    outcome: "rested",
  },
  block: {
    submit: (pool, random) => pool.submit("block", random.below(30)),
    end: "returned",
    outcome: "unblocked",
  },
  flood: { submit: (pool) => pool.submit("steps", REPORTS), end: "returned", outcome: "all steps" },
  fail: { submit: (pool) => pool.submit("failLater"), end: "threw", outcome: "later" },
  unsendable: { submit: (pool) => pool.submit("giveFunction"), end: "threw" },
  exit: { submit: (pool, random) => pool.submit("exit", random.below(3)), end: "broken" },
  call: {
    submit: (pool, random) => pool.submit("sumUp", random.oneOf([1, 10])),
    end: "returned",
  },
  callMany: { submit: (pool) => pool.submit("sumUp", 300), end: "returned", outcome: (300 * 299) / 2 },
  callFailing: { submit: (pool) => pool.submit("callFailing"), end: "threw", outcome: "service failed" },
  callAndLeave: { submit: (pool) => pool.submit("callAndLeave"), end: "returned", outcome: "left 2" },
  callAndExit: { submit: (pool) => pool.submit("callAndExit"), end: "broken" },
  callHanging: { submit: (pool) => pool.submit("callHanging"), end: undefined },
  crash: { submit: (pool) => pool.submit("crash"), end: "broken" },
  spin: { submit: (pool) => pool.submit("spin"), end: undefined },
  hang: { submit: (pool) => pool.submit("nap", 2 ** 31 - 1), end: undefined },
};

/** The orders in which a pool may be ended. */
const SHUTDOWNS: readonly ((pool: Pool) => unknown)[] = [
  (pool) => pool.shutdown({ cancelFutures: true }),
  (pool) => pool.shutdown({ timeout: 0 }),
  (pool) => pool.shutdown({ wait: false, timeout: 1 }),
  (pool) => pool.shutdown().cancel("given up"),
  (pool) => pool.shutdown(),
];

interface Submitted {
  readonly name: string;
  readonly kind: Kind;
  readonly job: Job<unknown>;
  readonly reports: unknown[];
  cancelled: boolean;
}

/** One run of `steps` steps. Throws an error that names what does not hold, after the steps that led there. */
export async function chaos(kind: (typeof pools)[number], seed: number, steps: number): Promise<void> {
  const run = new Run(kind.Pool, seed);
  try {
    for (let i = 0; i < steps; i++) await run.step();
    await run.end();
  } catch (error) {
    throw new Error(`chaos(${kind.kind}, ${seed}, ${steps}) after: ${run.log.join(", ")}`, { cause: error });
  }
}

class Run {
  readonly log: string[] = [];
  private readonly random: RandomNumbers;
  private readonly pool: Pool;
  private readonly all: Submitted[] = [];
  private readonly watching: Task<void>[] = [];
  private readonly pids: Set<number> = new Set();
  /** A worker was killed from outside, so that any job may have been its. */
  private killed = false;
  /** Services that have begun and have not ended. */
  private serving = 0;

  constructor(PoolOfKind: (typeof pools)[number]["Pool"], seed: number) {
    this.random = new RandomNumbers(seed);
    const maxWorkers = 1 + this.random.below(3);
    const idleTimeout = this.random.oneOf([0, 5, Infinity]);
    const { served } = this;
    const services: Work.Services = {
      echo: (n) => served(async () => sleep(this.random.below(3), n)),
      failSoon: () =>
        served(async () => {
          await sleep(0);
          throw new Error("service failed");
        }),
      // One that takes a while to stop.
      hang: () =>
        served(async () => {
          try {
            return await new Future<never>();
          } finally {
            await sleep(1);
          }
        }),
    };
    this.pool = new PoolOfKind<typeof Work>(work, {
      maxWorkers,
      maxQueue: 20,
      idleTimeout,
      services: { ...services },
    });
  }

  /** Counts a service while it runs. */
  private readonly served = async <T>(body: () => Promise<T>): Promise<T> => {
    this.serving++;
    try {
      return await body();
    } finally {
      this.serving--;
    }
  };

  async step(): Promise<void> {
    const { random } = this;
    const roll = random.below(20);
    if (roll < 9) this.submit();
    else if (roll < 12) this.cancelOne();
    else if (roll < 14) await this.waitForOne();
    else if (roll < 17) await sleep(random.oneOf([0, 0, 1, 5]));
    else if (roll < 18) await this.warmUp();
    else await this.disturb();
  }

  async end(): Promise<void> {
    // The last way waits for all jobs, so none may hang.
    const way = this.random.below(SHUTDOWNS.length);
    this.log.push(`shutdown ${way}`);
    const waitsForAll = way === SHUTDOWNS.length - 1;
    for (const submitted of this.all) {
      if (!waitsForAll || submitted.kind.end === undefined) this.cancel(submitted, waitsForAll);
    }
    this.continueAll();
    SHUTDOWNS[way]?.(this.pool);
    // What already runs is waited for, and `spin` would run for ever.
    if (way === 0) for (const { job } of this.all) job.cancel();
    await this.pool.shutdown();
    // With a deadline a shutdown does not wait for services.
    if (way === 1 || way === 2) await until(() => this.serving === 0, "no service is left");
    if (this.serving > 0) throw new Error(`${this.serving} services are left`);
    await this.check();
  }

  private submit(): void {
    const { random, pool } = this;
    if (pool.statistics().queued >= 20) return;
    const name = random.oneOf(Object.keys(KINDS));
    const kind = KINDS[name] as Kind;
    const job = kind.submit(pool, random);
    this.log.push(`${this.all.length} ${name}`);
    const submitted: Submitted = { name, kind, job, reports: [], cancelled: false };
    this.all.push(submitted);
    if (name === "flood") this.watching.push(createTask(() => follow(submitted)));
  }

  private cancelOne(): void {
    const submitted = this.one();
    if (submitted !== undefined) this.cancel(submitted, true);
  }

  /** @param now false for a job that the shutdown is going to cancel, perhaps */
  private cancel(submitted: Submitted, now: boolean): void {
    if (submitted.job.done()) return;
    submitted.cancelled = true;
    if (!now) return;
    this.log.push(`cancel ${this.all.indexOf(submitted)}`);
    submitted.job.cancel();
  }

  /** Waits for the end of a job, if it has one. */
  private async waitForOne(): Promise<void> {
    const submitted = this.one();
    if (submitted === undefined || submitted.job.done()) return;
    // A job in front of it may hang.
    for (const other of this.all) if (other.kind.end === undefined) this.cancel(other, true);
    this.continueAll();
    this.log.push(`wait for ${this.all.indexOf(submitted)}`);
    await wait([submitted.job]);
  }

  private async warmUp(): Promise<void> {
    const warm = this.pool.warmUp();
    this.log.push("warm up");
    if (this.random.oneIn(2)) warm.cancel();
    else this.watching.push(createTask(() => ignoreBroken(warm)));
    await sleep(0);
  }

  /** Does something to a process from outside. */
  private async disturb(): Promise<void> {
    const { random, pool } = this;
    if (!(pool instanceof ProcessPoolExecutor) || pool.statistics().queued > 0) return;
    const job = pool.submit("whoami");
    this.all.push({
      name: "whoami",
      kind: { submit: () => job, end: "returned" },
      job,
      reports: [],
      cancelled: false,
    });
    for (const other of this.all) if (other.kind.end === undefined) this.cancel(other, true);
    this.continueAll();
    await wait([job]);
    if (job.exception() !== undefined) return;
    const { pid } = job.result();
    this.pids.add(pid);
    const signal = random.oneOf(["SIGKILL", "SIGTERM", "SIGSTOP"] as const);
    this.log.push(`${signal} to the worker of ${this.all.length - 1}`);
    if (signal !== "SIGSTOP") this.killed = true;
    send(pid, signal);
  }

  /** Lets the processes go on that were stopped. */
  private continueAll(): void {
    for (const pid of this.pids) send(pid, "SIGCONT");
  }

  private one(): Submitted | undefined {
    return this.all.length === 0 ? undefined : this.random.oneOf(this.all);
  }

  private async check(): Promise<void> {
    const ends: Record<End, number> = { returned: 0, threw: 0, broken: 0, cancelled: 0 };
    for (const [i, submitted] of this.all.entries()) {
      if (!submitted.job.done()) throw new Error(`job ${i} (${submitted.name}) is left: ${submitted.job}`);
      const end = endOf(submitted.job);
      ends[end]++;
      this.checkEnd(i, submitted, end);
    }
    for (const task of this.watching) await task;
    for (const [i, submitted] of this.all.entries()) checkReports(i, submitted);
    const { pool } = this;
    const expected = {
      queued: 0,
      running: 0,
      workers: 0,
      completed: ends.returned,
      cancelled: ends.cancelled,
    };
    const found = pool.statistics();
    for (const [name, count] of Object.entries({ ...expected, failed: ends.threw + ends.broken })) {
      const counted = found[name as keyof typeof found];
      if (counted !== count) throw new Error(`the pool says ${counted} ${name}, and it is ${count}`);
    }
    await until(() => [...this.pids].every((pid) => !isAlive(pid)), "no process of the pool is left");
  }

  private checkEnd(i: number, { name, kind, job, cancelled }: Submitted, end: End): void {
    const may: (End | undefined)[] = [kind.end];
    if (cancelled) may.push("cancelled");
    if (this.killed) may.push("broken");
    // Three workers in a row that die while they start take the queue with them.
    if (!may.includes(end)) throw new Error(`job ${i} (${name}) ended as ${end}: ${job}`);
    if (kind.outcome === undefined || end !== kind.end) return;
    const outcome = end === "returned" ? job.result() : (job.exception() as Error).message;
    if (outcome !== kind.outcome) throw new Error(`job ${i} (${name}) ended with ${String(outcome)}`);
  }
}

/** Collects what a job reports. */
async function follow({ job, reports }: Submitted): Promise<void> {
  for await (const value of job.progress) reports.push(value);
}

function checkReports(i: number, { job, reports }: Submitted): void {
  const steps = reports.map((value) => (value as { step: number }).step);
  if (steps.some((step, k) => step !== k + 1)) throw new Error(`job ${i} reported ${steps.join(" ")}`);
  if (endOf(job) === "returned" && steps.length > 0 && steps.length !== REPORTS) {
    throw new Error(`job ${i} returned after ${steps.length} reports`);
  }
}

async function ignoreBroken(warm: PromiseLike<void>): Promise<void> {
  try {
    await warm;
  } catch (error) {
    if (!(error instanceof BrokenExecutorError) && !isCancelled(error)) throw error;
  }
}

function endOf(job: Job<unknown>): End {
  if (job.cancelled()) return "cancelled";
  const error = job.exception();
  if (error === undefined) return "returned";
  return error instanceof BrokenExecutorError ? "broken" : "threw";
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}

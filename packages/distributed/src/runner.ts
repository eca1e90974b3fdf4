/** Runners: what runs the functions of a module in a worker. One for each kind of isolation. */
import { AsyncLocalStorage } from "node:async_hooks";
import { type Job, type PoolExecutor, ProcessPoolExecutor, ThreadPoolExecutor } from "@asyncio-ts/executor";
import { functionsOf, noSuchFunction, shared } from "@asyncio-ts/executor/internal";
import type { Future } from "@asyncio-ts/future";
import type { Functions } from "@asyncio-ts/loop";
import { createTask } from "@asyncio-ts/task";

/** Where a worker runs jobs: as tasks of its own thread, in threads, or in processes. */
export type Isolation = "task" | "thread" | "process";

interface Started {
  /** Cancelling it stops the job. */
  readonly future: Future<unknown>;
  /** Resolves when all values that the job has reported are passed on, which may be after its end. */
  readonly reported: Promise<void>;
}

export interface Runner {
  /** Loads the module; fails if that can't be done. */
  load(): Promise<void>;
  /** Starts a job. Called in a turn of the loop. */
  start(name: string, args: readonly unknown[], report: (value: unknown) => void): Started;
  /** Tells whether a function of that name can be missing; throws if it is. */
  assertFunction(name: string): void;
  /** Ends what is left. */
  close(): Promise<void>;
}

export function makeRunner(isolation: Isolation, href: string, concurrency: number): Runner {
  if (isolation === "task") return new TaskRunner(href);
  const Pool = isolation === "thread" ? ThreadPoolExecutor : ProcessPoolExecutor;
  return new PoolRunner(new Pool(href, { maxWorkers: concurrency }));
}

/** The `report()` of the job whose code runs. */
const reporting = new AsyncLocalStorage<(value: unknown) => void>();

class TaskRunner implements Runner {
  private readonly href: string;
  private functions: ReturnType<typeof functionsOf> = new Map();

  constructor(href: string) {
    this.href = href;
    const outer = shared.report;
    shared.report = (value) => (reporting.getStore() ?? outer)?.(value);
  }

  async load(): Promise<void> {
    this.functions = functionsOf((await import(this.href)) as object);
  }

  assertFunction(name: string): void {
    if (!this.functions.has(name)) throw noSuchFunction(name, this.href, this.functions);
  }

  start(name: string, args: readonly unknown[], report: (value: unknown) => void): Started {
    const fn = this.functions.get(name);
    const body = async (): Promise<unknown> => await reporting.run(report, () => fn?.(...args));
    return { future: createTask(body, { name: `${name}()` }), reported: Promise.resolve() };
  }

  async close(): Promise<void> {}
}

class PoolRunner implements Runner {
  private readonly pool: PoolExecutor<Functions>;

  constructor(pool: PoolExecutor<Functions>) {
    this.pool = pool;
  }

  async load(): Promise<void> {
    await this.pool.warmUp();
  }

  // Only the pool's workers have loaded the module. They fail the job with the same words.
  assertFunction(): void {}

  start(name: string, args: readonly unknown[], report: (value: unknown) => void): Started {
    const submit = this.pool.submit.bind(this.pool) as unknown as (...call: unknown[]) => Job<unknown>;
    const job = submit(name, ...args);
    return { future: job, reported: follow(job.progress, report) };
  }

  async close(): Promise<void> {
    await this.pool.shutdown({ timeout: 0 });
  }
}

async function follow(values: AsyncIterable<unknown>, report: (value: unknown) => void): Promise<void> {
  for await (const value of values) report(value);
}

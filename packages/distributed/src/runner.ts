/** Runners: what runs the functions of a module in a worker. One for each kind of isolation. */
import { AsyncLocalStorage } from "node:async_hooks";
import { type Job, type PoolExecutor, ProcessPoolExecutor, ThreadPoolExecutor } from "@asyncio-ts/executor";
import { functionsOf, noSuchFunction, shared } from "@asyncio-ts/executor/internal";
import type { Future } from "@asyncio-ts/future";
import type { Functions } from "@asyncio-ts/loop";
import { createTask } from "@asyncio-ts/task";
import { Receivers, type SentVariables, submittedWith } from "./variables.js";

/** Where a worker runs jobs: as tasks of its own thread, in threads, or in processes. */
export type Isolation = "task" | "thread" | "process";

/** A call of a function. */
export interface Call {
  readonly name: string;
  readonly args: readonly unknown[];
  /** The context variables that go with the arguments. */
  readonly variables: SentVariables | undefined;
}

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
  start(call: Call, report: (value: unknown) => void): Started;
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
  private readonly receivers: Receivers = Receivers.ofProcess();
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

  start({ name, args, variables = [] }: Call, report: (value: unknown) => void): Started {
    const call = (): unknown => this.functions.get(name)?.(...args);
    const body = async (): Promise<unknown> =>
      await reporting.run(report, () => this.receivers.call(name, variables, call));
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

  start({ name, args, variables }: Call, report: (value: unknown) => void): Started {
    const submit = this.pool.submit.bind(this.pool) as unknown as (...call: unknown[]) => Job<unknown>;
    const job = submittedWith(variables, () => submit(name, ...args));
    return { future: job, reported: follow(job.progress, report) };
  }

  async close(): Promise<void> {
    await this.pool.shutdown({ timeout: 0 });
  }
}

async function follow(values: AsyncIterable<unknown>, report: (value: unknown) => void): Promise<void> {
  for await (const value of values) report(value);
}

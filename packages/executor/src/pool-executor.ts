/**
 * PoolExecutor: what thread and process pools have in common for those who use them; a `Pool`, typed by its module.
 */
import type { Coroutine } from "@asyncio-ts/coroutine";
import type { Future } from "@asyncio-ts/future";
import { assertOptions, describe, inspectAsString, readFlag } from "@asyncio-ts/future/lowlevel";
import type {
  ArgumentsOf,
  Executor,
  FunctionName,
  Functions,
  ReturnOf,
  ShutdownOptions,
} from "@asyncio-ts/loop";
import { availableParallelism } from "node:os";
import type { Connect } from "./channel.js";
import type { Job } from "./job.js";
import { Pool, type Statistics } from "./pool.js";

/** Options for both kinds of pool. */
export interface ExecutorOptions {
  /** How many workers there may be at a time. Default: as many as the machine can run at once. */
  readonly maxWorkers?: number;
  /**
   * How many jobs may wait, beside those that the workers have. When there are as many, `submit` throws an
   * `ExecutorFullError`, and `ready()` waits for room. Default: no limit.
   */
  readonly maxQueue?: number;
  /** After how many milliseconds without a job a worker is ended. Default: never. */
  readonly idleTimeout?: number;
  /** The environment variables of the workers. Default: those of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Options of the runtime for the workers, such as `["--import", "tsx"]`. Default: those of this process. */
  readonly execArgv?: readonly string[];
}

/** Limits of the memory of a worker. One that goes beyond them ends, and its job fails with a `BrokenExecutorError`. */
export interface ResourceLimits {
  /** The heap, in megabytes. */
  readonly maxOldGenerationSizeMb?: number;
  /** The part of the heap for objects that were made recently, in megabytes. */
  readonly maxYoungGenerationSizeMb?: number;
}

/** What was said about the environment, without the variables that are not to be set. */
export function environment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** An iterable for each parameter of a function. */
export type Columns<A> = A extends readonly unknown[] ? { [I in keyof A]: Iterable<A[I]> } : never;

/**
 * What `ThreadPoolExecutor` and `ProcessPoolExecutor` have in common. Python: `concurrent.futures.Executor`.
 *
 * @example
 * ```ts no-run
 * import { type PoolExecutor, ProcessPoolExecutor, ThreadPoolExecutor } from "@asyncio-ts/executor";
 * import { gather } from "@asyncio-ts/task";
 * import type * as Work from "./work.js"; // export function fib(n: number): number
 *
 * const work = new URL("./work.js", import.meta.url);
 * const sumUp = async (pool: PoolExecutor<typeof Work>) => {
 *   const all = await gather(pool.map("fib", [10, 20, 30]));
 *   return all.reduce((sum, x) => sum + x);
 * };
 * await using threads = new ThreadPoolExecutor<typeof Work>(work);
 * await using processes = new ProcessPoolExecutor<typeof Work>(work);
 * console.log(await sumUp(threads), await sumUp(processes));
 * // prints: 838860 838860
 * ```
 */
export abstract class PoolExecutor<F = Functions, P = unknown> implements Executor<F>, AsyncDisposable {
  static {
    inspectAsString(this.prototype);
  }

  /** For the compiler alone, which infers `F` from it where an executor is an argument. There is no such property. */
  declare readonly functions?: (functions: F) => void;
  private readonly pool: Pool;

  /** @param module the URL of the module whose functions are to be run */
  constructor(module: URL | string, options: ExecutorOptions, connect: (module: string) => Connect) {
    const { maxWorkers = availableParallelism(), maxQueue = Infinity, idleTimeout = Infinity } = options;
    if (!Number.isInteger(maxWorkers) || maxWorkers < 1) {
      throw new RangeError(`maxWorkers must be a whole number from 1, got ${describe(maxWorkers)}`);
    }
    if (maxQueue !== Infinity && (!Number.isInteger(maxQueue) || maxQueue < 0)) {
      throw new RangeError(`maxQueue must be a whole number from 0, or Infinity, got ${describe(maxQueue)}`);
    }
    if (typeof idleTimeout !== "number" || !(idleTimeout >= 0)) {
      throw new RangeError(`idleTimeout must be a number of milliseconds, got ${describe(idleTimeout)}`);
    }
    const href = hrefOf(module);
    const name = `${this.constructor.name} of ${href.slice(href.lastIndexOf("/") + 1)}`;
    this.pool = new Pool(name, { maxWorkers, maxQueue, idleTimeout }, connect(href));
  }

  /**
   * Has a worker run the function of that name with these arguments; a future of what it returns. Python: `submit()`.
   *
   * The arguments are copied when a worker takes the job (see `move` for moving them): leave them alone until then.
   *
   * The job fails with what the function throws: an error arrives with its name, message, stack, cause and properties,
   * and is of the same class if that is built in. It fails with a TypeError if there is no such function, or if an
   * argument or the result can't be sent; with `BrokenExecutorError` if its worker ends before it.
   *
   * @throws ExecutorFullError if the pool has as many jobs as `maxWorkers` and `maxQueue` allow; Error if it has been
   * shut down.
   */
  submit<K extends FunctionName<F>>(name: K, ...args: ArgumentsOf<F, K>): Job<ReturnOf<F, K>, P> {
    assertFunctionName(name, "submit");
    return this.pool.add(name, [args as readonly unknown[]])[0] as Job<ReturnOf<F, K>, P>;
  }

  /**
   * Submits a job for each value; for a function of several parameters, one iterable for each of them. Gives the jobs,
   * in order: `await gather(pool.map("fib", [28, 29, 30]))`. It ends with the shortest of the iterables. Python: `map()`,
   * which gives the results.
   *
   * @throws as `submit`; then no job has been submitted.
   */
  map<K extends FunctionName<F>>(name: K, ...columns: Columns<ArgumentsOf<F, K>>): Job<ReturnOf<F, K>, P>[] {
    assertFunctionName(name, "map");
    const lists = (columns as readonly Iterable<unknown>[]).map(listOf);
    if (lists.length === 0) throw new TypeError(`map() needs an iterable of arguments for ${name}()`);
    const length = Math.min(...lists.map((list) => list.length));
    const rows = Array.from({ length }, (_, i) => lists.map((list) => list[i]));
    return this.pool.add(name, rows) as Job<ReturnOf<F, K>, P>[];
  }

  /**
   * Waits until there is room for a job, first come, first served: `await pool.ready(); pool.submit(…)`. Does not suspend
   * if there is. The room is the caller's if it submits before it awaits anything else.
   *
   * @throws Error if the pool has been shut down, or is while it waits.
   */
  ready(): Coroutine<void> {
    return this.pool.ready();
  }

  /**
   * Starts all workers, which otherwise are started when there is a job for them; the future is done when each has
   * loaded the module. Cancelled, it no longer waits; the workers stay.
   *
   * @throws BrokenExecutorError if the module can't be loaded; Error if the pool has been shut down.
   */
  warmUp(): Future<void> {
    return this.pool.warmUp();
  }

  /** What the pool has done so far, and what it does now. */
  statistics(): Statistics {
    return this.pool.statistics();
  }

  /** Whether the pool was shut down, and takes no more jobs. */
  get closed(): boolean {
    return this.pool.closed;
  }

  /**
   * Takes no more jobs from now on; the future is done when the jobs that there are have ended, and no worker is left.
   * With `wait: false` it is done at once; with `cancelFutures: true` the jobs that no worker has taken are cancelled;
   * with `timeout` all jobs are that are left after so many milliseconds, without an error here. May be called more than
   * once. Cancelled, it cancels all jobs, since nobody waits for them any more. Python: `shutdown()`.
   *
   * @throws TypeError if the timeout is no number.
   */
  shutdown(options?: ShutdownOptions): Future<void> {
    for (const flag of ["wait", "cancelFutures"] as const) readFlag(options, flag, "shutdown");
    return this.pool.shutdown(options);
  }

  /** Shuts the pool down, and waits for its jobs. Cancelled, it cancels them, and waits until their workers have ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.shutdown();
    } catch (cancellation) {
      await this.shutdown();
      throw cancellation;
    }
  }

  toString(): string {
    return this.pool.toString();
  }
}

/** Throws a TypeError that says what is wrong, unless these are options of a pool. */
export function assertPoolOptions(options: unknown, where: string): void {
  assertOptions(options, where);
  const { env, execArgv, resourceLimits } = options as Readonly<Record<string, unknown>>;
  if (execArgv !== undefined && !Array.isArray(execArgv)) {
    throw new TypeError(
      `${where}() needs an execArgv that is an array of strings, got ${describe(execArgv)}`,
    );
  }
  for (const [name, value] of Object.entries({ env, resourceLimits })) {
    if (value === undefined || (typeof value === "object" && value !== null)) continue;
    throw new TypeError(`${where}() needs ${name} to be an object, got ${describe(value)}`);
  }
}

function assertFunctionName(name: unknown, where: string): void {
  if (typeof name === "string") return;
  throw new TypeError(
    `${where}() needs the name of a function of the executor's module, got ${describe(name)}; ` +
      "a function itself can't be sent to another thread",
  );
}

function listOf(column: Iterable<unknown>): unknown[] {
  if (typeof column === "string" || typeof column?.[Symbol.iterator] === "function")
    return Array.from(column);
  throw new TypeError(
    `map() needs an iterable of values for each parameter, got ${describe(column)}; write map("f", [1, 2])`,
  );
}

/** The URL of a module as text, or a TypeError that says what to write. */
export function hrefOf(module: URL | string): string {
  let href = "";
  try {
    href = String(module);
  } catch {
    // An object that is no text is no URL.
  }
  if (URL.canParse(href)) return href;
  throw new TypeError(
    `an executor needs the URL of a module, got ${describe(module)}; write new URL("./work.js", import.meta.url)`,
  );
}

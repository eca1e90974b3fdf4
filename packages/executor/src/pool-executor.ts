/**
 * PoolExecutor: the public interface of thread and process pools. It wraps a `Pool` and types it by its
 * module.
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
import { assertFunctionName } from "@asyncio-ts/loop/internal";
import type { Connect } from "./channel.js";
import type { Job } from "./job.js";
import { Pool, type Statistics } from "./pool.js";
import { builtin, refuseIgnored } from "./runtime.js";
import { type ServiceFunctions, Services } from "./services.js";
import { shared } from "./shared.js";

const ENDLESS =
  "uses a pool of its own functions as soon as a worker imports it, so workers would be started without end; " +
  "put the functions in a file of their own";

/** Options for both kinds of pool. */
export interface ExecutorOptions {
  /** The largest number of workers. Default: the number that the machine can run in parallel. */
  readonly maxWorkers?: number;
  /**
   * The largest number of jobs that may wait, in addition to those that are running. At this limit, `submit`
   * throws an `ExecutorFullError`, and `ready()` waits for room. Default: no limit.
   */
  readonly maxQueue?: number;
  /** Milliseconds after which a worker without a job is ended. Default: never. */
  readonly idleTimeout?: number;
  /** The environment variables of the workers. Default: those of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * The functions of this program that jobs may call, with `call()` of `@asyncio-ts/executor/worker`: async
   * functions, generator functions, coroutine functions or plain functions. A call is a task of the loop that
   * the job belongs to. Default: none.
   */
  readonly services?: ServiceFunctions;
  /**
   * Options of the runtime for the workers, such as `["--import", "tsx"]`. Default: those of this process. Deno
   * has none: they are refused there.
   */
  readonly execArgv?: readonly string[];
}

/**
 * Limits of a worker's memory. A worker that exceeds them ends, and its job fails with a
 * `BrokenExecutorError`. Bun and Deno have no such limits: they are refused there.
 */
export interface ResourceLimits {
  /** Size of the heap, in megabytes. */
  readonly maxOldGenerationSizeMb?: number;
  /** Size of the part of the heap for recently created objects, in megabytes. */
  readonly maxYoungGenerationSizeMb?: number;
}

/** Removes the variables that are undefined from an environment. */
export function environment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** One iterable for each parameter of a function. */
export type Columns<A> = A extends readonly unknown[] ? { [I in keyof A]: Iterable<A[I]> } : never;

/**
 * Base class of `ThreadPoolExecutor` and `ProcessPoolExecutor`. Python: `concurrent.futures.Executor`.
 *
 * @example
 * ```ts
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

  /**
   * Exists only for the compiler, which infers `F` from it where an executor is an argument. No object has
   * this property.
   */
  declare readonly functions?: (functions: F) => void;
  private readonly pool: Pool;

  /** @param module the URL of the module whose functions the workers run @internal */
  constructor(module: URL | string, options: ExecutorOptions, connect: (module: string) => Connect) {
    const where = `new ${new.target.name}`;
    assertPoolOptions(options, where);
    const { availableParallelism } = builtin("node:os");
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
    const file = href.slice(href.lastIndexOf("/") + 1);
    const name = `${this.constructor.name} of ${file}`;
    const services = options.services && new Services(options.services, where);
    const start = connect(href);
    this.pool = new Pool(name, { maxWorkers, maxQueue, idleTimeout }, services, (events) => {
      // Each worker would start the next one.
      if (shared.importing === href) throw new Error(`${file} ${ENDLESS}`);
      return start(events);
    });
  }

  /**
   * Submits a call of the named function with these arguments, and returns a future of its result. Python:
   * `submit()`.
   *
   * The arguments are copied when a worker takes the job (or moved, see `move`). Do not change them before
   * that.
   *
   * The job fails with the error that the function throws. The error keeps its name, message, stack, cause
   * and properties, and its class if that is built in. The job fails with a TypeError if there is no such
   * function, or if an argument or the result can't be sent, and with `BrokenExecutorError` if its worker
   * ends before the job does.
   *
   * @throws ExecutorFullError if the pool has as many jobs as `maxWorkers` and `maxQueue` allow; Error if it
   * has been shut down.
   */
  submit<K extends FunctionName<F>>(name: K, ...args: ArgumentsOf<F, K>): Job<ReturnOf<F, K>, P> {
    assertFunctionName(name, "submit");
    return this.pool.add(name, [args as readonly unknown[]])[0] as Job<ReturnOf<F, K>, P>;
  }

  /**
   * Submits a job for each value, and returns the jobs in order:
   * `await gather(pool.map("fib", [28, 29, 30]))`. A function of several parameters takes one iterable for
   * each of them; the shortest one decides the number of jobs, and the others are closed. Python: `map()`,
   * which returns the results.
   *
   * @throws the errors of `submit`; then no job has been submitted.
   */
  map<K extends FunctionName<F>>(name: K, ...columns: Columns<ArgumentsOf<F, K>>): Job<ReturnOf<F, K>, P>[] {
    assertFunctionName(name, "map");
    return this.pool.add(name, listRows(name, columns as readonly Iterable<unknown>[])) as Job<
      ReturnOf<F, K>,
      P
    >[];
  }

  /**
   * Waits until there is room for a job: `await pool.ready(); pool.submit(…)`. Waiters are served in order of
   * arrival. Does not suspend if there is room. The room is certain if the caller submits before it awaits
   * anything else.
   *
   * @throws Error if the pool is shut down before or during the wait.
   */
  ready(): Coroutine<void> {
    return this.pool.ready();
  }

  /**
   * Starts all workers now, instead of when there are jobs for them. The future resolves when each worker has
   * loaded the module. Cancelling it ends the wait, but the workers remain.
   *
   * @throws BrokenExecutorError if the module can't be loaded; Error if the pool has been shut down.
   */
  warmUp(): Future<void> {
    return this.pool.warmUp();
  }

  /** Returns counts of past and current jobs and of the workers. */
  statistics(): Statistics {
    return this.pool.statistics();
  }

  /** True once the pool has been shut down: it accepts no more jobs. */
  get closed(): boolean {
    return this.pool.closed;
  }

  /**
   * Shuts the pool down: it refuses new jobs, and the future resolves when all jobs have ended, with the
   * services that they call, and no worker is left. With `wait: false` it resolves immediately. With `cancelFutures: true` it cancels the jobs that
   * have not started. With `timeout` it cancels all jobs that are left after so many milliseconds, does not
   * wait for their services, and does not throw. May be called more than once. Cancelling the future cancels all jobs, since nothing waits for
   * them any more. Python: `shutdown()`.
   *
   * @throws TypeError if the timeout is not a number.
   */
  shutdown(options?: ShutdownOptions): Future<void> {
    for (const flag of ["wait", "cancelFutures"] as const) readFlag(options, flag, "shutdown");
    return this.pool.shutdown(options);
  }

  /**
   * Shuts the pool down and waits for its jobs. When cancelled, it cancels them and waits until their workers
   * have ended.
   */
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

/** Checks the options of a pool. Throws a TypeError that says what is wrong. */
function assertPoolOptions(options: unknown, where: string): void {
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
  refuseIgnored(options as object, where);
}

/**
 * Returns the arguments of each job of a `map()`: a row of the columns. They are read side by side until the
 * first one ends, since another may have no end; those that have not ended are then closed.
 */
export function listRows(name: string, columns: readonly Iterable<unknown>[]): unknown[][] {
  if (columns.length === 0) throw new TypeError(`map() needs an iterable of arguments for ${name}()`);
  for (const column of columns) assertIterable(column);
  const iterators: Iterator<unknown>[] = [];
  const rows: unknown[][] = [];
  /** The one that was asked last. If it has ended, or has thrown an error, it is not to be closed. */
  let asked: Iterator<unknown> | undefined;
  try {
    for (const column of columns) iterators.push(column[Symbol.iterator]());
    for (;;) {
      const row: unknown[] = [];
      for (asked of iterators) {
        const { done, value } = asked.next();
        if (done === true) return rows;
        row.push(value);
      }
      rows.push(row);
    }
  } finally {
    for (const iterator of iterators) if (iterator !== asked) iterator.return?.();
  }
}

function assertIterable(column: Iterable<unknown>): void {
  if (typeof column?.[Symbol.iterator] === "function") return;
  throw new TypeError(
    `map() needs an iterable of values for each parameter, got ${describe(column)}; write map("f", [1, 2])`,
  );
}

/** Returns the URL of a module as text. Throws a TypeError that says what to write if it is not a URL. */
export function hrefOf(module: URL | string): string {
  let href = "";
  try {
    href = String(module);
  } catch {
    // An object that can't be converted to a string is not a URL.
  }
  if (URL.canParse(href)) return href;
  throw new TypeError(
    `an executor needs the URL of a module, got ${describe(module)}; write new URL("./work.js", import.meta.url)`,
  );
}

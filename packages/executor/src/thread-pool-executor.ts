import type { Functions } from "@asyncio-ts/loop";
import type { WorkerOptions } from "node:worker_threads";
import {
  assertPoolOptions,
  environment,
  type ExecutorOptions,
  PoolExecutor,
  type ResourceLimits,
} from "./pool-executor.js";
import { ThreadChannel } from "./thread-channel.js";

/** Options for `new ThreadPoolExecutor()`. */
export interface ThreadPoolOptions extends ExecutorOptions {
  /** Limits of the memory of each thread. Default: as for this process. */
  readonly resourceLimits?: ThreadResourceLimits;
}

/** Limits of the memory of a thread. */
export interface ThreadResourceLimits extends ResourceLimits {
  /** The room for machine code, in megabytes. */
  readonly codeRangeSizeMb?: number;
  /** The stack, in megabytes. Default: 4. */
  readonly stackSizeMb?: number;
}

/**
 * Runs functions of a module in threads. Python: `concurrent.futures.ThreadPoolExecutor`, whose threads share one
 * interpreter, where these run at the same time.
 *
 * Threads start faster than processes, share memory (`SharedArrayBuffer`), and can be given memory without copying
 * (`move`). What happens in one can't be told from the others by the operating system: use processes for code that may
 * crash.
 *
 * @example
 * ```ts no-run
 * import { ThreadPoolExecutor } from "@asyncio-ts/executor";
 * import { gather, run, timeout } from "@asyncio-ts/task";
 * import type * as Work from "./work.js"; // export function fib(n: number): number
 *
 * await run(async () => {
 *   const work = new URL("./work.js", import.meta.url);
 *   await using pool = new ThreadPoolExecutor<typeof Work>(work, { maxWorkers: 2 });
 *   console.log(await timeout(60_000).with(() => pool.submit("fib", 30)));
 *   console.log(await gather(pool.map("fib", [10, 11, 12])));
 * });
 * // prints: 832040
 * // prints: [ 55, 89, 144 ]
 * ```
 */
export class ThreadPoolExecutor<F = Functions, P = unknown> extends PoolExecutor<F, P> {
  /**
   * @param module the URL of a module, `new URL("./work.js", import.meta.url)`; each thread loads it once
   * @throws TypeError, RangeError if an option or the URL is none
   */
  constructor(module: URL | string, options: ThreadPoolOptions = {}) {
    assertPoolOptions(options, "new ThreadPoolExecutor");
    const { env, execArgv, resourceLimits } = options;
    const workerOptions: WorkerOptions = {
      ...(env && { env: environment(env) }),
      ...(execArgv && { execArgv: [...execArgv] }),
      ...(resourceLimits && { resourceLimits }),
    };
    super(module, options, (href) => (events) => new ThreadChannel(href, workerOptions, events));
  }
}

import type { Functions } from "@asyncio-ts/loop";
import type { WorkerOptions } from "node:worker_threads";
import { environment, type ExecutorOptions, PoolExecutor, type ResourceLimits } from "./pool-executor.js";
import { ThreadChannel } from "./thread-channel.js";

/** Options for `new ThreadPoolExecutor()`. */
export interface ThreadPoolOptions extends ExecutorOptions {
  /** Memory limits of each thread. Default: those of this process. */
  readonly resourceLimits?: ThreadResourceLimits;
}

/** Memory limits of a thread. */
export interface ThreadResourceLimits extends ResourceLimits {
  /** Size of the memory for machine code, in megabytes. */
  readonly codeRangeSizeMb?: number;
  /** Size of the stack, in megabytes. Default: 4. */
  readonly stackSizeMb?: number;
}

/**
 * Runs functions of a module in threads. Python: `concurrent.futures.ThreadPoolExecutor`. Python's threads
 * share one interpreter; these run in parallel.
 *
 * Threads start faster than processes, share memory (`SharedArrayBuffer`), and can receive memory without
 * copying (`move`). The operating system does not isolate threads from each other: use processes for code
 * that may crash.
 *
 * @example
 * ```ts
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
   * @throws TypeError for an invalid URL or option; RangeError for an option out of range
   */
  constructor(module: URL | string, options: ThreadPoolOptions = {}) {
    super(module, options, (href) => {
      const { env, execArgv, resourceLimits } = options;
      const workerOptions: WorkerOptions = {
        ...(env && { env: environment(env) }),
        ...(execArgv && { execArgv: [...execArgv] }),
        ...(resourceLimits && { resourceLimits }),
      };
      return (events) => new ThreadChannel(href, workerOptions, events);
    });
  }
}

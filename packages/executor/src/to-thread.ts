/**
 * toThread: one pool of threads for each module and loop, created on first use. A loop shuts its pools down
 * when it ends. The default loop does not end; its pools do not keep the process alive while they are idle.
 */
import {
  type ArgumentsOf,
  type EventLoop,
  type FunctionName,
  getRunningLoop,
  type ReturnOf,
} from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import type { Job } from "./job.js";
import { hrefOf } from "./pool-executor.js";
import { ThreadPoolExecutor } from "./thread-pool-executor.js";

type Anything = Readonly<Record<string, (...args: unknown[]) => unknown>>;

const pools: WeakMap<EventLoop, Map<string, ThreadPoolExecutor>> = new WeakMap();

/** A call: the name of one of these functions and its arguments. */
export type Call<F, K extends FunctionName<F>> = {
  [N in K]: [name: N, ...args: Extract<ArgumentsOf<F, N>, readonly unknown[]>];
}[K];

/** A function that runs the functions of one module in threads. */
export type ThreadCaller<F> = <K extends FunctionName<F>>(
  name: K,
  ...args: ArgumentsOf<F, K>
) => Job<ReturnOf<F, K>>;

/**
 * Runs a function of a module in a thread, and returns a future of its result. All calls for the same module
 * in the same loop share a pool of threads, which `run()` shuts down at its end. Python: `asyncio.to_thread`.
 *
 * With only a module, it returns a function that runs the module's functions, each with its own result type.
 * (If the type of the module is written out, TypeScript can't infer which function is called:
 * `toThread<typeof Work>(url, "fib", 30)` has a result type that covers all functions of the module, and
 * `toThread<typeof Work, "fib">(url, "fib", 30)` has the exact one.)
 *
 * @throws the errors of `submit()` of `ThreadPoolExecutor`; TypeError for an invalid URL.
 *
 * @example
 * ```ts
 * import { toThread } from "@asyncio-ts/executor";
 * import { run } from "@asyncio-ts/task";
 * import type * as Work from "./work.js"; // export function fib(n: number): number
 *
 * const work = new URL("./work.js", import.meta.url);
 * const inThread = toThread<typeof Work>(work);
 * await run(async () => {
 *   console.log(await toThread<typeof Work>(work, "fib", 30));
 *   console.log(await inThread("fib", 31));
 * });
 * // prints: 832040
 * // prints: 1346269
 * ```
 */
export function toThread<F>(module: URL | string): ThreadCaller<F>;
export function toThread<F, K extends FunctionName<F> = FunctionName<F>>(
  module: URL | string,
  ...call: Call<F, K>
): Job<ReturnOf<F, K>>;
export function toThread(module: URL | string, ...call: unknown[]): ThreadCaller<unknown> | Job<unknown> {
  return call.length === 0 ? (...call) => submit(module, call) : submit(module, call);
}

function submit(module: URL | string, call: unknown[]): Job<never> {
  const loop = getRunningLoop();
  let ofLoop = pools.get(loop);
  if (ofLoop === undefined) pools.set(loop, (ofLoop = new Map()));
  const key = hrefOf(module);
  let pool = ofLoop.get(key);
  if (pool === undefined || pool.closed) {
    const { scheduler, shutdown } = partsOf(loop);
    scheduler.assertOpen();
    pool = new ThreadPoolExecutor(module);
    shutdown.toShutDown.add(pool);
    ofLoop.set(key, pool);
  }
  return (pool as ThreadPoolExecutor<Anything>).submit(
    ...(call as [name: string, ...args: unknown[]]),
  ) as Job<never>;
}

import type { Functions } from "@asyncio-ts/loop";
import type { ForkOptions } from "node:child_process";
import { environment, type ExecutorOptions, PoolExecutor, type ResourceLimits } from "./pool-executor.js";
import { ProcessChannel } from "./process-channel.js";

/** Options for `new ProcessPoolExecutor()`. */
export interface ProcessPoolOptions extends ExecutorOptions {
  /** Memory limits of each process. Default: those of this process. */
  readonly resourceLimits?: ResourceLimits;
}

/**
 * Runs functions of a module in child processes. Python: `concurrent.futures.ProcessPoolExecutor`.
 *
 * A process can crash or be killed without affecting others. Arguments and results are copied.
 *
 * @example
 * ```ts
 * import { ProcessPoolExecutor } from "@asyncio-ts/executor";
 * import { run, TaskGroup } from "@asyncio-ts/task";
 * import type * as Work from "./work.js"; // export function fib(n: number): number
 *
 * await run(async () => {
 *   await using pool = new ProcessPoolExecutor<typeof Work>(new URL("./work.js", import.meta.url));
 *   await new TaskGroup().with(async (tg) => {
 *     // If one fails, the process of the other is ended.
 *     const a = tg.createTask(() => pool.submit("fib", 30));
 *     const b = tg.createTask(() => pool.submit("fib", 31));
 *     console.log((await a) + (await b));
 *   });
 * });
 * // prints: 2178309
 * ```
 */
export class ProcessPoolExecutor<F = Functions, P = unknown> extends PoolExecutor<F, P> {
  /**
   * @param module the URL of a module, `new URL("./work.js", import.meta.url)`; each process loads it once
   * @throws TypeError for an invalid URL or option; RangeError for an option out of range
   */
  constructor(module: URL | string, options: ProcessPoolOptions = {}) {
    super(module, options, (href) => {
      const { env, execArgv, resourceLimits } = options;
      const forkOptions: ForkOptions = {
        ...(env && { env: environment(env) }),
        execArgv: [...(execArgv ?? inheritedArguments()), ...memoryArguments(resourceLimits)],
      };
      return (events) => new ProcessChannel(href, forkOptions, events);
    });
  }
}

/**
 * Options of this process that workers must not inherit: they select its program, or only one process can use
 * them.
 */
const OWN = /^--(input-type|inspect|eval|print|test|watch)\b|^-(e|p|pe|c|i)?$/;
/** The ones among them that are followed by a value. */
const OWN_WITH_VALUE = /^(--eval|--print|-e|-p|-pe)$/;

function inheritedArguments(): string[] {
  const { execArgv } = process;
  return execArgv.filter(
    (option, i) => !OWN.test(option) && !(i > 0 && OWN_WITH_VALUE.test(execArgv[i - 1] as string)),
  );
}

function memoryArguments({
  maxOldGenerationSizeMb,
  maxYoungGenerationSizeMb,
}: ResourceLimits = {}): string[] {
  const options: string[] = [];
  if (maxOldGenerationSizeMb !== undefined) options.push(`--max-old-space-size=${maxOldGenerationSizeMb}`);
  // The young generation is three semi-spaces.
  if (maxYoungGenerationSizeMb !== undefined) {
    options.push(`--max-semi-space-size=${Math.max(1, Math.floor(maxYoungGenerationSizeMb / 3))}`);
  }
  return options;
}

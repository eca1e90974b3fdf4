/** `@asyncio-ts/executor/worker`: functions for the module of a worker. It imports only small files. */
import { shared } from "./shared.js";

export { call, type CallOptions, callWith, type ServiceCaller, type ServiceResult } from "./call.js";
export { move } from "./move.js";

/**
 * Reports the progress of the running job: the job's `progress` yields the reported values in order. A value
 * is copied, or moved if it was marked with `move`. Outside a worker it does nothing, so a function that
 * reports can be called like any other.
 *
 * A value is attributed to the job that the worker is running at that moment. Code that a finished job has
 * left behind should not report.
 *
 * @throws TypeError if the value can't be sent
 *
 * @example
 * ```ts
 * import { report } from "@asyncio-ts/executor/worker";
 *
 * export function sumUpTo(n: number): number {
 *   let sum = 0;
 *   for (let i = 1; i <= n; i++) {
 *     sum += i;
 *     if (i % 1_000_000 === 0) report(i / n);
 *   }
 *   return sum;
 * }
 * ```
 */
export function report(value: unknown): void {
  shared.report?.(value);
}

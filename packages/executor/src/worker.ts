/** `@asyncio-ts/executor/worker`: what the functions of a worker's module may need. It imports nothing big. */
import { shared } from "./shared.js";

export { move } from "./move.js";

/**
 * Tells how far the job has come: what is reported comes out of the job's `progress`, in order. The value is copied; see
 * `move`. Outside of a worker nothing happens, so a function that reports can be called like any other.
 *
 * It belongs to the job that the worker runs now. Code that a job has left running behind should not report.
 *
 * @throws TypeError if the value can't be sent
 *
 * @example
 * ```ts no-run
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

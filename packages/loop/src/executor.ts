import type { Future } from "@asyncio-ts/future";
import { describe, hasMethods } from "@asyncio-ts/future/lowlevel";

/** How an executor is shut down. */
export interface ShutdownOptions {
  /** True to wait for the jobs that run. Default: true. */
  readonly wait?: boolean;
  /** True to cancel the jobs that have not begun. Default: false. */
  readonly cancelFutures?: boolean;
  /**
   * After how many milliseconds the jobs that are left are cancelled, those that run as well: with 0 at once.
   * Default: never.
   */
  readonly timeout?: number;
}

/** The functions of a module, by their names. */
export type Functions = Readonly<Record<string, unknown>>;

/** The names of a module's functions. */
export type FunctionName<F> = {
  [K in keyof F]: F[K] extends (...args: never) => unknown ? K : never;
}[keyof F] &
  string;

/** The arguments of a module's function. */
export type ArgumentsOf<F, K extends keyof F> = F[K] extends (...args: infer A) => unknown ? A : never;

/** The result of a module's function: its return value, or the value of the promise that it returns. */
export type ReturnOf<F, K extends keyof F> = F[K] extends (...args: never) => infer R ? Awaited<R> : never;

/**
 * Runs functions of a module elsewhere: in threads, in processes. `@asyncio-ts/executor` has them. Python:
 * `concurrent.futures.Executor`.
 *
 * A JavaScript function can't be sent elsewhere with what it closes over, so an executor is bound to a
 * module, and jobs name a function of it.
 */
export interface Executor<F = Functions> {
  /** Not called, and not there: it tells TypeScript which module this is, for `loop.runInExecutor`. */
  readonly functions?: (functions: F) => void;
  /** Runs the function of that name with these arguments; a future of what it returns. */
  submit<K extends FunctionName<F>>(name: K, ...args: ArgumentsOf<F, K>): Future<ReturnOf<F, K>>;
  /**
   * Takes no more jobs, and ends when those that it has are done, or cancelled, and nothing of them is left
   * running.
   */
  shutdown(options?: ShutdownOptions): PromiseLike<void>;
}

/** Throws a TypeError that names the method, unless `value` is an executor. */
export function assertExecutor(value: unknown, where: string, otherwise = ""): void {
  if (hasMethods(value, "submit", "shutdown")) return;
  throw new TypeError(`${where}() needs an executor${otherwise}, got ${describe(value)}`);
}

/** Throws a TypeError that names the method, unless `name` can be the name of a function. */
export function assertFunctionName(name: unknown, where: string): void {
  if (typeof name === "string") return;
  throw new TypeError(
    `${where}() needs the name of a function of the executor's module, got ${describe(name)}; ` +
      "a function itself can't be sent to another thread",
  );
}
